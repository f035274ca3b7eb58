"""A server with 100,000 volumes and 1,000,000 snapshots: scale.py BINARIES [VOLUMES]

Prints what performance.md row 11 asks for: the start, the first and the 500th page of filtered lists, single reads, the
memory. The fourth part of a minute is waited for, so that what the server does by itself is in the figures.
"""

import os
import statistics
import sys
import time

import client
from daemon import Daemon
from million import House
from workspace import Workspace

PAGES = 500
ROUNDS = 200
LISTS = [
    ("SnapshotService/ListSnapshots", {}), ("SnapshotService/ListSnapshots", {"filter": "labels.color = red"}),
    ("SnapshotService/ListSnapshots", {"filter": "labels.color = red", "order_by": "name"}),
    ("SnapshotService/ListSnapshots", {"filter": "name = day-3"}),
    ("VolumeService/ListVolumes", {"filter": "labels.color = red"}),
    ("VolumeService/ListVolumes", {"filter": "state = IN_USE", "order_by": "size_bytes desc"}),
]


def main():
    binaries = os.path.abspath(sys.argv[1])
    volume_count = int(sys.argv[2]) if len(sys.argv) > 2 else 100_000
    with Workspace("scale") as workspace:
        daemon = Daemon(binaries, workspace.path)
        daemon.start().stop()
        database = os.path.join(daemon.state, "metadata.sqlite")
        house, seconds = timed(lambda: House(volume_count).fill(database))
        print(f"{len(house.volumes):,} volumes, {len(house.snapshots):,} snapshots made in {seconds:.0f} s, "
              f"{os.path.getsize(database) >> 20} MiB")
        for words, prepare in (("cold", drop_from_memory), ("warm", lambda _: None)):
            prepare(database)
            _, seconds = timed(daemon.start)
            print(f"start to listening, {words}: {seconds:.2f} s")
            if words == "cold":
                daemon.stop()
        print_memory(daemon, "after the start")
        with client.Connection(daemon.socket) as connection:
            measure(connection, house)
            print_memory(daemon, "after the lists")
            time.sleep(75)
            print_memory(daemon, "after a minute")
        _, seconds = timed(daemon.kill)
        _, seconds = timed(daemon.start)
        print(f"start to listening, after SIGKILL: {seconds:.2f} s")
        daemon.stop()


def measure(connection, house):
    volumes = house.volumes
    reads = [
        ("GetVolume", lambda n: connection.call("VolumeService/GetVolume", volume=volumes[n * 97 % len(volumes)])),
        ("GetSnapshot", lambda n: connection.call(
            "SnapshotService/GetSnapshot", snapshot=house.snapshots[n * 97 % len(house.snapshots)])),
        ("GetVolume by name", lambda n: connection.call("VolumeService/GetVolume", volume=f"volume-{n * 97}")),
        ("a volume's snapshots", lambda n: connection.call(
            "SnapshotService/ListSnapshots", volume=volumes[n * 97 % len(volumes)])),
        ("GetStatus", lambda n: connection.call("AdminService/GetStatus")),
        ("Health", lambda n: connection.call("HealthService/Check")),
    ]
    for name, read in reads:
        times = [timed(lambda number=number: read(number))[1] for number in range(ROUNDS)]
        print(f"{name:24} median {statistics.median(times) * 1e6:8.0f} us")
    _, seconds = timed(lambda: connection.call("SnapshotService/ListSnapshots", filter="state = ERROR"))
    print(f"a filter that nothing fits  {seconds * 1000:8.1f} ms")
    for method, fields in LISTS:
        times, token = [], ""
        while len(times) < PAGES:
            page, seconds = timed(lambda: connection.call(method, page_token=token, **fields))
            times.append(seconds)
            token = page.next_page_token
            if not token:
                break
        first, last = statistics.median(times[:20]), statistics.median(times[-20:])
        words = " ".join(f"{key}={value!r}" for key, value in fields.items())
        print(f"{method.split('/')[1]:14} {words:52} pages 1-20 {first * 1000:6.2f} ms, "
              f"{len(times) - 19}-{len(times)} {last * 1000:6.2f} ms: {last / first:.2f}")


def timed(work):
    begin = time.monotonic()
    result = work()
    return result, time.monotonic() - begin


def drop_from_memory(path):
    """Has the operating system forget a file's pages, as after a reboot."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(descriptor)


def print_memory(daemon, words):
    with open(f"/proc/{daemon.process.pid}/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    print(f"resident memory {words}: {int(lines['VmRSS'].split()[0]) >> 10} MiB")


if __name__ == "__main__":
    main()
