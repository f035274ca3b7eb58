"""NBD clients killed while a volume is served: what they leave is CRASH, whatever is done with it, until a writer ends
cleanly."""

import subprocess
import time

from crash_case import CrashCase
from workspace import wait_until

WRITTEN_BYTES = 8 << 20
GONE_DEADLINE_SECONDS = 30


class KilledClients(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("web", 1)
        self.snapshot_count = 0

    def test_a_grade_is_carried(self):
        self.assertEqual(self.written(is_killed=False), "OFFLINE")
        self.attach()
        self.assertEqual(self.written(is_killed=True), "CRASH")
        refused = self.command.run("snapshot", "create", "better", "--volume", "web-0", "--require", "offline")
        self.assertEqual((refused.code, refused.reason), (4, "CONSISTENCY_NOT_MET"))
        self.attach()
        self.detach()
        self.assertEqual(self.grade("web-0"), "CRASH", "attached and detached without a client")
        for snapshot, grade in (("killed", "CRASH"), ("finished", "OFFLINE")):
            self.command.ask("volume", "create", f"copy-{snapshot}", "--snapshot", snapshot)
            self.assertEqual(self.grade(f"copy-{snapshot}"), grade, "a copy")
            self.command.ask("volume", "revert", "web-0", "--snapshot", snapshot, consent=True)
            self.assertEqual(self.grade("web-0"), grade, "a revert")
        self.say("a killed client's volume is CRASH through detach, attach, copy and revert; a finished one's OFFLINE")

    def written(self, is_killed):
        """The grade of the volume, detached once a client has ended that wrote all over it."""
        uri = list(self.command.uris(self.server).values())[0]
        client = subprocess.Popen(["nbdcopy", "--flush", "-", uri], stdin=subprocess.PIPE)
        client.stdin.write(b"data" * (WRITTEN_BYTES // 4))
        client.stdin.flush()
        if is_killed:
            time.sleep(0.5)
            client.kill()
        client.stdin.close()
        client.wait()
        self.detach()
        return self.grade("web-0", "killed" if is_killed else "finished")

    def attach(self):
        self.command.ask("volume", "attach", "web-0", "--server", self.server)

    def detach(self):
        wait_until(lambda: self.command.run("volume", "detach", "web-0", "--wait-busy").code == 0,
                   GONE_DEADLINE_SECONDS, "the volume is detached")

    def grade(self, volume, name=""):
        self.snapshot_count += 1
        name = name or f"grade-{self.snapshot_count}"
        return self.command.ask("snapshot", "create", name, "--volume", volume)["consistency"]
