"""Row 12: what a command costs, from its start to its end, beside libvirt's."""

import os
import resource
import subprocess
import time

import peers
from product import Product
from report import AT_MOST, Row, number
from rounds import Rounds

LISTED_COUNT = 10
RUNS = 20
# What is run, of ours and of theirs.
PAIRS = [("holdpoint version", "virsh version"), ("holdpoint volume list", "virsh list")]


def measure(setting):
    product = Product(setting.binaries, setting.workspace.folder("commands")).filled(LISTED_COUNT)
    libvirt = peers.libvirt(setting.workspace, domain_count=LISTED_COUNT)
    rounds = Rounds({name: run(setting, name, product, libvirt) for pair in PAIRS for name in pair}, count=RUNS)
    product.stop()
    libvirt.stop()
    for key, what in (("milliseconds", "from start to end"), ("cpu_milliseconds", "CPU")):
        setting.report.add_rows(*(row(rounds, *pair, key, what) for pair in PAIRS))


def row(rounds, ours, theirs, key, what):
    return Row("12", f"`{ours}`, whole process: {what}", f"{number(rounds.median(ours, key))} ms", f"`{theirs}`",
               f"{number(rounds.median(theirs, key))} ms", rounds.ratio(ours, theirs, key), AT_MOST, 1)


def run(setting, command, product, libvirt):
    """A function that runs a command once."""
    program, *words = command.split()
    if program == "holdpoint":
        line = [os.path.join(setting.binaries, program), *words, "--endpoint", f"unix:{product.daemon.socket}"]
    else:
        socket = libvirt.endpoint.removeprefix("unix:")
        line = [program, "-c", f"{libvirt.uri.replace('test:', 'test+unix:')}?socket={socket}", *words]
    return lambda: timed(line)


def timed(line):
    begin, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(line, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    end, after = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"milliseconds": 1000 * (end - begin), "cpu_milliseconds": 1000 * used}
