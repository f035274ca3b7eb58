"""Counters in two volumes, written in order: first A, flushed, then B, flushed. Whatever is cut at one instant holds
0 <= A - B <= 1.

    counters.py write OFFSET URI_A URI_B    until its standard input closes; then prints how often it wrote
    counters.py read OFFSET URI_A URI_B     prints A and B
"""

import select
import struct
import sys

import nbd

BLOCK = 4096


def connect(uri):
    handle = nbd.NBD()
    handle.connect_uri(uri)
    return handle


def write(offset, volumes):
    counter = 0
    while not select.select([sys.stdin], [], [], 0)[0]:
        counter += 1
        for volume in volumes:
            volume.pwrite(struct.pack("<Q", counter).ljust(BLOCK, b"\0"), offset)
            volume.flush()
        if counter == 1:
            print("writing", flush=True)
    print(counter, flush=True)


def read(offset, volumes):
    print(*(struct.unpack("<Q", bytes(volume.pread(8, offset)))[0] for volume in volumes))


if __name__ == "__main__":
    action, offset, *uris = sys.argv[1:]
    {"write": write, "read": read}[action](int(offset), [connect(uri) for uri in uris])
