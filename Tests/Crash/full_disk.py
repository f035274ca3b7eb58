"""A full disk: writers see ENOSPC, nothing is damaged, deletions work, and freeing room is enough to go on."""

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import unittest

import nbd

from crash_case import CrashCase
from daemon import Daemon
from records import connect

DISK_MEBIBYTES = 256
STORAGE_FULL_EXIT = 8
CHUNK_BYTES = 1 << 20
BALLAST_CHUNKS = 64


def chunk(number):
    return bytes([number % 251 + 1]) * CHUNK_BYTES


@unittest.skipUnless(os.geteuid() == 0, "a full disk needs root, to mount a small file system")
class FullDisk(CrashCase):
    def make_daemon(self):
        disk = self.workspace.folder("disk")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m", "holdpoint-test", disk], check=True)
        self.workspace.at_end(lambda: subprocess.run(["umount", "--lazy", disk], check=False))
        return Daemon(self.binaries, self.workspace.path, state=os.path.join(disk, "state"))

    def test_a_full_disk(self):
        self.daemon.start()
        self.make_detached_ballast()
        server = self.command.ask("server", "create", "full", "--kind", "external")["id"]
        self.command.ask("volume", "create", "filled", "--size", "1GiB", "--attach", server)
        uri = list(self.command.uris(server).values())[0]
        client = connect(uri)
        acknowledged = self.fill(client)
        before = self.inventory()

        self.check_refused_and_unchanged(before)
        self.daemon.kill()
        self.check_metadata_file()
        self.daemon.start()
        self.assertEqual(self.inventory(), before)
        self.check_refused_and_unchanged(before)
        self.command.ask("volume", "update", "filled", "--description", "the disk is full")
        self.command.delete("snapshot", "of-ballast")
        self.command.delete("volume", "ballast")

        self.go_on(client, acknowledged)
        self.check_acknowledged(client, acknowledged + 1)
        client.shutdown()
        self.command.ask("volume", "create", "afterwards", "--size", "64MiB")
        self.command.ask("volume", "detach", "filled")
        self.command.ask("snapshot", "create", "of-filled", "--volume", "filled")
        count = self.check_images()
        self.say(f"ENOSPC after {acknowledged} MiB; creations refused, deletions and a restart of holdpointd worked, "
                 f"the same client went on writing; {count} images clean, metadata intact")

    def make_detached_ballast(self):
        server = self.command.ask("server", "create", "ballast-host", "--kind", "external")["id"]
        self.command.ask("volume", "create", "ballast", "--size", "128MiB", "--attach", server)
        client = connect(list(self.command.uris(server).values())[0])
        for number in range(BALLAST_CHUNKS):
            client.pwrite(chunk(number), number * CHUNK_BYTES)
        client.flush()
        client.shutdown()
        self.command.ask("volume", "detach", "ballast")
        self.command.ask("snapshot", "create", "of-ballast", "--volume", "ballast")

    def fill(self, client):
        """Writes until the disk is full. Returns how many chunks were acknowledged and flushed."""
        number = 0
        while True:
            try:
                client.pwrite(chunk(number), number * CHUNK_BYTES)
                client.flush()
            except nbd.Error as error:
                self.assertEqual(error.errnum, errno.ENOSPC, f"the client must see ENOSPC, not {error}")
                return number
            number += 1
            self.assertLess(number, DISK_MEBIBYTES)

    def inventory(self):
        """Everything that users can see, but for what is measured anew at each look."""
        measured = {"usedBytes", "exclusiveBytes"}
        kinds = ("server", "volume", "snapshot", "server-snapshot")
        return [{key: value for key, value in each.items() if key not in measured}
                for kind in kinds for each in self.command.ask(kind, "list", "--all")]

    def check_refused_and_unchanged(self, before):
        for words in (("volume", "create", "one-more", "--size", "64MiB"),
                      ("snapshot", "create", "one-more", "--volume", "filled"),
                      ("server-snapshot", "create", "one-more", "--server", "full"),
                      ("volume", "create", "one-more", "--snapshot", "of-ballast")):
            result = self.command.run(*words)
            self.assertEqual((result.code, result.reason), (STORAGE_FULL_EXIT, "STORAGE_FULL"), str(result))
        self.wait_until_settled()
        self.assertEqual(self.inventory(), before)

    def check_metadata_file(self):
        """A copy of it: recovering its log takes room."""
        copy = self.workspace.folder("metadata")
        for name in os.listdir(self.daemon.state):
            if name.startswith("metadata.sqlite"):
                shutil.copy(os.path.join(self.daemon.state, name), copy)
        with contextlib.closing(sqlite3.connect(os.path.join(copy, "metadata.sqlite"))) as database:
            self.assertEqual(database.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
            self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])

    def go_on(self, client, number):
        client.pwrite(chunk(number), number * CHUNK_BYTES)
        client.flush()

    def check_acknowledged(self, client, count):
        for number in range(count):
            self.assertEqual(bytes(client.pread(CHUNK_BYTES, number * CHUNK_BYTES)), chunk(number), f"chunk {number}")
