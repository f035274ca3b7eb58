"""Metadata restored from a backup: what it knew reads back equal, what it did not know is kept as it is, and nothing
that another layer rests on is ever opened for writing."""

import hashlib
import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import uuid

from crash_case import REGION_OFFSET, VOLUME_SIZE, CrashCase
from records import connect, write_records

NEWER_SNAPSHOT_COUNT = 20
READ_BYTES = 1 << 20
RESTORE_DEADLINE_SECONDS = 120
FAULT, IN_USE = 1, 3
# Of a qcow2 header: where the name of the backing file is, and its length (QEMU, docs/interop/qcow2.txt).
BACKING = struct.Struct(">8xQI")
# What a restore decides, without the times and revisions at which it did.
DECIDED = ("SELECT id, state, size_bytes, server_id, top_layer_id FROM volume", "SELECT id, state FROM volume_snapshot",
           "SELECT id, state, desired_state FROM server", "SELECT id, state FROM server_snapshot",
           "SELECT id, parent_id, size_bytes, depth, state FROM layer", "SELECT layer_id, origin_id FROM quarantine")


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def backing_of(path):
    """The name of the file that an image rests on; empty: none."""
    with open(path, "rb") as file:
        offset, length = BACKING.unpack(file.read(BACKING.size))
        file.seek(offset)
        return file.read(length).decode() if offset else ""


def is_frozen(path):
    return stat.S_IMODE(os.stat(path).st_mode) == 0o400


class MetadataRestore(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.backup = self.workspace.file("backup")
        self.number = 0

    # What happens before and after the backup

    def write(self, server):
        """Ten more records on every volume of a server."""
        for uri in self.command.uris(server).values():
            write_records(uri, REGION_OFFSET, self.number + 1, self.number + 10)
        self.number += 10

    def contents(self, snapshot):
        """Digests of everything that a server snapshot holds, read from a server made of it."""
        server = self.command.ask("server", "create", f"read-{uuid.uuid4().hex[:8]}", "--server-snapshot", snapshot)
        digests = [self.volume_digest(uri) for uri in self.command.uris(server["id"]).values()]
        self.command.delete("server", server["id"])
        self.command.delete("volume", *[slot["volumeId"] for slot in server["attachments"]])
        return digests

    @staticmethod
    def volume_digest(uri):
        handle, digest = connect(uri), hashlib.sha256()
        for offset in range(0, handle.get_size(), READ_BYTES):
            digest.update(handle.pread(READ_BYTES, offset))
        handle.shutdown()
        return digest.hexdigest()

    def live_until_backup(self):
        self.server = self.make_server("web", 2)
        self.known = {}
        for number in range(3):
            self.write(self.server)
            snapshot = self.command.ask("server-snapshot", "create", f"known-{number}", "--server", self.server)["id"]
            self.known[snapshot] = self.contents(snapshot)
        self.doomed = self.command.ask("volume", "create", "doomed", "--size", VOLUME_SIZE)["id"]
        self.command.run("admin", "backup", self.backup)
        self.assertTrue(os.path.getsize(self.backup) > 0)

    def live_after_backup(self):
        for number in range(NEWER_SNAPSHOT_COUNT):
            self.write(self.server)
            self.command.ask("server-snapshot", "create", f"newer-{number}", "--server", self.server)
        self.command.ask("volume", "resize", "web-1", "--size", "96MiB")
        clone = self.make_server("clone-house", 0)
        member = self.command.ask("server-snapshot", "show", "known-1")["memberIds"][0]
        self.command.ask("volume", "create", "clone", "--snapshot", member, "--attach", clone)
        self.write(clone)
        self.command.delete("server-snapshot", "newer-3", "known-2")
        self.command.delete("volume", self.doomed)
        self.write(self.server)

    # What a restore does

    def restore(self, *options, source=None):
        words = ["restore", "--state-dir", self.daemon.state, "--from", source or self.backup, *options]
        return subprocess.run(
            [self.daemon.program, *words],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=RESTORE_DEADLINE_SECONDS, check=False)

    def restored(self, *options):
        ended = self.restore(*options)
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout

    def digests(self):
        return {path: digest_of(path) for path in self.daemon.layer_paths()}

    def rested_on(self):
        """Paths of the layers that any header names."""
        folder = os.path.join(self.daemon.state, "layers")
        names = {backing_of(path) for path in self.daemon.layer_paths()} - {""}
        return [os.path.join(folder, name) for name in names]

    def decided(self):
        database = sqlite3.connect(f"file:{self.daemon.state}/metadata.sqlite?mode=ro", uri=True)
        try:
            return [sorted(database.execute(query), key=repr) for query in DECIDED]
        finally:
            database.close()

    def quarantined(self):
        return {row[0] for row in self.decided()[-1]}

    def end_everything(self):
        self.daemon.kill()
        for server in self.daemon.storage_daemons():
            self.daemon.kill_storage_daemon(server)

    def check(self):
        result = self.command.run("admin", "check")
        self.assertEqual(result.code, 0, f"{result}\n{result.output}")
        self.assertEqual(result.answer["findings"], [])
        return result.answer

    # The tests

    def test_a_backup_is_restored_among_newer_layers(self):
        self.live_until_backup()
        known_layers = set(self.daemon.layers())
        self.live_after_backup()
        revision = self.command.ask("status")["revision"]
        self.check()
        self.assertEqual(self.restore().returncode, IN_USE, "a server that runs must keep its state directory")
        self.end_everything()
        before = self.digests()
        newer = {name.removesuffix(".qcow2") for name in set(self.daemon.layers()) - known_layers}

        report = self.restored()
        self.assertEqual(self.quarantined(), newer)
        for layer in newer:
            self.assertIn(f"quarantined layer {layer}", report)
        self.assertIn("doomed", report)
        self.check_nothing_was_written(before)
        first = self.decided()
        self.restored()
        self.assertEqual(self.decided(), first, "the second restore must end where the first did")

        self.daemon.start()
        self.assertGreater(int(self.command.ask("status")["revision"]), int(revision))
        doomed = self.command.ask("volume", "show", self.doomed)
        self.assertEqual((doomed["state"], doomed["failure"]["reason"]), ("ERROR", "DATA_DAMAGED"))
        self.command.delete("volume", self.doomed)
        self.check()
        for snapshot, contents in self.known.items():
            self.assertEqual(self.contents(snapshot), contents, "a snapshot that the backup knew has other bytes")
        self.check_writing_changes_nothing_beneath(before)
        self.say(f"{len(self.known)} server snapshots read back equal, {len(newer)} newer layers are quarantined, "
                 f"{len(before)} files unchanged")

    def check_nothing_was_written(self, before):
        """Every file is as it was, and none that another rests on may be written."""
        after = self.digests()
        self.assertEqual({path: after[path] for path in before}, before)
        for path in self.rested_on():
            self.assertTrue(is_frozen(path), f"{path} is rested on and may be written")

    def check_writing_changes_nothing_beneath(self, before):
        self.assertEqual(self.command.ask("server", "show", self.server)["state"], "STOPPED")
        self.command.ask("server", "start", self.server)
        self.write(self.server)
        self.command.ask("server-snapshot", "create", "after", "--server", self.server)
        self.write(self.server)
        self.check_nothing_was_written({path: digest for path, digest in before.items() if os.path.exists(path)})
        self.check()

    def test_servers_that_run_are_ended_only_when_asked(self):
        self.live_until_backup()
        self.daemon.kill()
        running = self.daemon.storage_daemons()
        refused = self.restore()
        self.assertEqual(refused.returncode, FAULT)
        for server in running:
            self.assertIn(server, refused.stderr)
        self.assertEqual(self.daemon.storage_daemons(), running)
        self.restored("--stop-servers")
        self.assertEqual(self.daemon.storage_daemons(), {})
        self.daemon.start()
        self.check()

    def test_what_is_no_backup_changes_nothing(self):
        self.live_until_backup()
        self.end_everything()
        before = self.decided()
        with open(self.backup, "r+b") as file:
            file.truncate(os.path.getsize(self.backup) // 2)
        self.assertEqual(self.restore().returncode, FAULT)
        with open(self.backup, "wb"):
            pass
        self.assertEqual(self.restore().returncode, FAULT)
        self.assertEqual(self.decided(), before)
        self.assertEqual([name for name in os.listdir(self.daemon.state) if "restor" in name], [])

    def test_a_backup_is_copied_whatever_names_it(self):
        self.live_until_backup()
        self.end_everything()
        latest, again, hard = (self.workspace.file(name) for name in ("latest", "again", "hard"))
        os.symlink(self.backup, again)
        os.symlink("again", latest)
        os.link(self.backup, hard)
        database = os.path.join(self.daemon.state, "metadata.sqlite")
        before = digest_of(self.backup)
        for number, source in enumerate((again, latest, hard)):
            # What stands in the way of the copy is removed, and what it leads to left alone.
            os.symlink(self.backup, f"{database}.restoring")
            ended = self.restore(source=source)
            self.assertEqual(ended.returncode, 0, ended.stderr)
            status = os.lstat(database)
            self.assertTrue(stat.S_ISREG(status.st_mode), f"{source}: the database is a link")
            self.assertEqual((stat.S_IMODE(status.st_mode), status.st_nlink), (0o600, 1))
            self.daemon.start()
            self.command.ask("volume", "create", f"later-{number}", "--size", VOLUME_SIZE)
            self.check()
            self.assertEqual(self.daemon.stop(), 0)
            self.assertEqual(digest_of(self.backup), before, "the server wrote into the backup")

    def test_what_is_no_backup_file_is_refused(self):
        self.live_until_backup()
        self.end_everything()
        database = os.path.join(self.daemon.state, "metadata.sqlite")
        sources = self.make_false_backups(database)
        before, digests = self.decided(), {name: digest_of(name) for name in (database, database + "-wal", self.backup)}
        for source, reason in sources.items():
            with self.subTest(os.path.basename(source)):
                ended = self.restore(source=source)
                self.assertEqual(ended.returncode, FAULT)
                self.assertIn(reason, ended.stderr)
                self.assertEqual(self.decided(), before)
                self.assertEqual({name: digest_of(name) for name in digests}, digests)
        self.assertTrue(os.path.exists(f"{database}.restoring"), "a file that was named was removed")

    def make_false_backups(self, database):
        """Sources, and words that refuse them."""
        names = ("folder", "fifo", "dangling", "linked", "hard", "used", "unclosed")
        folder, fifo, dangling, linked, hard, used, unclosed = (self.workspace.file(f"false-{name}") for name in names)
        os.mkdir(folder)
        os.mkfifo(fifo)
        os.symlink(self.workspace.file("nowhere"), dangling)
        os.symlink(database, linked)
        os.link(database, hard)
        for name in (used, f"{database}.restoring"):
            shutil.copy(self.backup, name)
        with open(f"{used}-wal", "wb") as log:
            log.write(b"not folded")
        os.symlink(used, unclosed)
        return {
            folder: "no plain file", fifo: "no plain file", "/dev/null": "no plain file", dangling: "cannot open",
            database: "is the database", linked: "is the database", hard: "is the database",
            f"{database}.restoring": "is the database", used: "has a log beside it", unclosed: "has a log beside it"}
