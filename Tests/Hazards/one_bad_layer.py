"""One bad layer costs its own volume, and nobody else's."""

import contextlib
import os
import sqlite3

import nbd

from hazard_case import HazardCase
from workspace import wait_until

SERVE_DEADLINE_SECONDS = 30
VOLUMES = 3
BAD = 1


class OneBadLayer(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("three", VOLUMES)
        self.uris = list(self.command.uris(self.server).values())
        self.contents = []
        for slot in range(VOLUMES):
            client = self.client(self.server, slot)
            client.write(slot)
            client.end()
            self.contents.append(client.written[slot])
        self.layer = self.layer_of(f"three-{BAD}")
        self.daemon.stop()
        self.daemon.kill_storage_daemon(self.server)

    def layer_of(self, name):
        volume = self.command.ask("volume", "show", name)["id"]
        with contextlib.closing(sqlite3.connect(os.path.join(self.daemon.state, "metadata.sqlite"))) as database:
            [(layer,)] = database.execute("SELECT top_layer_id FROM volume WHERE id = ?", (volume,)).fetchall()
        return os.path.join(self.daemon.state, "layers", f"{layer}.qcow2")

    def test_a_missing_layer(self):
        aside = self.workspace.file("aside")
        os.rename(self.layer, aside)
        self.check_others_are_served()
        os.rename(aside, self.layer)
        self.check_all_are_served()
        self.say("a missing layer: the other volumes are served, this one is when the layer is back")

    def test_a_damaged_layer(self):
        with open(self.layer, "r+b") as file:
            header = file.read(512)
            file.seek(0)
            file.write(bytes(512))
        self.check_others_are_served()
        with open(self.layer, "r+b") as file:
            file.write(header)
        self.check_all_are_served()
        self.say("a damaged layer: the other volumes are served, this one is when the layer is whole")

    def is_served(self, slot):
        try:
            handle = nbd.NBD()
            handle.connect_uri(self.uris[slot])
            data = bytes(handle.pread(4096, slot * 4096))
            handle.shutdown()
        except nbd.Error:
            return False
        self.assertEqual(data, self.contents[slot])
        return True

    def check_others_are_served(self):
        self.daemon.start()
        others = [slot for slot in range(VOLUMES) if slot != BAD]
        wait_until(lambda: all(self.is_served(slot) for slot in others), SERVE_DEADLINE_SECONDS,
                   "the other volumes are served")
        self.assertFalse(self.is_served(BAD))
        wait_until(lambda: self.shown(BAD)["state"] == "ERROR", SERVE_DEADLINE_SECONDS, "the volume is ERROR")
        self.assertTrue(self.shown(BAD)["failure"]["reason"])
        self.assertEqual([self.shown(slot)["state"] for slot in others], ["IN_USE"] * len(others))

    def shown(self, slot):
        return self.command.ask("volume", "show", f"three-{slot}")

    def check_all_are_served(self):
        wait_until(lambda: self.is_served(BAD), SERVE_DEADLINE_SECONDS, "the volume is served again")
        wait_until(lambda: self.shown(BAD)["state"] == "IN_USE", SERVE_DEADLINE_SECONDS, "the volume is IN_USE again")
        self.check_consistency()
