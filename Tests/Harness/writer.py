#!/usr/bin/python3
"""Writes numbered records to volumes in turn, each flushed before the next: writer.py PROGRESS OFFSET FIRST URI...

FIRST is the first record's number. Ends with 0 when PROGRESS.stop is there, with 3 when a volume fails and says
why."""

import os
import sys

import nbd

from records import connect, position, record
from writing import Progress

FAILED = 3


def write(progress, offset, first, uris, stop):
    handles = [connect(uri) for uri in uris]
    number = first - 1
    while not os.path.exists(stop):
        number += 1
        for volume, handle in enumerate(handles):
            progress.set_issued(volume, number)
            handle.pwrite(record(number, volume), offset + position(number))
            handle.flush()
            progress.set_flushed(volume, number)
    for handle in handles:
        handle.shutdown()


def main():
    path, offset, first, *uris = sys.argv[1:]
    try:
        write(Progress(path, len(uris)), int(offset), int(first), uris, path + ".stop")
    except nbd.Error as error:
        print(f"writer: {error}", flush=True)
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
