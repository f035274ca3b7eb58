"""What has to be compiled: the load, and the peers' servers. Kept in the repository's `.build`, made anew when a source
is newer."""

import glob
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(REPOSITORY, ".build", "benchmarks")


def load():
    """The path of the program that makes the load."""
    return compiled("load", sources("Load", "*.c"), ["gcc", "-std=gnu11"])


def sources(folder, *patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(HERE, folder, pattern)))


def compiled(name, files, compiler, flags=()):
    """A program made of these files; headers beside them count as sources."""
    program = os.path.join(FOLDER, name)
    headers = {path for file in files for path in glob.glob(os.path.join(os.path.dirname(file), "*.h"))}
    if is_older(program, [*files, *headers, __file__]):
        os.makedirs(FOLDER, exist_ok=True)
        subprocess.run([*compiler, "-O2", "-Wall", "-Wextra", "-o", program, *files, *flags], check=True)
    return program


def is_older(product, files):
    made = os.path.getmtime(product) if os.path.exists(product) else 0
    return any(os.path.getmtime(file) > made for file in files)
