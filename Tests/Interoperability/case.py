"""What the tests share: connections to the daemon, and the proof that nothing has changed."""

import unittest

import client
import daemon

MEBIBYTE = 1 << 20


class Case(unittest.TestCase):
    """A test with a connection of its own, as admin."""

    def setUp(self):
        self.admin = self.connect(token=daemon.current.token)

    def connect(self, **options) -> client.Connection:
        connection = client.Connection(daemon.current.address, **options)
        self.addCleanup(connection.socket.close)
        return connection

    def consent(self):
        return client.message("v1.Consent", acknowledged=True, password=daemon.current.password)

    def refused(self, code: str, reason: str = ""):
        return _Refused(self, code, reason)

    def ended(self, code: str, words: str = ""):
        return _Ended(self, code, words)

    def server(self, name: str):
        server = client.message("v1.Server", name=name, kind="EXTERNAL")
        return self.admin.change("ServerService/CreateServer", server=server).server

    def volume(self, name: str, **fields):
        volume = client.message("v1.Volume", name=name, size_bytes=MEBIBYTE)
        return self.admin.change("VolumeService/CreateVolume", volume=volume, **fields).volume


class UnchangedCase(Case):
    """A test after which the server must still serve others, and everything must be as it was."""

    def setUp(self):
        super().setUp()
        self.before = self.everything(self.admin)

    def tearDown(self):
        with self.connect(token=daemon.current.token) as other:
            self.assertEqual(self.everything(other), self.before)

    def everything(self, connection: client.Connection) -> list:
        """All that there is, without measurements. The revision moves with every event."""
        lists = [
            connection.call(f"{kind}Service/List{kind}s")
            for kind in ("Server", "Volume", "Snapshot", "ServerSnapshot", "Operation")
        ]
        for volume in lists[1].volumes:
            volume.used_bytes = 0
        return lists + [connection.call("AdminService/GetStatus").revision]


class _Refused:
    """Expects a CallError, of any reason if none is given; afterwards `status` is the call's."""

    def __init__(self, case: unittest.TestCase, code: str, reason: str):
        self.case, self.code, self.reason, self.status = case, code, reason, None

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind is None:
            self.case.fail(f"answered OK, expected {self.code} {self.reason}")
        if not issubclass(kind, client.CallError):
            return False
        self.status = error.status
        self.case.assertEqual(error.code, self.code, str(error))
        if self.reason:
            self.case.assertEqual(error.status.reason, self.reason, str(error))
        return True


class _Ended:
    """Expects the end of the connection, with this GoAway."""

    def __init__(self, case: unittest.TestCase, code: str, words: str):
        self.case, self.code, self.words = case, code, words

    def __enter__(self):
        return self

    def __exit__(self, kind, error, _):
        if kind is None:
            self.case.fail(f"the connection lives, expected its end with {self.code}")
        if not issubclass(kind, client.ConnectionEnded):
            return False
        self.case.assertEqual(error.code, self.code, str(error))
        self.case.assertIn(self.words, error.message)
        return True
