"""A server of streams of requests, which no service of holdpointd has yet, and a connection's part in them."""

import collections
import contextlib
import hashlib
import pathlib
import re
import subprocess

import client
import daemon

SERVICE = "holdpoint.test.StreamingService"
TOKEN = "admin"
END_SECONDS = 20


@contextlib.contextmanager
def server(*arguments: str):
    """Starts one of its own, and ends it whatever happens."""
    program = pathlib.Path(daemon.program).with_name("StreamingServer")
    process = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        port = int(re.fullmatch(r"listening on tcp://127\.0\.0\.1:(\d+)\n", line).group(1))
        process.address = ("127.0.0.1", port)
        yield process
    finally:
        process.terminate()
        try:
            process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


class Streams(client.Connection):
    """A connection whose requests are streams."""

    def open(self, verb: str) -> int:
        return self.begin(f"{SERVICE}/{verb}", b"", streaming=True)

    def begin(self, name: str, body, timeout_ms: int = 0, **more) -> int:
        self.last_call += 1
        call = self.last_call
        self.frames[call], self.credit[call] = collections.deque(), self.window
        self.request_credit[call] = self.hello.initial_stream_window
        self.send(request=client.message(
            "rpc.v1.Request", call_id=call, method=name, payload=body, timeout_ms=timeout_ms,
            **more))
        return call

    def put(self, call: int, data: bytes, waits: bool = True) -> None:
        """Sends an item; with `waits` once there is credit."""
        while waits and self.request_credit[call] <= 0:
            self._dispatch()
        payload = client.message("v1.BackupChunk", data=data).SerializeToString()
        self.request_credit[call] -= len(payload) + client.ITEM_OVERHEAD_BYTES
        self.send(stream_item=client.message("rpc.v1.StreamItem", call_id=call, payload=payload))

    def finish(self, call: int) -> None:
        self.send(end_of_stream=client.message("rpc.v1.EndOfStream", call_id=call))

    def cancel(self, call: int) -> None:
        self.send(cancel=client.message("rpc.v1.Cancel", call_id=call))

    def next_frame_or_close(self, call: int) -> bool:
        """Takes the call's next frame; false, or CallError, if it was its Response."""
        frame = self.next_frame(call)
        if frame.DESCRIPTOR.name == "Response":
            self.close(call, frame)
            return False
        return True

    def digest(self, call: int) -> bytes:
        chunk = client.message("v1.BackupChunk")
        chunk.ParseFromString(self.response(call))
        return chunk.sha256

    def echoes(self, call: int, **options):
        return (chunk.data for chunk in self.items(call, client.message("v1.BackupChunk"), **options))


def sha256(parts: list[bytes]) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()
