"""One daemon, its guests and the model of both, side by side."""

import collections
import time

import client
from daemon import Daemon
from guests import Guests, read_all
from model import Model, Refused
from session import Session
from workspace import wait_until

SERVE_DEADLINE_SECONDS = 20
ANY_REASON = "any"
REMEMBERED_CHANGES = 20
LONGEST_TIME_TO_KILL_SECONDS = 0.03


class Mismatch(AssertionError):
    """What is there is not what must be there."""


def is_allowed(reason, allowed):
    """`allowed`: reasons, separated by spaces."""
    return reason in allowed.split() or (allowed == ANY_REASON and bool(reason))


class World:
    def __init__(self, binaries, folder, random, state=None):
        self.daemon = Daemon(binaries, folder, state)
        self.session = Session(self.daemon)
        self.model = Model()
        self.guests = Guests()
        self.random = random
        # Changes that were made, as they were asked for and answered.
        self.made = collections.deque(maxlen=REMEMBERED_CHANGES)
        self.counts = {}
        # What a move is at, for who reads of its failure.
        self.doing = ""

    def start(self):
        self.daemon.start()
        self.session.connect()

    def count(self, what):
        self.counts[what] = self.counts.get(what, 0) + 1

    # Changes

    def note_connected(self):
        self.model.connected = set(self.guests.connected)

    def change(self, name, expected=None, repeat=False, kill=False, may_fail="", **fields):
        """Makes a change that must succeed, or be refused as expected. Returns its answer and its operation, which has
        failed if that is what was expected.

        `repeat`: asks for it twice. `kill`: the daemon is killed on the way, and asked again. `may_fail`: reasons for
        which its operation may also fail."""
        fields["request_id"] = client.new_request_id()
        self.note_connected()
        if kill:
            self.begin_and_kill(name, fields)
        try:
            answer = self.session.call(name, **fields)
        except client.CallError as error:
            self.check_refusal(name, expected, error.status)
            return None, None
        if expected and not expected.late:
            raise Mismatch(f"{name} was accepted, expected {expected.reason}")
        if repeat:
            self.check_repeated(name, fields, answer)
        self.made.append((name, fields, answer))
        return answer, self.end_of(name, answer, expected, may_fail)

    def end_of(self, name, answer, expected=None, may_fail=""):
        """The change's operation, ended as it must be; none: None."""
        operation = self.session.ended_operation(answer)
        reasons = expected.reason if expected else may_fail
        failed = operation is not None and operation.state == operation.FAILED
        if failed and is_allowed(operation.error.reason, reasons):
            self.model.failed.update(operation.target_ids)
            # A cut's volumes show its failure too, and are no targets of it.
            if "cut" in {step.name for step in operation.steps}:
                self.model.failed.update(self.model.volumes)
            self.doubt_grades()
        elif expected or (operation is not None and operation.state != operation.SUCCEEDED):
            raise Mismatch(f"{name} ended as {' '.join(str(operation).split())}, expected {expected}")
        return operation

    def begin_and_kill(self, name, fields):
        self.count("killed in a change")
        self.doubt_grades()
        self.session.connection.begin(name, client.request(name, **fields))
        # No sleep for luck: when the kill comes is what is random here.
        time.sleep(self.random.uniform(0, LONGEST_TIME_TO_KILL_SECONDS))
        self.daemon.kill()
        self.start()

    def check_repeated(self, name, fields, answer):
        self.count("repeated")
        self.check_same(name, answer, self.session.call(name, **fields))

    @staticmethod
    def check_same(name, answer, again):
        """Two answers to one request. A resource may be gone by the second."""
        for field in ("operation", "volume", "server", "snapshot", "server_snapshot"):
            if field in answer.DESCRIPTOR.fields_by_name and answer.HasField(field):
                first, second = getattr(answer, field).id, getattr(again, field).id
                if first != second and (second or field == "operation"):
                    raise Mismatch(f"{name} repeated: {field} {second}, before {first}")

    @staticmethod
    def check_refusal(name, expected, status):
        if not expected or not is_allowed(status.reason, expected.reason):
            wanted = expected.reason if expected else "no refusal"
            raise Mismatch(f"{name} was refused with {status.reason} ({status.message}), expected {wanted}")
        found = {(each.kind, "" if each.kind == "client" else each.id, each.reason) for each in status.blockers}
        wanted = {(each.kind, each.id, each.reason) for each in expected.blockers}
        if wanted and found != wanted:
            raise Mismatch(f"{name}: {status.reason} names {sorted(found)}, expected {sorted(wanted)}")

    def repeat_all(self):
        """Asks again for what was done, under the same request ids."""
        for name, fields, answer in self.made:
            self.check_repeated(name, fields, answer)

    def expect(self, name, reason, **fields):
        self.change(name, Refused(reason), **fields)

    def doubt_grades(self):
        """What the daemon has seen of the writers may be lost, or it may not be able to look."""
        for volume in self.model.volumes.values():
            volume.resting.may_be_unseen |= self.model.is_served(volume)

    def learn_grade(self, volume):
        """Asks where it cannot be predicted."""
        if self.model.grade(volume) is None:
            try:
                self.session.call("SnapshotService/CreateSnapshot", request_id=client.new_request_id(),
                                  volume=volume.id, require="OFFLINE", validate_only=True,
                                  snapshot=client.message("v1.VolumeSnapshot", name="grade"))
                volume.resting.value = "OFFLINE"
            except client.CallError as error:
                volume.resting.value = "CRASH" if error.status.reason == "CONSISTENCY_NOT_MET" else "OFFLINE"

    def apply_server_revert(self, server, server_snapshot, safety_id):
        """Notes a revert that succeeded, with its safety snapshot as it is shown."""
        safety = self.session.call("ServerSnapshotService/GetServerSnapshot", server_snapshot=safety_id)
        members = [self.session.call("SnapshotService/GetSnapshot", snapshot=each) for each in safety.member_ids]
        grades = [(each.id, client.message("v1.Consistency").Grade.Name(each.consistency)) for each in members]
        self.model.revert_server(server, server_snapshot, safety.id, safety.name, grades)

    # Guests

    def uri(self, volume):
        server = self.session.call("ServerService/GetServer", server=volume.server)
        return next(each.uri for each in server.nbd if each.volume_id == volume.id)

    def handle(self, volume):
        return self.guests.connect(volume.id, self.uri(volume))

    def read(self, volume):
        was_connected = volume.id in self.guests.connected
        read = read_all(self.handle(volume))
        if not was_connected:
            self.guests.disconnect(volume.id)
        return read

    def compare(self, volume):
        self.count("volumes compared")
        difference = volume.contents.difference(self.read(volume))
        if difference:
            raise Mismatch(f"{volume.id}: {difference}")

    def compare_attached(self):
        for volume in list(self.model.volumes.values()):
            if self.model.is_served(volume):
                self.compare(volume)

    def disconnect(self, volumes):
        for volume in volumes:
            if volume.id in self.guests.connected:
                self.guests.disconnect(volume.id)

    # Ends of processes

    def restart(self, kill, meanwhile=None):
        """`meanwhile()` runs while there is no daemon."""
        if kill:
            self.daemon.kill()
        elif self.daemon.stop() != 0:
            raise Mismatch(f"holdpointd ended badly: {self.daemon.log_end()}")
        if meanwhile:
            meanwhile()
        self.start()

    def kill_storage_daemon(self, server, daemon_too):
        """A power cut for a server's guests; `daemon_too`: while nobody is there to notice."""
        if daemon_too:
            self.daemon.kill()
        old = self.daemon.storage_daemons().get(server.id)
        self.daemon.kill_storage_daemon(server.id)
        volumes = self.model.attached(server.id)
        for volume in volumes:
            self.guests.forget(volume.id)
            volume.resting.kill()
        if daemon_too:
            self.start()
        wait_until(lambda: self.daemon.storage_daemons().get(server.id) not in (None, old) and self.serves(volumes),
                   SERVE_DEADLINE_SECONDS, f"{server.id} is served again")
        for volume in volumes:
            difference = volume.contents.settle(self.read(volume))
            if difference:
                raise Mismatch(f"{volume.id} lost flushed data, or has data that nobody wrote: {difference}")

    def serves(self, volumes):
        try:
            for volume in volumes:
                self.handle(volume)
        except Exception:  # Not yet: libnbd's errors and those of a connection mean the same here.
            return False
        self.disconnect(volumes)
        return True
