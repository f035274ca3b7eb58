"""A temporary folder, and the end of everything that was started in it, whatever happens."""

import atexit
import os
import shutil
import signal
import tempfile
import time

END_DEADLINE_SECONDS = 10
POLL_SECONDS = 0.01


def wait_until(condition, deadline_seconds, what):
    """Polls until `condition()` is true and returns what it returned; raises TimeoutError naming `what` otherwise."""
    end = time.monotonic() + deadline_seconds
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(f"not within {deadline_seconds} s: {what}")
        time.sleep(POLL_SECONDS)


def processes_naming(text):
    """Ids of the processes that have `text` in their command line and have not ended."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) != os.getpid() and text in command_line(int(name)):
            found.append(int(name))
    return found


def command_line(process_id):
    """A process's arguments in one text; empty once it has ended, even if nobody has waited for it."""
    try:
        with open(f"/proc/{process_id}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def kill(process_id):
    try:
        os.kill(process_id, signal.SIGKILL)
    except ProcessLookupError:
        pass


class Workspace:
    """Use as a context manager. Its path is in the arguments of every process that works in it, which is how they are
    found at the end: those that run on by design, the servers' processes, included."""

    def __init__(self, purpose):
        self.path = os.path.realpath(tempfile.mkdtemp(prefix=f"holdpoint-{purpose}-", dir="/tmp"))
        self._endings = []

    def folder(self, name):
        path = os.path.join(self.path, name)
        os.makedirs(path, exist_ok=True)
        return path

    def file(self, name):
        return os.path.join(self.path, name)

    def at_end(self, action):
        """`action()` runs when the workspace ends; the last registered first."""
        self._endings.append(action)

    def __enter__(self):
        # An interrupted test runner forgets its cleanups; the interpreter does not.
        atexit.register(self._end)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        return self

    @staticmethod
    def _interrupt(number, _):
        raise KeyboardInterrupt(f"signal {number}")

    def __exit__(self, *_):
        ignored = {number: signal.signal(number, signal.SIG_IGN)
                   for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            self._end()
        finally:
            for number, handler in ignored.items():
                signal.signal(number, handler)

    def _end(self):
        atexit.unregister(self._end)
        self.end_processes(self.path)
        for action in reversed(self._endings):
            try:
                action()
            except OSError as error:
                print(f"cleaning up: {error}", flush=True)
        shutil.rmtree(self.path, ignore_errors=True)

    @staticmethod
    def end_processes(folder):
        """Ends every process that works in a folder of the workspace."""
        end = time.monotonic() + END_DEADLINE_SECONDS
        while (left := processes_naming(folder)) and time.monotonic() < end:
            for process_id in left:
                kill(process_id)
            time.sleep(POLL_SECONDS)
