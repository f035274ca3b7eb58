"""A server that may have few files open keeps those that it needs; connections get the rest."""

import socket
import time
import unittest

import client
import daemon

DESCRIPTORS = 64
STRANGERS = 35


class FewDescriptorsTests(unittest.TestCase):
    def setUp(self):
        self.own = self.enterContext(daemon.own("prlimit", f"--nofile={DESCRIPTORS}:{DESCRIPTORS}"))
        self.strangers: list[socket.socket] = []
        self.addCleanup(self.leave)

    def come(self, count: int = STRANGERS):
        """Connections by TCP that show no credential, nor anything else."""
        for _ in range(count):
            self.strangers.append(socket.create_connection(self.own.address, timeout=20))

    def leave(self):
        for stranger in self.strangers:
            stranger.close()
        self.strangers.clear()

    def work(self, admin: client.Connection, name: str):
        """What opens files, starts a process and talks to it."""
        server = admin.change(
            "ServerService/CreateServer", server=client.message("v1.Server", name=name, kind="EXTERNAL")).server
        volume = client.message("v1.Volume", name=name, size_bytes=1 << 20)
        admin.change("VolumeService/CreateVolume", volume=volume, attach_server=server.id)
        admin.change(
            "SnapshotService/CreateSnapshot", snapshot=client.message("v1.VolumeSnapshot", name=name), volume=name)
        self.assertEqual(len(admin.call("SnapshotService/ListSnapshots").snapshots), 1 + int(name[4:]))

    def settled_count(self) -> int:
        """Of open descriptors, without those that the work is about to close."""
        counts = []
        for _ in range(20):
            counts.append(self.own.descriptor_count())
            time.sleep(0.05)
        return min(counts)

    def test_strangers_take_no_descriptors_from_the_work(self):
        # Each server that runs takes three descriptors for good.
        for number in range(3):
            self.come()
            with client.Connection(self.own.unix_address) as admin:
                self.work(admin, f"srv-{number}")
            self.assertLess(self.settled_count(), DESCRIPTORS - 4)
            self.leave()

    def test_existing_clients_are_served_and_others_again_once_there_is_room(self):
        with client.Connection(self.own.unix_address) as admin:
            self.come()
            time.sleep(1)
            admin.call("AdminService/GetStatus")
            # By TCP too, with a credential: one without one has to make room.
            client.Connection(self.own.address, token=self.own.token).socket.close()
            self.leave()
            client.Connection(self.own.address, token=self.own.token).socket.close()

    def test_waiting_connections_do_not_keep_it_busy(self):
        self.come(200)
        time.sleep(2)
        before = self.processor_seconds()
        time.sleep(3)
        self.assertLess(self.processor_seconds() - before, 1.5)

    def processor_seconds(self) -> float:
        fields = open(f"/proc/{self.own.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100
