"""The load of the random test: each worker has resources of its own, so that what it was told is what must be there."""

import random
import threading
import uuid
from dataclasses import dataclass

from command import CommandFailed

# Exit codes after which the same request is asked again: nothing was done, or nobody knows.
UNAVAILABLE, OUTCOME_UNKNOWN = 6, 9
MEBIBYTE = 1 << 20


@dataclass
class Taken:
    """An acknowledged snapshot: what its volumes had flushed before the call and been sent when it ended."""
    kind: str
    id: str
    flushed: list
    issued: list


class Worker(threading.Thread):
    """Makes random steps while `load.running` is set."""

    def __init__(self, load, name, seed):
        super().__init__(name=name, daemon=True)
        self.load = load
        self.random = random.Random(f"{seed} {name}")
        self.number = 0
        self.current = None
        self.snapshots_left = 0
        self.start()

    def run(self):
        try:
            while self.load.wait_for_turn(self):
                self.random.choice(self.steps())()
        except BaseException as error:  # Whatever it is, the test must hear of it.
            self.load.fail(self.name, error)

    def steps(self):
        """What can be done now, each a function."""
        raise NotImplementedError

    def ask(self, *words, consent=False):
        """Makes a change, under one request id, until its outcome is known; raises CommandFailed if it is refused.

        Before it, and only there, the worker pauses: what it was told so far is remembered by then."""
        if not self.load.wait_for_turn(self):
            raise InterruptedError("the test has ended")
        request = str(uuid.uuid4())
        self.current = " ".join(words[:2])
        while True:
            result = self.load.command.run(*words, "--request-id", request, consent=consent)
            if result.code == 0:
                self.current = None
                return result.answer
            if result.code not in (UNAVAILABLE, OUTCOME_UNKNOWN) or self.load.may_fail(result.reason):
                raise CommandFailed(result)
            self.load.wait_for_daemon()

    def make(self, kind, *options):
        self.number += 1
        resource = self.ask(kind, "create", f"{self.name}-{self.number}", *options)
        self.load.acknowledged.put(kind, resource)
        return resource["id"]

    def delete(self, kind, resource_id, attached=()):
        self.ask(kind, "delete", resource_id, consent=True)
        self.load.acknowledged.remove(kind, resource_id)
        for volume in attached:
            self.load.acknowledged.detach(volume)

    def try_to_take(self):
        """Takes a snapshot; one that fails because its server's process was killed leaves nothing."""
        self.snapshots_left -= 1
        try:
            self.take()
        except CommandFailed as failed:
            if not self.load.may_fail(failed.result.reason):
                raise
            self.current = None

    def take(self):
        raise NotImplementedError

    def may_take(self):
        return self.snapshots_left > 0


class ServerSnapshotWorker(Worker):
    """Snapshots of a server whose volumes are written to, servers restored from them, and their deletion."""

    def __init__(self, load, name, seed, server, writer):
        self.server, self.writer = server, writer
        self.taken = []
        super().__init__(load, name, seed)

    def steps(self):
        steps = [self.try_to_take] * 2 if self.may_take() else []
        steps += [self.restore, self.drop] if self.taken else []
        return steps or [self.look]

    def look(self):
        self.load.command.run("server", "show", self.server)

    def take(self):
        self.number += 1
        flushed = self.writer.progress.flushed
        snapshot = self.ask("server-snapshot", "create", f"{self.name}-{self.number}", "--server", self.server)
        issued = self.writer.progress.issued
        self.load.acknowledged.put("server-snapshot", snapshot)
        for member in snapshot["memberIds"]:
            self.load.acknowledged.put_member(member, snapshot)
        self.taken.append(snapshot)
        self.load.note_taken(Taken("server-snapshot", snapshot["id"], flushed, issued))

    def restore(self):
        snapshot = self.random.choice(self.taken)
        self.number += 1
        server = self.ask("server", "create", f"{self.name}-{self.number}", "--server-snapshot", snapshot["id"])
        self.load.acknowledged.put("server", server)
        volumes = [slot["volumeId"] for slot in server["attachments"]]
        for volume in volumes:
            self.load.acknowledged.put("volume", self.load.show("volume", volume))
        self.delete("server", server["id"], attached=volumes)
        for volume in volumes:
            self.delete("volume", volume)

    def drop(self):
        snapshot = self.taken.pop(self.random.randrange(len(self.taken)))
        self.load.forget_taken(snapshot["id"])
        self.ask("server-snapshot", "delete", snapshot["id"], consent=True)
        self.load.acknowledged.remove("server-snapshot", snapshot["id"])
        for member in snapshot["memberIds"]:
            self.load.acknowledged.remove("snapshot", member)


class VolumeSnapshotWorker(Worker):
    """Snapshots of one attached volume that is written to, volumes made of them, and their deletion."""

    def __init__(self, load, name, seed, volume, writer):
        self.volume, self.writer = volume, writer
        self.taken = []
        super().__init__(load, name, seed)

    def steps(self):
        steps = [self.try_to_take] * 2 if self.may_take() else []
        steps += [self.copy, self.drop] if self.taken else []
        return steps or [self.look]

    def look(self):
        self.load.command.run("volume", "show", self.volume)

    def take(self):
        flushed = self.writer.progress.flushed
        snapshot = self.make("snapshot", "--volume", self.volume)
        issued = self.writer.progress.issued
        self.taken.append(snapshot)
        self.load.note_taken(Taken("snapshot", snapshot, flushed, issued))

    def copy(self):
        volume = self.make("volume", "--snapshot", self.random.choice(self.taken))
        self.delete("volume", volume)

    def drop(self):
        snapshot = self.taken.pop(self.random.randrange(len(self.taken)))
        self.load.forget_taken(snapshot)
        self.delete("snapshot", snapshot)


class DetachedWorker(Worker):
    """Volumes that nobody has attached: made, grown, described, cut, copied, deleted."""

    LARGEST_COUNT = 4

    def __init__(self, load, name, seed):
        self.volumes = []
        super().__init__(load, name, seed)

    def steps(self):
        steps = [self.create] if len(self.volumes) < self.LARGEST_COUNT else []
        return steps + ([self.grow, self.describe, self.cut_and_copy, self.drop] if self.volumes else [])

    def create(self):
        self.volumes.append(self.make("volume", "--size", f"{self.random.randint(1, 64)}MiB"))

    def change(self, *words):
        self.load.acknowledged.put("volume", self.ask("volume", *words))

    def grow(self):
        index = self.random.randrange(len(self.volumes))
        size = int(self.load.show("volume", self.volumes[index])["sizeBytes"]) // MEBIBYTE
        self.change("resize", self.volumes[index], "--size", f"{size + self.random.randint(1, 64)}MiB")

    def describe(self):
        self.number += 1
        self.change("update", self.random.choice(self.volumes), "--description", f"change {self.number}")

    def cut_and_copy(self):
        volume = self.random.choice(self.volumes)
        snapshot = self.make("snapshot", "--volume", volume)
        copy = self.make("volume", "--snapshot", snapshot)
        self.delete("snapshot", snapshot)
        self.delete("volume", copy)

    def drop(self):
        self.delete("volume", self.volumes.pop(self.random.randrange(len(self.volumes))))


class AttachWorker(Worker):
    """Servers that come and go, and volumes attached to them and detached."""

    def steps(self):
        return [self.live]

    def live(self):
        server = self.make("server", "--kind", "external")
        first = self.make("volume", "--size", "8MiB", "--attach", server)
        second = self.make("volume", "--size", "8MiB")
        for words in (("attach", second, "--server", server), ("resize", second, "--size", "16MiB"), ("detach", first)):
            self.load.acknowledged.put("volume", self.ask("volume", *words))
        self.delete("server", server, attached=[second])
        self.delete("volume", first)
        self.delete("volume", second)
