"""Guests that something else must not disturb."""

import random
import threading

from world import Mismatch

LARGEST_COUNT = 3
# A request that takes longer hangs.
HANGING_SECONDS = 90
# Between two requests of a guest at work: everything that is not flushed is remembered.
PAUSE_SECONDS = 0.005


def in_time(action, what):
    """What `action()` returns or raises; a Mismatch if it hangs, as libnbd does with a server that does not answer."""
    results = []

    def run():
        try:
            results.append((action(), None))
        except BaseException as error:
            results.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(HANGING_SECONDS)
    if not results:
        raise Mismatch(f"{what} hangs")
    value, error = results[0]
    if error:
        raise error
    return value


class Bystanders:
    """Some volumes of a server, each with a connection, written to and not flushed: whatever loses that, or them, is
    found by `check`. Leaving it without an error ends the connections that were not there before."""

    def __init__(self, moves, server):
        self.moves, self.world = moves, moves.world
        attached = self.world.model.attached(server.id)
        count = min(len(attached), moves.random.randint(1, LARGEST_COUNT))
        self.volumes = moves.random.sample(attached, count)

    def __enter__(self):
        self.processes = self.world.daemon.storage_daemons()
        self.stayed = set(self.world.guests.connected)
        for volume in self.volumes:
            self.write(volume)
        return self

    def write(self, volume):
        handle = self.world.handle(volume)
        offset, length = self.moves.extent(volume)
        data = self.moves.random.randbytes(length)
        handle.pwrite(data, offset)
        volume.write(offset, data)

    def check(self):
        """Every connection of every server, and every byte that was acknowledged on one."""
        found = self.world.daemon.storage_daemons()
        servers = self.world.model.servers
        lost = {server: process for server, process in self.processes.items()
                if server in servers and servers[server].runs and found.get(server) != process}
        if lost:
            raise Mismatch(f"the processes of {lost} are not what they were: {found}")
        for volume in self.world.guests.connected:
            subject = self.world.model.volumes[volume]
            in_time(lambda subject=subject: self.world.compare(subject), f"reading {volume}")

    def __exit__(self, kind, *_):
        if kind is None:
            self.check()
            self.world.disconnect([volume for volume in self.volumes if volume.id not in self.stayed])


class Traffic(threading.Thread):
    """A guest at work while something else happens: reads, and where that is asked for writes, one after the other."""

    def __init__(self, moves, volume, writes):
        super().__init__(daemon=True)
        self.moves, self.volume, self.writes = moves, volume, writes
        self.random = random.Random(moves.random.random())
        self.handle = moves.world.handle(volume)
        self.ends = threading.Event()
        self.error = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        self.ends.set()
        self.join(HANGING_SECONDS)
        if kind is None and (self.error or self.is_alive()):
            raise Mismatch(f"a guest of {self.volume.id} was disturbed: {self.error or 'it hangs'}")

    def run(self):
        try:
            while not self.ends.wait(PAUSE_SECONDS):
                self.act()
        except Exception as error:  # libnbd's errors and a mismatch mean the same here.
            self.error = error

    def act(self):
        contents = self.volume.contents
        offset = self.random.randrange(len(contents))
        length = min(self.random.randint(1, 8192), len(contents) - offset)
        if self.writes:
            data = self.random.randbytes(length)
            self.handle.pwrite(data, offset)
            self.volume.write(offset, data)
        if self.handle.pread(length, offset) != contents.data[offset:offset + length]:
            raise Mismatch(f"{length} bytes at {offset} are not what was written")
