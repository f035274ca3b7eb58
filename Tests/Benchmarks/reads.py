"""A volume read by its id among 100,000, beside what costs nothing but the protocol."""

import random

import client
from product import VARIED_COUNT, Product
from loading import Load, write_requests
from rounds import alternate

VOLUME_COUNT = 100_000
CONNECTIONS = 8
IN_FLIGHT = 64


def measure(setting):
    server = Product(setting.binaries, setting.workspace.folder("reads")).filled(VOLUME_COUNT)
    loads = {
        "HealthService/Check": [client.request("HealthService/Check")],
        "VolumeService/GetVolume": [
            client.request("VolumeService/GetVolume", volume=each)
            for each in random.Random(2).sample(server.volumes, VARIED_COUNT)],
    }
    work = {}
    for name, messages in loads.items():
        path = write_requests(setting.workspace.file(name.replace("/", "-")), messages)
        load = Load(server, f"holdpoint.v1.{name}", path)
        work[name] = lambda load=load: load.run(in_flight=IN_FLIGHT // CONNECTIONS, connections=CONNECTIONS)
        work[f"{name} alone"] = load.run
    for name, found in alternate(work).items():
        print(f"{name:32} {found['calls_per_second']:9.0f} calls/s   server {found['server_cpu_us']:7.2f} us/call   "
              f"load {found['client_cpu_us']:5.2f} us/call   median {found['median_us']:7.1f} us   "
              f"p99 {found['p99_us']:8.1f} us", flush=True)
    server.daemon.stop()
