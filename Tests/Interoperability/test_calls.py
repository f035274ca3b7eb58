"""The protocol as it is meant: calls, operations, refusals, deadlines."""

from google.protobuf import descriptor_pool

import client
import daemon
from case import MEBIBYTE, Case


class CallTests(Case):
    def test_hello(self):
        hello = self.admin.hello
        self.assertEqual(list(hello.protocol_versions), [1])
        self.assertTrue(hello.software.startswith("holdpointd/"))
        self.assertEqual(hello.max_frame_bytes, 4 << 20)
        self.assertEqual(hello.initial_stream_window, 1 << 20)
        self.assertGreater(hello.max_calls, 0)

    def test_the_highest_common_version_is_answered(self):
        hello = client.message("rpc.v1.Hello", protocol_versions=[7, 1], token=daemon.current.token)
        self.assertEqual(list(self.connect(hello=hello).hello.protocol_versions), [1])

    def test_health_needs_no_token(self):
        answer = self.connect().call("HealthService/Check")
        self.assertEqual(answer.state, answer.SERVING)

    def test_everything_else_needs_one(self):
        stranger = self.connect()
        names = [
            f"{service.name.removeprefix('holdpoint.v1.')}/{method.name}"
            for service in self.admin.call("IntrospectionService/ListServices").services for method in service.methods]
        self.assertGreater(len(names), 20)
        for name in set(names) - {"HealthService/Check"}:
            with self.subTest(name), self.refused("UNAUTHENTICATED"):
                stranger.response(stranger.begin(name, b""))

    def test_create_get_and_list(self):
        server = self.server("calls-1")
        volumes = [self.volume(f"calls-{slot}", attach_server=server.id) for slot in range(2)]
        got = self.admin.call("ServerService/GetServer", server="calls-1")
        self.assertEqual(got.state, got.RUNNING)
        self.assertEqual([(a.volume_id, a.slot) for a in got.attachments], [(v.id, s) for s, v in enumerate(volumes)])
        self.assertEqual([e.volume_id for e in got.nbd], [v.id for v in volumes])
        listed = self.admin.call("VolumeService/ListVolumes", server=server.id)
        self.assertEqual([(v.id, v.name, v.state, v.size_bytes) for v in listed.volumes],
                         [(v.id, v.name, v.IN_USE, MEBIBYTE) for v in volumes])

    def test_an_operation_is_waited_for(self):
        answer = self.admin.call(
            "VolumeService/CreateVolume", request_id=client.new_request_id(),
            volume=client.message("v1.Volume", name="waited-for", size_bytes=MEBIBYTE))
        operation = self.admin.call(
            "OperationService/WaitOperation", timeout_ms=30_000, operation=answer.operation.id)
        self.assertEqual(operation.state, operation.SUCCEEDED)
        self.assertEqual((operation.progress, list(operation.target_ids)), (1, [answer.volume.id]))
        self.assertEqual({step.state for step in operation.steps}, {operation.steps[0].DONE})
        volume = self.admin.call("VolumeService/GetVolume", volume=answer.volume.id)
        self.assertEqual(volume.state, volume.AVAILABLE)

    def test_a_repeated_request_is_done_once(self):
        fields = {
            "request_id": client.new_request_id(),
            "volume": client.message("v1.Volume", name="only-once", size_bytes=MEBIBYTE)}
        first, second = (self.admin.call("VolumeService/CreateVolume", **fields) for _ in range(2))
        self.assertEqual((first.volume.id, first.operation.id), (second.volume.id, second.operation.id))
        fields["volume"].size_bytes *= 2
        with self.refused("INVALID_ARGUMENT", "REQUEST_ID_REUSED"):
            self.admin.call("VolumeService/CreateVolume", **fields)

    def test_answers_come_in_any_order(self):
        calls = [self.admin.begin("HealthService/Check", b"") for _ in range(50)]
        for call in reversed(calls):
            self.admin.response(call)

    def test_a_refusal_names_the_blocker_and_the_way_out(self):
        volume = self.volume("with-snapshot")
        snapshot = client.message("v1.VolumeSnapshot", name="in-the-way")
        snapshot = self.admin.change("SnapshotService/CreateSnapshot", volume=volume.id, snapshot=snapshot).snapshot
        with self.refused("FAILED_PRECONDITION", "VOLUME_HAS_SNAPSHOTS") as refusal:
            self.admin.change("VolumeService/DeleteVolume", volume=volume.id, consent=self.consent())
        self.assertEqual([(b.kind, b.id, b.reason) for b in refusal.status.blockers],
                         [("snapshot", snapshot.id, "VOLUME_HAS_SNAPSHOTS")])
        self.assertIn(snapshot.id, refusal.status.remedies[0].request_json)
        self.admin.change("SnapshotService/DeleteSnapshot", snapshot=snapshot.id, consent=self.consent())
        self.admin.change("VolumeService/DeleteVolume", volume=volume.id, consent=self.consent())
        with self.refused("NOT_FOUND"):
            self.admin.call("VolumeService/GetVolume", volume=volume.id)

    def test_deleting_needs_consent(self):
        volume = self.volume("consent")
        with self.refused("PERMISSION_DENIED", "CONSENT_REQUIRED"):
            self.admin.change("VolumeService/DeleteVolume", volume=volume.id)
        wrong = client.message("v1.Consent", acknowledged=True, password="guess")
        with self.refused("PERMISSION_DENIED", "CONSENT_INVALID"):
            self.admin.change("VolumeService/DeleteVolume", volume=volume.id, consent=wrong)

    def test_a_deadline_passes(self):
        with self.refused("DEADLINE_EXCEEDED"):
            call = self.admin.begin("EventService/Watch", client.request("EventService/Watch"), timeout_ms=100)
            for _ in self.admin.items(call, client.message("v1.WatchResponse")):
                pass

    def test_an_unknown_method(self):
        for name in ("VolumeService/PaintVolume", "PaintService/Paint", ""):
            with self.subTest(name), self.refused("UNIMPLEMENTED"):
                self.admin.response(self.admin.begin(name, b""))

    def test_streams_from_the_client_are_reserved(self):
        with self.refused("UNIMPLEMENTED"):
            self.admin.response(self.admin.begin("HealthService/Check", b"", streaming=True))

    def test_ping(self):
        self.admin.ping(0)
        self.admin.ping((1 << 64) - 1)
        self.assertEqual(self.admin.pongs, [0, (1 << 64) - 1])

    def test_the_server_describes_itself(self):
        """A client that has nothing but the address can learn every method and message from it."""
        answer = self.admin.call("IntrospectionService/ListServices")
        pool = descriptor_pool.DescriptorPool()
        for file in answer.file_descriptors:
            pool.AddSerializedFile(file)
        for service in answer.services:
            for described in service.methods:
                with self.subTest(f"{service.name}/{described.name}"):
                    ours = client.method(f"{service.name.removeprefix('holdpoint.v1.')}/{described.name}")
                    self.assertEqual(described.server_streaming, ours.server_streaming)
                    for name, message in ((described.request, ours.input_type), (described.response, ours.output_type)):
                        self.assertEqual(fields(pool.FindMessageTypeByName(name)), fields(message))


def fields(message) -> list:
    return [message.full_name] + [(field.number, field.name, field.type, field.label) for field in message.fields]
