"""Numbered records: what a volume holds after the n-th write, so that a reader can tell n from the bytes."""

import hashlib
import struct

import nbd

RECORD_BYTES = 4096
SLOT_COUNT = 64
REGION_BYTES = RECORD_BYTES * SLOT_COUNT
HEADER = struct.Struct("<8sQQ")
MAGIC = b"holdpnt1"


def record(number, volume):
    """Record `number` of the `volume`-th volume of its writer: both numbers, and bytes that follow from them."""
    header = HEADER.pack(MAGIC, number, volume)
    return header + hashlib.shake_128(header).digest(RECORD_BYTES - HEADER.size)


def position(number):
    """Where in the region a record goes: they go around."""
    return number % SLOT_COUNT * RECORD_BYTES


def region_after(number, volume):
    """The whole region once records 1 to `number` are written."""
    region = bytearray(REGION_BYTES)
    for each in range(max(1, number - SLOT_COUNT + 1), number + 1):
        begin = position(each)
        region[begin:begin + RECORD_BYTES] = record(each, volume)
    return bytes(region)


def newest(region):
    """The highest number among the region's records; 0: none."""
    numbers = [0]
    for begin in range(0, len(region), RECORD_BYTES):
        magic, number, _ = HEADER.unpack_from(region, begin)
        if magic == MAGIC:
            numbers.append(number)
    return max(numbers)


def number_held(region, volume):
    """The n for which the region is exactly what records 1 to n make of it.

    Raises AssertionError if there is none: bytes of several instants, or damaged ones."""
    number = newest(region)
    if region != region_after(number, volume):
        raise AssertionError(f"the region of volume {volume} is not what its records up to {number} make of it")
    return number


def connect(uri):
    handle = nbd.NBD()
    handle.connect_uri(uri)
    return handle


def read_region(uri, offset):
    """A volume's region, read over NBD."""
    handle = connect(uri)
    region = handle.pread(REGION_BYTES, offset)
    handle.shutdown()
    return bytes(region)


def write_records(uri, offset, first, last):
    """Writes records to a volume, flushed at the end."""
    handle = connect(uri)
    for number in range(first, last + 1):
        handle.pwrite(record(number, 0), offset + position(number))
    handle.flush()
    handle.shutdown()
