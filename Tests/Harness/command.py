"""The `holdpoint` command."""

import json
import os
import subprocess
from dataclasses import dataclass

DEADLINE_SECONDS = 120


@dataclass
class Result:
    """How one run of the command ended."""
    arguments: tuple
    code: int
    output: str
    error: str

    @property
    def answer(self):
        """Standard output as JSON."""
        return json.loads(self.output)

    @property
    def failure(self):
        """The error object: the last line of standard error. Empty if there is none."""
        lines = self.error.strip().splitlines()
        return json.loads(lines[-1]) if lines and lines[-1].startswith("{") else {}

    @property
    def reason(self):
        return self.failure.get("reason", "")

    def __str__(self):
        return f"holdpoint {' '.join(self.arguments)}: exit {self.code}: {self.error.strip() or self.output.strip()}"


class CommandFailed(Exception):
    def __init__(self, result):
        super().__init__(str(result))
        self.result = result


class Command:
    """Runs `holdpoint` against one server, always with `-o json`."""

    def __init__(self, binaries, daemon):
        self.program = os.path.join(binaries, "holdpoint")
        self.daemon = daemon
        self.environment = {**os.environ, "HOLDPOINT_ENDPOINT": daemon.endpoint}

    def run(self, *arguments, consent=False):
        words = [*arguments, "-o", "json"]
        if consent:
            words += ["--yes", "--password-file", self.daemon.password_file]
        ended = subprocess.run(
            [self.program, *words], env=self.environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=DEADLINE_SECONDS, start_new_session=True, check=False)
        return Result(tuple(words), ended.returncode, ended.stdout, ended.stderr)

    def ask(self, *arguments, consent=False):
        """The answer; raises CommandFailed if there is none."""
        result = self.run(*arguments, consent=consent)
        if result.code != 0:
            raise CommandFailed(result)
        return result.answer

    def delete(self, kind, *ids):
        if ids:
            self.ask(kind, "delete", *ids, consent=True)

    def uris(self, server):
        """NBD URIs of a server's volumes, by volume id, in the order of the slots."""
        exports = {export["volumeId"]: export["uri"] for export in self.ask("server", "nbd", server)}
        slots = self.ask("server", "show", server)["attachments"]
        return {slot["volumeId"]: exports[slot["volumeId"]] for slot in slots}
