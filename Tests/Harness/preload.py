"""Libraries in C that tests put before libc (LD_PRELOAD): compiled when they are needed, steered through a file that
both sides have mapped."""

import mmap
import os
import shutil
import subprocess


def build(source, folder):
    """Compiles a library; returns its path."""
    library = os.path.join(folder, os.path.basename(source).removesuffix(".c") + ".so")
    subprocess.run([_compiler(), "-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o", library,
                    source, "-ldl"], check=True)
    return library


def _compiler():
    """The system's, or the one that comes with Swift."""
    found = shutil.which("cc") or shutil.which("clang")
    if not found:
        swift = os.path.realpath(shutil.which("swift") or "")
        found = os.path.join(os.path.dirname(swift), "clang")
    return found


def shared_memory(path, size):
    """Makes the file, full of zeros, and maps it."""
    with open(path, "wb") as file:
        file.truncate(size)
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), size)
