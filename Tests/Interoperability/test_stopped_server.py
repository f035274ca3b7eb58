"""A server that is stopped for a while has not gone away: whoever waits is served when it goes on."""

import pathlib
import resource
import signal
import socket
import struct
import time
import unittest

import client
import daemon

# What the system keeps for one listening socket, whatever the server asks for.
SYSTEM_BACKLOG = int(pathlib.Path("/proc/sys/net/core/somaxconn").read_text())
WAITING_CONNECTIONS = min(600, SYSTEM_BACKLOG)
# More than the server's time for a Hello.
LONG_STOP_SECONDS = 11
# More than a command tries where nothing listens.
STOP_SECONDS = 8


class StoppedServerTests(unittest.TestCase):
    def setUp(self):
        self.own = self.enterContext(daemon.own())
        self.sockets = []
        self.addCleanup(self.close)

    def close(self):
        for connection in self.sockets:
            connection.close()

    def stop(self):
        self.own.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.own.process.send_signal(signal.SIGCONT)

    def connect(self) -> bool:
        """One more connection that says nothing; False if there is no room for it."""
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        self.sockets.append(connection)
        return connection.connect_ex(self.own.unix_address) == 0

    def say_hello(self):
        hello = client.message("rpc.v1.Hello", protocol_versions=[1])
        content = client.message("rpc.v1.Frame", hello=hello).SerializeToString()
        for connection in self.sockets:
            connection.send(struct.pack(">I", len(content)) + content)

    def assert_all_are_welcome(self):
        kinds = []
        for connection in self.sockets:
            connection.settimeout(client.SILENCE_SECONDS)
            length = struct.unpack(">I", connection.recv(4, socket.MSG_WAITALL))[0]
            frame = client.message("rpc.v1.Frame")
            frame.ParseFromString(connection.recv(length, socket.MSG_WAITALL))
            kinds.append(frame.WhichOneof("kind"))
        self.assertEqual(kinds, ["hello"] * len(self.sockets))

    def test_many_connections_wait_for_it(self):
        self.stop()
        self.assertTrue(all([self.connect() for _ in range(WAITING_CONNECTIONS)]))
        self.say_hello()
        self.go_on()
        self.assert_all_are_welcome()

    def test_a_hello_that_came_meanwhile_is_in_time(self):
        before = self.own.descriptor_count()
        for number in range(1, 301):
            self.assertTrue(self.connect())
            while self.own.descriptor_count() < before + number:
                time.sleep(0.001)
        self.stop()
        self.say_hello()
        time.sleep(LONG_STOP_SECONDS)
        self.go_on()
        self.assert_all_are_welcome()

    @unittest.skipIf(
        resource.getrlimit(resource.RLIMIT_NOFILE)[0] < SYSTEM_BACKLOG + 200, "too few open files are allowed")
    def test_commands_wait_for_room_among_those_that_wait(self):
        self.stop()
        while self.connect():
            pass
        commands = [self.own.command("server", "create", f"server-{n}", "--kind", "external") for n in range(8)]
        time.sleep(STOP_SECONDS)
        self.go_on()
        for command in commands:
            output = command.communicate(timeout=120)[0]
            self.assertEqual(command.returncode, 0, output)
