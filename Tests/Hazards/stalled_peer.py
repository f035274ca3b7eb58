#!/usr/bin/python3
"""An NBD client that stops in the middle: stalled_peer.py half-request|unread SOCKET EXPORT. Says `stalled` once it
has, and stays."""

import socket
import struct
import sys
import time

FIXED_NEWSTYLE_NO_ZEROES = 3
OPTION_EXPORT_NAME = 1
READ, WRITE = 0, 1
REQUEST_BYTES = 1 << 20
UNREAD_REQUESTS = 16
EXPORT_INFORMATION_BYTES = 10


def connect(path, export):
    peer = socket.socket(socket.AF_UNIX)
    peer.connect(path)
    exactly(peer, len("NBDMAGICIHAVEOPT") + 2)
    peer.sendall(struct.pack(">I", FIXED_NEWSTYLE_NO_ZEROES))
    peer.sendall(b"IHAVEOPT" + struct.pack(">II", OPTION_EXPORT_NAME, len(export)) + export.encode())
    exactly(peer, EXPORT_INFORMATION_BYTES)
    return peer


def exactly(peer, count):
    while count:
        data = peer.recv(count)
        if not data:
            raise ConnectionError("the server ended the connection")
        count -= len(data)


def request(kind, number):
    return struct.pack(">IHHQQI", 0x25609513, 0, kind, number, number * REQUEST_BYTES, REQUEST_BYTES)


def stall(peer, how):
    if how == "half-request":
        peer.sendall(request(WRITE, 0) + bytes(1000))
    else:
        for number in range(UNREAD_REQUESTS):
            peer.sendall(request(READ, number))


def main():
    how, path, export = sys.argv[1:]
    peer = connect(path, export)
    stall(peer, how)
    print("stalled", flush=True)
    # Until the test ends it; what it would see of its own end is not its business.
    while True:
        time.sleep(1)


if __name__ == "__main__":
    main()
