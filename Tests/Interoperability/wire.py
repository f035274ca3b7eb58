"""Protobuf's wire format by hand, for bytes that no library would write."""

VARINT, FIXED64, BYTES, GROUP, END_GROUP, FIXED32 = range(6)


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out) + bytes([value])


def tag(number: int, kind: int) -> bytes:
    return varint(number << 3 | kind)


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field: string, bytes or sub-message."""
    return tag(number, BYTES) + varint(len(content)) + content


def integer(number: int, value: int) -> bytes:
    return tag(number, VARINT) + varint(value)
