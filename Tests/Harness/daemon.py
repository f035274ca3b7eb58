"""One `holdpointd`."""

import json
import os
import re
import signal
import subprocess

from workspace import command_line, kill, processes_naming, wait_until

START_DEADLINE_SECONDS = 60
END_DEADLINE_SECONDS = 60
LOG_EXCERPT_BYTES = 4000
STORAGE_DAEMON = "qemu-storage-daemon"
# Where a server's process names its server.
MONITOR = re.compile(r"/(srv-[a-z2-7]{12})\.qmp")
# How Swift's runtime begins to tell of a crash, and how much of that is looked at.
CRASH_MARK, CRASH_REPORT_BYTES = "Program crashed: ", 200_000


class Daemon:
    """`folder` is the workspace's; state, socket and log are below it."""

    def __init__(self, binaries, folder, state=None, listeners=(), environment=None):
        self.program = os.path.join(binaries, "holdpointd")
        self.folder = folder
        self.state = state or os.path.join(folder, "state")
        self.socket = os.path.join(folder, "holdpoint.sock")
        self.log = os.path.join(folder, "holdpointd.log")
        self.listeners = [f"unix:{self.socket}", *listeners]
        self.environment = {**os.environ, **(environment or {})}
        self.process = None
        self.endpoints = []

    @property
    def arguments(self):
        listen = [word for listener in self.listeners for word in ("--listen", listener)]
        return [self.program, "--state-dir", self.state, *listen, "--log-format", "json"]

    @property
    def endpoint(self):
        return f"unix:{self.socket}"

    @property
    def password_file(self):
        return os.path.join(self.state, "admin.password")

    @property
    def token_file(self):
        return os.path.join(self.state, "admin.token")

    def start(self):
        """Returns once it listens."""
        begin = self._log_size()
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment,
                start_new_session=True)
        self.endpoints = wait_until(lambda: self._listening(begin), START_DEADLINE_SECONDS, "holdpointd listens")
        return self

    def _listening(self, begin):
        if self.process.poll() is not None:
            raise RuntimeError(f"holdpointd ended with {self.process.returncode}:\n{self.log_end()}")
        prefix = "listening on "
        lines = [line[len(prefix):] for line in self._log_from(begin).splitlines() if line.startswith(prefix)]
        return lines if len(lines) == len(self.listeners) else None

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """Ends it as an operator would; returns its exit code."""
        self.process.terminate()
        return self.process.wait(END_DEADLINE_SECONDS)

    # Its servers' processes

    def storage_daemons(self):
        """Process ids of the servers' processes by server id, from their command lines, in which the state directory's
        path may be spelled otherwise. Two for one server: an error."""
        found = {}
        for process_id in processes_naming(STORAGE_DAEMON):
            words = command_line(process_id)
            server = MONITOR.search(words) if self.folder in words or self.state in words else None
            if server and found.setdefault(server[1], process_id) != process_id:
                raise RuntimeError(f"{server[1]} has two processes, {found[server[1]]} and {process_id}")
        return found

    def kill_storage_daemon(self, server_id):
        """Kills a server's process and whatever else names its monitor, and returns when those are gone; `holdpointd`
        may have started another one by then."""
        victims = processes_naming(f"/{server_id}.qmp")
        for process_id in victims:
            kill(process_id)
        wait_until(lambda: not any(command_line(each) for each in victims), END_DEADLINE_SECONDS,
                   f"the process of {server_id} is gone")

    def layers(self):
        """Names of the image files, and of what was put beside them; what begins with a dot is the daemon's own."""
        folder = os.path.join(self.state, "layers")
        names = os.listdir(folder) if os.path.isdir(folder) else []
        return sorted(name for name in names if not name.startswith("."))

    def layer_paths(self):
        return [os.path.join(self.state, "layers", name) for name in self.layers()]

    # Its log

    def _log_size(self):
        return os.path.getsize(self.log) if os.path.exists(self.log) else 0

    def _log_from(self, begin):
        with open(self.log, "rb") as file:
            file.seek(begin)
            return file.read().decode(errors="replace")

    def log_records(self, message):
        """The log's records with this message, oldest first."""
        records = []
        for line in self._log_from(0).splitlines():
            if line.startswith("{"):
                record = json.loads(line)
                if record.get("message") == message:
                    records.append(record)
        return records

    def log_end(self):
        """Its last lines; a crash's report from its beginning."""
        size = self._log_size()
        lines = self._log_from(max(0, size - CRASH_REPORT_BYTES))
        crash = lines.rfind(CRASH_MARK)
        return lines[crash:] if crash >= 0 else self._log_from(max(0, size - LOG_EXCERPT_BYTES))
