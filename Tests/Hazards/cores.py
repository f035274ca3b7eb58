"""A process that ends as by a defect leaves no core: one holds passwords and tokens. Unless it was asked for."""

import os
import select
import signal
import subprocess

from daemon import Daemon
from hazard_case import HazardCase
from workspace import command_line, wait_until

# Leaves a core, and no run-time has a handler for it.
DEFECT = signal.SIGSYS
UNLIMITED = ["prlimit", "--core=unlimited"]
START_DEADLINE_SECONDS = WATCH_DEADLINE_SECONDS = 30


class CoreDaemon(Daemon):
    @property
    def arguments(self):
        return [*UNLIMITED, *super().arguments]


class Cores(HazardCase):
    def make_daemon(self):
        return CoreDaemon(self.binaries, self.workspace.path)

    def setUp(self):
        super().setUp()
        self.folder = self.workspace.folder("cores")
        before = os.getcwd()
        os.chdir(self.folder)
        self.addCleanup(os.chdir, before)
        sleeper = subprocess.Popen([*UNLIMITED, "sleep", "60"])
        wait_until(lambda: command_line(sleeper.pid).startswith("sleep"), START_DEADLINE_SECONDS, "it has begun")
        if not self.leaves_core(sleeper):
            self.skipTest("this system writes no cores")

    @staticmethod
    def leaves_core(process):
        """Ends it as a defect would."""
        process.send_signal(DEFECT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = status
        assert os.WIFSIGNALED(status), status
        return os.WCOREDUMP(status)

    def watching(self):
        """The command, as long as it is wanted."""
        process = subprocess.Popen(
            [*UNLIMITED, self.command.program, "watch"],
            env={**self.daemon.environment, "HOLDPOINT_ENDPOINT": self.daemon.endpoint},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.addCleanup(process.stdout.close)
        numbers = iter(range(1000))
        wait_until(lambda: self.has_seen(process, next(numbers)), WATCH_DEADLINE_SECONDS, "an event")
        return process

    def has_seen(self, process, number):
        """Events from before it connected it does not see."""
        self.command.ask("server", "create", f"seen-{process.pid}-{number}", "--kind", "external")
        return select.select([process.stdout], [], [], 1)[0]

    def test_none_is_left(self):
        self.daemon.start()
        self.assertFalse(self.leaves_core(self.watching()))
        self.assertFalse(self.leaves_core(self.daemon.process))
        self.say("neither holdpoint nor holdpointd leaves a core")

    def test_one_is_left_where_it_was_asked_for(self):
        self.daemon.environment["HOLDPOINT_ALLOW_CORES"] = "1"
        self.daemon.start()
        self.assertTrue(self.leaves_core(self.watching()))
        self.assertTrue(self.leaves_core(self.daemon.process))
