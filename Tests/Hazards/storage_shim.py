"""A `qemu-storage-daemon` whose disk can be made slow, whose commands are written down, and which can be made to fail
at its start: the real one, started by a script of its name in `PATH` that loads a library into it."""

import contextlib
import os
import shlex
import shutil

from preload import build

PROGRAM = "qemu-storage-daemon"


class StorageShim:
    def __init__(self, workspace):
        self.folder = workspace.folder("shim")
        library = build(os.path.join(os.path.dirname(os.path.abspath(__file__)), "storage_shim.c"), self.folder)
        script = os.path.join(self.folder, PROGRAM)
        with open(script, "w", encoding="ascii") as file:
            file.write(self._script(library))
        os.chmod(script, 0o700)
        self.environment = {"PATH": f"{self.folder}:{os.environ['PATH']}"}

    def _script(self, library):
        """`exec` keeps the process and its arguments what they would be."""
        folder, real = shlex.quote(self.folder), shlex.quote(shutil.which(PROGRAM))
        return (f"#!/bin/sh\nif [ -e {folder}/broken ]; then echo 'it is broken' >&2; exit 1; fi\n"
                f"export LD_PRELOAD={shlex.quote(library)} HAZARD_FOLDER={folder}\nexec {real} \"$@\"\n")

    def _path(self, name):
        return os.path.join(self.folder, name)

    # The disk

    def slow_down(self):
        """From now on no flush of a layer ends."""
        with open(self._path("slow"), "wb"):
            pass

    def speed_up(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path("slow"))

    # The monitor

    def forget_commands(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._path("commands"))

    @property
    def commands(self):
        """What monitors were told since `forget_commands`."""
        try:
            with open(self._path("commands"), encoding="utf-8") as file:
                return file.read().splitlines()
        except FileNotFoundError:
            return []

    # The start

    def break_starts(self):
        """From now on it does not start."""
        with open(self._path("broken"), "wb"):
            pass

    def mend_starts(self):
        os.unlink(self._path("broken"))
