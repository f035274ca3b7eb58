"""A snapshot of a running server, or of a volume of it, in parts: something happens between asking and the end."""

import client
from world import is_allowed


class Cut:
    def __init__(self, moves, server):
        """Chooses what is cut."""
        self.world, self.model, self.server = moves.world, moves.model, server
        attached = self.model.attached(server.id)
        self.is_whole = moves.random.random() < 0.5
        self.volumes = attached if self.is_whole else [moves.pick(attached)]
        self.name = moves.name("snap")
        self.answer = None

    @property
    def method(self):
        return "ServerSnapshotService/CreateServerSnapshot" if self.is_whole else "SnapshotService/CreateSnapshot"

    def begin(self, may_refuse="", **fields):
        """Asks for it. `may_refuse`: reasons for which it may be refused."""
        if self.is_whole:
            fields.update(server=self.server.id, server_snapshot=client.message("v1.ServerSnapshot", name=self.name))
        else:
            fields.update(volume=self.volumes[0].id, snapshot=client.message("v1.VolumeSnapshot", name=self.name))
        try:
            self.answer = self.world.session.call(self.method, request_id=client.new_request_id(), **fields)
        except client.CallError as error:
            if not is_allowed(error.status.reason, may_refuse):
                raise

    def finish(self, may_fail=""):
        """Waits for it, and tells the model if it succeeded. Returns the operation; None: it was refused."""
        if not self.answer:
            return None
        operation = self.world.end_of(self.method, self.answer, may_fail=may_fail)
        if operation.state == operation.SUCCEEDED:
            self._apply()
        return operation

    def _apply(self):
        if self.is_whole:
            made = self.answer.server_snapshot
            self.model.add_server_snapshot(made.id, self.name, self.server.id, made.member_ids)
        else:
            self.model.cut(self.volumes[0], self.answer.snapshot.id, self.name)

    def snapshot_of(self, volume):
        """Of a volume, once it is made."""
        ids = self.answer.server_snapshot.member_ids if self.is_whole else [self.answer.snapshot.id]
        snapshots = [self.model.snapshots[each] for each in ids if each in self.model.snapshots]
        return next((each for each in snapshots if each.volume == volume.id), None)

    def __str__(self):
        return f"cut of {', '.join(each.id for each in self.volumes)}"
