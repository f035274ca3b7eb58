"""What `holdpointd` has acknowledged: what must be there after every kill, and nothing else."""

import threading

# What each kind's resources must show for ever, or until the next acknowledged change.
FACTS = {
    "server": ("name", "kind"),
    "volume": ("name", "description", "sizeBytes", "serverId", "sourceSnapshotId"),
    "snapshot": ("name", "volumeId", "serverSnapshotId", "sizeBytes", "cutTime", "consistency"),
    "server-snapshot": ("name", "serverId", "memberIds", "cutTime", "consistency"),
}
SETTLED_STATES = {
    "server": ("RUNNING",), "volume": ("AVAILABLE", "IN_USE"), "snapshot": ("AVAILABLE",),
    "server-snapshot": ("AVAILABLE",),
}


class Acknowledged:
    """Facts by kind and id. Workers add to it at the same time."""

    def __init__(self):
        self._lock = threading.Lock()
        self._facts = {kind: {} for kind in FACTS}

    def put(self, kind, resource):
        """Remembers a resource as an answer showed it."""
        facts = {name: resource[name] for name in FACTS[kind]}
        with self._lock:
            self._facts[kind][resource["id"]] = facts

    def put_member(self, member_id, server_snapshot):
        """A member is known by its owner's answer only."""
        with self._lock:
            self._facts["snapshot"][member_id] = {
                "serverSnapshotId": server_snapshot["id"], "cutTime": server_snapshot["cutTime"]}

    def detach(self, volume_id):
        """Its server is deleted."""
        with self._lock:
            self._facts["volume"][volume_id]["serverId"] = ""

    def remove(self, kind, resource_id):
        with self._lock:
            del self._facts[kind][resource_id]

    def ids(self, kind):
        with self._lock:
            return set(self._facts[kind])

    @property
    def count(self):
        return sum(len(self.ids(kind)) for kind in FACTS)

    def differences(self, kind, listed):
        """In what a complete list differs from what was acknowledged, a text each."""
        listed = {resource["id"]: resource for resource in listed}
        with self._lock:
            expected = dict(self._facts[kind])
        found = [f"{kind} {each} was acknowledged and is missing" for each in expected.keys() - listed.keys()]
        found += [f"{kind} {each} is there and nobody was told" for each in listed.keys() - expected.keys()]
        for each in expected.keys() & listed.keys():
            found += self._resource_differences(kind, expected[each], listed[each])
        return found

    @staticmethod
    def _resource_differences(kind, facts, resource):
        name = f"{kind} {resource['id']}"
        found = [f"{name}: {key} is {resource[key]}, acknowledged was {value}"
                 for key, value in facts.items() if resource[key] != value]
        if resource["state"] not in SETTLED_STATES[kind] or resource["operationId"]:
            found.append(f"{name} is half-way: {resource['state']}, operation {resource['operationId'] or 'none'}")
        return found
