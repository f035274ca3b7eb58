"""What may happen next: each move picks its subjects at random, predicts the outcome, makes it happen and tells the
model."""

import nbd

import client
from guests import discard
from model import Refused

MEBIBYTE = 1 << 20
LARGEST_INITIAL_MEBIBYTES = 4
LARGEST_MEBIBYTES = 6
LARGEST_EXTENT_BYTES = 192 << 10
CLUSTER_BYTES = 64 << 10
LARGEST_SERVER_COUNT, LARGEST_VOLUME_COUNT = 4, 9
LARGEST_SNAPSHOT_COUNT = 30
# Of those that stay. Each forbids changes.
LARGEST_GUEST_COUNT = 2
UPDATES = {"volume": "VolumeService/UpdateVolume", "snapshot": "SnapshotService/UpdateSnapshot",
           "server-snapshot": "ServerSnapshotService/UpdateServerSnapshot", "server": "ServerService/UpdateServer"}
DELETIONS = {"volume": "VolumeService/DeleteVolume", "snapshot": "SnapshotService/DeleteSnapshot",
             "server-snapshot": "ServerSnapshotService/DeleteServerSnapshot", "server": "ServerService/DeleteServer"}
MESSAGES = {"volume": "v1.Volume", "snapshot": "v1.VolumeSnapshot", "server-snapshot": "v1.ServerSnapshot",
            "server": "v1.Server"}
# One change in so many is made twice, or has the daemon killed in it.
REPEATED_PART, KILLED_PART = 0.08, 0.02


class Moves:
    def __init__(self, world, consents):
        self.world, self.model, self.random = world, world.model, world.random
        # Each costs a password's hash: they are rationed.
        self.consents_left = consents
        self.number = 0
        self.weights = {
            self.write: 22, self.zero: 5, self.trim: 5, self.flush: 3, self.connect: 4, self.disconnect: 3,
            self.create_volume: 5, self.create_server: 3, self.attach: 7, self.detach: 7, self.resize: 3,
            self.take_snapshot: 6, self.take_server_snapshot: 4, self.copy_snapshot: 5, self.copy_member: 3,
            self.copy_server: 2, self.update: 4, self.protect: 3, self.probe_deletion: 8, self.probe_plan: 3,
            self.probe_space: 2, self.delete_batch: 2, self.delete_one: 1, self.execute_plan: 3, self.stop: 2,
            self.start: 3,
            self.revert: 3, self.revert_server: 3, self.detach_by_force: 1, self.stop_by_force: 1,
            self.ask_nonsense: 3, self.compare: 2, self.restart: 0.4, self.kill: 0.8,
            self.kill_storage_daemon: 1,
        }

    def add(self, weights):
        self.weights.update(weights)

    def step(self):
        """Makes one move; one that finds no subject is none."""
        while True:
            move = self.random.choices(list(self.weights), list(self.weights.values()))[0]
            described = move()
            if described is not None:
                self.world.count(move.__name__)
                return f"{move.__name__} {described}"

    # Choices

    def pick(self, found):
        found = list(found)
        return self.random.choice(found) if found else None

    def name(self, prefix):
        self.number += 1
        return f"{prefix}-{self.number}"

    def any_volume(self):
        return self.pick(self.model.volumes.values())

    def served_volume(self):
        """One that its guest may write to; those with a connection more often."""
        served = [each for each in self.model.volumes.values() if self.model.is_served(each)]
        connected = [each for each in served if each.id in self.world.guests.connected]
        return self.pick(connected if connected and self.random.random() < 0.5 else served)

    def any_resource(self):
        kind = self.pick(kind for kind, resources in self.model.kinds().items() if resources)
        return (kind, self.pick(self.model.kinds()[kind].values())) if kind else (None, None)

    def extent(self, volume):
        """Small and unaligned, a sector, or whole clusters."""
        unit = self.random.choice([1, 1, 512, 4096, CLUSTER_BYTES])
        length = min(self.random.randint(1, max(1, self.random.choice([4096, LARGEST_EXTENT_BYTES]) // unit)) * unit,
                     volume.size)
        offset = self.random.randint(0, (volume.size - length) // unit) * unit
        return offset, length

    def make(self, name, expected=None, **fields):
        chance = self.random.random()
        return self.world.change(name, expected, repeat=chance < REPEATED_PART, kill=chance > 1 - KILLED_PART, **fields)

    def has_consent(self):
        """Takes one, if there is one left."""
        if not self.consents_left:
            return False
        self.consents_left -= 1
        return True

    # Guests

    def write(self):
        volume = self.served_volume()
        if not volume:
            return None
        with self.session(volume) as handle:
            for _ in range(self.random.randint(1, 4)):
                offset, length = self.extent(volume)
                data = self.random.randbytes(length)
                handle.pwrite(data, offset)
                volume.write(offset, data)
            self.maybe_flush(volume, handle)
        return volume.id

    def zero(self):
        volume = self.served_volume()
        if not volume:
            return None
        with self.session(volume) as handle:
            offset, length = self.extent(volume)
            handle.zero(length, offset, self.random.choice([0, nbd.CMD_FLAG_NO_HOLE]))
            volume.write(offset, bytes(length), may_change_nothing=True)
            self.maybe_flush(volume, handle)
        return f"{volume.id} {offset}+{length}"

    def trim(self):
        volume = self.served_volume()
        if not volume:
            return None
        with self.session(volume) as handle:
            offset, length = self.extent(volume)
            volume.write(offset, discard(handle, length, offset), may_change_nothing=True)
            self.maybe_flush(volume, handle)
        return f"{volume.id} {offset}+{length}"

    def flush(self):
        volume = self.served_volume()
        if not volume:
            return None
        with self.session(volume) as handle:
            handle.flush()
            volume.flush()
        return volume.id

    def maybe_flush(self, volume, handle):
        if self.random.random() < 0.4:
            handle.flush()
            volume.flush()

    def session(self, volume):
        return GuestSession(self.world, volume)

    def connect(self):
        """A guest that stays."""
        volume = self.served_volume()
        if not volume or len(self.world.guests.connected) >= LARGEST_GUEST_COUNT:
            return None
        self.world.handle(volume)
        return volume.id

    def disconnect(self):
        volume = self.pick(self.world.guests.connected)
        if not volume:
            return None
        self.world.guests.disconnect(volume)
        return volume

    # Making things

    def new_volume(self, size):
        return client.message("v1.Volume", name=self.name("vol"), size_bytes=size)

    def create_volume(self, origin=None, **source):
        if len(self.model.volumes) >= LARGEST_VOLUME_COUNT:
            return None
        smallest = len(origin.data) // MEBIBYTE if origin else 1
        size = self.random.randint(smallest, max(smallest, LARGEST_INITIAL_MEBIBYTES)) * MEBIBYTE
        asked = 0 if origin and self.random.random() < 0.5 else size
        volume = self.new_volume(asked)
        server = self.pick(self.model.servers.values()) if self.random.random() < 0.6 else None
        if origin and asked and self.random.random() < 0.1 and smallest > 1:
            volume.size_bytes = (smallest - 1) * MEBIBYTE
            self.world.expect("VolumeService/CreateVolume", "INVALID_SIZE", volume=volume, **source)
            return "too small"
        answer, _ = self.make("VolumeService/CreateVolume", volume=volume,
                              attach_server=server.id if server else "", **source)
        self.model.add_volume(answer.volume.id, volume.name, asked or len(origin.data), origin,
                              server.id if server else "")
        return answer.volume.id

    def copy_snapshot(self):
        snapshot = self.pick(self.model.snapshots.values())
        return self.create_volume(snapshot, snapshot=snapshot.id) if snapshot else None

    def copy_member(self):
        owner = self.pick(each for each in self.model.server_snapshots.values() if each.members)
        if not owner:
            return None
        member = self.model.snapshots[self.pick(owner.members)]
        return self.create_volume(member, server_snapshot=owner.id, source_volume=member.volume)

    def create_server(self):
        if len(self.model.servers) >= LARGEST_SERVER_COUNT:
            return None
        name = self.name("srv")
        answer, _ = self.make(
            "ServerService/CreateServer", server=client.message("v1.Server", name=name, kind="EXTERNAL"))
        self.model.add_server(answer.server.id, name)
        return answer.server.id

    def copy_server(self):
        owner = self.pick(self.model.server_snapshots.values())
        if not owner or len(self.model.servers) >= LARGEST_SERVER_COUNT or (
                len(self.model.volumes) + len(owner.members) > LARGEST_VOLUME_COUNT):
            return None
        name = self.name("srv")
        answer, _ = self.make(
            "ServerService/CreateServer", server=client.message("v1.Server", name=name), server_snapshot=owner.id)
        server = self.model.add_server(answer.server.id, name)
        for attachment, member in zip(answer.server.attachments, owner.members):
            snapshot = self.model.snapshots[member]
            volume = self.model.add_volume(
                attachment.volume_id, self.name_of_copy(attachment.volume_id, name), len(snapshot.data), snapshot)
            self.model.attach(volume, server.id, snapshot.slot)
        return f"{server.id} of {owner.id}"

    def name_of_copy(self, volume, server):
        """Made of the server's name and that of what it copies, and nobody else's."""
        made = self.world.session.call("VolumeService/GetVolume", volume=volume).name
        if not made.startswith(f"{server}-") or any(each.name == made for each in self.model.volumes.values()):
            raise AssertionError(f"{volume}, a copy for {server}, is called {made}")
        return made

    # Changing things

    def attach(self):
        volume, server = self.any_volume(), self.pick(self.model.servers.values())
        if not volume or not server:
            return None
        if volume.server and self.random.random() < 0.7:
            return None
        # Asked for where it is already, it is done.
        is_there = volume.server == server.id
        expected = Refused("VOLUME_ATTACHED") if volume.server and not is_there else None
        self.make("VolumeService/AttachVolume", expected, volume=volume.id, server=server.id)
        if not volume.server:
            self.model.attach(volume, server.id)
        return f"{volume.id} to {server.id}{' refused' if expected else ' again' if is_there else ''}"

    def detach(self, volume=None):
        volume = volume or self.any_volume()
        if not volume or (not volume.server and self.random.random() < 0.7):
            return None
        self.world.note_connected()
        expected = self.model.refusal_of_detach(volume)
        self.make("VolumeService/DetachVolume", expected, volume=volume.id)
        if not expected:
            self.model.detach(volume)
        return f"{volume.id}{' refused' if expected else ''}"

    def detach_by_force(self):
        """Cuts a guest off: everything that it wrote is there, but it had no chance to end cleanly."""
        volume = self.connected_volume()
        if not volume or not self.has_consent():
            return None
        self.world.expect("VolumeService/DetachVolume", "CONSENT_REQUIRED", volume=volume.id, force=True)
        self.make("VolumeService/DetachVolume", volume=volume.id, force=True, consent=self.world.session.consent)
        self.world.guests.forget(volume.id)
        self.model.detach(volume)
        volume.resting.kill()
        return volume.id

    def stop_by_force(self):
        volume = self.connected_volume()
        if not volume or not self.has_consent():
            return None
        server = self.model.servers[volume.server]
        self.make("ServerService/StopServer", server=server.id, force=True, consent=self.world.session.consent)
        self.model.stop(server)
        for each in self.model.attached(server.id):
            self.world.guests.forget(each.id)
            each.resting.kill()
        return server.id

    def connected_volume(self):
        volume = self.pick(self.world.guests.connected)
        return self.model.volumes[volume] if volume else None

    def resize(self):
        volume = self.any_volume()
        if not volume:
            return None
        size = self.random.randint(max(1, volume.size // MEBIBYTE - 1), LARGEST_MEBIBYTES) * MEBIBYTE
        self.world.note_connected()
        in_use = self.model.refusal_of_growth(volume) if size > volume.size else None
        force = in_use is not None and self.random.random() < 0.3 and self.has_consent()
        expected = Refused("INVALID_SIZE") if size < volume.size else None if force else in_use
        consent = {"force": True, "consent": self.world.session.consent} if force else {}
        answer, operation = self.make(
            "VolumeService/ResizeVolume", expected, volume=volume.id, size_bytes=size, **consent)
        if answer is not None and size == volume.size and operation is not None:
            raise AssertionError("a resize to the present size is an operation")
        if expected is None and size > volume.size:
            volume.contents.grow(size)
            if self.model.is_served(volume):
                volume.resting.pass_over()
        if force:
            self.world.guests.forget(volume.id)
        return f"{volume.id} to {size // MEBIBYTE} MiB{' refused' if expected else ' by force' if force else ''}"

    def take_snapshot(self, volume=None):
        volume = volume or self.any_volume()
        if not volume or len(self.model.snapshots) >= LARGEST_SNAPSHOT_COUNT:
            return None
        name = self.name("snap")
        self.world.learn_grade(volume)
        required, met = self.requirement(self.model.grade(volume))
        expected = None if met else Refused("CONSISTENCY_NOT_MET")
        if not self.model.can_grow_chain(volume):
            expected = expected or Refused("CHAIN_TOO_DEEP")
        answer, _ = self.make(
            "SnapshotService/CreateSnapshot", expected, volume=volume.id, require=required,
            snapshot=client.message("v1.VolumeSnapshot", name=name))
        if expected:
            return f"of {volume.id} refused"
        self.model.cut(volume, answer.snapshot.id, name)
        return f"{answer.snapshot.id} of {volume.id}"

    def take_server_snapshot(self):
        server = self.pick(self.model.servers.values())
        if not server:
            return None
        volumes = self.model.attached(server.id)
        if len(self.model.snapshots) + len(volumes) > LARGEST_SNAPSHOT_COUNT or (
                not volumes and self.random.random() < 0.8):
            return None
        name = self.name("ssnap")
        for volume in volumes:
            self.world.learn_grade(volume)
        grades = [self.model.grade(volume) for volume in volumes]
        required, met = self.requirement("CRASH" if "CRASH" in grades else "OFFLINE")
        expected = None if met else Refused("CONSISTENCY_NOT_MET")
        if not all(map(self.model.can_grow_chain, volumes)):
            expected = expected or Refused("CHAIN_TOO_DEEP")
        answer, _ = self.make(
            "ServerSnapshotService/CreateServerSnapshot", expected, server=server.id, require=required,
            server_snapshot=client.message("v1.ServerSnapshot", name=name))
        if expected:
            return f"of {server.id} refused"
        snapshot = answer.server_snapshot
        self.model.add_server_snapshot(snapshot.id, name, server.id, snapshot.member_ids)
        return f"{snapshot.id} of {server.id} with {len(volumes)}"

    def requirement(self, grade):
        """A grade to ask for, or none; and whether it will be met."""
        required = self.random.choice(["GRADE_UNSPECIFIED"] * 6 + ["CRASH", "OFFLINE"])
        return required, required != "OFFLINE" or grade == "OFFLINE"

    def revert(self):
        volume = self.any_volume()
        own = self.pick(self.model.snapshots_of(volume.id)) if volume else None
        if not own or len(self.model.snapshots) >= LARGEST_SNAPSHOT_COUNT:
            return None
        if self.model.is_served(volume):
            self.world.expect("VolumeService/RevertVolume", "VOLUME_ATTACHED", volume=volume.id, snapshot=own.id)
            return f"{volume.id} refused"
        if not self.has_consent():
            return None
        self.world.learn_grade(volume)
        _, operation = self.make("VolumeService/RevertVolume", volume=volume.id, snapshot=own.id,
                                 consent=self.world.session.consent)
        safety = self.world.session.call("SnapshotService/GetSnapshot", snapshot=operation.target_ids[1])
        self.model.revert(volume, own, safety.id, safety.name)
        return f"{volume.id} to {own.id}, kept as {safety.id}"

    def revert_server(self):
        """All of a server's volumes, running or not; those of the snapshot that are not there are left out."""
        own = self.pick(each for each in self.model.server_snapshots.values() if each.server in self.model.servers)
        if not own or len(self.model.snapshots) >= LARGEST_SNAPSHOT_COUNT:
            return None
        server = self.model.servers[own.server]
        attached = {volume.id for volume in self.model.attached(server.id)}
        wanted = [self.model.snapshots[member].volume for member in own.members]
        missing = [volume for volume in wanted if volume not in attached]
        fields = {"server": server.id, "server_snapshot": own.id}
        if missing and self.random.random() < 0.5:
            self.world.expect("ServerService/RevertServer", "VOLUME_NOT_ATTACHED", restart=True, **fields)
            return f"{server.id} refused: {len(missing)} are not there"
        if len(missing) == len(wanted):
            return None
        fields["leave_out"] = missing
        if server.runs and self.random.random() < 0.3:
            self.world.expect("ServerService/RevertServer", "SERVER_RUNNING", **fields)
            return f"{server.id} refused: it runs"
        if not self.has_consent():
            return None
        fields |= {"restart": True, "consent": self.world.session.consent}
        self.world.note_connected()
        expected = self.model.refusal_of_stop(server) if server.runs else None
        if not expected and not all(map(self.model.can_grow_chain, self.model.attached(server.id))):
            expected = Refused("CHAIN_TOO_DEEP")
        _, operation = self.make("ServerService/RevertServer", expected, **fields)
        if expected:
            return f"{server.id} refused: {expected.reason}"
        self.world.apply_server_revert(server, own, operation.target_ids[1])
        return f"{server.id} to {own.id}, kept as {operation.target_ids[1]}"

    def stop(self):
        server = self.pick(self.model.servers.values())
        if not server:
            return None
        self.world.note_connected()
        expected = self.model.refusal_of_stop(server)
        self.make("ServerService/StopServer", expected, server=server.id)
        if not expected and server.runs:
            self.model.stop(server)
        return f"{server.id}{' refused' if expected else ''}"

    def start(self):
        server = self.pick(each for each in self.model.servers.values() if not each.runs)
        if not server:
            return None
        self.make("ServerService/StartServer", server=server.id)
        self.model.start(server)
        return server.id

    def update(self):
        kind, resource = self.any_resource()
        if not resource:
            return None
        name = self.name("new")
        expected = Refused("INVALID_NAME") if kind == "snapshot" and resource.owner else None
        self.send_update(kind, resource, expected, "name", name)
        if not expected:
            self.model.rename(kind, resource, name)
        return f"{kind} {resource.id}{' refused' if expected else ''}"

    def protect(self):
        """More often off than on: protection must not end everything."""
        kind, resource = self.any_resource()
        if not resource:
            return None
        resource.protected = not resource.protected and self.random.random() < 0.4
        self.send_update(kind, resource, None, "deletion_protection", resource.protected)
        return f"{kind} {resource.id} {'on' if resource.protected else 'off'}"

    def send_update(self, kind, resource, expected, field, value):
        noun = kind.replace("-", "_")
        self.make(UPDATES[kind], expected, update_mask={"paths": [field]},
                  **{f"{noun}_id": resource.id, noun: client.message(MESSAGES[kind], **{field: value})})

    # Deleting things

    def probe_deletion(self):
        """A deletion without consent: refused, for the reason that it would be refused for with consent first."""
        kind, resource = self.any_resource()
        if not resource:
            return None
        self.world.note_connected()
        expected = self.model.refusal_of_delete(kind, resource)
        self.world.change(DELETIONS[kind], expected, **{kind.replace("-", "_"): resource.id})
        return f"{kind} {resource.id}: {expected.reason}"

    def delete_one(self):
        kind, resource = self.any_resource()
        self.world.note_connected()
        if not resource or self.model.refusal_of_delete(kind, resource).reason != "CONSENT_REQUIRED" or (
                not self.has_consent()):
            return None
        self.make(DELETIONS[kind], consent=self.world.session.consent, **{kind.replace("-", "_"): resource.id})
        self.model.remove(kind, resource.id)
        self.world.expect(DELETIONS[kind], "NOT_FOUND", **{kind.replace("-", "_"): resource.id})
        return f"{kind} {resource.id}"

    def delete_batch(self):
        """Some snapshots at once, those that must be refused among them."""
        if len(self.model.snapshots) < 3 or not self.has_consent():
            return None
        chosen = self.random.sample(list(self.model.snapshots.values()), self.random.randint(2, 6)
                                    if len(self.model.snapshots) > 6 else 2)
        expected = {each.id: self.model.refusal_of_delete("snapshot", each).reason for each in chosen}
        answer, _ = self.make("SnapshotService/BatchDeleteSnapshots", snapshots=[each.id for each in chosen],
                              consent=self.world.session.consent)
        for result in answer.results:
            reason = result.error.reason if result.HasField("error") else "CONSENT_REQUIRED"
            if reason != expected[result.snapshot]:
                raise AssertionError(f"{result.snapshot} of a batch: {reason}, expected {expected[result.snapshot]}")
            if not result.HasField("error"):
                operation = self.world.session.wait(result.operation.id)
                if operation.state != operation.SUCCEEDED:
                    raise AssertionError(f"a batch's deletion ended as {operation}")
                self.model.remove("snapshot", result.snapshot)
        return f"{sum(reason == 'CONSENT_REQUIRED' for reason in expected.values())} of {len(chosen)}"

    def planned(self):
        """A resource, what its plan must be, the plan, and the request's fields."""
        kind, resource = self.any_resource()
        if not resource:
            return None
        self.world.note_connected()
        delete_volumes = kind == "server" and self.random.random() < 0.3
        force = self.random.random() < 0.2
        walk = self.model.plan(kind, resource.id, delete_volumes, force)
        fields = {"resource": resource.id, "delete_volumes": delete_volumes, "force": force}
        plan = self.world.session.call("PlanService/PlanDelete", **fields)
        self.check_plan(resource.id, plan, walk)
        return resource, walk, plan, fields

    @staticmethod
    def check_plan(resource_id, plan, walk):
        steps = [(step.Action.Name(step.action), step.kind, step.id) for step in plan.steps]
        if set(steps) != walk.steps or len(steps) != len(walk.steps):
            raise AssertionError(f"the plan for {resource_id} is {steps}, expected {sorted(walk.steps)}")
        found = {(each.kind, "" if each.kind == "client" else each.id, each.reason) for each in plan.blockers}
        expected = {(each.kind, each.id, each.reason) for each in walk.obstacles}
        if found != expected:
            raise AssertionError(f"the plan for {resource_id} has blockers {found}, expected {expected}")

    def probe_plan(self):
        planned = self.planned()
        if not planned:
            return None
        resource, walk, plan, fields = planned
        expected = self.model.refusal_of_plan(walk) or Refused("CONSENT_REQUIRED")
        if self.random.random() < 0.3:
            expected = Refused("PLAN_STALE")
            plan.hash = plan.hash[::-1] + "0"
        self.world.change("PlanService/ExecutePlan", expected, hash=plan.hash, **fields)
        return f"{resource.id}: {expected.reason}"

    def probe_space(self):
        """Everything takes space, and a deletion frees what its plan says, but for what the file system moves just
        now."""
        uses = self.world.session.all("PlanService/ListSpace", "uses")
        listed = {(each.kind, each.id) for each in uses if each.kind != "layer"}
        expected = {(kind, resource) for kind, resources in self.model.kinds().items() if kind != "server"
                    for resource in resources}
        if listed != expected:
            raise AssertionError(f"space lists {listed - expected} and lacks {expected - listed}")
        use = self.pick(each for each in uses if each.kind != "layer")
        if not use:
            return None
        plan = self.world.session.call("PlanService/PlanDelete", resource=use.id)
        if abs(plan.frees_bytes - use.frees_bytes) > MEBIBYTE:
            raise AssertionError(f"{use.id} frees {use.frees_bytes} bytes, its plan {plan.frees_bytes}")
        return f"{use.id}: {use.frees_bytes} bytes"

    def execute_plan(self):
        """Not too large a plan: there must be something left to play with."""
        planned = self.planned()
        if not planned:
            return None
        resource, walk, plan, fields = planned
        deleted = {resource_id for action, _, resource_id in walk.steps if action == "DELETE"}
        cut_off = self.model.connected.intersection(walk.interrupted)
        if self.model.refusal_of_plan(walk) or len(walk.steps) > 6 or cut_off - deleted or not self.has_consent():
            return f"{resource.id}: not executed"
        self.make("PlanService/ExecutePlan", hash=plan.hash, consent=self.world.session.consent, **fields)
        for volume in cut_off:
            self.world.guests.forget(volume)
        self.model.remove_all(walk)
        return f"{resource.id}: {len(walk.steps)} steps"

    # Others

    def ask_nonsense(self):
        """What no state allows."""
        unknown = "vol-" + "a" * 12
        volume = self.any_volume()
        session = self.world
        session.expect("VolumeService/AttachVolume", "NOT_FOUND", volume=unknown, server="nobody")
        if volume:
            session.expect("SnapshotService/CreateSnapshot", "INVALID_NAME", volume=volume.id,
                           snapshot=client.message("v1.VolumeSnapshot", name="no"))
            session.expect(UPDATES["volume"], "ETAG_MISMATCH", volume_id=volume.id, etag="1",
                           update_mask={"paths": ["name"]}, volume=client.message("v1.Volume", name="never"))
        return ""

    def compare(self):
        self.world.compare_attached()
        return ""

    def restart(self):
        self.world.restart(kill=False)
        return ""

    def kill(self):
        self.world.restart(kill=True)
        return ""

    def kill_storage_daemon(self):
        server = self.pick(each for each in self.model.servers.values() if each.runs)
        if not server:
            return None
        daemon_too = self.random.random() < 0.3
        self.world.kill_storage_daemon(server, daemon_too)
        volume = self.pick(self.model.attached(server.id))
        if volume and self.random.random() < 0.5:
            # Its next snapshot says that its writer was killed.
            self.detach(volume)
            self.take_snapshot(volume)
        return f"{server.id}{' and holdpointd' if daemon_too else ''}"


class GuestSession:
    """A connection for one move; one that was there before stays."""

    def __init__(self, world, volume):
        self.world, self.volume = world, volume
        self.stays = volume.id in world.guests.connected

    def __enter__(self):
        return self.world.handle(self.volume)

    def __exit__(self, kind, *_):
        if not self.stays and kind is None:
            self.world.guests.disconnect(self.volume.id)
