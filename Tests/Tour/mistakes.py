"""Mistakes that people make in the first hour: each answer fits half a screen and names what to do."""

import os
import subprocess

from crash_case import CrashCase
from terminal import folded

LARGEST_ANSWER = 12
SNAPSHOTS = 100


class Mistakes(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.environment = {**self.command.environment, "COLUMNS": "80"}
        self.command.ask("server", "create", "web-1", "--kind", "external")
        self.command.ask("volume", "create", "data-1", "--size", "1MiB", "--attach", "web-1")
        self.transcript = []

    def test_ten_mistakes(self):
        self.check("volum list", 2, "did you mean 'volume'", "  holdpoint volume list")
        self.check("volume lst", 2, "did you mean 'list'", "  holdpoint volume list")
        self.check("volume list --limti 3", 2, "Did you mean '--limit'")
        self.check("volume create data-2 --size 10GB", 2, "as 10GiB")
        self.check("volume create data-1 --size 1G", 4, "NAME_TAKEN", "choose another name", "blocked by volume vol-")
        self.blocked_deletion()
        self.command.ask("server", "stop", "web-1")
        self.check("server nbd web-1", 4, "SERVER_NOT_RUNNING", "  holdpoint server start srv-")
        self.no_permission()
        self.expired_wait()
        self.daemon.kill()
        self.check("status", 6, "no holdpointd listens on", "  holdpointd --listen unix:")
        print("".join(f"    {line}\n" for line in self.transcript), end="")
        self.say("ten mistakes: each answer fits half a screen and names what to do")

    def blocked_deletion(self):
        for number in range(SNAPSHOTS):
            self.command.ask("snapshot", "create", f"day-{number}", "--volume", "data-1")
        self.check("volume delete data-1", 4, "VOLUME_HAS_SNAPSHOTS", f"and {SNAPSHOTS - 2} more",
                   "  holdpoint volume delete data-1 --cascade", "  holdpoint plan delete data-1")

    def no_permission(self):
        if os.geteuid() != 0:
            self.say("SKIPPED: another user needs root to become one")
            return
        os.chmod(self.workspace.path, 0o755)
        self.check("status", 6, "user nobody may not connect", "  sudo -u root holdpoint status", user="nobody")

    def expired_wait(self):
        """What it waited for goes on."""
        self.check("volume create late-1 --size 1MiB --wait-timeout 1ms", 9, "  holdpoint operation wait op-")

    def check(self, line, code, *parts, user=None):
        words = [self.command.program, *line.split()]
        if user:
            words = ["setpriv", f"--reuid={user}", "--regid=nogroup", "--clear-groups", "--", *words]
        ended = subprocess.run(words, env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               check=False)
        self.assertEqual(ended.returncode, code, ended.stdout + ended.stderr)
        for part in parts:
            self.assertIn(part, ended.stderr, line)
        shown = folded((ended.stdout + ended.stderr).splitlines())
        self.assertLessEqual(len(shown), LARGEST_ANSWER, "\n".join(shown))
        self.transcript += [f"$ holdpoint {line}"] + [row.rstrip() for row in shown]
