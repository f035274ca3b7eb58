"""`holdpointd` killed while a whole server is reverted: all of its volumes are of the snapshot's instant, or none."""

import os
import random
import subprocess
import time

from crash_case import REGION_OFFSET, CrashCase

VOLUME_COUNT = 3
WRITTEN_BYTES = 1 << 20
# A revert takes about this long here, so that kills fall before, into and behind it.
LONGEST_DELAY_SECONDS = 0.8
# A snapshot and a safety snapshot a round must fit into the chain of one volume.
MOST_ROUNDS = 20


class ServerReverts(CrashCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(self.seed)
        self.daemon.start()
        self.server = self.make_server("whole", VOLUME_COUNT)

    def test_all_or_none(self):
        self.say(f"seed {self.seed}")
        outcomes = []
        for number in range(min(self.rounds, MOST_ROUNDS)):
            outcomes.append(self.round(number))
        self.say(f"{len(outcomes)} kills: {outcomes.count('all')} reverted whole, {outcomes.count('none')} not at all")

    def round(self, number):
        old, new = 2 * number + 1, 2 * number + 2
        self.fill(old)
        snapshot = self.command.ask("server-snapshot", "create", f"round-{number}", "--server", self.server)["id"]
        self.fill(new)
        stopped = number % 2 == 1
        if stopped:
            self.command.ask("server", "stop", self.server)
        self.revert_and_kill(snapshot)
        self.wait_until_settled()
        self.command.ask("server", "start", self.server)
        held = self.held()
        self.assertIn(held, ([old] * VOLUME_COUNT, [new] * VOLUME_COUNT), "half of it")
        succeeded = [each for each in self.operations("SUCCEEDED") if self.is_new_revert(each)]
        self.assertEqual(held == [old] * VOLUME_COUNT, bool(succeeded))
        for operation in succeeded:
            safety = operation["targetIds"][-1]
            regions = self.restored(safety, f"restored-{number}")
            self.assertEqual([set(region[:WRITTEN_BYTES]) for region in regions], [{new}] * VOLUME_COUNT)
        self.check_consistency()
        return "all" if succeeded else "none"

    def revert_and_kill(self, snapshot):
        self.known = {each["id"] for each in self.command.ask("operation", "list", "--all")}
        words = ["server", "revert", self.server, "--server-snapshot", snapshot, "--restart", "--yes",
                 "--password-file", self.daemon.password_file]
        with open(os.devnull, "wb") as nothing:
            revert = subprocess.Popen(
                [self.command.program, *words], env=self.command.environment, stdin=subprocess.DEVNULL, stdout=nothing,
                stderr=nothing, start_new_session=True)
        # No sleep for luck: when the kill comes is what is random here.
        time.sleep(self.random.uniform(0, LONGEST_DELAY_SECONDS))
        self.daemon.kill()
        revert.kill()
        revert.wait()
        self.daemon.start()

    def is_new_revert(self, operation):
        return operation["kind"] == "REVERT_SERVER" and operation["id"] not in self.known

    def fill(self, byte):
        for uri in self.command.uris(self.server).values():
            subprocess.run(
                ["qemu-io", "-f", "raw", "-c", f"write -P {byte} {REGION_OFFSET} {WRITTEN_BYTES}", "-c", "flush", uri],
                stdout=subprocess.DEVNULL, check=True)

    def held(self):
        """What each volume is filled with."""
        regions = [set(region[:WRITTEN_BYTES]) for region in self.read_server(self.server)]
        self.assertTrue(all(len(each) == 1 for each in regions), "a volume is of no instant")
        return [each.pop() for each in regions]
