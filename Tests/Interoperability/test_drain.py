"""SIGTERM while streams run: what ends by itself comes to its end."""

import hashlib
import time
import unittest

import client
import daemon

# The smallest first credit that a Hello may give: less than one part of a backup.
WINDOW_BYTES = 64 << 10
# Streams that do not end by themselves have a second to say farewell.
SLOW_READER_SECONDS = 3


class DrainTests(unittest.TestCase):
    def begin(self, name: str, connection: client.Connection) -> int:
        return connection.begin(name, client.request(name))

    def read(self, connection: client.Connection):
        """Any frame but a Ping: after the GoAway the connection goes on as long as its calls do."""
        while True:
            frame = client.message("rpc.v1.Frame")
            length = int.from_bytes(connection._exactly(4), "big")
            frame.ParseFromString(connection._exactly(length))
            if frame.WhichOneof("kind") != "ping":
                return frame

    def test_a_backup_arrives_whole(self):
        with daemon.own() as own:
            reader = client.Connection(own.unix_address, window=WINDOW_BYTES)
            call = self.begin("AdminService/BackupMetadata", reader)
            part = client.message("v1.BackupChunk")
            part.ParseFromString(self.read(reader).stream_item.payload)
            # The credit is used up: the rest, at least the digest, waits for a reader that takes its time.
            own.process.terminate()
            self.assertEqual(self.read(reader).WhichOneof("kind"), "go_away")
            time.sleep(SLOW_READER_SECONDS)
            digest, data = None, part.data
            reader.send(window_update=client.message("rpc.v1.WindowUpdate", call_id=call, bytes=1 << 30))
            while (frame := self.read(reader)).WhichOneof("kind") == "stream_item":
                part.ParseFromString(frame.stream_item.payload)
                data, digest = data + part.data, part.sha256
            self.assertEqual(frame.response.status.code, 0, str(frame.response.status))
            self.assertEqual(hashlib.sha256(data).digest(), digest)
            self.assertEqual(own.process.wait(daemon.END_SECONDS), 0)

    def test_a_watch_ends_at_once(self):
        with daemon.own() as own:
            watcher = client.Connection(own.unix_address)
            self.begin("EventService/Watch", watcher)
            self.assertEqual(self.read(watcher).WhichOneof("kind"), "stream_item")
            own.process.terminate()
            start = time.monotonic()
            while (frame := self.read(watcher)).WhichOneof("kind") != "response":
                pass
            self.assertEqual(frame.response.status.reason, "SHUTTING_DOWN")
            self.assertEqual(own.process.wait(daemon.END_SECONDS), 0)
            # It is no call that has the 30 seconds of the others.
            self.assertLess(time.monotonic() - start, 25)
