"""A full disk: writers see ENOSPC, nothing is damaged, deletions work, and freeing room is enough to go on."""

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import unittest

import nbd

import client
from crash_case import CrashCase
from daemon import Daemon
from records import connect
from session import Session

DISK_MEBIBYTES = 256
STORAGE_FULL_EXIT = 8
CHUNK_BYTES = 1 << 20
PAGE_BYTES = 4096
# New data is refused when less is free.
RESERVED_PART = 0.05
LARGEST_CHANGE_COUNT = 5000
BALLAST_CHUNKS = 64


def chunk(number):
    return bytes([number % 251 + 1]) * CHUNK_BYTES


@unittest.skipUnless(os.geteuid() == 0, "a full disk needs root, to mount a small file system")
class FullDisk(CrashCase):
    def make_daemon(self):
        self.disk = self.workspace.folder("disk")
        self.mount(f"size={DISK_MEBIBYTES}m")
        self.workspace.at_end(lambda: subprocess.run(["umount", "--lazy", self.disk], check=False))
        return Daemon(self.binaries, self.workspace.path, state=os.path.join(self.disk, "state"))

    def mount(self, options):
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "holdpoint-test", self.disk], check=True)

    def test_during_a_guests_write(self):
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
        if not self.has_room():
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
        self.check_consistency()
        self.say(f"ENOSPC after {acknowledged} MiB; creations refused, deletions and a restart of holdpointd worked, "
                 f"the same client went on writing; {count} images clean, metadata intact")

    def test_during_a_server_snapshots_preparation(self):
        """There is room, as far as anybody can see before, but none for another file, or for the second one."""
        self.daemon.start()
        self.make_detached_ballast()
        server = self.make_server("full", 2)
        for files_left in (0, 1):
            before, layers = self.inventory(), self.daemon.layers()
            self.leave_files(files_left)
            result = self.command.run("server-snapshot", "create", "one-more", "--server", server)
            self.assertEqual(result.reason, "STORAGE_FULL", str(result))
            self.wait_until_settled()
            self.assertEqual(self.without_failures(self.inventory()), self.without_failures(before))
            self.assertEqual(self.daemon.layers(), layers)
            self.check_consistency()
        self.command.delete("snapshot", "of-ballast")
        self.command.delete("volume", "ballast")
        taken = self.command.ask("server-snapshot", "create", "afterwards", "--server", server)
        self.assertEqual(len(taken["memberIds"]), 2)
        self.check_consistency()
        self.say("no room for the first or the second of two new layers: refused, undone; deleting a volume was enough")

    def leave_files(self, count):
        status = os.statvfs(self.disk)
        self.mount(f"remount,nr_inodes={status.f_files - status.f_ffree + count}")

    @staticmethod
    def without_failures(inventory):
        """A change that failed says so on what it was about, which moves that on."""
        told = {"failure", "etag", "revision"}
        return [{key: value for key, value in each.items() if key not in told} for each in inventory]

    def test_during_a_metadata_commit(self):
        self.daemon.start()
        self.make_detached_ballast()
        self.command.ask("volume", "create", "described", "--size", "1MiB")
        session = Session(self.daemon)
        self.addCleanup(session.close)
        session.connect()
        self.fill_up()
        # The reserve lets these commit.
        self.command.delete("snapshot", "of-ballast")
        self.command.delete("volume", "ballast")
        self.fill_up()
        changed = self.describe_until_full(session)
        self.assertTrue(self.daemon.runs, "a full disk ended the process")
        shown = self.command.ask("volume", "show", "described")
        # What was refused was not done, and the other way round.
        self.assertEqual(shown["description"], f"change {changed}" if changed else "")
        self.check_metadata_file()
        os.unlink(self.filler)
        self.command.ask("volume", "update", "described", "--description", "there is room again")
        self.command.ask("volume", "create", "afterwards", "--size", "1MiB")
        self.command.delete("volume", "described")
        self.check_consistency()
        self.say(f"deletions worked on a full disk; {changed} changes more until STORAGE_FULL; metadata intact; "
                 "freeing room was enough")

    @property
    def filler(self):
        return os.path.join(self.disk, "filler")

    def fill_up(self):
        """Until not a byte is left."""
        with open(self.filler, "ab", buffering=0) as file:
            for size in (CHUNK_BYTES, PAGE_BYTES):
                with contextlib.suppress(OSError):
                    while file.write(bytes(size)) == size:
                        pass

    def describe_until_full(self, session):
        """Changes a volume's description until there is no room for the commit. Returns how many changes were made."""
        volume = self.command.ask("volume", "show", "described")["id"]
        for number in range(1, LARGEST_CHANGE_COUNT):
            self.fill_up()
            try:
                session.change("VolumeService/UpdateVolume", volume_id=volume, update_mask={"paths": ["description"]},
                               volume=client.message("v1.Volume", description=f"change {number}"))
            except client.CallError as error:
                self.assertEqual(error.status.reason, "STORAGE_FULL", str(error))
                return number - 1
        self.fail(f"{LARGEST_CHANGE_COUNT} changes fit on a full disk")

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

    def has_room(self):
        """The start may have needed the reserve, which is more of this disk than of any other."""
        status = os.statvfs(self.disk)
        return status.f_bavail > status.f_blocks * RESERVED_PART

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
