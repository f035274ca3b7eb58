"""Starts an NBD client that stops in the middle of a request."""

import json
import os
import signal
import subprocess
import urllib.parse

from workspace import wait_until

DEADLINE_SECONDS = 30
PROGRAM = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stalled_client.py")


class StalledProcess:
    """A process, and the child that has its connection if it is `gone`. `asked`: what stalled_client.py reads."""

    def __init__(self, uri, asked):
        self.ending = asked["ending"]
        address = urllib.parse.urlsplit(uri)
        path = urllib.parse.parse_qs(address.query)["socket"][0]
        self._process = subprocess.Popen(
            ["/usr/bin/python3", "-B", PROGRAM, path, address.path.lstrip("/")], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._process.stdin.write(json.dumps(asked))
        self._process.stdin.close()
        # Of the one that has the connection; nothing: it ended before.
        self.process_id = int(self._process.stdout.readline())

    def wait_until_stalled(self):
        wait_until(self._has_stalled, DEADLINE_SECONDS, f"the client stalls: {self.ending}")

    def _has_stalled(self):
        """It says so just before."""
        if self.ending == "gone":
            return self._process.poll() is not None
        with open(f"/proc/{self.process_id}/stat", encoding="ascii", errors="replace") as file:
            state = file.read().rpartition(")")[2].split()[0]
        return state == ("T" if self.ending == "stopped" else "S")

    def end(self):
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()
        self._process.stdout.close()
