#!/usr/bin/python3
"""An NBD client that stops in the middle of a request: stalled_client.py SOCKET EXPORT < JSON

JSON: `answered` and `unanswered`, extents (offset, hexadecimal bytes) that it writes whole first, waiting for the
answers or not; `stalls`: `write` (half of the bytes at `offset` are sent) or `read` (nobody takes what comes);
`ending`: what then becomes of the process: `stopped`, `silent` or `gone`, its connection open in all three. Just
before, it writes the id of the process that has the connection."""

import array
import fcntl
import json
import os
import signal
import socket
import struct
import sys
import termios
import time

READ, WRITE = 0, 1
FIXED_NEWSTYLE_NO_ZEROES, EXPORT_NAME = 3, 1
STALLED_READS, READ_BYTES = 16, 1 << 20
# It is stopped by somebody who has a full buffer before them for this long.
SETTLED_SECONDS = 0.1
POLL_SECONDS = 0.02


def exactly(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(count - len(data))
        if not more:
            raise ConnectionError("the server ended the connection")
        data += more
    return data


def connect(path, export):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    exactly(connection, 18)
    name = export.encode()
    connection.sendall(struct.pack(">I", FIXED_NEWSTYLE_NO_ZEROES))
    connection.sendall(b"IHAVEOPT" + struct.pack(">II", EXPORT_NAME, len(name)) + name)
    exactly(connection, 10)
    return connection


def request(kind, offset, length):
    return struct.pack(">IHHQQI", 0x25609513, 0, kind, offset, offset, length)


def write(connection, offset, data):
    connection.sendall(request(WRITE, offset, len(data)) + data)


def stall_in_write(connection, offset, length):
    data = bytes(length // 2)
    connection.sendall(request(WRITE, offset, length) + data)


def stall_in_read(connection, length):
    """Returns once the server cannot send more."""
    for _ in range(STALLED_READS):
        connection.sendall(request(READ, 0, length))
    seen, since = 0, time.monotonic()
    while not seen or time.monotonic() - since < SETTLED_SECONDS:
        waiting = array.array("i", [0])
        fcntl.ioctl(connection.fileno(), termios.FIONREAD, waiting)
        if waiting[0] != seen:
            seen, since = waiting[0], time.monotonic()
        time.sleep(POLL_SECONDS)


def main():
    path, export = sys.argv[1:]
    asked = json.load(sys.stdin)
    connection = connect(path, export)
    for offset, data in asked["answered"]:
        write(connection, offset, bytes.fromhex(data))
        if exactly(connection, 16)[4:8] != bytes(4):
            raise RuntimeError("a write failed")
    for offset, data in asked["unanswered"]:
        write(connection, offset, bytes.fromhex(data))
    if asked["stalls"] == "write":
        stall_in_write(connection, asked["offset"], asked["length"])
    else:
        stall_in_read(connection, asked["length"])
    if asked["ending"] == "gone" and os.fork():
        # The connection is the child's now.
        os._exit(0)
    print(os.getpid(), flush=True)
    if asked["ending"] == "stopped":
        os.kill(os.getpid(), signal.SIGSTOP)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
