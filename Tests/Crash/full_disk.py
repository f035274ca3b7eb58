"""A full disk: writers see ENOSPC, nothing is damaged, deletions work, and freeing room is enough to go on."""

import contextlib
import errno
import os
import shutil
import sqlite3
import subprocess
import threading
import unittest

import nbd

from crash_case import CrashCase
from daemon import Daemon
from records import connect
from workspace import wait_until

DISK_MEBIBYTES = 256
STORAGE_FULL_EXIT = 8
CHUNK_BYTES = 1 << 20
# One cluster of an image: what is left is taken to the last of them.
GREEDY_BYTES = 64 << 10
FULL_DEADLINE_SECONDS = 120
PAGE_BYTES = 4096
BALLAST_CHUNKS = 64


def chunk(number):
    return bytes([number % 251 + 1]) * CHUNK_BYTES


class GreedyClient:
    """Writes to a volume in a thread of its own, from its beginning to its end, again where there was no room."""

    def __init__(self, uri):
        self.refusals = 0
        self._ends = False
        self._client = connect(uri)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        offset, size = 0, self._client.get_size()
        while not self._ends and offset < size:
            try:
                self._client.pwrite(b"g" * GREEDY_BYTES, offset)
                offset += GREEDY_BYTES
            except nbd.Error as error:
                if error.errnum != errno.ENOSPC:
                    return
                self.refusals += 1

    def end(self):
        self._ends = True
        self._thread.join()


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
        self.check_refused_and_unchanged(before)
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
        self.fill_up()
        self.check_description_refused()
        # The store's own room lets these commit.
        self.command.delete("snapshot", "of-ballast")
        self.fill_up()
        self.command.delete("volume", "ballast")
        self.fill_up()
        self.check_description_refused()
        self.assertTrue(self.daemon.runs, "a full disk ended the process")
        self.check_metadata_file()
        os.unlink(self.filler)
        self.command.ask("volume", "update", "described", "--description", "there is room again")
        self.command.ask("volume", "create", "afterwards", "--size", "1MiB")
        self.command.delete("volume", "described")
        self.check_consistency()
        self.say("a description was refused on a full disk, deletions worked; metadata intact; freeing room was enough")

    def check_description_refused(self):
        result = self.command.run("volume", "update", "described", "--description", "no room for this")
        self.assertEqual((result.code, result.reason), (STORAGE_FULL_EXIT, "STORAGE_FULL"), str(result))
        self.assertEqual(self.command.ask("volume", "show", "described")["description"], "")

    def test_beside_a_greedy_client(self):
        """A client of a thin volume takes every block that gets free, all the time, also while nothing runs."""
        self.daemon.start()
        self.make_detached_ballast()
        server = self.command.ask("server", "create", "greedy", "--kind", "external")["id"]
        volume = self.command.ask("volume", "create", "thin", "--size", "1GiB", "--attach", server)
        other = self.command.ask("server", "create", "other", "--kind", "external")["id"]
        self.command.ask("volume", "create", "beside", "--size", "8MiB", "--attach", other)
        greedy = GreedyClient(self.command.uris(server)[volume["id"]])
        self.addCleanup(greedy.end)
        wait_until(lambda: greedy.refusals > 3, FULL_DEADLINE_SECONDS, "the client has taken everything")
        for number in range(3):
            result = self.command.run("volume", "update", "thin", "--description", f"change {number}")
            self.assertEqual(result.reason, "STORAGE_FULL", str(result))
        self.command.delete("snapshot", "of-ballast")
        self.assertEqual(self.daemon.stop(), 0)
        self.assert_still_greedy(greedy)
        self.daemon.start()
        self.command.delete("volume", "ballast")
        self.assert_still_greedy(greedy)
        self.daemon.kill()
        self.daemon.start()
        self.command.ask("volume", "detach", "beside")
        self.command.delete("volume", "beside")
        self.assert_still_greedy(greedy)
        self.command.ask("server", "stop", other)
        self.command.delete("server", other)
        self.assert_still_greedy(greedy)
        self.command.ask("server", "stop", server, "--force", consent=True)
        self.command.ask("volume", "detach", "thin")
        self.command.delete("volume", "thin")
        self.command.ask("volume", "create", "afterwards", "--size", "1MiB")
        self.check_consistency()
        self.say("a client took every block that got free: descriptions were refused, deletions, detachments, stops, "
                 "a stop, a kill and two starts of holdpointd went through")

    def assert_still_greedy(self, greedy):
        before = greedy.refusals
        wait_until(lambda: greedy.refusals > before + 1, FULL_DEADLINE_SECONDS, "the client has taken everything again")

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
        status = os.statvfs(self.disk)
        return status.f_bavail * status.f_frsize > BALLAST_CHUNKS * CHUNK_BYTES // 2

    def inventory(self):
        """Everything that users can see, but for what is measured anew at each look."""
        measured = {"usedBytes", "exclusiveBytes"}
        kinds = ("server", "volume", "snapshot", "server-snapshot")
        return [{key: value for key, value in each.items() if key not in measured}
                for kind in kinds for each in self.command.ask(kind, "list", "--all")]

    def check_refused_and_unchanged(self, before):
        for words in (("volume", "update", "filled", "--description", "no room for this"),
                      ("volume", "create", "one-more", "--size", "64MiB"),
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
        """A check that had a deleted layer open keeps its blocks until it ends."""
        wait_until(self.has_room, FULL_DEADLINE_SECONDS, "the deleted data's room is free")
        client.pwrite(chunk(number), number * CHUNK_BYTES)
        client.flush()

    def check_acknowledged(self, client, count):
        for number in range(count):
            self.assertEqual(bytes(client.pread(CHUNK_BYTES, number * CHUNK_BYTES)), chunk(number), f"chunk {number}")
