"""Row 11: a house of 100,000 volumes and 1,000,000 snapshots: pages of a list, the start, memory."""

import os
import time

import client
import million
from loading import Load, write_requests
from product import Product
from report import AT_MOST, Row, number
from rounds import Rounds

LIST, PAGE_SIZE, LATE_PAGE = "SnapshotService/ListSnapshots", 100, 500
# A quarter of them.
FILTER = 'labels.color = "red"'
FIRST, LATE = "first page", f"page {LATE_PAGE}"


def measure(setting):
    product = Product(setting.binaries, setting.workspace.folder("million")).start()
    product.stop()
    million.House().fill(os.path.join(product.daemon.state, "metadata.sqlite"))
    begin = time.monotonic()
    product.start()
    start = time.monotonic() - begin
    loads = {FIRST: page(setting, product, FIRST, ""), LATE: page(setting, product, LATE, late_token(product))}
    rounds = Rounds({name: load.run for name, load in loads.items()})
    product.stop()
    setting.report.add_loads(rounds)
    setting.report.add_rows(*rows(rounds, start, rounds.median(LATE, "server_mebibytes")))


def page(setting, product, name, token):
    message = client.request(LIST, page_size=PAGE_SIZE, filter=FILTER, page_token=token)
    path = write_requests(setting.workspace.file(f"{name}.requests"), [message])
    return Load(product, f"holdpoint.v1.{LIST}", path)


def late_token(product):
    """What the page before ends with."""
    with product.connection() as connection:
        token = ""
        for _ in range(LATE_PAGE - 1):
            token = connection.call(LIST, page_size=PAGE_SIZE, filter=FILTER, page_token=token).next_page_token
    return token


def rows(rounds, start, memory):
    key, house = "median_us", "among 1,000,000 snapshots of 100,000 volumes"
    return [
        Row("11", f"{LATE} of a filtered list {house}", f"{number(rounds.median(LATE, key))} us", "its " + FIRST,
            f"{number(rounds.median(FIRST, key))} us", rounds.ratio(LATE, FIRST, key), AT_MOST, 2),
        Row("11", "start to listening", f"{number(start)} s", "-", "-", start, AT_MOST, 3, " s"),
        Row("11", f"resident memory, {LATE_PAGE} pages later", f"{number(memory)} MiB", "-", "-", memory, AT_MOST, 300,
            " MiB"),
    ]
