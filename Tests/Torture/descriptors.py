"""A daemon that can open next to nothing any more."""

import os
import resource
import socket

from workspace import wait_until

DEADLINE_SECONDS = 30
# Connections beyond the descriptors that are left.
EXCESS = 10


class FewDescriptors:
    """Lowers the limit of a running daemon to a little over what it has open; connections without a credential take
    that. Both ends with the block."""

    def __init__(self, daemon, left):
        self.daemon, self.left = daemon, left
        self.process_id = daemon.process.pid
        self.connections = []

    def __enter__(self):
        self.before = resource.prlimit(self.process_id, resource.RLIMIT_NOFILE)
        resource.prlimit(self.process_id, resource.RLIMIT_NOFILE, (self._highest() + 1 + self.left, self.before[1]))
        for _ in range(self.left + EXCESS):
            self.connections.append(self._connection())
        return self

    def _highest(self):
        """The limit is one on numbers; there are few gaps below the highest."""
        return max(map(int, os.listdir(f"/proc/{self.process_id}/fd")))

    def _connection(self):
        """Says nothing."""
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        try:
            connection.connect(self.daemon.socket)
        except BlockingIOError:
            # The queue is full; whoever waits there comes later.
            pass
        return connection

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()
        if self.daemon.runs:
            resource.prlimit(self.process_id, resource.RLIMIT_NOFILE, self.before)


def wait_for_relief(session):
    """Until the daemon takes connections again: the one that there is closes, and another one is made."""
    def connects():
        try:
            session.connect()
            return True
        except Exception:  # Not yet: refused, or ended at once.
            return False
    wait_until(connects, DEADLINE_SECONDS, "the daemon takes connections again")
