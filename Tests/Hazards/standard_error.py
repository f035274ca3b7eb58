"""A standard error that cannot be written to is no reason to end."""

import os
import subprocess

from daemon import Daemon
from hazard_case import HazardCase
from workspace import wait_until

START_DEADLINE_SECONDS = 60


class RedirectedDaemon(Daemon):
    """`holdpointd` with its standard error somewhere else, so that it cannot say that it listens."""

    def start_with(self, redirection, output=subprocess.DEVNULL):
        """`redirection`: as a shell has it."""
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$@" {redirection}', "sh", *self.arguments], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=output, env=self.environment, start_new_session=True)

    def is_listening(self):
        if not self.runs:
            raise AssertionError(f"holdpointd ended with {self.process.returncode}")
        return os.path.exists(self.socket)


class StandardError(HazardCase):
    def make_daemon(self):
        return RedirectedDaemon(self.binaries, self.workspace.path)

    def test_closed(self):
        self.daemon.start_with("2>&-")
        self.check_life("closed")

    def test_full(self):
        self.daemon.start_with("2>/dev/full")
        self.check_life("full")

    def test_its_reader_left(self):
        reader, writer = os.pipe()
        self.daemon.start_with("", output=writer)
        os.close(writer)
        os.close(reader)
        self.check_life("without a reader")

    def check_life(self, what):
        """Changes are logged, so each of them would end it."""
        wait_until(self.daemon.is_listening, START_DEADLINE_SECONDS, "holdpointd listens")
        server = self.make_server("logged", 1)
        client = self.client(server)
        client.write(1)
        self.command.ask("server-snapshot", "create", "snap", "--server", server)
        self.daemon.kill_storage_daemon(server)
        self.command.ask("server", "stop", server, "--wait-busy")
        self.assertTrue(self.daemon.runs)
        self.assertEqual(self.daemon.stop(), 0)
        self.say(f"standard error {what}: it works, and ends as it should")
