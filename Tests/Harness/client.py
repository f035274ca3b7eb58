"""The wire protocol in Python: frames over a socket, calls, streams with credit. Written from the protocol's page."""

import collections
import importlib
import pathlib
import socket
import struct
import sys
import uuid

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message

ITEM_OVERHEAD_BYTES = 64
# No answer takes this long; a hanging test ends here.
SILENCE_SECONDS = 60


def _import_messages() -> None:
    """All classes that protoc made, so that services can be found by name."""
    for root in map(pathlib.Path, sys.path):
        for file in root.glob("holdpoint/**/*_pb2.py"):
            importlib.import_module(".".join(file.relative_to(root).with_suffix("").parts))


_import_messages()


def message(name: str, /, **fields) -> Message:
    """message("rpc.v1.Ping", nonce=1): a message of package holdpoint."""
    descriptor = descriptor_pool.Default().FindMessageTypeByName(f"holdpoint.{name}")
    return message_factory.GetMessageClass(descriptor)(**fields)


def method(name: str):
    """The descriptor of a method, "VolumeService/GetVolume"."""
    service, verb = name.split("/")
    return descriptor_pool.Default().FindServiceByName(f"holdpoint.v1.{service}").methods_by_name[verb]


def request(name: str, /, **fields) -> Message:
    """The request of a method."""
    return message_factory.GetMessageClass(method(name).input_type)(**fields)


class CallError(Exception):
    """A call that was answered with another status than OK."""

    def __init__(self, status: Message):
        super().__init__(f"{self.name(status)} {status.reason}: {status.message}")
        self.status = status
        self.code = self.name(status)

    @staticmethod
    def name(status: Message) -> str:
        return status.Code.Name(status.code)


class ConnectionEnded(Exception):
    """The server ended the connection; code and message are its GoAway's, None without one."""

    def __init__(self, go_away: Message | None):
        super().__init__(str(go_away))
        self.code = go_away and go_away.Code.Name(go_away.code)
        self.message = go_away and go_away.message


def _connect(address) -> socket.socket:
    """A host and a port, or the path of a Unix socket."""
    if isinstance(address, str):
        connected = socket.socket(socket.AF_UNIX)
        connected.settimeout(SILENCE_SECONDS)
        connected.connect(address)
    else:
        connected = socket.create_connection(address, timeout=SILENCE_SECONDS)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


class Connection:
    """One connection. Every frame that the server sends is checked against the protocol as it comes."""

    def __init__(self, address, token: str = "", window: int = 0, hello: Message | None = None):
        self.socket = _connect(address)
        self.last_call = 0
        self.window = window or 1 << 20
        self.frames: dict[int, collections.deque] = {}
        self.credit: dict[int, int] = {}
        # What the server lets us send of each call's requests.
        self.request_credit: dict[int, int] = {}
        self.pongs: list[int] = []
        hello = hello or message(
            "rpc.v1.Hello", protocol_versions=[1], software="interoperability", token=token,
            initial_stream_window=window)
        self.send(hello=hello)
        self.hello = self.receive().hello

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # Frames

    def send(self, **kind) -> None:
        self.send_frame(message("rpc.v1.Frame", **kind).SerializeToString())

    def send_frame(self, content: bytes) -> None:
        self.send_raw(struct.pack(">I", len(content)) + content)

    def send_raw(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            # The server has ended the connection; its reason is still to be read.
            pass

    def receive(self) -> Message:
        """The next frame. Raises ConnectionEnded with the GoAway, after the connection has really ended."""
        frame = message("rpc.v1.Frame")
        frame.ParseFromString(self._exactly(struct.unpack(">I", self._exactly(4))[0]))
        assert frame.WhichOneof("kind"), "the server sent an empty frame"
        if frame.HasField("go_away"):
            while self.socket.recv(1 << 16):
                pass
            raise ConnectionEnded(frame.go_away)
        return frame

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                more = self.socket.recv(count - len(data))
            except ConnectionResetError:
                more = b""
            if not more:
                raise ConnectionEnded(None)
            data += more
        return data

    def _dispatch(self) -> None:
        """Takes one frame and files it under its call."""
        frame = self.receive()
        kind = frame.WhichOneof("kind")
        if kind == "ping":
            self.send(pong=message("rpc.v1.Pong", nonce=frame.ping.nonce))
        elif kind == "pong":
            self.pongs.append(frame.pong.nonce)
        else:
            content = getattr(frame, kind)
            assert kind in ("response", "stream_item", "window_update"), f"a {kind} from a server"
            if kind == "window_update":
                self._earn(content)
                return
            assert content.call_id in self.frames, f"a {kind} for call {content.call_id}, which is not open"
            if kind == "stream_item":
                self._pay(content)
            self.frames[content.call_id].append(content)

    def _earn(self, update: Message) -> None:
        """Credit for a stream of requests, which may have ended meanwhile."""
        assert update.bytes > 0, "a WindowUpdate of 0"
        assert update.call_id in self.request_credit, f"credit for call {update.call_id}, which streams no requests"
        self.request_credit[update.call_id] += update.bytes
        assert self.request_credit[update.call_id] <= self.hello.initial_stream_window, "more credit than was announced"

    def _pay(self, item: Message) -> None:
        assert self.credit[item.call_id] > 0, "an item without credit"
        self.credit[item.call_id] -= len(item.payload) + ITEM_OVERHEAD_BYTES

    # Calls

    def begin(self, name: str, body: Message | bytes, timeout_ms: int = 0, **more) -> int:
        """Sends a request; the answer is fetched with `answer` or `items`."""
        self.last_call += 1
        self.frames[self.last_call] = collections.deque()
        self.credit[self.last_call] = self.window
        payload = body if isinstance(body, bytes) else body.SerializeToString()
        self.send(request=message(
            "rpc.v1.Request", call_id=self.last_call, method=f"holdpoint.v1.{name}", payload=payload,
            timeout_ms=timeout_ms, **more))
        return self.last_call

    def next_frame(self, call: int) -> Message:
        """The call's next StreamItem, or its Response, which ends it."""
        while not self.frames[call]:
            self._dispatch()
        return self.frames[call].popleft()

    def response(self, call: int) -> bytes:
        """The payload of the call's Response. Raises CallError."""
        frame = self.next_frame(call)
        assert frame.DESCRIPTOR.name == "Response", "an item for a unary call"
        return self.close(call, frame)

    def close(self, call: int, response: Message) -> bytes:
        del self.frames[call], self.credit[call]
        if response.status.code:
            raise CallError(response.status)
        return response.payload

    def call(self, name: str, /, timeout_ms: int = 0, **fields) -> Message:
        """A unary call: call("VolumeService/GetVolume", volume="data-1")."""
        return self.answer(name, self.begin(name, request(name, **fields), timeout_ms))

    def answer(self, name: str, call: int) -> Message:
        """The answer to a call of a unary method."""
        answer = message_factory.GetMessageClass(method(name).output_type)()
        answer.ParseFromString(self.response(call))
        return answer

    def change(self, name: str, /, **fields) -> Message:
        """A unary call that changes something, with a request id of its own, waited for."""
        answer = self.call(name, request_id=new_request_id(), **fields)
        if answer.HasField("operation"):
            operation = self.call("OperationService/WaitOperation", timeout_ms=30_000, operation=answer.operation.id)
            assert operation.state == operation.SUCCEEDED, operation
        return answer

    def items(self, call: int, answer: Message, grants: bool = True):
        """The items of a server stream; every item's cost is given back as it is taken, if `grants`."""
        while True:
            frame = self.next_frame(call)
            if frame.DESCRIPTOR.name == "Response":
                self.close(call, frame)
                return
            if grants:
                self.grant(call, len(frame.payload) + ITEM_OVERHEAD_BYTES)
            item = type(answer)()
            item.ParseFromString(frame.payload)
            yield item

    def grant(self, call: int, count: int) -> None:
        self.credit[call] += count
        self.send(window_update=message("rpc.v1.WindowUpdate", call_id=call, bytes=count))

    def ping(self, nonce: int) -> None:
        """Sends a ping and waits for its pong."""
        self.send(ping=message("rpc.v1.Ping", nonce=nonce))
        while nonce not in self.pongs:
            self._dispatch()


def new_request_id() -> str:
    return str(uuid.uuid4())
