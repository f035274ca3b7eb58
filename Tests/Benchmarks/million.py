"""Fills the tables of a server that does not run with the history of years: a million snapshots in some minutes.

Every volume has a chain of layers, one for each snapshot, and a top; some are attached to a stopped server, and their
snapshots are members of server snapshots. No layer has a file. All else is as the program would have written it.
"""

import collections
import itertools
import json
import random
import sqlite3
import time

MEBIBYTE = 1 << 20
ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
MILLISECONDS_A_DAY = 86_400_000
# What the logs of operations, requests and events hold.
HISTORY = 200_000
# Volumes that are made together: with a server, to which the first of them are attached.
BLOCK, ATTACHED = 40, 4
ROWS_AT_ONCE = 100_000
# Whoever has parents comes after them.
TABLES = ["layer", "server", "volume", "server_snapshot", "volume_snapshot", "operation", "request", "event"]
COLORS = ["red", "green", "blue", "grey"]


class House:
    """What is written; `volumes` and `snapshots` are the ids, for whoever reads it later."""

    def __init__(self, volume_count=100_000, snapshots_each=10, seed=1):
        self.volume_count, self.days = volume_count, snapshots_each
        self.random = random.Random(seed)
        self.begin = int(time.time() * 1000) - snapshots_each * MILLISECONDS_A_DAY
        self.volumes, self.snapshots = [], []
        self.revisions = itertools.count(1)
        self.rows = collections.defaultdict(list)

    def fill(self, database):
        connection = sqlite3.connect(database)
        # Nobody else uses it, and what a crash leaves of it is thrown away.
        connection.execute("PRAGMA synchronous = OFF")
        with connection:
            (self.project,) = connection.execute("SELECT id FROM project WHERE name = 'default'").fetchone()
            for first in range(0, self.volume_count, BLOCK):
                self.make_block(first, min(BLOCK, self.volume_count - first))
                self.write(connection, ROWS_AT_ONCE)
            for number in range(HISTORY):
                self.make_history(number)
                self.write(connection, ROWS_AT_ONCE)
            self.write(connection, 0)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return self

    def write(self, connection, limit):
        """Writes what was made, if it is more than that."""
        if sum(map(len, self.rows.values())) <= limit:
            return
        for table in TABLES:
            if rows := self.rows.pop(table, None):
                names = list(rows[0])
                connection.executemany(
                    f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(':' + each for each in names)})",
                    rows)

    def make_block(self, first, count):
        server = self.resource("srv", f"server-{first}", "STOPPED", kind="EXTERNAL", desired_state="STOPPED")
        cuts = [self.resource(
            "ssnap", f"day-{day}", "AVAILABLE", day, server_id=server["id"], server_name=server["name"],
            server_kind="EXTERNAL", consistency="CRASH") for day in range(self.days)]
        for cut in cuts:
            cut["cut_time"] = cut["create_time"]
        self.rows["server"].append(server)
        self.rows["server_snapshot"] += cuts
        for slot in range(count):
            self.make_volume(first + slot, (server, cuts, slot) if slot < ATTACHED else (None, None, None))

    def make_volume(self, number, place):
        server, cuts, slot = place
        size = (64 + number % 1000) * MEBIBYTE
        volume = self.resource(
            "vol", f"volume-{number}", "IN_USE" if server else "AVAILABLE", size_bytes=size,
            server_id=server and server["id"], slot=slot, boot=0, writer_was_killed=0)
        below = None
        for day in range(self.days):
            below = self.layer(below, size, day, "FROZEN")
            owner = cuts[day] if cuts else None
            snapshot = self.resource(
                "vsnap", f"day-{day}", "AVAILABLE", day, volume_id=volume["id"], size_bytes=size, layer_id=below,
                consistency="CRASH" if owner else "OFFLINE", slot=slot, server_snapshot_id=owner and owner["id"])
            snapshot["cut_time"] = (owner or snapshot)["create_time"]
            self.rows["volume_snapshot"].append(snapshot)
            self.snapshots.append(snapshot["id"])
        volume["top_layer_id"] = self.layer(below, size, self.days, "ACTIVE")
        self.rows["volume"].append(volume)
        self.volumes.append(volume["id"])

    def make_history(self, number):
        """What is remembered of one change, long ago."""
        target, time = self.snapshots[number % len(self.snapshots)], self.begin + number
        operation = self.identifier("op")
        self.rows["operation"].append({
            "id": operation, "project_id": self.project, "type": "CREATE_SNAPSHOT", "state": "SUCCEEDED",
            "state_since": time, "create_time": time, "target_ids": json.dumps([target]), "request_id": "",
            "principal": "admin", "cancel_requested": 0,
            "revision": next(self.revisions), "warnings": "[]"})
        self.rows["request"].append({
            "principal": "admin", "project_id": self.project, "method": "SnapshotService/CreateSnapshot",
            "request_id": f"request-{number}", "fingerprint": "f" * 64, "target_id": target,
            "operation_id": operation, "warnings": "[]", "time": time})
        self.rows["event"].append({
            "sequence": next(self.revisions), "project_id": self.project, "time": time, "principal": "admin",
            "source": "unix:0", "action": "deleted", "kind": "snapshot", "resource_id": target, "request_id": "",
            "reason": ""})

    def resource(self, prefix, name, state, day=0, **own):
        time = self.begin + day * MILLISECONDS_A_DAY + self.random.randrange(MILLISECONDS_A_DAY)
        return {
            "id": self.identifier(prefix), "project_id": self.project, "name": name, "description": "one among many",
            "labels": json.dumps({"color": self.random.choice(COLORS)}), "deletion_protection": 0, "state": state,
            "state_since": time, "create_time": time, "revision": next(self.revisions), **own}

    def layer(self, below, size, depth, state):
        layer, is_frozen = self.identifier("lay"), state == "FROZEN"
        self.rows["layer"].append({
            "id": layer, "parent_id": below, "size_bytes": size, "depth": depth, "state": state,
            "file_byte_count": 196_608 if is_frozen else None,
            "modification_nanoseconds": self.begin * 1_000_000 if is_frozen else None})
        return layer

    def identifier(self, prefix):
        return f"{prefix}-{''.join(self.random.choices(ID_LETTERS, k=12))}"
