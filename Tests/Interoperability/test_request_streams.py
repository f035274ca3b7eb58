"""Streams of requests: client-streaming and bidirectional calls, with flow control both ways."""

import socket
import time
import unittest

import client
import streaming
from case import Case
from streaming import Streams, sha256

# The smallest first credit that a Hello may give.
WINDOW_BYTES = 64 << 10
CHUNK = bytes(range(256)) * 64


class RequestStreamTests(Case):
    @classmethod
    def setUpClass(cls):
        cls.started = streaming.server()
        cls.server = cls.started.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.started.__exit__(None, None, None)

    def setUp(self):
        self.streams = self.streaming_connection()

    def streaming_connection(self, **options) -> Streams:
        connection = Streams(self.server.address, token=streaming.TOKEN, **options)
        self.addCleanup(connection.socket.close)
        return connection

    def assert_lives(self):
        """The connection serves further calls."""
        call = self.streams.open("Collect")
        self.streams.finish(call)
        self.assertEqual(self.streams.digest(call), sha256([]))

    def test_a_stream_has_one_answer(self):
        for parts in ([], [b"one"], [b"a", b"", b"b" * 100_000], [CHUNK] * 300):
            call = self.streams.open("Collect")
            for part in parts:
                self.streams.put(call, part)
            self.streams.finish(call)
            self.assertEqual(self.streams.digest(call), sha256(parts))

    def test_echoes_come_in_their_order_and_at_their_pace(self):
        call = self.streams.open("Echo")
        echoes = self.streams.echoes(call)
        for number in range(50):
            self.streams.put(call, b"%d" % number)
            self.assertEqual(next(echoes), b"%d" % number)
        self.streams.finish(call)
        with self.assertRaises(StopIteration):
            next(echoes)

    def test_streams_of_one_connection_do_not_wait_for_each_other(self):
        slow, echo = self.streams.open("Collect"), self.streams.open("Echo")
        for _ in range(20):
            self.streams.put(slow, b"slow")
        echoes = self.streams.echoes(echo)
        for _ in range(20):
            self.streams.put(echo, CHUNK)
            self.assertEqual(next(echoes), CHUNK)
        self.streams.finish(slow)
        self.assertEqual(self.streams.digest(slow), sha256([b"slow"] * 20))

    def test_credit_stops_who_sends_to_somebody_that_takes_nothing(self):
        call = self.streams.open("Ignore")
        sent = 0
        while self.streams.request_credit[call] > 0:
            self.streams.put(call, CHUNK, waits=False)
            sent += 1
        self.streams.ping(1)
        self.assertLessEqual(self.streams.request_credit[call], 0)
        self.assertGreaterEqual(sent * len(CHUNK), self.streams.hello.initial_stream_window - len(CHUNK))
        # One item more is a fault, and the connection's end.
        with self.ended("PROTOCOL_ERROR", "without credit"):
            self.streams.put(call, b"", waits=False)
            while True:
                self.streams.receive()

    def test_a_slow_reader_of_echoes_stops_its_own_stream_only(self):
        slow = self.streaming_connection(window=WINDOW_BYTES)
        call = slow.open("Echo")
        while slow.request_credit[call] > 0:
            slow.put(call, CHUNK, waits=False)
        taken = []
        echoes = slow.echoes(call, grants=False)
        while slow.credit[call] > 0:
            taken.append(next(echoes))
        # The server holds the rest, as much as it gave credit for, and no more comes.
        slow.ping(1)
        self.assertFalse(slow.frames[call])
        self.assert_lives()
        slow.grant(call, 1 << 30)
        sent = (slow.hello.initial_stream_window - slow.request_credit[call]) // len(CHUNK)
        while len(taken) < sent - 2:
            taken.append(next(echoes))
        self.assertEqual(set(taken), {CHUNK})

    def test_a_cancelled_stream_ends_both_ways(self):
        for verb in ("Collect", "Echo", "Ignore"):
            call = self.streams.open(verb)
            self.streams.put(call, b"half")
            self.streams.cancel(call)
            with self.refused("CANCELLED"):
                while self.streams.next_frame_or_close(call):
                    pass
            # What is still on its way is dropped.
            self.streams.put(call, b"late", waits=False)
            self.streams.finish(call)
        self.assert_lives()

    def test_an_early_answer_ends_the_stream(self):
        call = self.streams.open("Collect")
        self.streams.put(call, b"no")
        for _ in range(30):
            self.streams.put(call, CHUNK, waits=False)
        with self.refused("FAILED_PRECONDITION", "SAID_NO"):
            self.streams.digest(call)
        self.assert_lives()

    def test_a_deadline_ends_a_stream(self):
        call = self.streams.begin(f"{streaming.SERVICE}/Ignore", b"", timeout_ms=100, streaming=True)
        self.streams.put(call, b"x")
        with self.refused("DEADLINE_EXCEEDED"):
            self.streams.digest(call)
        self.assert_lives()

    def test_a_bad_item_is_refused(self):
        call = self.streams.open("Collect")
        self.streams.send(stream_item=client.message("rpc.v1.StreamItem", call_id=call, payload=b"\xff\xff"))
        with self.refused("INVALID_ARGUMENT"):
            self.streams.digest(call)
        self.assert_lives()

    def test_requests_come_as_the_method_takes_them(self):
        name = f"{streaming.SERVICE}/Collect"
        call = self.streams.begin(name, client.message("v1.BackupChunk", data=b"x").SerializeToString())
        with self.refused("UNIMPLEMENTED"):
            self.streams.digest(call)
        payload = client.message("v1.BackupChunk", data=b"x").SerializeToString()
        call = self.streams.begin(name, payload, streaming=True)
        with self.refused("INVALID_ARGUMENT"):
            self.streams.digest(call)
        self.assert_lives()

    def test_items_behind_the_end_are_a_fault(self):
        call = self.streams.open("Ignore")
        self.streams.finish(call)
        with self.ended("PROTOCOL_ERROR", "behind the end"):
            self.streams.put(call, b"more")
            while True:
                self.streams.receive()

    def test_a_stream_that_breaks_off_is_not_taken_for_whole(self):
        call = self.streams.open("Collect")
        self.streams.put(call, b"half")
        self.streams.socket.shutdown(socket.SHUT_WR)
        with self.refused("CANCELLED"):
            self.streams.digest(call)

    def test_strangers_stream_nothing(self):
        stranger = Streams(self.server.address)
        self.addCleanup(stranger.socket.close)
        call = stranger.open("Collect")
        stranger.put(call, b"x")
        with self.refused("UNAUTHENTICATED"):
            stranger.digest(call)


class HeldRequestTests(Case):
    """What a connection holds is bounded, however many streams it has."""

    HELD_BYTES = 1 << 20

    def test_reading_stops_and_goes_on(self):
        with streaming.server(str(self.HELD_BYTES)) as server:
            greedy = Streams(server.address, token=streaming.TOKEN)
            self.addCleanup(greedy.socket.close)
            greedy.socket.settimeout(2)
            calls = [greedy.open("Ignore") for _ in range(64)]
            sent = 0
            with self.assertRaises(TimeoutError):
                while True:
                    for call in calls:
                        payload = client.message("v1.BackupChunk", data=CHUNK).SerializeToString()
                        frame = client.message(
                            "rpc.v1.Frame", stream_item=client.message(
                                "rpc.v1.StreamItem", call_id=call, payload=payload)).SerializeToString()
                        greedy.socket.sendall(len(frame).to_bytes(4, "big") + frame)
                        sent += len(frame)
            # What the systems hold of it is some megabytes; credit alone would have let 64 MiB through.
            self.assertLess(sent, 32 << 20)
            with Streams(server.address, token=streaming.TOKEN) as other:
                call = other.open("Echo")
                other.put(call, b"still there")
                self.assertEqual(next(other.echoes(call)), b"still there")


class DrainingStreamTests(unittest.TestCase):
    def test_an_upload_comes_to_its_end_and_an_exchange_is_ended(self):
        with streaming.server() as server:
            streams = Streams(server.address, token=streaming.TOKEN)
            upload, exchange = streams.open("Collect"), streams.open("Echo")
            streams.put(upload, b"before")
            streams.put(exchange, b"x")
            echoes = streams.echoes(exchange)
            self.assertEqual(next(echoes), b"x")
            server.terminate()
            time.sleep(0.5)
            streams.put(upload, b"after", waits=False)
            streams.finish(upload)
            endings = {}
            while len(endings) < 2:
                frame = client.message("rpc.v1.Frame")
                frame.ParseFromString(streams._exactly(int.from_bytes(streams._exactly(4), "big")))
                if frame.HasField("response"):
                    endings[frame.response.call_id] = frame.response
            chunk = client.message("v1.BackupChunk")
            chunk.ParseFromString(endings[upload].payload)
            self.assertEqual(chunk.sha256, sha256([b"before", b"after"]))
            self.assertEqual(endings[exchange].status.reason, "SHUTTING_DOWN")
            self.assertEqual(server.wait(streaming.END_SECONDS), 0)
            streams.socket.close()

