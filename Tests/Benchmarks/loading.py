"""Runs the program that makes the load."""

import json
import os
import struct
import subprocess

import building

NO_NUMBER = 0xFFFFFFFF
# Ends a run that hangs.
GRACE_SECONDS = 120


def write_requests(path, messages, number_offset=NO_NUMBER):
    """Writes the messages that a load sends in turn; 12 characters at the offset become another number each time."""
    with open(path, "wb") as file:
        for message in messages:
            content = message if isinstance(message, bytes) else message.SerializeToString()
            file.write(struct.pack("<II", len(content), number_offset) + content)
    return path


class Load:
    """Calls of one method of one server: `server` has `wire`, `endpoint`, `process_id`, `token` and `uri`."""

    def __init__(self, server, method, requests):
        self.server, self.method, self.requests = server, method, requests

    def run(self, in_flight=1, connections=1, seconds=1.0, once=False):
        """Keeps so many calls under way on each connection, for that long; or `once` sends each request once, however
        long that takes. What was measured, as `measurement.c` names it; a refused call ends the benchmark."""
        words = [
            building.load(), "--wire", self.server.wire, "--endpoint", self.server.endpoint, "--token",
            self.server.token, "--uri", self.server.uri, "--server", str(self.server.process_id), "--method",
            self.method, "--connections", str(connections), "--in-flight", str(in_flight), "--seconds", str(seconds),
        ]
        words += (["--requests", self.requests] if in_flight else []) + ["--once"] * once
        ended = subprocess.run(
            words, capture_output=True, text=True, check=False, timeout=None if once else seconds + GRACE_SECONDS)
        if ended.returncode != 0:
            raise RuntimeError(f"{self.method}: {ended.stderr.strip()}")
        measured = json.loads(ended.stdout)
        if measured["failures"] or in_flight and not measured["calls"]:
            raise RuntimeError(f"{self.method}: {measured}")
        return measured
