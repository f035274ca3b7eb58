"""Clients that stop in the middle: processes of their own, which a cut must find, and must not wait for."""

import contextlib
import json
import os
import re
import signal
import subprocess
import urllib.parse

from workspace import wait_until

DEADLINE_SECONDS = 30
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stalled_client.py")
LARGEST_READ_BYTES = 1 << 20


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
        self.process = self._start(uri, asked)
        # Of the one that has the connection; nothing: it ended before.
        self.process_id = int(self.process.stdout.readline())
        for offset, data in answered:
            volume.write(offset, data)
        for offset, data in without_answer:
            volume.contents.write_unanswered(offset, data)
            volume.resting.write(may_change_nothing=True)
        wait_until(self._has_stalled, DEADLINE_SECONDS, f"the client stalls: {self}")

    @staticmethod
    def _filled(extent, random):
        offset, length = extent
        return offset, random.randbytes(length)

    @staticmethod
    def _coded(extents):
        return [(offset, data.hex()) for offset, data in extents]

    @staticmethod
    def _start(uri, asked):
        address = urllib.parse.urlsplit(uri)
        path = urllib.parse.parse_qs(address.query)["socket"][0]
        process = subprocess.Popen(
            ["/usr/bin/python3", "-B", PROGRAM, path, address.path.lstrip("/")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        return process

    def _has_stalled(self):
        """It says so just before."""
        if self.ending == "gone":
            return self.process.poll() is not None
        with open(f"/proc/{self.process_id}/stat", encoding="ascii", errors="replace") as file:
            state = file.read().rpartition(")")[2].split()[0]
        return state == ("T" if self.ending == "stopped" else "S")

    def is_named_in(self, texts):
        return any(re.search(rf"\b{self.process_id}\b", text) for text in texts)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """Its child too, which has the connection if it is gone itself."""
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.process.wait()
        self.process.stdout.close()

    def __str__(self):
        return f"{self.ending} in a {self.stalls} on {self.volume.id}, process {self.process_id}"


def socket_count(process_id):
    """How many sockets a process has, none if it is gone. One that serves a client is closed when its last request has
    ended."""
    count = 0
    with contextlib.suppress(OSError):
        for name in os.listdir(f"/proc/{process_id}/fd"):
            with contextlib.suppress(OSError):
                count += os.readlink(f"/proc/{process_id}/fd/{name}").startswith("socket:")
    return count
