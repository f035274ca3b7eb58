"""A `holdpointd` that has run out of descriptors cannot look; it must not take that for "there is nobody"."""

import contextlib
import os
import socket

from daemon import Daemon
from hazard_case import REFUSED, HazardCase
from workspace import wait_until

DESCRIPTORS = 64
# How many are left to it, one after the other.
LEFT = range(4, -1, -1)
SETTLE_DEADLINE_SECONDS = 15


class FewDescriptorsDaemon(Daemon):
    @property
    def arguments(self):
        return ["prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}", *super().arguments]


class FewDescriptors(HazardCase):
    def make_daemon(self):
        return FewDescriptorsDaemon(self.binaries, self.workspace.path, listeners=["tcp://127.0.0.1:0"])

    def test_strangers_take_them(self):
        self.daemon.start()
        self.server = self.make_server("kept", 2)
        self.connected = self.client(self.server)
        self.connected.write(1)
        self.process = self.server_process(self.server)
        idle = self.open_count()
        for left in LEFT:
            with contextlib.ExitStack() as strangers:
                for _ in range(DESCRIPTORS - idle - left):
                    strangers.enter_context(self.stranger())
                self.check_not_stopped(left)
            wait_until(lambda: self.open_count() <= idle + 2, SETTLE_DEADLINE_SECONDS, "strangers are forgotten")
        self.check_life()
        self.say(f"{DESCRIPTORS} descriptors, strangers that take them: never stopped beside a client")

    def open_count(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/fd"))

    def stranger(self):
        """A TCP connection that says nothing, or the attempt to have one."""
        host, port = self.daemon.endpoints[1].removeprefix("tcp://").rsplit(":", 1)
        stranger = socket.socket()
        stranger.settimeout(1)
        with contextlib.suppress(OSError):
            stranger.connect((host, int(port)))
        return stranger

    def check_not_stopped(self, left):
        for words in (("server", "stop", self.server), ("volume", "detach", "kept-0")):
            result = self.command.run(*words, "--timeout", "3s")
            self.assertTrue(self.daemon.runs, f"{left} descriptors were left, and it ended")
            self.assertNotEqual(result.code, 0, f"done beside a client, when {left} descriptors were left: {result}")
            self.assertEqual(self.servers_processes(self.server), [self.process])

    def check_life(self):
        self.connected.write(2)
        self.assertTrue(self.connected.holds_what_it_wrote())
        # What nobody waited for may still be under way.
        self.expect(self.command.run("server", "stop", self.server, "--wait-busy"), (REFUSED, "VOLUME_HAS_CLIENTS"))
        self.assertEqual(self.command.ask("server", "show", self.server)["state"], "RUNNING")
        self.connected.end()
        self.command.ask("server", "stop", self.server)
        self.assertEqual(self.servers_processes(self.server), [])
        self.check_consistency()
