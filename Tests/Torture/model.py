"""What must be there: every resource, its bytes, and what the rules say about changing it."""

from dataclasses import dataclass, field

from contents import Contents
from grades import CRASH, OFFLINE, Grade

# A volume's layers; a snapshot needs one more, and room to go on.
LARGEST_CHAIN_DEPTH = 200


@dataclass
class Volume:
    id: str
    name: str
    contents: Contents
    # Of its layer: 0 rests on nothing.
    depth: int = 0
    source: str = ""
    server: str = ""
    slot: int = 0
    protected: bool = False
    # While nobody serves it.
    resting: Grade = field(default_factory=Grade)

    @property
    def size(self):
        return len(self.contents)

    def write(self, offset, data, may_change_nothing=False):
        self.contents.write(offset, data)
        self.resting.write(may_change_nothing)

    def flush(self):
        self.contents.flush()
        self.resting.flush()


@dataclass
class Snapshot:
    id: str
    name: str
    volume: str
    data: bytes
    depth: int
    grade: str
    owner: str = ""
    slot: int = 0
    protected: bool = False


@dataclass
class ServerSnapshot:
    id: str
    name: str
    server: str
    grade: str
    members: list = field(default_factory=list)
    protected: bool = False


@dataclass
class Server:
    id: str
    name: str
    runs: bool = True
    protected: bool = False


@dataclass(frozen=True)
class Blocker:
    kind: str
    # Empty for a client: what it is called is the engine's business.
    id: str
    reason: str


@dataclass
class Refused:
    # Where several rules forbid a change, either reason will do: separated by spaces.
    reason: str
    blockers: set = field(default_factory=set)
    # Only trying shows it: the change may also be accepted, and then its operation fails.
    late: bool = False


class Model:
    def __init__(self):
        self.volumes, self.snapshots, self.server_snapshots, self.servers = {}, {}, {}, {}
        # Volumes that an NBD client is connected to.
        self.connected = set()
        # Resources that may say that their last change failed.
        self.failed = set()

    def kinds(self):
        return {"volume": self.volumes, "snapshot": self.snapshots, "server-snapshot": self.server_snapshots,
                "server": self.servers}

    def attached(self, server):
        """A server's volumes in the order of the slots."""
        return sorted((each for each in self.volumes.values() if each.server == server), key=lambda each: each.slot)

    def is_served(self, volume):
        return bool(volume.server) and self.servers[volume.server].runs

    def snapshots_of(self, volume):
        return [each for each in self.snapshots.values() if each.volume == volume]

    def grade(self, volume):
        """None: OFFLINE or CRASH."""
        return CRASH if self.is_served(volume) else volume.resting.value

    def can_grow_chain(self, volume):
        return volume.depth + 2 <= LARGEST_CHAIN_DEPTH

    # Changes that succeeded

    def add_volume(self, volume_id, name, size, snapshot=None, server=""):
        contents = Contents(snapshot.data if snapshot else b"")
        contents.grow(size)
        volume = Volume(volume_id, name, contents, snapshot.depth + 1 if snapshot else 0,
                        snapshot.id if snapshot else "")
        if snapshot:
            volume.resting = Grade(snapshot.grade)
        self.volumes[volume_id] = volume
        if server:
            self.attach(volume, server)
        return volume

    def add_server(self, server_id, name):
        self.servers[server_id] = Server(server_id, name)
        return self.servers[server_id]

    def attach(self, volume, server, slot=None):
        taken = {each.slot for each in self.attached(server)}
        free = min(set(range(len(taken) + 1)) - taken)
        volume.slot = free if slot is None else slot
        volume.server = server

    def detach(self, volume):
        """A clean end of its writer: what it wrote is flushed."""
        if self.is_served(volume):
            self.close(volume)
        volume.server, volume.slot = "", 0

    @staticmethod
    def close(volume):
        volume.resting.judge()
        volume.contents.flush()

    def cut(self, volume, snapshot_id, name, owner=""):
        snapshot = Snapshot(snapshot_id, name, volume.id, bytes(volume.contents.data), volume.depth,
                            self.grade(volume), owner, volume.slot)
        # What a snapshot shows stays, so a cut flushes.
        if self.is_served(volume):
            volume.resting.judge()
        volume.contents.flush()
        volume.depth += 1
        self.snapshots[snapshot_id] = snapshot
        return snapshot

    def add_server_snapshot(self, snapshot_id, name, server, member_ids):
        snapshot = ServerSnapshot(snapshot_id, name, server, OFFLINE, list(member_ids))
        for volume, member in zip(self.attached(server), member_ids):
            if self.cut(volume, member, f"snapshot for {name}", snapshot_id).grade == CRASH:
                snapshot.grade = CRASH
        self.server_snapshots[snapshot_id] = snapshot

    def revert(self, volume, snapshot, safety_id, safety_name):
        self.cut(volume, safety_id, safety_name)
        self._replace(volume, snapshot)

    def revert_server(self, server, server_snapshot, safety_id, safety_name, members):
        """To the members that are attached. `members`: id and grade of the safety snapshot's, in the order of slots."""
        runs = server.runs
        self.stop(server)
        for volume, (_, grade) in zip(self.attached(server.id), members):
            # Where the daemon was killed in it, or could not look, less is proved of the writers: a lower bound.
            if volume.resting.value is None or grade == CRASH:
                volume.resting.value = grade
        self.add_server_snapshot(safety_id, safety_name, server.id, [member for member, _ in members])
        for member in server_snapshot.members:
            volume = self.volumes.get(self.snapshots[member].volume)
            if volume and volume.server == server.id:
                self._replace(volume, self.snapshots[member])
        server.runs = runs

    @staticmethod
    def _replace(volume, snapshot):
        volume.depth = snapshot.depth + 1
        size = volume.size
        volume.contents = Contents(snapshot.data)
        volume.contents.grow(size)
        volume.resting = Grade(snapshot.grade)

    def stop(self, server):
        if server.runs:
            for volume in self.attached(server.id):
                self.close(volume)
        server.runs = False

    def start(self, server):
        server.runs = True

    def rename(self, kind, resource, name):
        resource.name = name
        if kind == "server-snapshot":
            for member in resource.members:
                self.snapshots[member].name = f"snapshot for {name}"

    def remove(self, kind, resource_id):
        if kind == "server":
            for volume in self.attached(resource_id):
                self.detach(volume)
        if kind == "server-snapshot":
            for member in self.server_snapshots[resource_id].members:
                del self.snapshots[member]
        del self.kinds()[kind][resource_id]

    def remove_all(self, walk):
        """A plan was executed."""
        for kind in ("server", "server-snapshot", "snapshot", "volume"):
            for action, of_kind, resource_id in walk.steps:
                if action == "DELETE" and of_kind == kind:
                    self.remove(kind, resource_id)

    # Rules: what a change is refused with; None: it is not.

    def refusal_of_detach(self, volume):
        return self._refusal_of_interruption(volume) if volume.server else Refused("VOLUME_NOT_ATTACHED")

    def refusal_of_growth(self, volume):
        return self._refusal_of_interruption(volume)

    def _refusal_of_interruption(self, volume):
        """What would cut off clients of a volume. Which of a server's volumes a client uses cannot be told without
        touching them."""
        if volume.id not in self.connected:
            return None
        is_alone = len(self.attached(volume.server)) == 1
        return Refused("VOLUME_HAS_CLIENTS", self._client_blockers(volume.server) if is_alone else set(), not is_alone)

    def refusal_of_stop(self, server):
        blockers = self._client_blockers(server.id)
        return Refused("VOLUME_HAS_CLIENTS", blockers) if blockers else None

    def _client_blockers(self, server):
        """All of a server's clients."""
        found = any(volume.id in self.connected for volume in self.attached(server))
        return {Blocker("client", "", "VOLUME_HAS_CLIENTS")} if found else set()

    def refusal_of_delete(self, kind, resource):
        """What a deletion without consent is refused with: without consent it always is."""
        obstacles, earlier = self._obstacles(kind, resource.id)
        blockers = obstacles | earlier
        reasons = {each.reason for each in blockers}
        if kind == "volume":
            for reason in ("VOLUME_HAS_SNAPSHOTS", "VOLUME_ATTACHED"):
                if reason in reasons:
                    return Refused(reason, blockers)
        if kind == "snapshot" and resource.owner:
            return Refused("SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", blockers)
        for reason in ("VOLUME_HAS_CLIENTS", "DELETION_PROTECTED"):
            if reason in reasons:
                return Refused(reason, blockers)
        return Refused("CONSENT_REQUIRED")

    def _obstacles(self, kind, resource_id):
        """What no plan clears, and what must go before the resource, as blockers of its deletion."""
        walk = Walk(self)
        walk.visit(kind, resource_id)
        return walk.obstacles, walk.earlier

    # Plans

    def plan(self, kind, resource_id, delete_volumes=False, force=False):
        walk = Walk(self, delete_volumes, force)
        walk.visit(kind, resource_id)
        return walk

    def refusal_of_plan(self, walk):
        reasons = {each.reason for each in walk.obstacles}
        return Refused(" ".join(sorted(reasons)), walk.obstacles) if reasons else None


class Walk:
    """From a resource to all that goes with it when it is deleted."""

    def __init__(self, model, delete_volumes=False, force=False):
        self.model = model
        self.delete_volumes, self.force = delete_volumes, force
        # (action, kind, id)
        self.steps = set()
        self.obstacles = set()
        # Blockers that the plan's earlier steps clear.
        self.earlier = set()
        # Volumes whose clients are cut off by force.
        self.interrupted = set()

    def visit(self, kind, resource_id):
        if ("DELETE", kind, resource_id) not in self.steps:
            getattr(self, "_" + kind.replace("-", "_"))(self.model.kinds()[kind][resource_id])

    def _delete(self, kind, resource):
        self.steps.add(("DELETE", kind, resource.id))
        if resource.protected:
            self.obstacles.add(Blocker(kind, resource.id, "DELETION_PROTECTED"))

    def _volume(self, volume):
        self._snapshots_of(volume)
        if volume.server:
            self._interrupt([volume], volume.server)
            self.steps.add(("DETACH", "volume", volume.id))
            self.earlier.add(Blocker("volume", volume.id, "VOLUME_ATTACHED"))
        self._delete("volume", volume)

    def _interrupt(self, volumes, server):
        if self.force:
            self.interrupted.update(volume.id for volume in volumes)
        else:
            self.obstacles |= self.model._client_blockers(server)

    def _snapshots_of(self, volume):
        for snapshot in self.model.snapshots_of(volume.id):
            self.earlier.add(Blocker("snapshot", snapshot.id, "VOLUME_HAS_SNAPSHOTS"))
            self.visit("snapshot", snapshot.id)

    def _snapshot(self, snapshot):
        if snapshot.owner:
            self.earlier.add(Blocker("server-snapshot", snapshot.owner, "SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT"))
            self.visit("server-snapshot", snapshot.owner)
        else:
            self._delete("snapshot", snapshot)

    def _server_snapshot(self, server_snapshot):
        for member in server_snapshot.members:
            if self.model.snapshots[member].protected:
                self.obstacles.add(Blocker("snapshot", member, "DELETION_PROTECTED"))
        self._delete("server-snapshot", server_snapshot)

    def _server(self, server):
        volumes = self.model.attached(server.id)
        self._interrupt(volumes, server.id)
        if self.delete_volumes:
            for volume in volumes:
                self._snapshots_of(volume)
                self._delete("volume", volume)
        self._delete("server", server)
