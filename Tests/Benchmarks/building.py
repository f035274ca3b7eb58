"""What has to be compiled: the load, and servers that do nothing but answer. Kept in the repository's `.build`, made
anew when a source is newer."""

import glob
import os
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
REPOSITORY = os.path.dirname(os.path.dirname(HERE))
FOLDER = os.path.join(REPOSITORY, ".build", "benchmarks")
# Those that echo.proto imports.
PROTOS = ["echo.proto", *(f"holdpoint/{name}.proto" for name in (
    "v1/volume", "v1/common", "v1/operation", "rpc/v1/status"))]


def load():
    """The path of the program that makes the load."""
    return compiled("load", sources("Load", "*.c"), ["gcc", "-std=gnu11"])


def grpc_echo():
    """gRPC C++'s server of echo.proto."""
    folders = [os.path.join(HERE, "Peers"), os.path.join(REPOSITORY, "Protos")]
    generated = os.path.join(FOLDER, "grpc")
    os.makedirs(generated, exist_ok=True)
    server = sources("Peers", "*.cc")
    if is_older(os.path.join(FOLDER, "grpc_echo"), [*server, *sources("Peers", "*.proto")]):
        run(["protoc", *(f"-I{each}" for each in folders), f"--cpp_out={generated}", *PROTOS])
        run(["protoc", *(f"-I{each}" for each in folders), f"--grpc_out={generated}",
             "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin", PROTOS[0]])
    written = glob.glob(os.path.join(generated, "**", "*.pb.cc"), recursive=True)
    flags = subprocess.run(
        ["pkg-config", "--libs", "grpc++", "protobuf"], capture_output=True, text=True, check=True).stdout.split()
    return compiled("grpc_echo", [*server, *written], ["g++", f"-I{generated}"], flags)


def own_echo():
    """Our server of the same, a nested package: a build of its own."""
    words = ["--package-path", os.path.join(HERE, "Echo"), "--scratch-path", os.path.join(FOLDER, "echo")]
    run([os.environ.get("SWIFT", "swift"), "build", "-c", "release", *words])
    return os.path.join(FOLDER, "echo", "release", "echo")


def sources(folder, *patterns):
    return sorted(path for pattern in patterns for path in glob.glob(os.path.join(HERE, folder, pattern)))


def compiled(name, files, compiler, flags=()):
    """A program made of these files; headers beside them count as sources."""
    program = os.path.join(FOLDER, name)
    headers = {path for file in files for path in glob.glob(os.path.join(os.path.dirname(file), "*.h"))}
    if is_older(program, [*files, *headers]):
        os.makedirs(FOLDER, exist_ok=True)
        run([*compiler, "-O2", "-Wall", "-Wextra", "-o", program, *files, *flags])
    return program


def is_older(product, files):
    made = os.path.getmtime(product) if os.path.exists(product) else 0
    return any(os.path.getmtime(file) > made for file in files)


def run(words):
    # What compilers say comes before the results, not among them.
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
