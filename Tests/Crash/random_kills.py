"""`holdpointd` and servers' processes killed at random under load: nothing acknowledged is missing, nothing is
half-way, and only the clients of a killed server notice."""

import random
import time

from acknowledged import FACTS
from crash_case import REGION_OFFSET, CrashCase
from load import Load
from records import number_held, read_region
from workspace import wait_until
from workers import AttachWorker, DetachedWorker, ServerSnapshotWorker, VolumeSnapshotWorker

SHORTEST_LOAD_SECONDS, LONGEST_LOAD_SECONDS = 0.1, 1.5
LONGEST_PAUSE_SECONDS = 0.2
SERVE_DEADLINE_SECONDS = 20
# Exit code of a writer whose volume failed.
CLIENT_FAILED = 3
# A deleted snapshot's layer stays until layers are merged, and a chain has a limit.
SNAPSHOTS_PER_ROUND = 3
SNAPSHOTS_IN_ALL = 150
# Who is killed, round by round: holdpointd, a server's process.
VICTIMS = [(True, False), (True, True), (True, False), (False, True)]


class RandomKills(CrashCase):
    def test_killed_at_random(self):
        self.say(f"seed {self.seed}")
        self.random = random.Random(self.seed)
        self.daemon.start()
        self.load = Load(self.command)
        self.addCleanup(self.load.end)
        self.start_workers()
        self.numbers = {}
        for number in range(1, self.rounds + 1):
            self.round(number)
        self.check_every_snapshot_again()
        self.delete_everything()
        self.say(f"{self.rounds} kills: all acknowledged was there, {len(self.numbers)} snapshots read back, "
                 f"writers wrote {self.written} records")

    def start_workers(self):
        self.server, self.solo = self.make_server("load", 2), self.make_server("solo", 1)
        self.verifier = self.make_server("verifier", 0)
        self.own = {"server": {self.server, self.solo, self.verifier},
                    "volume": {each["id"] for each in self.command.ask("volume", "list", "--all")}}
        volume = self.command.ask("server", "show", self.solo)["attachments"][0]["volumeId"]
        self.writers = {server: self.make_writer(server).start() for server in (self.server, self.solo)}
        self.load.workers = [
            ServerSnapshotWorker(self.load, "whole", self.seed, self.server, self.writers[self.server]),
            VolumeSnapshotWorker(self.load, "single", self.seed, volume, self.writers[self.solo]),
            DetachedWorker(self.load, "still", self.seed), AttachWorker(self.load, "moving", self.seed),
            AttachWorker(self.load, "hasty", self.seed),
        ]

    def round(self, number):
        self.load.go_on(min(SNAPSHOTS_PER_ROUND, SNAPSHOTS_IN_ALL // self.rounds))
        load_seconds = self.random.uniform(SHORTEST_LOAD_SECONDS, LONGEST_LOAD_SECONDS)
        # No sleep for luck: when the kill comes is what is random here.
        time.sleep(load_seconds)
        self.load.raise_failure()
        during = self.load.current
        kills_holdpointd, kills_server = VICTIMS[number % len(VICTIMS)]
        lost = self.random.choice(list(self.writers)) if kills_server else None
        self.kill(kills_holdpointd, lost)
        self.load.wait_until_idle()
        if lost:
            self.take_up(lost)
        self.check_metadata()
        self.check_writers()
        read = self.check_new_snapshots()
        self.check_consistency()
        who = " and ".join(["holdpointd"] * kills_holdpointd + ["a server"] * kills_server)
        self.say(f"round {number}: {who} killed after {load_seconds:.2f} s during {', '.join(during) or 'nothing'}; "
                 f"{self.load.acknowledged.count} resources as acknowledged, {read} new snapshots read back")

    def kill(self, kills_holdpointd, lost):
        """`lost`: the server whose process is killed; while nobody is there to notice, if holdpointd is killed too."""
        self.load.server_was_lost = lost is not None
        if kills_holdpointd:
            self.load.daemon_ended()
            self.daemon.kill()
        if lost:
            self.process_id = self.daemon.storage_daemons().get(lost)
            self.daemon.kill_storage_daemon(lost)
        self.load.stop_turns()
        if kills_holdpointd:
            self.check_writers(lost)
            time.sleep(self.random.uniform(0, LONGEST_PAUSE_SECONDS))
            self.daemon.start()
            self.load.daemon_started()

    def take_up(self, lost):
        """A server whose process was killed is served again, and holds what was flushed; its writer goes on."""
        writer = self.writers[lost]
        self.assertEqual(writer.wait(), CLIENT_FAILED, "the client must see the end of its connection")
        flushed, issued = writer.progress.flushed, writer.progress.issued
        regions = wait_until(lambda: self.served_regions(lost), SERVE_DEADLINE_SECONDS, f"{lost} is served again")
        held = [number_held(region, volume) for volume, region in enumerate(regions)]
        for least, number, most in zip(flushed, held, issued):
            self.assertLessEqual(least, number, "flushed records are lost")
            self.assertLessEqual(number, most)
        # The volumes are a record apart at most: what one of them has already is written once more.
        writer.start(min(held) + 1)

    def served_regions(self, server):
        """Nothing while its process is not the next one yet."""
        if self.daemon.storage_daemons().get(server) in (None, self.process_id):
            return None
        try:
            return self.read_server(server)
        except Exception:  # Not yet: libnbd's and the command's errors mean the same here.
            return None

    def check_writers(self, lost=None):
        """They go on, over the connections that they had."""
        for server, writer in self.writers.items():
            if server != lost:
                writer.wait_for_more(1)

    @property
    def written(self):
        return sum(sum(writer.progress.flushed) for writer in self.writers.values())

    def check_metadata(self):
        self.wait_until_settled()
        differences = []
        for kind in FACTS:
            own = self.own.get(kind, set())
            listed = [each for each in self.command.ask(kind, "list", "--all") if each["id"] not in own]
            differences += self.load.acknowledged.differences(kind, listed)
        self.assertEqual(differences, [])
        servers = self.load.acknowledged.ids("server") | self.own["server"]
        self.assertEqual(set(self.daemon.storage_daemons()), servers, "one process a server, no other")

    # Snapshots

    def check_new_snapshots(self):
        new = [taken for taken in self.load.taken.values() if taken.id not in self.numbers]
        for taken, numbers in zip(new, self.read_back(new)):
            self.numbers[taken.id] = numbers
            self.assertLessEqual(numbers[0] - numbers[-1], 1, f"{taken.id} is not of one instant: {numbers}")
            for number, flushed, issued in zip(numbers, taken.flushed, taken.issued):
                self.assertLessEqual(flushed, number, f"{taken.id} lacks what was flushed before it was asked for")
                self.assertLessEqual(number, issued, f"{taken.id} has what was written after it was acknowledged")
        return len(new)

    def check_every_snapshot_again(self):
        kept = list(self.load.taken.values())
        for taken, numbers in zip(kept, self.read_back(kept)):
            self.assertEqual(numbers, self.numbers[taken.id], f"the bytes of {taken.id} changed")
        self.say(f"{len(kept)} snapshots that are still there read back as before")

    def read_back(self, snapshots):
        """Which record each volume of each snapshot ends with, read from volumes made of them."""
        copies = [self.copies(taken) for taken in snapshots]
        uris = self.command.uris(self.verifier)
        numbers = [[number_held(read_region(uris[volume], REGION_OFFSET), index) for index, volume in enumerate(each)]
                   for each in copies]
        for volume in sum(copies, []):
            self.command.ask("volume", "detach", volume)
        self.command.delete("volume", *sum(copies, []))
        return numbers

    def copies(self, taken):
        """Volumes made of a snapshot, or of the members of a server snapshot in the order of the slots."""
        members = [taken.id]
        if taken.kind == "server-snapshot":
            members = self.command.ask("server-snapshot", "show", taken.id)["memberIds"]
        return [self.command.ask(
            "volume", "create", f"copy-{member[-12:]}", "--snapshot", member, "--attach", self.verifier)["id"]
            for member in members]

    # The end

    def delete_everything(self):
        for writer in self.writers.values():
            self.assertEqual(writer.stop(), 0, f"an NBD client was disturbed: {writer.complaint}")
        owned = {each["id"] for each in self.command.ask("snapshot", "list", "--all") if each["serverSnapshotId"]}
        everything = {kind: {each["id"] for each in self.command.ask(kind, "list", "--all")} for kind in FACTS}
        self.command.delete("server-snapshot", *everything["server-snapshot"])
        self.command.delete("snapshot", *(everything["snapshot"] - owned))
        self.command.delete("server", *everything["server"])
        self.command.delete("volume", *everything["volume"])
        self.check_nothing_is_left()
        self.assertEqual(self.daemon.stop(), 0)
