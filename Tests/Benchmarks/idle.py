"""Row 13: connections that only stay."""

import resource

from loading import Load
from product import Product
from report import AT_MOST, Row, number

CONNECTIONS = 10_000
# Each end has a descriptor of its own process.
DESCRIPTORS = 12_000
# Longer than the interval after which the server pings a silent client.
SECONDS = 20


def measure(setting):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, DESCRIPTORS), max(hard, DESCRIPTORS)))
    server = Product(setting.binaries, setting.workspace.folder("idle")).start()
    one = run(server, connections=1, seconds=1)
    many = run(server, CONNECTIONS, SECONDS)
    server.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    work = f"{CONNECTIONS:,} idle connections"
    memory, used = many["server_mebibytes"], many["server_cpu_percent"]
    setting.report.add_rows(
        Row("13", f"{work}: resident memory, all of it", f"{number(memory)} MiB", "with one connection",
            f"{number(one['server_mebibytes'])} MiB", memory, AT_MOST, 100, " MiB"),
        Row("13", f"{work}: CPU, over {SECONDS} s", f"{number(used)}%", "-", "-", used, AT_MOST, 2, "%"))


def run(server, connections, seconds):
    return Load(server, "", None).run(in_flight=0, connections=connections, seconds=seconds)
