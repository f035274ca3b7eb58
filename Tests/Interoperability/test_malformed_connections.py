"""What ends a connection: each with its GoAway, for this connection alone."""

import struct

import client
import daemon
from case import UnchangedCase
from wire import BYTES, field, integer, tag


class MalformedConnectionTests(UnchangedCase):
    def read(self, connection: client.Connection):
        """Reads until the connection ends; a connection that lives fails the test by its silence."""
        connection.socket.settimeout(20)
        while True:
            connection.receive()

    def frame_ends(self, content: bytes, code: str = "PROTOCOL_ERROR", words: str = ""):
        with self.ended(code, words):
            self.admin.send_frame(content)
            self.read(self.admin)

    def hello_ends(self, code: str, words: str = "", **fields):
        with self.ended(code, words):
            self.connect(hello=client.message("rpc.v1.Hello", **fields))

    def frame(self, **kind) -> bytes:
        return client.message("rpc.v1.Frame", **kind).SerializeToString()

    # Lengths

    def test_a_frame_of_length_0(self):
        self.frame_ends(b"")

    def test_a_frame_of_length_0xffffffff(self):
        held = daemon.current.memory_kilobytes("VmRSS")
        with self.ended("FRAME_TOO_LARGE"):
            self.admin.send_raw(struct.pack(">I", 0xFFFF_FFFF))
            self.read(self.admin)
        self.assertLess(daemon.current.memory_kilobytes("VmHWM"), held + (64 << 10))

    def test_a_frame_one_byte_over_the_limit(self):
        with self.ended("FRAME_TOO_LARGE"):
            self.admin.send_raw(struct.pack(">I", self.admin.hello.max_frame_bytes + 1))
            self.read(self.admin)

    def test_a_frame_at_the_limit_is_taken(self):
        limit = self.admin.hello.max_frame_bytes
        envelope = len(self.frame(ping=client.message("rpc.v1.Ping", nonce=9)))
        padding = limit - envelope - len(tag(1000, BYTES)) - 4
        frame = self.frame(ping=client.message("rpc.v1.Ping", nonce=9)) + field(1000, bytes(padding))
        self.assertEqual(len(frame), limit)
        self.admin.send_frame(frame)
        self.assertEqual(self.admin.receive().pong.nonce, 9)

    def test_a_truncated_frame(self):
        request = client.message("rpc.v1.Request", call_id=1, method="holdpoint.v1.HealthService/Check")
        request = self.frame(request=request)
        whole = struct.pack(">I", len(request)) + request
        for end in range(1, len(whole)):
            with self.subTest(end):
                connection = self.connect(token=daemon.current.token)
                connection.send_raw(whole[:end])
                connection.socket.shutdown(1)
                self.assertEqual(connection.socket.recv(1 << 16), b"")

    def test_a_frame_with_a_truncated_field(self):
        self.frame_ends(tag(2, BYTES) + b"\x05\x08")

    # Kinds

    def test_two_members(self):
        for second in ({"pong": client.message("rpc.v1.Pong")}, {"ping": client.message("rpc.v1.Ping")}):
            with self.subTest(second):
                connection = self.connect(token=daemon.current.token)
                with self.ended("PROTOCOL_ERROR", "more than one kind"):
                    connection.send_frame(self.frame(ping=client.message("rpc.v1.Ping")) + self.frame(**second))
                    self.read(connection)

    def test_garbage(self):
        self.frame_ends(b"\xff" * 32)

    def test_another_protocol(self):
        for greeting in (b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"SSH-2.0-x\r\n"):
            with self.subTest(greeting), self.assertRaises(client.ConnectionEnded):
                connection = client.Connection.__new__(client.Connection)
                connection.socket = self.connect().socket
                connection.send_raw(greeting)
                self.read(connection)

    def test_an_unknown_kind_is_ignored(self):
        self.admin.send_frame(field(11, b"from the future"))
        self.admin.call("HealthService/Check")

    def test_the_wrong_wire_type(self):
        self.frame_ends(integer(8, 1), words="wire type")

    def test_65_unknown_fields(self):
        self.frame_ends(field(8, integer(1, 1)) + integer(1000, 1) * 65, words="64")

    def test_bad_text_in_a_method(self):
        for method in (b"\xff", b"a\0b"):
            with self.subTest(method):
                connection = self.connect(token=daemon.current.token)
                with self.ended("PROTOCOL_ERROR", "NUL or is not UTF-8"):
                    connection.send_frame(field(2, integer(1, 1) + field(2, method)))
                    self.read(connection)

    def test_a_response_from_a_client(self):
        self.frame_ends(self.frame(response=client.message("rpc.v1.Response", call_id=1)))

    # Hello

    def test_a_second_hello(self):
        self.frame_ends(self.frame(hello=client.message("rpc.v1.Hello", protocol_versions=[1])), words="second Hello")

    def test_a_bad_token(self):
        for token in ("guess", daemon.current.token[:-1], daemon.current.token + "0"):
            with self.subTest():
                self.hello_ends("UNAUTHENTICATED", protocol_versions=[1], token=token)

    def test_no_common_version(self):
        self.hello_ends("VERSION", protocol_versions=[2, 3])
        self.hello_ends("VERSION", token=daemon.current.token)

    def test_limits_out_of_range(self):
        for limit, value in (("max_frame_bytes", 1), ("initial_stream_window", 17 << 20)):
            with self.subTest(limit):
                self.hello_ends("PROTOCOL_ERROR", limit, protocol_versions=[1], **{limit: value})

    def test_a_large_hello(self):
        self.hello_ends("FRAME_TOO_LARGE", protocol_versions=[1], software="x" * (16 << 10))

    def test_a_bad_text_in_a_hello(self):
        with self.ended("PROTOCOL_ERROR", "software"):
            self.connect(hello=client.message("rpc.v1.Hello", protocol_versions=[1], software="a\0b"))

    # Calls

    def test_frames_for_a_call_that_never_was(self):
        for kind, fields in (
            ("end_of_stream", {}), ("cancel", {}), ("window_update", {"bytes": 1}), ("stream_item", {}),
        ):
            name = "".join(word.capitalize() for word in kind.split("_"))
            with self.subTest(kind), self.ended("PROTOCOL_ERROR", "call 7"):
                connection = self.connect(token=daemon.current.token)
                connection.send(**{kind: client.message(f"rpc.v1.{name}", call_id=7, **fields)})
                self.read(connection)

    def test_call_ids_rise(self):
        self.admin.call("HealthService/Check")
        for call in (1, 0, 1 << 31):
            with self.subTest(call), self.ended("PROTOCOL_ERROR", "call ids"):
                connection = self.connect(token=daemon.current.token)
                connection.call("HealthService/Check")
                connection.send(request=client.message("rpc.v1.Request", call_id=call, method="x"))
                self.read(connection)

    def test_credit_of_0_and_too_much(self):
        for count in (0, (1 << 32) - 1):
            with self.subTest(count), self.ended("PROTOCOL_ERROR"):
                connection = self.connect(token=daemon.current.token)
                call = connection.begin("EventService/Watch", b"")
                connection.send(window_update=client.message("rpc.v1.WindowUpdate", call_id=call, bytes=count))
                self.read(connection)

    # Floods

    def test_too_many_pings(self):
        with self.ended("TOO_MANY_PINGS"):
            for nonce in range(10):
                self.admin.send(ping=client.message("rpc.v1.Ping", nonce=nonce))
            self.read(self.admin)

    def test_too_many_control_frames(self):
        with self.ended("ENHANCE_YOUR_CALM"):
            for _ in range(20):
                self.admin.send_raw((struct.pack(">I", 2) + field(11, b"")) * 500)
            self.read(self.admin)
