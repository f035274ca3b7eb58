"""Clients that stop in the middle: processes of their own, which a cut must find, and must not wait for."""

import contextlib
import os
import re

from stalling import StalledProcess

LARGEST_READ_BYTES = 1 << 20
# The state of a socket in /proc/net/unix, in hexadecimal digits.
CONNECTED = "03"


class StalledClient:
    """What it wrote, answered or not, is told to the volume's contents."""

    def __init__(self, volume, uri, random, extent, unanswered):
        """`extent()`: where to write; `unanswered`: how many writes are sent whole and not waited for."""
        self.volume = volume
        self.ending = random.choice(["stopped", "stopped", "silent", "gone"])
        self.stalls = random.choice(["write", "read"])
        answered = [self._filled(extent(), random) for _ in range(random.randint(0, 2))]
        without_answer = [self._filled(extent(), random) for _ in range(unanswered)]
        offset, length = extent()
        asked = {"answered": self._coded(answered), "unanswered": self._coded(without_answer), "stalls": self.stalls,
                 "ending": self.ending, "offset": offset,
                 "length": length if self.stalls == "write" else min(volume.size, LARGEST_READ_BYTES)}
        self.process = StalledProcess(uri, asked)
        for offset, data in answered:
            volume.write(offset, data)
        for offset, data in without_answer:
            volume.contents.write_unanswered(offset, data)
            volume.resting.write(may_change_nothing=True)
        self.process.wait_until_stalled()

    @staticmethod
    def _filled(extent, random):
        offset, length = extent
        return offset, random.randbytes(length)

    @staticmethod
    def _coded(extents):
        return [(offset, data.hex()) for offset, data in extents]

    def is_named_in(self, texts):
        return any(re.search(rf"\b{self.process.process_id}\b", text) for text in texts)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.end()

    def __str__(self):
        return f"{self.ending} in a {self.stalls} on {self.volume.id}, process {self.process.process_id}"


def client_count(process_id):
    """How many clients are connected to the exports of a process, none if it is gone; a connection is closed when its
    last request has ended. Those to its monitor do not count: `holdpointd` connects to it again when it needs it."""
    count, clients = 0, client_sockets()
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{process_id}/fd"):
            with contextlib.suppress(OSError):
                count += os.readlink(f"/proc/{process_id}/fd/{name}") in clients
    return count


def client_sockets():
    """The servers' ends of every connection to an export of this host, as links of descriptors name them."""
    with open("/proc/net/unix", encoding="utf-8", errors="replace") as table:
        rows = [line.split(maxsplit=7) for line in table]
    return {f"socket:[{row[6]}]" for row in rows
            if row[5] == CONNECTED and row[7:] and row[7].rstrip().endswith(".nbd")}
