"""Rows 1 to 4: what a call costs, beside gRPC C++ and libvirt."""

import random
import struct

import client
import peers
from loading import Load, write_requests
from product import Product
from report import AT_LEAST, AT_MOST, Row, number
from rounds import Rounds

VOLUME_COUNT = 100_000
# Requests that differ, so that no answer is always the same one.
VARIED_COUNT = 10_000
CONNECTIONS, IN_FLIGHT = 8, 64
MESSAGE_BYTES = 212
ALONE = " alone"
OWN_ECHO, GRPC_ECHO = "echo, ours", "echo, gRPC C++"
OWN_STREAM, GRPC_STREAM = "stream of 1,000, ours", "stream of 1,000, gRPC C++"
GET, HEALTH, LOOK_UP = "GetVolume", "Health", "virDomainLookupByName"


def measure(setting):
    echoes = [peers.own_echo(setting.workspace), peers.grpc_echo(setting.workspace)]
    libvirt, product = peers.libvirt(setting.workspace), filled(setting)
    rounds = Rounds({
        **work(echo_loads(setting, *echoes)), **work(read_loads(setting, product)),
        **work({LOOK_UP: load(setting, libvirt, peers.LIBVIRT_LOOK_UP_BY_NAME, "look-up", look_ups())}),
        **work(stream_loads(setting, *echoes), in_flight=CONNECTIONS)})
    for server in (*echoes, libvirt, product):
        server.stop()
    setting.report.add_loads(rounds)
    setting.report.add_rows(*rows(rounds))


def measure_reads(setting):
    """Ours alone, for who works on them."""
    product = filled(setting)
    rounds = Rounds(work(read_loads(setting, product)))
    product.stop()
    setting.report.add_loads(rounds)


def filled(setting):
    return Product(setting.binaries, setting.workspace.folder("volumes")).filled(VOLUME_COUNT)


def work(loads, in_flight=IN_FLIGHT):
    """What a round runs, by name: each load with many calls under way, and with one."""
    many = {name: lambda load=load: load.run(in_flight // CONNECTIONS, CONNECTIONS) for name, load in loads.items()}
    return {**many, **{name + ALONE: load.run for name, load in loads.items()}}


def load(setting, server, method, name, messages):
    return Load(server, method, write_requests(setting.workspace.file(f"{name}.requests"), messages))


def echo_loads(setting, own, grpc):
    return {name: load(setting, server, "bench.Echo/Unary", "echo", [echo_message()])
            for name, server in ((OWN_ECHO, own), (GRPC_ECHO, grpc))}


def stream_loads(setting, own, grpc):
    return {name: load(setting, server, "bench.Echo/Stream", "echo", [echo_message()])
            for name, server in ((OWN_STREAM, own), (GRPC_STREAM, grpc))}


def read_loads(setting, product):
    volumes = random.Random(2).sample(product.volumes, VARIED_COUNT)
    get = [client.request("VolumeService/GetVolume", volume=each) for each in volumes]
    return {
        GET: load(setting, product, "holdpoint.v1.VolumeService/GetVolume", "get", get),
        HEALTH: load(setting, product, "holdpoint.v1.HealthService/Check", "health", [b""])}


def look_ups():
    return [xdr_string(f"domain-{each}") for each in range(peers.DOMAIN_COUNT)]


def echo_message():
    """A volume of exactly so many bytes."""
    volume = client.message(
        "v1.Volume", id="vol-aaaabbbbcccc", project_id="prj-aaaabbbbcccc", name="data-1", state=2, revision=123456,
        etag="123456", size_bytes=10 << 30, used_bytes=123 << 20, slot=1, labels={"tier": "gold"})
    volume.create_time.seconds = volume.state_since.seconds = 1_800_000_000
    # What a description costs beside its text.
    volume.description = "x" * (MESSAGE_BYTES - volume.ByteSize() - 2)
    assert volume.ByteSize() == MESSAGE_BYTES
    return volume


def xdr_string(text):
    content = text.encode()
    return struct.pack(">I", len(content)) + content + bytes(-len(content) % 4)


def rows(rounds):
    def row(line, work, ours, theirs, key, compare, target, unit):
        return Row(line, work, f"{number(rounds.median(ours, key))} {unit}", theirs,
                   f"{number(rounds.median(theirs, key))} {unit}", rounds.ratio(ours, theirs, key), compare, target)

    return [
        row("1", f"unary call, {MESSAGE_BYTES} bytes, {IN_FLIGHT} in flight: server CPU a call", OWN_ECHO, GRPC_ECHO,
            "server_cpu_us", AT_MOST, 1 / 5, "us"),
        row("2", "the same: calls a second", OWN_ECHO, GRPC_ECHO, "calls_per_second", AT_LEAST, 2.5, "/s"),
        row("2", "one in flight: median", OWN_ECHO + ALONE, GRPC_ECHO + ALONE, "median_us", AT_MOST, 1, "us"),
        row("3", "stream of 1,000 items with flow control: items a second", OWN_STREAM, GRPC_STREAM,
            "items_per_second", AT_LEAST, 5, "/s"),
        row("4", f"GetVolume among {VOLUME_COUNT:,}, {IN_FLIGHT} in flight: calls a second", GET, LOOK_UP,
            "calls_per_second", AT_LEAST, 3, "/s"),
        row("4", "the same: server CPU a call", GET, GRPC_ECHO, "server_cpu_us", AT_MOST, 12 / 15, "us"),
        row("4", "alone: median", GET + ALONE, HEALTH + ALONE, "median_us", AT_MOST, 2, "us"),
    ]
