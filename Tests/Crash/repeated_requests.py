"""One request asked a hundred times at once, and again after a kill: done once, answered alike."""

import client
from crash_case import CrashCase
from session import Session

REPETITIONS, CONNECTIONS = 100, 5
MEBIBYTE = 1 << 20


class RepeatedRequests(CrashCase):
    def setUp(self):
        super().setUp()
        self.session = Session(self.daemon)
        self.addCleanup(self.session.close)
        self.start()

    def start(self):
        self.daemon.start()
        self.session.connect()

    def test_a_volume(self):
        self.ask_and_kill("VolumeService/CreateVolume", "volume", self.volume_fields())
        self.check_one("VolumeService/ListVolumes", "volumes")

    def test_a_volume_killed_at_the_first_answer(self):
        fields = self.volume_fields()
        name = "VolumeService/CreateVolume"
        calls = self.begin(name, fields)
        first = calls[0][0].answer(name, calls[0][1])
        self.daemon.kill()
        self.start()
        self.check_alike([first, *self.ask(name, fields)], "volume")
        self.check_settled(first)
        self.check_one("VolumeService/ListVolumes", "volumes")

    def test_a_server_snapshot(self):
        server = self.make_server("repeated", 2)
        self.ask_and_kill("ServerSnapshotService/CreateServerSnapshot", "server_snapshot", {
            "request_id": client.new_request_id(), "server": server,
            "server_snapshot": client.message("v1.ServerSnapshot", name="only-once")})
        self.check_one("ServerSnapshotService/ListServerSnapshots", "server_snapshots")
        self.assertEqual(len(self.session.all("SnapshotService/ListSnapshots", "snapshots")), 2)

    def test_a_deletion(self):
        volume = self.session.change("VolumeService/CreateVolume", **self.volume_fields())[0].volume
        fields = {"request_id": client.new_request_id(), "volume": volume.id, "consent": self.session.consent}
        first = self.session.call("VolumeService/DeleteVolume", **fields)
        self.daemon.kill()
        self.start()
        again = self.session.call("VolumeService/DeleteVolume", **fields)
        self.assertEqual(again.operation.id, first.operation.id)
        self.check_settled(again)
        self.assertEqual(self.session.all("VolumeService/ListVolumes", "volumes"), [])

    def volume_fields(self):
        return {"request_id": client.new_request_id(),
                "volume": client.message("v1.Volume", name="only-once", size_bytes=MEBIBYTE)}

    def ask_and_kill(self, name, field, fields):
        """Asks in parallel, kills at once, asks in parallel again, and asks for something else under the same id."""
        answers = self.ask(name, fields)
        self.daemon.kill()
        self.start()
        answers += self.ask(name, fields)
        self.check_alike(answers, field)
        self.check_settled(answers[0])
        fields[field].name = "another"
        with self.assertRaises(client.CallError) as refused:
            self.session.call(name, **fields)
        self.assertEqual((refused.exception.code, refused.exception.status.reason),
                         ("INVALID_ARGUMENT", "REQUEST_ID_REUSED"))

    def begin(self, name, fields):
        with open(self.daemon.token_file, encoding="ascii") as file:
            token = file.read().strip()
        connections = [client.Connection(self.daemon.socket, token=token) for _ in range(CONNECTIONS)]
        for connection in connections:
            self.addCleanup(connection.socket.close)
        body = client.request(name, **fields)
        return [(connection, connection.begin(name, body))
                for _ in range(REPETITIONS // CONNECTIONS) for connection in connections]

    def ask(self, name, fields):
        return [connection.answer(name, call) for connection, call in self.begin(name, fields)]

    def check_alike(self, answers, field):
        self.assertEqual(len({getattr(answer, field).id for answer in answers}), 1)
        self.assertEqual(len({answer.operation.id for answer in answers}), 1)

    def check_settled(self, answer):
        operation = self.session.wait(answer.operation.id)
        self.assertEqual(operation.state, operation.SUCCEEDED)

    def check_one(self, name, field):
        self.assertEqual([each.name for each in self.session.all(name, field)], ["only-once"])
        self.check_consistency()
