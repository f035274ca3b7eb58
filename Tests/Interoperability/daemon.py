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

    def __init__(self, folder: pathlib.Path, process: subprocess.Popen, port: int):
        self.process = process
        self.folder = folder
        self.address = ("127.0.0.1", port)
        self.unix_address = str(folder / "socket")
        self.token = (folder / "state/admin.token").read_text().strip()
        self.password = (folder / "state/admin.password").read_text().strip()

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def memory_kilobytes(self, name: str) -> int:
        """A line of /proc/PID/status: VmRSS is what it holds now, VmHWM the most that it ever held."""
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE).group(1))

    def descriptor_count(self) -> int:
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def command(self, *arguments: str) -> subprocess.Popen:
        """The real command, started; its output is text."""
        holdpoint = pathlib.Path(program).with_name("holdpoint")
        return subprocess.Popen(
            [holdpoint, "--endpoint", f"unix:{self.unix_address}", *arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


# The program of this run, and the daemon that most tests share; set by start().
program: str
current: Daemon


@contextlib.contextmanager
def start(path: str):
    """Starts the daemon that the tests share."""
    global program, current
    program = path
    with own() as current:
        yield current


@contextlib.contextmanager
def own(*prefix: str, options: tuple[str, ...] = ()):
    """Starts a daemon, by way of a prefix command and with more options, and ends it and everything that it started,
    whatever happens."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="hpi-", dir="/tmp"))
    log = open(folder / "log", "w+b")
    listeners = ["--listen", "tcp://127.0.0.1:0", "--listen", f"unix:{folder}/socket"]
    process = subprocess.Popen(
        [*prefix, program, "--state-dir", str(folder / "state"), *listeners, *options],
        stdin=subprocess.DEVNULL, stderr=log)
    try:
        daemon = Daemon(folder, process, _port(process, folder / "log"))
        yield daemon
        # A test may end it, as an operator does.
        if process.poll():
            raise AssertionError(f"holdpointd ended by itself with {process.returncode}")
    except BaseException:
        print((folder / "log").read_text(errors="replace")[-4000:])
        raise
    finally:
        _end(process)
        _end_servers(folder / "state")
        log.close()
        shutil.rmtree(folder)


def _port(process: subprocess.Popen, log: pathlib.Path) -> int:
    ended = os.pidfd_open(process.pid)
    try:
        for _ in range(START_SECONDS * 50):
            text = log.read_text()
            line = re.search(r"^listening on tcp://127\.0\.0\.1:(\d+)$", text, re.MULTILINE)
            if line and "listening on unix:" in text:
                return int(line.group(1))
            if select.select([ended], [], [], 0.02)[0]:
                raise AssertionError("holdpointd did not start")
    finally:
        os.close(ended)
    raise AssertionError(f"holdpointd does not listen after {START_SECONDS} s")


def _end(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)
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
