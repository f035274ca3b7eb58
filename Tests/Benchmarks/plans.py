"""Row 14: deletion plans of many steps: how long they take, and how long another writer waits meanwhile."""

import os
import random
import sqlite3
import threading
import time

import client
from catalogue import MEBIBYTE, identifier
from daemon import Daemon
from report import AT_MOST, Row, number

VOLUME_COUNT = 8
# Server snapshots and snapshots of one volume: with the server and its volumes 10, 111, 1,000 and 10,000 steps.
SIZES = [(1, 0), (50, 52), (491, 500), (1250, 8741)]
# Milliseconds that a plan of so many steps may take, and that another writer may wait.
PLANNING_TARGETS = {10: 30, 111: 30, 1000: 150, 10000: 1000}
LONGEST_WAIT = 50
# Before anything is asked, to see what the machine itself makes a writer wait.
QUIET_SECONDS = 2
PLANNING_ROUNDS = 5
# A large plan is not waited for to its end: its steps are alike.
EXECUTING_SECONDS = 20
CALL_MILLISECONDS = 60_000


class House:
    """A server with eight volumes, and a snapshot tree without files that hangs on them."""

    def __init__(self, setting, server_snapshots, snapshots):
        self.daemon = Daemon(setting.binaries, setting.workspace.folder(f"plan-{server_snapshots}-{snapshots}"))
        self.daemon.start()
        link = self.connect()
        self.server = link.change(
            "ServerService/CreateServer", server={"name": "web-1", "kind": "EXTERNAL"}).server.id
        self.volumes = [
            link.change("VolumeService/CreateVolume", attach_server=self.server,
                        volume={"name": f"data-{slot}", "size_bytes": MEBIBYTE}).volume.id
            for slot in range(VOLUME_COUNT)]
        self.bystander = link.change(
            "VolumeService/CreateVolume", volume={"name": "bystander", "size_bytes": MEBIBYTE}).volume.id
        self.daemon.stop()
        self.fill(server_snapshots, snapshots)
        self.daemon.start()

    def connect(self):
        with open(self.daemon.token_file, encoding="ascii") as file:
            return client.Connection(self.daemon.socket, token=file.read().strip())

    @property
    def consent(self):
        with open(self.daemon.password_file, encoding="utf-8") as file:
            return client.message("v1.Consent", acknowledged=True, password=file.read().strip())

    def fill(self, server_snapshots, snapshots):
        """Each snapshot's layer rests on that of the one before it, as long as that may be."""
        database = sqlite3.connect(os.path.join(self.daemon.state, "metadata.sqlite"))
        with database:
            (self.project,) = database.execute("SELECT id FROM project WHERE name = 'default'").fetchone()
            self.random, self.tops, self.count = random.Random(1), {}, 0
            for number in range(server_snapshots):
                owner = identifier(self.random, "ssnap")
                self.insert(database, "server_snapshot", owner, f"whole-{number}", server_id=self.server,
                            server_name="web-1", server_kind="EXTERNAL", consistency="OFFLINE")
                for slot, volume in enumerate(self.volumes):
                    self.add_snapshot(database, volume, f"snapshot for whole-{number}", owner, slot)
            for number in range(snapshots):
                self.add_snapshot(database, self.volumes[number % VOLUME_COUNT], f"single-{number}", None, None)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()

    def add_snapshot(self, database, volume, name, owner, slot):
        parent, depth = self.tops.get(volume, (None, -1))
        layer = identifier(self.random, "lay")
        self.tops[volume] = (layer, depth + 1)
        database.execute("INSERT INTO layer (id, parent_id, size_bytes, depth, state) VALUES (?, ?, ?, ?, 'FROZEN')",
                         (layer, parent, MEBIBYTE, depth + 1))
        self.insert(database, "volume_snapshot", identifier(self.random, "vsnap"), name, volume_id=volume,
                    server_snapshot_id=owner, size_bytes=MEBIBYTE, layer_id=layer, consistency="OFFLINE", slot=slot)

    def insert(self, database, table, id, name, **own):
        self.count += 1
        row = {"id": id, "project_id": self.project, "name": name, "description": "", "labels": "{}",
               "deletion_protection": 0, "state": "AVAILABLE", "state_since": self.count, "create_time": self.count,
               "revision": 1, "cut_time": self.count, **own}
        places = ", ".join("?" for _ in row)
        database.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))


class Bystander(threading.Thread):
    """Changes a volume that nothing is done to, over and over; notes how long each change takes."""

    def __init__(self, house):
        super().__init__(daemon=True)
        self.link, self.volume = house.connect(), house.bystander
        self.waits, self.is_over = [], False

    def run(self):
        while not self.is_over:
            begin = time.monotonic()
            self.link.call("VolumeService/UpdateVolume", request_id=client.new_request_id(), volume_id=self.volume,
                           volume={"description": str(len(self.waits))}, update_mask={"paths": ["description"]})
            self.waits.append(time.monotonic() - begin)

    def end(self):
        self.is_over = True
        self.join()

    def longest(self):
        """Since the last time, in ms."""
        waits, self.waits = self.waits, []
        return 1000 * max(waits, default=0)


def measure(setting):
    for size in SIZES:
        house = House(setting, *size)
        measure_one(house, setting.report)
        house.daemon.kill()


def measure_one(house, report):
    link, bystander = house.connect(), Bystander(house)
    bystander.start()
    time.sleep(QUIET_SECONDS)
    waits = {"quiet": bystander.longest()}
    plan, planning = min((timed(lambda: link.call(
        "PlanService/PlanDelete", CALL_MILLISECONDS, resource=house.server, delete_volumes=True))
        for _ in range(PLANNING_ROUNDS)), key=lambda each: each[1])
    waits["planning"] = bystander.longest()
    answer, accepting = timed(lambda: link.call(
        "PlanService/ExecutePlan", CALL_MILLISECONDS, request_id=client.new_request_id(), resource=house.server,
        delete_volumes=True, hash=plan.hash, consent=house.consent))
    waits["accepting"] = bystander.longest()
    operation, executing = timed(lambda: link.call(
        "OperationService/WaitOperation", EXECUTING_SECONDS * 1000, operation=answer.operation.id))
    waits["executing"] = bystander.longest()
    bystander.end()
    tell(report, len(plan.steps), planning, waits)
    done = round(operation.progress * operation.step_count)
    report.note(f"plan of {len(plan.steps)} steps: accepted in {number(accepting)} ms, {done} steps done in "
                f"{executing / 1000:.1f} s; longest wait of another writer: "
                + ", ".join(f"{when} {number(wait)} ms" for when, wait in waits.items()))


def tell(report, steps, planning, waits):
    waited = max(wait for when, wait in waits.items() if when != "quiet")
    report.add_rows(
        Row("14", f"plan of {steps} steps", f"{number(planning)} ms", "-", "-", planning, AT_MOST,
            PLANNING_TARGETS[steps], " ms"),
        Row("14", f"longest wait of another writer, {steps} steps", f"{number(waited)} ms", "quiet",
            f"{number(waits['quiet'])} ms", waited, AT_MOST, LONGEST_WAIT, " ms"))


def timed(call):
    """What it returns, and milliseconds."""
    begin = time.monotonic()
    result = call()
    return result, 1000 * (time.monotonic() - begin)
