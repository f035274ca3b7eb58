"""Requests that protobuf might let through and this protocol refuses: each costs its sender a clear answer only."""

import random

import client
import daemon
from case import MEBIBYTE, UnchangedCase
from wire import BYTES, FIXED32, FIXED64, GROUP, field, integer, tag, varint

CREATE = "VolumeService/CreateVolume"
# Numbers of CreateVolumeRequest's and Volume's fields.
REQUEST_ID, VOLUME, NAME, LABELS, STATE, STATE_SINCE, SIZE_BYTES = 1, 3, 3, 5, 6, 7, 14
# As large as a request may be; the rest of a frame of 4 MiB is its envelope.
BOMB_BYTES = (4 << 20) - 256
# A bomb took protobuf alone 85 s and 0.9 GB.
BOMB_SECONDS = 10
BOMB_KILOBYTES = 64 << 10


def creation(inside: bytes = b"", behind: bytes = b"") -> bytes:
    """A request that would be carried out, with more bytes inside its volume, or behind everything."""
    volume = field(NAME, b"malformed") + integer(SIZE_BYTES, MEBIBYTE) + inside
    return field(REQUEST_ID, client.new_request_id().encode()) + field(VOLUME, volume) + behind


class MalformedRequestTests(UnchangedCase):
    def refuses(self, payload: bytes, path: str, words: str = "", name: str = CREATE):
        with self.refused("INVALID_ARGUMENT") as refusal:
            self.admin.response(self.admin.begin(name, payload))
        violations = [(v.field, v.description) for v in refusal.status.field_violations]
        if path:
            self.assertEqual([v[0] for v in violations], [path], refusal.status)
        self.assertIn(words, str(refusal.status))
        # The connection lives.
        self.admin.call("HealthService/Check")

    def test_garbage(self):
        self.refuses(bytes([0xFF] * 64), "")

    def test_every_truncation(self):
        payload = creation()
        for end in range(len(payload)):
            with self.subTest(end):
                self.refuses(payload[:end], "")

    def test_bad_utf8(self):
        for name, text in {
            "a lone byte": b"\xff", "overlong": b"\xc0\xaf", "a surrogate": b"\xed\xa0\x80", "half": b"\xe2\x82",
            "beyond Unicode": b"\xf4\x90\x80\x80",
        }.items():
            with self.subTest(name):
                self.refuses(creation(field(4, text)), "volume.description", "UTF-8")

    def test_nul_in_a_string(self):
        self.refuses(creation(field(4, b"a\0b")), "volume.description", "NUL")

    def test_an_undeclared_enum_number(self):
        for number in (11, 1 << 31, (1 << 64) - 1):
            with self.subTest(number):
                self.refuses(creation(integer(STATE, number)), "volume.state")

    def test_a_sub_message_twice(self):
        self.refuses(creation(behind=field(VOLUME, b"")), "volume", "twice")
        self.refuses(creation(field(STATE_SINCE, b"") * 2), "volume.state_since", "twice")

    def test_unknown_fields(self):
        self.refuses(creation(b"".join(integer(100 + n, 1) for n in range(65))), "volume", "64")
        self.refuses(creation(behind=integer(1000, 1) * 65), "", "64")

    def test_64_unknown_fields_are_skipped(self):
        self.refuses(creation(integer(1000, 1) * 64 + field(4, b"\0")), "volume.description", "NUL")

    def test_the_wrong_wire_type(self):
        for name, (inside, path) in {
            "a string as varint": (integer(NAME, 1), "volume.name"),
            "a varint as string": (field(SIZE_BYTES, b"1"), "volume.size_bytes"),
            "a varint as fixed32": (tag(SIZE_BYTES, FIXED32) + bytes(4), "volume.size_bytes"),
            "a sub-message as fixed64": (tag(STATE_SINCE, FIXED64) + bytes(8), "volume.state_since"),
            "a group": (tag(STATE_SINCE, GROUP), "volume"),
        }.items():
            with self.subTest(name):
                self.refuses(creation(inside), path)

    def test_impossible_tags_and_varints(self):
        for name, inside in {
            "field number 0": tag(0, BYTES), "a varint of 11 bytes": tag(SIZE_BYTES, 0) + b"\xff" * 10 + b"\x01",
            "a varint of 65 bits": tag(SIZE_BYTES, 0) + b"\xff" * 9 + b"\x02",
            "a length of 4 GiB": tag(NAME, BYTES) + varint((1 << 32) - 1),
            "a length of 2^63": tag(NAME, BYTES) + varint(1 << 63),
        }.items():
            with self.subTest(name):
                self.refuses(creation(inside), "")

    def test_nesting(self):
        """20,000 levels kill a process that follows them on its stack."""
        self.refuses(creation(tag(1000, GROUP) * 20_000), "volume")
        nested = b""
        for _ in range(20_000):
            nested = tag(2, BYTES) + varint(len(nested)) + nested
        # As an unknown field it is skipped; what follows is reached.
        self.refuses(creation(field(1000, nested) + field(4, b"\0")), "volume.description", "NUL")
        self.refuses(creation(field(LABELS, nested)), "")

    def test_the_merge_bomb(self):
        """protobuf-c merges a repeated sub-message in quadratic time: 85 s and more for these bytes."""
        element = field(VOLUME, integer(SIZE_BYTES, 1))
        self.defuses(element * (BOMB_BYTES // len(element)), "volume", "twice")

    def test_the_sub_message_bomb(self):
        """Each two bytes become a message in memory, up to 517 times their size."""
        self.defuses(field(VOLUME, field(LABELS, b"") * (BOMB_BYTES // 2)), "volume", "100000 fields")

    def defuses(self, payload: bytes, path: str, words: str):
        held = daemon.current.memory_kilobytes("VmRSS")
        self.admin.socket.settimeout(BOMB_SECONDS)
        self.refuses(payload, path, words)
        self.assertLess(daemon.current.memory_kilobytes("VmHWM"), held + BOMB_KILOBYTES)

    def test_random_bytes_to_every_method(self):
        seed = random.randrange(1 << 32)
        source = random.Random(seed)
        services = self.admin.call("IntrospectionService/ListServices").services
        names = [f"{s.name.removeprefix('holdpoint.v1.')}/{m.name}" for s in services for m in s.methods]
        for name in names:
            for _ in range(20):
                with self.subTest(name, seed=seed):
                    # Never a valid request: it begins with a reserved wire type.
                    self.refuses(b"\x0f" + source.randbytes(source.randrange(64)), "", name=name)

    def test_values_that_no_rule_allows(self):
        for name, fields, path in (
            ("short", {"name": "ab", "size_bytes": MEBIBYTE}, "volume.name"),
            ("long", {"name": "a" * 21, "size_bytes": MEBIBYTE}, "volume.name"),
            ("underscore", {"name": "a_b_c", "size_bytes": MEBIBYTE}, "volume.name"),
            ("in the shape of an id", {"name": "vol-abcdefghijkl", "size_bytes": MEBIBYTE}, "volume.name"),
            ("size 0", {"name": "no-size"}, "volume.size_bytes"),
            ("size 9 EiB", {"name": "large", "size_bytes": 9 << 60}, "volume.size_bytes"),
            ("the largest size", {"name": "largest", "size_bytes": (1 << 64) - 1}, "volume.size_bytes"),
        ):
            with self.subTest(name):
                with self.refused("INVALID_ARGUMENT") as refusal:
                    self.admin.change(CREATE, volume=client.message("v1.Volume", **fields))
                self.assertEqual([v.field for v in refusal.status.field_violations], [path])

    def test_a_missing_request_id(self):
        with self.refused("INVALID_ARGUMENT"):
            self.admin.call(CREATE, volume=client.message("v1.Volume", name="no-request", size_bytes=MEBIBYTE))

    def test_an_unknown_id(self):
        with self.refused("NOT_FOUND"):
            self.admin.call("VolumeService/GetVolume", volume="vol-aaaaaaaaaaaa")
