"""What a kill cannot show and a power cut would: a layer's new name is flushed with its folder before the metadata that
rest on it are committed."""

import re
import signal
import subprocess

from crash_case import VOLUME_SIZE, CrashCase
from workspace import wait_until

ATTACH_DEADLINE_SECONDS = 20
END_DEADLINE_SECONDS = 10
CALLS = "trace=rename,renameat,renameat2,fsync,fdatasync"


class DurableNames(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("web-1", 1)

    def traced(self, *words, consent=False):
        """What the daemon told the disk during a change, in order: a name among the layers, their folder, a commit."""
        trace, log = self.workspace.file("trace"), self.workspace.file("strace.log")
        with open(log, "w", encoding="utf-8") as said:
            tracer = subprocess.Popen(
                ["strace", "-f", "-y", "-p", str(self.daemon.process.pid), "-o", trace, "-e", CALLS],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True)
        try:
            wait_until(lambda: self.is_attached(tracer, log), ATTACH_DEADLINE_SECONDS, "strace is attached")
            self.command.ask(*words, consent=consent)
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait(END_DEADLINE_SECONDS)
        with open(trace, encoding="utf-8", errors="replace") as lines:
            return [kind for line in lines if (kind := self.kind(line))]

    def is_attached(self, tracer, log):
        self.assertIsNone(tracer.poll(), "strace ended: is ptrace permitted?")
        with open(log, encoding="utf-8") as said:
            return "attached" in said.read()

    def kind(self, line):
        if re.search(r'rename\w*\(.*/layers/', line):
            return "name"
        if re.search(r"fsync\(\d+<[^>]*/layers>", line):
            return "folder"
        if re.search(r"f(data)?sync\(\d+<[^>]*metadata\.sqlite-wal>", line):
            return "commit"
        return None

    def check_order(self, told):
        """Behind the last name comes its folder, and behind that a commit."""
        self.assertIn("name", told)
        behind = told[len(told) - told[::-1].index("name"):]
        self.assertIn("folder", behind, told)
        self.assertIn("commit", behind[behind.index("folder"):], told)

    def test_a_new_volume(self):
        self.check_order(self.traced("volume", "create", "data-1", "--size", VOLUME_SIZE))

    def test_a_server_snapshot(self):
        self.check_order(self.traced("server-snapshot", "create", "before", "--server", self.server))

    def test_a_deletion(self):
        self.command.ask("volume", "create", "data-1", "--size", VOLUME_SIZE)
        self.check_order(self.traced("volume", "delete", "data-1", consent=True))
