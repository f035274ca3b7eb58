"""A real holdpointd in a temporary folder, listening on TCP on loopback."""

import contextlib
import os
import pathlib
import re
import select
import shutil
import signal
import subprocess
import tempfile

START_SECONDS = 60
END_SECONDS = 40


class Daemon:
    """What the tests need to know about the process."""

    def __init__(self, state: pathlib.Path, process: subprocess.Popen, port: int):
        self.process = process
        self.address = ("127.0.0.1", port)
        self.token = (state / "admin.token").read_text().strip()
        self.password = (state / "admin.password").read_text().strip()

    def memory_kilobytes(self, name: str) -> int:
        """A line of /proc/PID/status: VmRSS is what it holds now, VmHWM the most that it ever held."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE).group(1))


# The daemon of this run; set by start().
current: Daemon


@contextlib.contextmanager
def start(program: str):
    """Starts it, and ends it and everything that it started, whatever happens in between."""
    global current
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hpi-", dir="/tmp"))
    state = folder / "state"
    log = open(folder / "log", "w+b")
    process = subprocess.Popen(
        [program, "--state-dir", str(state), "--listen", "tcp://127.0.0.1:0"], stdin=subprocess.DEVNULL, stderr=log)
    try:
        current = Daemon(state, process, _port(process, folder / "log"))
        yield current
        if process.poll() is not None:
            raise AssertionError(f"holdpointd ended by itself with {process.returncode}")
    except BaseException:
        print((folder / "log").read_text(errors="replace")[-4000:])
        raise
    finally:
        _end(process)
        _end_servers(state)
        log.close()
        shutil.rmtree(folder)


def _port(process: subprocess.Popen, log: pathlib.Path) -> int:
    ended = os.pidfd_open(process.pid)
    try:
        for _ in range(START_SECONDS * 50):
            if line := re.search(r"^listening on tcp://127\.0\.0\.1:(\d+)$", log.read_text(), re.MULTILINE):
                return int(line.group(1))
            if select.select([ended], [], [], 0.02)[0]:
                raise AssertionError("holdpointd did not start")
    finally:
        os.close(ended)
    raise AssertionError(f"holdpointd does not listen after {START_SECONDS} s")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(END_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _end_servers(state: pathlib.Path) -> None:
    """The processes that serve volumes outlive holdpointd: ends those whose command line names this folder."""
    for file in (state / "run").glob("*.pid"):
        with contextlib.suppress(OSError, ValueError):
            pid = int(file.read_text())
            if str(state).encode() in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                os.kill(pid, signal.SIGKILL)
