"""What a machine can do to the processes on it: a disk whose flushes take long, and a clock that jumps."""

import os
import shutil
import struct

import preload

HERE = os.path.dirname(os.path.abspath(__file__))
STORAGE_DAEMON = "qemu-storage-daemon"


class SlowDisk:
    """A program of that name stands in front of QEMU's in the daemon's search path, because the daemon hands down
    nothing else of its environment."""

    # count, begun, milliseconds of each.
    _LARGEST_COUNT = 8
    _LAYOUT = struct.Struct(f"=II{_LARGEST_COUNT}I")

    def __init__(self, folder):
        control = os.path.join(folder, "slow-disk")
        self._map = preload.shared_memory(control, self._LAYOUT.size)
        library = preload.build(os.path.join(HERE, "slow_disk_shim.c"), folder)
        programs = os.path.join(folder, "programs")
        os.makedirs(programs)
        wrapper = os.path.join(programs, STORAGE_DAEMON)
        with open(wrapper, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\nLD_PRELOAD={library} SLOW_DISK_CONTROL={control} "
                       f'exec {shutil.which(STORAGE_DAEMON)} "$@"\n')
        os.chmod(wrapper, 0o755)
        self.environment = {"PATH": f"{programs}:{os.environ['PATH']}"}

    def delay(self, milliseconds):
        """The next flushes take these times more, whichever server's they are."""
        times = [*milliseconds, *[0] * (self._LARGEST_COUNT - len(milliseconds))]
        self._LAYOUT.pack_into(self._map, 0, len(milliseconds), 0, *times)

    def end(self):
        """Flushes that have begun are not hurried."""
        struct.pack_into("=I", self._map, 0, 0)

    @property
    def begun(self):
        """How many flushes were slow, or still are."""
        count, begun = struct.unpack_from("=II", self._map)
        return min(count, begun)


class Clock:
    _LAYOUT = struct.Struct("=q")

    def __init__(self, folder):
        control = os.path.join(folder, "clock")
        self._map = preload.shared_memory(control, self._LAYOUT.size)
        library = preload.build(os.path.join(HERE, "clock_shim.c"), folder)
        self.environment = {"LD_PRELOAD": library, "CLOCK_CONTROL": control}

    def set(self, offset_seconds):
        self._LAYOUT.pack_into(self._map, 0, offset_seconds)
