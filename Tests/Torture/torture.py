"""One seed: random moves, then everything compared with the model, then everything deleted."""

import random
import subprocess
import time

import client
from moves import Moves
from workspace import Workspace
from world import Mismatch, World

# Move by move, of which everything is looked at again after so many.
LOOK_INTERVAL = 50
CONSENTS = 12
SETTLED = {"volume": ("AVAILABLE", "IN_USE"), "snapshot": ("AVAILABLE",), "server-snapshot": ("AVAILABLE",),
           "server": ("RUNNING", "STOPPED")}
LISTS = {"volume": ("VolumeService/ListVolumes", "volumes"), "snapshot": ("SnapshotService/ListSnapshots", "snapshots"),
         "server-snapshot": ("ServerSnapshotService/ListServerSnapshots", "server_snapshots"),
         "server": ("ServerService/ListServers", "servers")}
SLOT_COUNT = 64
# Exit codes of `qemu-img check`: clean; clusters that nothing refers to, which a killed writer may leave.
IMAGE_CLEAN, IMAGE_LEAKS = 0, 3


class Torture:
    def __init__(self, binaries, seed, move_count):
        self.binaries, self.seed, self.move_count = binaries, seed, move_count
        self.history = []

    def run(self):
        """Raises whatever is wrong; returns a line that says what was done."""
        begin = time.monotonic()
        with Workspace(f"torture-{self.seed}") as workspace:
            self.world = World(self.binaries, workspace.path, random.Random(self.seed))
            self.model = self.world.model
            self.world.start()
            try:
                self.play()
                self.check_everything()
                self.delete_everything()
            except BaseException:
                print(f"--- holdpointd's log of seed {self.seed} ends:\n{self.world.daemon.log_end()}")
                raise
            finally:
                self.world.guests.end()
                self.world.session.close()
        counts = " ".join(f"{what}={count}" for what, count in sorted(self.world.counts.items()))
        return f"{time.monotonic() - begin:.1f} s; {counts}"

    def play(self):
        moves = Moves(self.world, CONSENTS)
        moves.create_server()
        for number in range(1, self.move_count + 1):
            self.history.append(moves.step())
            if number % LOOK_INTERVAL == 0:
                self.check_metadata()
                self.check_consistency()

    # Looking

    def check_everything(self):
        self.check_metadata()
        self.world.compare_attached()
        self.compare_all_others()
        self.check_metadata()
        self.check_consistency()
        self.check_images()

    def check_metadata(self):
        for kind, (method, field) in LISTS.items():
            listed = {each.id: each for each in self.world.session.all(method, field)}
            expected = self.model.kinds()[kind]
            if listed.keys() != expected.keys():
                raise Mismatch(f"{kind}: missing {expected.keys() - listed.keys()}, "
                               f"not expected {listed.keys() - expected.keys()}")
            for resource_id, resource in expected.items():
                self.check_resource(kind, resource, listed[resource_id])
        for operation in self.world.session.all("OperationService/ListOperations", "operations"):
            if operation.state not in (operation.SUCCEEDED, operation.FAILED, operation.CANCELLED):
                raise Mismatch(f"an operation that nobody waits for: {operation}")

    def check_resource(self, kind, resource, shown):
        if shown.State.Name(shown.state) not in SETTLED[kind] or shown.operation_id or shown.HasField("failure"):
            raise Mismatch(f"{kind} is not settled: {shown}")
        facts = {"name": resource.name, "deletion_protection": resource.protected}
        facts.update(getattr(self, "facts_of_" + kind.replace("-", "_"))(resource))
        for field, expected in facts.items():
            value = getattr(shown, field)
            if field == "member_ids":
                value = list(value)
            if value != expected:
                raise Mismatch(f"{kind} {resource.id}: {field} is {value}, expected {expected}")

    def facts_of_volume(self, volume):
        return {"size_bytes": volume.size, "server_id": volume.server, "slot": volume.slot,
                "source_snapshot_id": volume.source, "snapshot_count": len(self.model.snapshots_of(volume.id)),
                "state": client.message("v1.Volume").State.Value("IN_USE" if volume.server else "AVAILABLE")}

    @staticmethod
    def facts_of_snapshot(snapshot):
        grade = client.message("v1.Consistency").Grade.Value(snapshot.grade)
        return {"volume_id": snapshot.volume, "server_snapshot_id": snapshot.owner, "consistency": grade,
                "size_bytes": len(snapshot.data)}

    @staticmethod
    def facts_of_server_snapshot(snapshot):
        grade = client.message("v1.Consistency").Grade.Value(snapshot.grade)
        return {"server_id": snapshot.server, "consistency": grade, "member_ids": snapshot.members}

    @staticmethod
    def facts_of_server(server):
        return {"state": client.message("v1.Server").State.Value("RUNNING" if server.runs else "STOPPED")}

    def check_consistency(self):
        if not self.world.supports("AdminService/CheckConsistency"):
            return
        report = self.world.session.call("AdminService/CheckConsistency")
        if not report.clean or report.quarantined_layer_count or len(report.findings):
            raise Mismatch(f"the check found {report}")

    def compare_all_others(self):
        """Volumes that nobody serves, and every snapshot through a volume made of it."""
        for server in self.model.servers.values():
            if not server.runs:
                self.world.change("ServerService/StartServer", server=server.id)
                self.model.start(server)
        for volume in list(self.model.volumes.values()):
            if not volume.server:
                verifier = self.verifier()
                self.world.change("VolumeService/AttachVolume", volume=volume.id, server=verifier)
                self.model.attach(volume, verifier)
        for snapshot in list(self.model.snapshots.values()):
            verifier = self.verifier()
            name = f"copy-{len(self.model.volumes)}"
            answer, _ = self.world.change("VolumeService/CreateVolume", attach_server=verifier, snapshot=snapshot.id,
                                          volume=client.message("v1.Volume", name=name))
            self.model.add_volume(answer.volume.id, name, len(snapshot.data), snapshot, verifier)
        self.world.compare_attached()

    def verifier(self):
        """A server with a free slot, made for this."""
        for server in self.model.servers.values():
            if server.name.startswith("verifier") and len(self.model.attached(server.id)) < SLOT_COUNT:
                return server.id
        name = f"verifier-{len(self.model.servers)}"
        answer, _ = self.world.change(
            "ServerService/CreateServer", server=client.message("v1.Server", name=name, kind="EXTERNAL"))
        return self.model.add_server(answer.server.id, name).id

    def check_images(self):
        """Nobody has them open once their servers are stopped."""
        if not self.world.supports("ServerService/StopServer"):
            return
        self.world.disconnect(list(self.model.volumes.values()))
        for server in self.model.servers.values():
            self.world.change("ServerService/StopServer", server=server.id)
            self.model.stop(server)
        were_killed = "kill_storage_daemon" in self.world.counts
        for path in self.world.daemon.layer_paths():
            self.world.count("images checked")
            checked = subprocess.run(
                ["qemu-img", "check", "-f", "qcow2", path], capture_output=True, text=True, check=False)
            if checked.returncode not in (IMAGE_CLEAN, IMAGE_LEAKS if were_killed else IMAGE_CLEAN):
                raise Mismatch(f"{path}: {checked.stdout}{checked.stderr}")

    # The end

    def delete_everything(self):
        self.world.disconnect(list(self.model.volumes.values()))
        self.model.connected = set()
        if not self.world.supports("PlanService/ExecutePlan"):
            return
        for kind, resources in self.model.kinds().items():
            for resource in resources.values():
                if resource.protected:
                    resource.protected = False
                    Moves(self.world, 0).send_update(kind, resource, None, "deletion_protection", False)
        for kind in ("server", "server-snapshot"):
            while self.model.kinds()[kind]:
                self.delete_with_all(kind, next(iter(self.model.kinds()[kind])))
        self.check_metadata()
        self.check_nothing_is_left()
        if self.world.daemon.stop() != 0:
            raise Mismatch("holdpointd ended badly")

    def delete_with_all(self, kind, resource_id):
        delete_volumes = kind == "server"
        walk = self.model.plan(kind, resource_id, delete_volumes)
        fields = {"resource": resource_id, "delete_volumes": delete_volumes}
        plan = self.world.session.call("PlanService/PlanDelete", **fields)
        Moves.check_plan(resource_id, plan, walk)
        self.world.change("PlanService/ExecutePlan", hash=plan.hash, consent=self.world.session.consent, **fields)
        self.model.remove_all(walk)

    def check_nothing_is_left(self):
        left = self.world.daemon.layers()
        if left or self.world.daemon.storage_daemons():
            raise Mismatch(f"left behind: {left} {self.world.daemon.storage_daemons()}")
