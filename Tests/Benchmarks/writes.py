"""Row 5: small durable changes, beside etcd."""

import itertools
import random
import uuid

import catalogue
import client
import peers
from loading import Load, write_requests
from product import Product
from report import AT_LEAST, Row, number
from rounds import Rounds

VOLUME_COUNT = KEY_COUNT = 10_000
CONNECTIONS, IN_FLIGHT = 8, 64
SECONDS = 2
UPDATE, PUT = "UpdateVolume", "etcd put"
# The last 12 characters of a request id, which is a request's first field: key and length are a byte each.
REQUEST_ID_END = 2 + 24


def measure(setting):
    product = Product(setting.binaries, setting.workspace.folder("writes")).filled(VOLUME_COUNT)
    etcd = peers.etcd(setting.workspace)
    files, count = {name: setting.workspace.file(name) for name in (UPDATE, PUT)}, itertools.count(1)

    def update():
        return run(product, "holdpoint.v1.VolumeService/UpdateVolume", write_requests(
            files[UPDATE], updates(product.volumes, next(count)), REQUEST_ID_END))

    def put():
        return run(etcd, "etcdserverpb.KV/Put", write_requests(files[PUT], puts(next(count))))

    rounds = Rounds({UPDATE: update, PUT: put})
    product.stop()
    etcd.stop()
    setting.report.add_loads(rounds)
    key = "calls_per_second"
    setting.report.add_rows(Row(
        "5", f"UpdateVolume of a description, durable, {IN_FLIGHT} in flight: changes a second",
        f"{number(rounds.median(UPDATE, key))} /s", PUT, f"{number(rounds.median(PUT, key))} /s",
        rounds.ratio(UPDATE, PUT, key), AT_LEAST, 1.5))


def run(server, method, requests):
    return Load(server, method, requests).run(
        in_flight=IN_FLIGHT // CONNECTIONS, connections=CONNECTIONS, seconds=SECONDS)


def description(number):
    """Another one each time: what changes nothing is no work."""
    return f"{number} {catalogue.DESCRIPTION}"


def updates(volumes, turn):
    """Of each volume twice, so that going around changes something too."""
    for number, volume in itertools.product(range(2), random.Random(turn).sample(volumes, len(volumes))):
        message = client.request(
            "VolumeService/UpdateVolume", request_id=str(uuid.uuid4()), volume_id=volume)
        message.volume.description = description(2 * turn + number)
        message.update_mask.paths.append("description")
        yield message


def puts(turn):
    """etcd's PutRequest: key and value are its first fields, here below 128 bytes each."""
    for number in range(KEY_COUNT):
        key, value = f"/volumes/volume-{number}".encode(), description(turn).encode()
        yield b"\x0a" + bytes([len(key)]) + key + b"\x12" + bytes([len(value)]) + value
