"""Makes flushes fail with `strace`, which sits between the process and the kernel: for real, without any library."""

import os
import signal
import subprocess

from workspace import wait_until

ATTACH_DEADLINE_SECONDS = 20
END_DEADLINE_SECONDS = 10


class Tracer:
    """Attaches to the daemon of a world while it is armed. Each thread counts its own flushes."""

    environment = {}
    calls = ""

    def __init__(self, world, folder):
        self.world, self.folder = world, folder
        self.process = None
        self.trace = os.path.join(folder, "trace")

    def arm(self, _, at, *__):
        with open(self.trace, "w", encoding="utf-8"):
            pass
        with open(os.path.join(self.folder, "strace.log"), "w+", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                ["strace", "-f", "-y", "-p", str(self.world.daemon.process.pid), "-o", self.trace,
                 "-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:error=EIO:when={at}"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        wait_until(self.is_attached, ATTACH_DEADLINE_SECONDS, "strace is attached")

    def is_attached(self):
        with open(os.path.join(self.folder, "strace.log"), encoding="utf-8") as log:
            said = log.read()
        if self.process.poll() is not None:
            raise RuntimeError(f"strace ended, is ptrace permitted? {said}")
        return "attached" in said

    def disarm(self):
        """Lets go of the daemon."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(END_DEADLINE_SECONDS)

    @property
    def hits(self):
        with open(self.trace, encoding="utf-8", errors="replace") as trace:
            return [line.strip() for line in trace if "(INJECTED)" in line]

    @property
    def fired(self):
        return bool(self.hits)

    @property
    def where(self):
        return "; ".join(self.hits)
