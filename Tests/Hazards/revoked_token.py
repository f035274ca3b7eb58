"""A token that is changed or removed in its file: nobody gets in with it any more, and who is in is put out."""

import os

import client
from daemon import Daemon
from hazard_case import HazardCase

# Promised: within 1 s.
END_DEADLINE_SECONDS = 15


class RevokedToken(HazardCase):
    def make_daemon(self):
        return Daemon(self.binaries, self.workspace.path, listeners=["tcp://127.0.0.1:0"])

    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.token = self.read_token()

    def read_token(self):
        with open(self.daemon.token_file, encoding="ascii") as file:
            return file.read().strip()

    def write_token(self, token, mode=0o600):
        """As an administrator does: another file in its place."""
        path = self.daemon.token_file + ".mine"
        with open(path, "w", encoding="ascii") as file:
            file.write(token + "\n")
        os.chmod(path, mode)
        os.rename(path, self.daemon.token_file)

    def connect(self, token):
        host, port = self.daemon.endpoints[1].removeprefix("tcp://").rsplit(":", 1)
        connection = client.Connection((host, int(port)), token=token)
        self.addCleanup(connection.socket.close)
        connection.call("AdminService/GetStatus")
        return connection

    def expect_refusal(self, token):
        with self.assertRaises(client.ConnectionEnded) as ended:
            self.connect(token)
        self.assertEqual(ended.exception.code, "UNAUTHENTICATED")

    def expect_end(self, connection):
        """Of a connection that sends nothing and has nothing to wait for."""
        connection.socket.settimeout(END_DEADLINE_SECONDS)
        with self.assertRaises(client.ConnectionEnded) as ended:
            while True:
                connection.receive()
        self.assertEqual(ended.exception.code, "UNAUTHENTICATED")

    def test_a_changed_one(self):
        connected = self.connect(self.token)
        self.write_token("mine.0123456789")
        self.expect_refusal(self.token)
        self.connect("mine.0123456789")
        self.expect_end(connected)
        self.command.ask("server", "list")

    def test_a_removed_one(self):
        connected = self.connect(self.token)
        os.unlink(self.daemon.token_file)
        self.expect_refusal(self.token)
        self.expect_end(connected)
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        self.assertNotEqual(self.read_token(), self.token)
        self.connect(self.read_token())

    def test_one_that_others_can_read(self):
        connected = self.connect(self.token)
        self.write_token(self.token, mode=0o644)
        self.expect_refusal(self.token)
        connected.call("AdminService/GetStatus")
        os.chmod(self.daemon.token_file, 0o600)
        self.connect(self.token)
