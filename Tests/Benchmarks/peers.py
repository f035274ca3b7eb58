"""The servers of others, and our transport with the same service as theirs."""

import os
import signal
import socket
import subprocess
from dataclasses import dataclass

import building
from workspace import wait_until

START_DEADLINE_SECONDS = 30
END_DEADLINE_SECONDS = 10
TOKEN = "tok-benchmark.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
DOMAIN_COUNT = 100
LIBVIRT_LOOK_UP_BY_NAME = "23"


@dataclass
class Server:
    """What a load needs to know. `token` and `uri` open a connection."""
    name: str
    wire: str
    process: subprocess.Popen
    endpoint: str
    token: str = ""
    uri: str = ""

    @property
    def process_id(self):
        return self.process.pid

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def own_echo(workspace):
    """Our transport, with the service of echo.proto."""
    return echo(workspace, "Holdpoint", "holdpoint", building.own_echo())


def grpc_echo(workspace):
    return echo(workspace, "gRPC C++", "grpc", building.grpc_echo())


def echo(workspace, name, wire, program):
    token_file = workspace.file("echo.token")
    with open(token_file, "w", encoding="ascii") as file:
        file.write(TOKEN)
    process = subprocess.Popen([program, token_file], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    port = process.stdout.readline().strip()
    if not port:
        raise RuntimeError(f"{program} ended with {process.wait()}")
    return Server(name, wire, process, f"tcp://127.0.0.1:{port}", token=TOKEN)


def etcd(workspace):
    """One member, on the file system that our server has."""
    folder = workspace.folder("etcd")
    clients, members = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    process = started(
        ["etcd", "--data-dir", folder, "--listen-client-urls", clients, "--advertise-client-urls", clients,
         "--listen-peer-urls", members, "--initial-advertise-peer-urls", members, "--initial-cluster",
         f"default={members}", "--log-outputs", "stderr"], workspace.file("etcd.log"))
    server = Server("etcd", "grpc", process, clients.replace("http", "tcp"))
    wait_until(lambda: answers(server.endpoint), START_DEADLINE_SECONDS, "etcd listens")
    return server


def libvirt(workspace, domain_count=DOMAIN_COUNT):
    """A daemon of its own with the test driver, which is all memory; no other driver is loaded."""
    folder = workspace.folder(f"libvirt-{domain_count}")
    names = {name: os.path.join(folder, name) for name in ("libvirtd.conf", "domains.xml", "libvirt-sock", "drivers")}
    with open(names["libvirtd.conf"], "w", encoding="ascii") as file:
        file.write(f'unix_sock_dir = "{folder}"\nauth_unix_rw = "none"\nauth_unix_ro = "none"\n'
                   "listen_tls = 0\nmax_client_requests = 64\n")
    with open(names["domains.xml"], "w", encoding="ascii") as file:
        file.write(f"<node>{''.join(map(domain, range(domain_count)))}</node>")
    environment = {"LIBVIRT_DRIVER_DIR": names["drivers"], **{
        f"XDG_{each}": folder for each in ("RUNTIME_DIR", "CONFIG_HOME", "CACHE_HOME")}}
    process = started(
        apart(["libvirtd", "-f", names["libvirtd.conf"], "-p", os.path.join(folder, "pid")]),
        workspace.file("libvirtd.log"), environment)
    wait_until(lambda: os.path.exists(names["libvirt-sock"]), START_DEADLINE_SECONDS, "libvirtd listens")
    return Server("libvirt", "libvirt", process, f"unix:{names['libvirt-sock']}", uri=f"test://{names['domains.xml']}")


def domain(number):
    return f"<domain type='test'><name>domain-{number}</name><memory>1024</memory><os><type>hvm</type></os></domain>"


def apart(words):
    """Run by root, libvirt writes into /run; there it gets one of its own."""
    if os.geteuid() != 0:
        return words
    return ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs tmpfs /run && exec "$@"', "sh", *words]


def started(words, log, environment=None):
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    with open(log, "ab") as file:
        return subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=file, stderr=file,
            env={**os.environ, "PATH": path, **(environment or {})}, start_new_session=True)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def answers(endpoint):
    host, port = endpoint.removeprefix("tcp://").split(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
        return True
    except OSError:
        return False
