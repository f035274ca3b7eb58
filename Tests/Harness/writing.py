"""Starts a writer and reads how far it is."""

import mmap
import os
import signal
import struct
import subprocess

from workspace import wait_until

START_DEADLINE_SECONDS = 30
END_DEADLINE_SECONDS = 30
# Where it is among a writer's arguments.
FIRST_RECORD = 5
NUMBER = struct.Struct("<Q")


class Progress:
    """Two numbers a volume in a shared file: the last record whose write was begun, and the last one flushed."""

    def __init__(self, path, count):
        self.count = count
        with open(path, "a+b") as file:
            file.truncate(2 * count * NUMBER.size)
            self._map = mmap.mmap(file.fileno(), 2 * count * NUMBER.size)

    def _get(self, index):
        return NUMBER.unpack_from(self._map, index * NUMBER.size)[0]

    def set_issued(self, volume, number):
        NUMBER.pack_into(self._map, 2 * volume * NUMBER.size, number)

    def set_flushed(self, volume, number):
        NUMBER.pack_into(self._map, (2 * volume + 1) * NUMBER.size, number)

    @property
    def issued(self):
        return [self._get(2 * volume) for volume in range(self.count)]

    @property
    def flushed(self):
        return [self._get(2 * volume + 1) for volume in range(self.count)]


class Writer:
    """A writer's process. `uris` are its volumes in the order in which it writes."""

    def __init__(self, path, offset, uris):
        self.path = path
        self.progress = Progress(path, len(uris))
        self.arguments = ["/usr/bin/python3", "-B", os.path.join(os.path.dirname(__file__), "writer.py"),
                          path, str(offset), "1", *uris]
        self.process = None

    def start(self, first=1):
        """Writes from this record on. Returns once every volume has it, flushed."""
        self.arguments[FIRST_RECORD] = str(first)
        with open(self.path + ".log", "wb") as log:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.wait_for(first)
        return self

    def wait_for(self, number):
        """Waits until every volume's records up to `number` are flushed, and the writer still runs."""
        def is_there():
            if not self.runs:
                raise RuntimeError(f"the writer ended: {self.complaint}")
            return min(self.progress.flushed) >= number
        wait_until(is_there, START_DEADLINE_SECONDS, f"record {number} is flushed")

    def wait_for_more(self, count):
        """Waits until `count` more records are flushed on every volume than any volume has now."""
        self.wait_for(max(self.progress.issued) + count)

    @property
    def runs(self):
        return self.process.poll() is None

    @property
    def complaint(self):
        with open(self.path + ".log", encoding="utf-8") as log:
            return log.read().strip() or f"exit {self.process.returncode}"

    def stop(self):
        """Ends it cleanly: all flushed, all connections closed. Returns its exit code."""
        with open(self.path + ".stop", "wb"):
            pass
        return self.wait()

    def wait(self):
        return self.process.wait(END_DEADLINE_SECONDS)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
