"""What a million lists leave behind in the server's memory, each with another filter, order and limit."""

import client
from loading import Load, write_requests
from product import Product
from report import AT_MOST, Row, number

VOLUME_COUNT = 100
LIST_COUNT = 1_000_000
PARTS = 10
CONNECTIONS, IN_FLIGHT = 4, 16
ORDERS = [name + direction for name in ("name", "create_time", "size_bytes", "id") for direction in ("", " desc")]
CONDITIONS = [
    'name = "volume-{0}"', 'name >= "volume-{0}"', 'size_bytes > {0}', 'size_bytes <= {0}', 'state = AVAILABLE',
    'labels.tier{0} = "gold"', 'labels.tier : "{0}"', 'create_time < 2031-01-01T00:00:00Z']


def measure(setting, count=LIST_COUNT):
    server = Product(setting.binaries, setting.workspace.folder("lists")).filled(VOLUME_COUNT)
    memory = [run(setting, server, forms(first, count // PARTS)) for first in range(0, count, count // PARTS)]
    server.stop()
    seen = ", ".join(number(each) for each in memory)
    setting.report.note(f"Resident memory, MiB, after each {count // PARTS:,} lists of other forms: {seen}")
    # What comes early is what the server needs anyway.
    early, late = memory[1], max(memory[2:])
    setting.report.add_rows(Row(
        "-", f"memory after {count:,} lists of different forms", f"{number(late)} MiB",
        f"after {2 * count // PARTS:,}", f"{number(early)} MiB", late / early, AT_MOST, 1.1))


def run(setting, server, messages):
    """Sends each list once. The memory at the end, MiB."""
    load = Load(server, "holdpoint.v1.VolumeService/ListVolumes",
                write_requests(setting.workspace.file("lists.requests"), messages))
    memory = load.run(in_flight=IN_FLIGHT // CONNECTIONS, connections=CONNECTIONS, once=True)["server_mebibytes"]
    print(f"lists: {number(memory)} MiB", flush=True)
    return memory


def forms(first, count):
    """Lists that no other number has."""
    for number in range(first, first + count):
        chosen = [CONDITIONS[(number // 7 + 3 * place) % len(CONDITIONS)] for place in range(1 + number % 6)]
        message = client.request(
            "VolumeService/ListVolumes", page_size=1 + number % 1000, order_by=ORDERS[number % len(ORDERS)],
            filter=" AND ".join(each.format(number) for each in chosen))
        yield message
