"""The library that makes calls to files fail: builds it, arms it, reads what it did."""

import os
import struct

import preload

OFF, COUNT, FAIL, KILL_BEFORE, KILL_AFTER, SLOW = range(6)
ROOM, NO_ROOM = 1, 2
# action, value, needs, fired, at, count, call, path, calls.
LARGEST_CALL_COUNT = 4096
LAYOUT = struct.Struct(f"=IIIIQQ16s4096s{LARGEST_CALL_COUNT}s")
ACTION_OFFSET = 0


def build(folder):
    """Compiles the library; returns its path."""
    return preload.build(os.path.join(os.path.dirname(os.path.abspath(__file__)), "fault_shim.c"), folder)


class Shim:
    def __init__(self, library, control, folder):
        self._map = preload.shared_memory(control, LAYOUT.size)
        self.environment = {"LD_PRELOAD": library, "FAULT_CONTROL": control, "FAULT_FOLDER": folder}

    def arm(self, action, at=0, value=0, needs=ROOM | NO_ROOM):
        """From now on, calls count. `value`: the error, or the milliseconds."""
        LAYOUT.pack_into(self._map, 0, OFF, value, needs, 0, at, 0, b"", b"", b"")
        struct.pack_into("=I", self._map, ACTION_OFFSET, action)

    def disarm(self):
        struct.pack_into("=I", self._map, ACTION_OFFSET, OFF)

    def _field(self, index):
        return LAYOUT.unpack_from(self._map)[index]

    @property
    def calls(self):
        """What was called so far, a letter each: write, sync, create, rename, truncate, unlink."""
        return self._field(8)[:self._field(5)].decode()

    @property
    def fired(self):
        return self._field(3) != 0

    @property
    def where(self):
        """The call that was hit, and the file."""
        call, path = (self._field(index).split(b"\0")[0].decode() for index in (6, 7))
        return f"{call} {os.path.basename(path)}"
