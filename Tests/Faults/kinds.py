"""The kinds of changes: each is prepared, described as one request, and told to the model once it is done."""

from dataclasses import dataclass
from typing import Callable

import client

MEBIBYTE = 1 << 20
WRITTEN_BYTES = 100_000


@dataclass
class Request:
    method: str
    fields: dict
    # Tells the model; takes the answer and the operation.
    apply: Callable


class Kinds:
    """`prepare` of each kind makes what the change needs, without faults."""

    def __init__(self, world):
        self.world, self.model = world, world.model
        self.number = 0
        self.server = self.make_server()
        for _ in range(2):
            self.make_volume(self.server)

    # What changes need

    def name(self, prefix):
        self.number += 1
        return f"{prefix}-{self.number}"

    def make_server(self):
        request = self.create_server()
        return self.make(request, "server", self.model.servers)

    def make_volume(self, server=None):
        """With bytes of its own if it is attached."""
        volume = self.make(self.create_volume(server), "volume", self.model.volumes)
        if server:
            self.write(volume)
        return volume

    def make_snapshot(self, volume):
        return self.make(self.create_snapshot(volume), "snapshot", self.model.snapshots)

    def make_server_snapshot(self, server):
        return self.make(self.create_server_snapshot(server), "server_snapshot", self.model.server_snapshots)

    def make(self, request, field, resources):
        answer, operation = self.world.change(request.method, **request.fields)
        request.apply(answer, operation)
        return resources[getattr(answer, field).id]

    def write(self, volume):
        data = self.world.random.randbytes(WRITTEN_BYTES)
        offset = self.world.random.randrange(volume.size - len(data))
        handle = self.world.handle(volume)
        handle.pwrite(data, offset)
        handle.flush()
        volume.contents.write(offset, data)
        volume.contents.flush()
        self.world.guests.disconnect(volume.id)

    # The kinds

    def create_server(self):
        name = self.name("srv")
        return Request(
            "ServerService/CreateServer", {"server": client.message("v1.Server", name=name, kind="EXTERNAL")},
            lambda answer, _: self.model.add_server(answer.server.id, name))

    def create_volume(self, server=None):
        name = self.name("vol")
        return Request(
            "VolumeService/CreateVolume",
            {"volume": client.message("v1.Volume", name=name, size_bytes=MEBIBYTE),
             "attach_server": server.id if server else ""},
            lambda answer, _: self.model.add_volume(
                answer.volume.id, name, MEBIBYTE, server=server.id if server else ""))

    def create_attached_copy(self):
        snapshot, name, server = self.make_snapshot(self.make_volume()), self.name("copy"), self.make_server()
        return Request(
            "VolumeService/CreateVolume",
            {"volume": client.message("v1.Volume", name=name), "snapshot": snapshot.id, "attach_server": server.id},
            lambda answer, _: self.model.add_volume(
                answer.volume.id, name, len(snapshot.data), snapshot, server.id))

    def attach_volume(self):
        volume, server = self.make_volume(), self.make_server()
        return Request("VolumeService/AttachVolume", {"volume": volume.id, "server": server.id},
                       lambda *_: self.model.attach(volume, server.id))

    def detach_volume(self):
        volume = self.make_volume(self.make_server())
        return Request("VolumeService/DetachVolume", {"volume": volume.id}, lambda *_: self.model.detach(volume))

    def resize_attached_volume(self):
        return self.resize_volume(self.make_volume(self.make_server()))

    def resize_volume(self, volume=None):
        volume = volume or self.make_volume()
        size = volume.size + MEBIBYTE
        return Request("VolumeService/ResizeVolume", {"volume": volume.id, "size_bytes": size},
                       lambda *_: volume.contents.grow(size))

    def update_volume(self):
        volume, name = self.make_volume(), self.name("new")
        return Request(
            "VolumeService/UpdateVolume",
            {"volume_id": volume.id, "update_mask": {"paths": ["name"]},
             "volume": client.message("v1.Volume", name=name)},
            lambda *_: self.model.rename("volume", volume, name))

    def create_snapshot(self, volume=None):
        volume, name = volume or self.make_volume(), self.name("snap")
        return Request(
            "SnapshotService/CreateSnapshot",
            {"volume": volume.id, "snapshot": client.message("v1.VolumeSnapshot", name=name)},
            lambda answer, _: self.model.cut(volume, answer.snapshot.id, name))

    def create_server_snapshot(self, server=None):
        server, name = server or self.server, self.name("ssnap")
        for volume in self.model.attached(server.id):
            self.write(volume)
        return Request(
            "ServerSnapshotService/CreateServerSnapshot",
            {"server": server.id, "server_snapshot": client.message("v1.ServerSnapshot", name=name)},
            lambda answer, _: self.model.add_server_snapshot(
                answer.server_snapshot.id, name, server.id, answer.server_snapshot.member_ids))

    def create_server_from_snapshot(self):
        server = self.make_server()
        copied = self.make_volume(server)
        owner, name = self.make_server_snapshot(server), self.name("srv")

        def apply(answer, _):
            made = self.model.add_server(answer.server.id, name)
            for attachment, member in zip(answer.server.attachments, owner.members):
                snapshot = self.model.snapshots[member]
                volume = self.model.add_volume(
                    attachment.volume_id, f"{name}-{copied.name}", len(snapshot.data), snapshot)
                self.model.attach(volume, made.id, snapshot.slot)

        return Request("ServerService/CreateServer",
                       {"server": client.message("v1.Server", name=name), "server_snapshot": owner.id}, apply)

    def stop_server(self):
        server = self.make_server()
        self.make_volume(server)
        return Request("ServerService/StopServer", {"server": server.id}, lambda *_: self.model.stop(server))

    def start_server(self):
        request = self.stop_server()
        self.world.change(request.method, **request.fields)
        request.apply()
        server = self.model.servers[request.fields["server"]]
        return Request("ServerService/StartServer", {"server": server.id}, lambda *_: self.model.start(server))

    def revert_volume(self):
        volume = self.make_volume(self.make_server())
        snapshot = self.make_snapshot(volume)
        self.write(volume)
        self.world.change("VolumeService/DetachVolume", volume=volume.id)
        self.model.detach(volume)

        def apply(_, operation):
            safety = self.world.session.call("SnapshotService/GetSnapshot", snapshot=operation.target_ids[1])
            self.model.revert(volume, snapshot, safety.id, safety.name)

        return Request("VolumeService/RevertVolume",
                       {"volume": volume.id, "snapshot": snapshot.id, "consent": self.world.session.consent}, apply)

    def revert_server(self):
        server = self.make_server()
        volumes = [self.make_volume(server) for _ in range(2)]
        snapshot = self.make_server_snapshot(server)
        for volume in volumes:
            self.write(volume)
        return Request("ServerService/RevertServer",
                       {"server": server.id, "server_snapshot": snapshot.id, "restart": True,
                        "consent": self.world.session.consent},
                       lambda _, operation: self.world.apply_server_revert(server, snapshot, operation.target_ids[1]))

    def delete_volume(self):
        return self.delete("volume", self.make_volume())

    def delete_snapshot(self):
        return self.delete("snapshot", self.make_snapshot(self.make_volume()))

    def delete_server_snapshot(self):
        return self.delete("server-snapshot", self.make_server_snapshot(self.server))

    def delete_server(self):
        server = self.make_server()
        self.make_volume(server)
        return self.delete("server", server)

    def delete(self, kind, resource):
        noun = kind.replace("-", "_")
        service = "".join(word.capitalize() for word in kind.split("-"))
        return Request(f"{service}Service/Delete{service}", {noun: resource.id, "consent": self.world.session.consent},
                       lambda *_: self.model.remove(kind, resource.id))

    def batch_delete_snapshots(self):
        volume = self.make_volume()
        snapshots = [self.make_snapshot(volume).id for _ in range(2)]

        def apply(*_):
            for snapshot in snapshots:
                self.model.remove("snapshot", snapshot)

        return Request("SnapshotService/BatchDeleteSnapshots",
                       {"snapshots": snapshots, "consent": self.world.session.consent}, apply)

    def execute_plan(self):
        server = self.make_server()
        volume = self.make_volume(server)
        self.make_snapshot(volume)
        self.make_server_snapshot(server)
        walk = self.model.plan("volume", volume.id)
        plan = self.world.session.call("PlanService/PlanDelete", resource=volume.id)
        return Request("PlanService/ExecutePlan",
                       {"resource": volume.id, "hash": plan.hash, "consent": self.world.session.consent},
                       lambda *_: self.model.remove_all(walk))

    @classmethod
    def names(cls):
        return ["create_server", "create_volume", "create_attached_copy", "attach_volume", "detach_volume",
                "resize_volume", "resize_attached_volume", "update_volume", "create_snapshot", "create_server_snapshot",
                "create_server_from_snapshot", "stop_server", "start_server", "revert_volume", "revert_server",
                "delete_volume", "delete_snapshot", "delete_server_snapshot", "delete_server", "batch_delete_snapshots",
                "execute_plan"]
