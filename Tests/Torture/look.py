"""Looks whether what is there is what the model says."""

import subprocess

import client
from world import Mismatch

SETTLED = {"volume": ("AVAILABLE", "IN_USE"), "snapshot": ("AVAILABLE",), "server-snapshot": ("AVAILABLE",),
           "server": ("RUNNING", "STOPPED")}
LISTS = {"volume": ("VolumeService/ListVolumes", "volumes"), "snapshot": ("SnapshotService/ListSnapshots", "snapshots"),
         "server-snapshot": ("ServerSnapshotService/ListServerSnapshots", "server_snapshots"),
         "server": ("ServerService/ListServers", "servers")}
SLOT_COUNT = 64
# Exit codes of `qemu-img check`: clean; clusters that nothing refers to, which a killed writer may leave.
IMAGE_CLEAN, IMAGE_LEAKS = 0, 3


class Look:
    def __init__(self, world, allows_failures=False):
        """`allows_failures`: a resource may say that its last change failed."""
        self.world, self.model, self.allows_failures = world, world.model, allows_failures

    def at_everything(self):
        self.at_metadata()
        self.world.compare_attached()
        self.at_all_other_bytes()
        self.at_metadata()
        self.at_consistency()
        self.at_images()

    def at_metadata(self):
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
        failed = shown.HasField("failure") and not self.allows_failures and resource.id not in self.model.failed
        if shown.State.Name(shown.state) not in SETTLED[kind] or shown.operation_id or failed:
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

    def at_consistency(self):
        report = self.world.session.call("AdminService/CheckConsistency")
        if not report.clean or report.quarantined_layer_count or len(report.findings):
            raise Mismatch(f"the check found {report}")

    def at_all_other_bytes(self):
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
            name = f"l{len(self.model.volumes)}-{snapshot.id[-12:]}"
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

    def at_images(self):
        """Nobody has them open once their servers are stopped."""
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
