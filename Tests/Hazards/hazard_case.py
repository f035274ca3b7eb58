"""What every hazard's test has besides what every crash test has: clients that stay, and who serves what."""

import contextlib
import os
import signal
import time

import nbd

from crash_case import CrashCase
from records import connect
from workspace import command_line, processes_naming

PROGRAM = "qemu-storage-daemon"
# Exit codes of the command.
REFUSED, FAILED = 4, 7
RECORD_BYTES = 4096


class HazardCase(CrashCase):
    def client(self, server, slot=0):
        """A connection to the volume in a slot."""
        return Client(list(self.command.uris(server).values())[slot])

    def servers_processes(self, server):
        """Ids of the processes that serve a server's volumes, however the paths in their arguments are spelled."""
        return [process for process in processes_naming(server) if PROGRAM in command_line(process)]

    def server_process(self, server):
        [process] = self.servers_processes(server)
        return process

    @staticmethod
    def go_on(*processes):
        """Processes that were stopped, as far as they are still there."""
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGCONT)

    def expect(self, result, *outcomes):
        """`outcomes`: pairs of an exit code and a reason, one of which it must be."""
        self.assertIn((result.code, result.reason), outcomes, str(result))

    @contextlib.contextmanager
    def timed(self, limit_seconds):
        """Fails if the body takes longer; the figure that it yields is how long it took, once it has ended."""
        took = Took()
        yield took
        took.seconds = time.monotonic() - took.begin
        self.assertLess(took.seconds, limit_seconds)


class Took:
    def __init__(self):
        self.begin = time.monotonic()
        self.seconds = None

    def __str__(self):
        return f"{self.seconds:.1f} s"


class Client:
    """An NBD client that must not be cut off: writes blocks, unflushed unless it is told to, and knows them."""

    def __init__(self, uri):
        self.handle = connect(uri)
        self.written = {}

    def write(self, block):
        """Acknowledged and not flushed."""
        data = os.urandom(RECORD_BYTES)
        self.handle.pwrite(data, block * RECORD_BYTES)
        self.written[block] = data

    def flush(self):
        self.handle.flush()

    @property
    def is_connected(self):
        try:
            self.handle.pread(512, 0)
        except nbd.Error:
            return False
        return True

    def holds_what_it_wrote(self):
        return all(bytes(self.handle.pread(RECORD_BYTES, block * RECORD_BYTES)) == data
                   for block, data in self.written.items())

    def vanish(self):
        """As one that is killed: its socket closes, without a flush or a goodbye."""
        self.handle = None

    def end(self):
        """As a client should: flushed, said goodbye."""
        self.handle.flush()
        self.handle.shutdown()
