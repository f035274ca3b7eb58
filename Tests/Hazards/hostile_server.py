"""A server that answers what it likes, for the command to stand."""

import os
import socket
import struct
import threading

import client

FRAME_BYTES = 4 << 20
WINDOW_BYTES = 1 << 20
CALLS = 100


class HostileServer:
    """Answers every request of every connection with what `answer(method, request)` returns: a message, bytes to send
    as they are, or None: the connection ends."""

    def __init__(self, path, answer):
        self.endpoint = f"unix:{path}"
        self.answer = answer
        self.request_count = 0
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(path)
        os.chmod(path, 0o600)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def _accept(self):
        while True:
            try:
                peer, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(peer,), daemon=True).start()

    def _serve(self, peer):
        with peer, peer.makefile("rb") as stream:
            try:
                while header := stream.read(4):
                    frame = client.message("rpc.v1.Frame")
                    frame.ParseFromString(stream.read(struct.unpack(">I", header)[0]))
                    if not self._take(peer, frame):
                        return
            except (OSError, struct.error):
                return

    def _take(self, peer, frame):
        if frame.HasField("hello"):
            self._send(peer, hello=client.message(
                "rpc.v1.Hello", protocol_versions=[1], software="hostile", max_frame_bytes=FRAME_BYTES,
                initial_stream_window=WINDOW_BYTES, max_calls=CALLS))
        elif frame.HasField("request"):
            self.request_count += 1
            method = frame.request.method.removeprefix("holdpoint.v1.")
            request = client.request(method)
            request.ParseFromString(frame.request.payload)
            answer = self.answer(method, request)
            if answer is None:
                return False
            if isinstance(answer, bytes):
                peer.sendall(answer)
            else:
                self._send(peer, response=client.message(
                    "rpc.v1.Response", call_id=frame.request.call_id, payload=answer.SerializeToString()))
        return True

    @staticmethod
    def _send(peer, **kind):
        content = client.message("rpc.v1.Frame", **kind).SerializeToString()
        peer.sendall(struct.pack(">I", len(content)) + content)
