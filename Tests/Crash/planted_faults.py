"""Faults planted in real images and rows, one by one: `admin check` finds each and nothing else, and a repair only
quarantines."""

import os
import shutil
import sqlite3
import stat
import subprocess

from crash_case import REGION_OFFSET, VOLUME_SIZE, CrashCase
from metadata_restore import digest_of, is_frozen
from records import write_records
from workspace import wait_until

CHECK_ERRORS = 7
STAMP_DEADLINE_SECONDS = 60
# Where the level 1 table of an image that this test made lies: behind header, refcount table and refcount block.
LEVEL_1_OFFSET = 3 << 16
UNKNOWN_LAYERS = ["lay-aaaaaaaaaaaa", "lay-bbbbbbbbbbbb"]


def read_text(path):
    with open(path, encoding="ascii") as file:
        return file.read()


class PlantedFaults(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        server = self.make_server("web", 2)
        for uri in self.command.uris(server).values():
            write_records(uri, REGION_OFFSET, 1, 10)
        self.owner = self.command.ask("server-snapshot", "create", "monday", "--server", server)["id"]
        self.volume = self.command.ask("volume", "create", "idle", "--size", VOLUME_SIZE)["id"]
        self.command.ask("volume", "detach", "web-0", "--wait-busy")
        self.frozen, self.top = self.layers_of("web-0")
        self.idle = self.layers_of("idle")[0]
        self.assertEqual(self.reasons(), [])

    # Looking

    def rows(self, query, *values):
        database = sqlite3.connect(os.path.join(self.daemon.state, "metadata.sqlite"))
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.commit()
            database.close()

    def layers_of(self, name):
        """Paths of a volume's layers, root first."""
        layer, paths = self.rows("SELECT top_layer_id FROM volume WHERE name = ?", name)[0][0], []
        while layer:
            paths.insert(0, self.path(layer))
            layer = self.rows("SELECT parent_id FROM layer WHERE id = ?", layer)[0][0]
        return paths

    def path(self, layer):
        return os.path.join(self.daemon.state, "layers", f"{layer}.qcow2")

    def check(self, *options):
        result = self.command.run("admin", "check", *options)
        self.assertIn(result.code, (0, 4, CHECK_ERRORS), str(result))
        return result.answer

    def reasons(self):
        return sorted({finding["reason"] for finding in self.check()["findings"]})

    def expect(self, reason):
        self.assertEqual(self.reasons(), [reason])
        self.say(f"found {reason}")

    @staticmethod
    def image(*words):
        subprocess.run(["qemu-img", *words], check=True, capture_output=True)

    # Faults in files

    def test_a_lost_file(self):
        os.rename(self.idle, self.idle + ".away")
        findings = {finding["reason"] for finding in self.check()["findings"]}
        self.assertEqual(findings, {"LAYER_MISSING", "STRAY_FILE"})
        os.rename(self.idle + ".away", self.workspace.file("away"))
        self.expect("LAYER_MISSING")

    def test_another_backing_file(self):
        self.image("rebase", "-u", "-f", "qcow2", "-F", "qcow2", "-b", os.path.basename(self.frozen_elsewhere()),
                   self.top)
        self.expect("WRONG_PARENT")

    def frozen_elsewhere(self):
        return self.layers_of("web-1")[0]

    def test_a_frozen_layer_that_may_be_written(self):
        os.chmod(self.frozen, 0o600)
        self.expect("LAYER_NOT_FROZEN")

    def test_a_top_that_may_not_be_written(self):
        os.chmod(self.idle, 0o400)
        self.expect("ACTIVE_LAYER_FROZEN")

    def test_another_size(self):
        self.image("resize", "-f", "qcow2", self.idle, "+1M")
        self.expect("WRONG_SIZE")

    def test_broken_tables(self):
        with open(self.idle, "r+b") as file:
            file.seek(LEVEL_1_OFFSET)
            file.write(b"\x80\x00\x7f\xff\xff\xff\x00\x00")
        self.expect("LAYER_DAMAGED")

    def test_a_header_that_is_gone(self):
        with open(self.idle, "r+b") as file:
            file.write(bytes(512))
        self.expect("LAYER_DAMAGED")

    def test_a_frozen_layer_that_was_cut_off(self):
        self.wait_until_stamped()
        for path in (self.frozen, self.frozen_elsewhere()):
            os.truncate(path, LEVEL_1_OFFSET)
        findings = self.check()["findings"]
        self.assertEqual([finding["reason"] for finding in findings], ["LAYER_CHANGED"] * 2)
        self.say("found LAYER_CHANGED of a layer that is open and of one that is not")

    def test_an_idle_layer_that_was_cut_off(self):
        os.truncate(self.idle, LEVEL_1_OFFSET)
        self.expect("LAYER_DAMAGED")

    def test_a_frozen_layer_that_was_overwritten(self):
        """Header, a table, data: in place, one after the other."""
        self.wait_until_stamped()
        size = os.path.getsize(self.frozen)
        for offset in (size - 4096, LEVEL_1_OFFSET):
            with open(self.frozen, "r+b") as file:
                file.seek(offset)
                file.write(os.urandom(512))
            self.expect("LAYER_CHANGED")
        with open(self.frozen, "r+b") as file:
            file.write(os.urandom(512))
        self.expect("LAYER_DAMAGED")

    def test_frozen_layers_that_were_copied(self):
        """As an archive does it, with times in whole seconds, and as it is mended when times are lost."""
        self.wait_until_stamped()
        status = os.stat(self.frozen)
        os.utime(self.frozen, ns=(0, status.st_mtime_ns // 10**9 * 10**9))
        self.assertEqual(self.reasons(), [])
        os.utime(self.frozen)
        [finding] = self.check()["findings"]
        command = finding["message"].partition("give it its time back: ")[2].partition(" FILE")[0]
        subprocess.run([*command.split(), self.frozen], check=True)
        self.assertEqual(self.reasons(), [])

    def wait_until_stamped(self):
        wait_until(lambda: not self.rows("SELECT id FROM layer WHERE state = 'FROZEN' AND file_byte_count IS NULL"),
                   STAMP_DEADLINE_SECONDS, "every frozen layer is recorded")

    # What is none, and who else is there

    def test_what_is_named_like_a_layer(self):
        """A pipe, a link, a folder, a device; the start does not wait for a peer either."""
        kinds = [os.mkfifo, lambda path: os.symlink(self.frozen, path), os.mkdir]
        if os.geteuid() == 0:
            kinds.append(lambda path: os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5)))
        for number, plant in enumerate(kinds):
            plant(self.path(f"lay-{'abcd'[number] * 12}"))
        self.daemon.stop()
        self.daemon.start()
        findings = self.check()["findings"]
        self.assertEqual([finding["reason"] for finding in findings], ["STRAY_FILE"] * len(kinds))
        self.assertTrue(self.check("--repair")["clean"])
        self.assertEqual(self.reasons(), [])
        self.assertEqual(len(os.listdir(os.path.join(self.daemon.state, "layers", ".quarantine"))), len(kinds))
        self.say(f"{len(kinds)} special files were told and put into quarantine")

    def test_a_pipe_in_a_layers_place(self):
        os.remove(self.idle)
        os.mkfifo(self.idle)
        self.expect("LAYER_DAMAGED")

    def test_a_name_that_is_no_text(self):
        path = os.path.join(self.daemon.state, "layers").encode() + b"/x\xff\x1b[2J"
        with open(path, "wb"):
            pass
        [finding] = self.check("--repair")["findings"]
        self.assertEqual((finding["reason"], finding["id"]), ("STRAY_FILE", "x\\xff\\x1b[2J"))
        self.assertFalse(finding["repaired"])
        self.assertTrue(os.path.exists(path))

    def test_processes_that_nobody_knows(self):
        strangers = [
            (self.frozen, ["-r"], "UNKNOWN_READER", "128MiB"), (self.idle, [], "SECOND_WRITER", "256MiB"),
        ]
        for path, options, reason, size in strangers:
            with subprocess.Popen(["qemu-io", *options, "-f", "qcow2", path], stdin=subprocess.PIPE,
                                  stdout=subprocess.DEVNULL) as stranger:
                inode = f":{os.stat(path).st_ino} "
                wait_until(lambda inode=inode: inode in read_text("/proc/locks"), STAMP_DEADLINE_SECONDS, "it is open")
                [finding] = self.check()["findings"]
                self.assertEqual(finding["reason"], reason)
                self.assertIn(f"process {stranger.pid} (qemu-io)", finding["message"])
                refused = self.command.run("volume", "resize", "idle", "--size", size)
                self.assertEqual(refused.code == 0, path != self.idle, str(refused))
                stranger.stdin.close()
        self.assertEqual(self.reasons(), [])
        self.say("found UNKNOWN_READER and SECOND_WRITER by process id")

    def test_a_folder_that_others_can_write(self):
        os.chmod(os.path.join(self.daemon.state, "layers"), 0o777)
        self.expect("UNSAFE_FOLDER")
        self.daemon.stop()
        with self.assertRaisesRegex(RuntimeError, "chmod go-w"):
            self.daemon.start()

    # Faults in rows

    def test_a_row_of_another_size(self):
        self.rows("UPDATE volume SET size_bytes = size_bytes * 2 WHERE name = 'idle'")
        self.expect("WRONG_SIZE")

    def test_an_operation_that_has_ended(self):
        self.rows("UPDATE volume SET operation_id = (SELECT id FROM operation LIMIT 1) WHERE name = 'idle'")
        self.expect("OPERATION_ENDED")

    def test_a_member_of_another_instant(self):
        self.rows("UPDATE volume_snapshot SET cut_time = cut_time + 1 WHERE server_snapshot_id = ? AND slot = 1",
                  self.owner)
        self.expect("MEMBER_OF_ANOTHER_CUT")

    def test_a_row_that_refers_to_nothing(self):
        self.rows("UPDATE request SET operation_id = 'op-gone' "
                  "WHERE rowid = (SELECT MIN(rowid) FROM request WHERE operation_id IS NOT NULL)")
        findings = {finding["reason"] for finding in self.check()["findings"]}
        self.assertEqual(findings, {"METADATA_DAMAGED", "REQUEST_WITHOUT_ANSWER"})

    # Repair

    def test_a_repair_only_quarantines(self):
        """A layer that nobody knows, one on it, and a file that is none."""
        on_snapshot, on_orphan = (self.path(layer) for layer in UNKNOWN_LAYERS)
        shutil.copyfile(self.top, on_snapshot)
        self.image("create", "-f", "qcow2", "-F", "qcow2", "-b", os.path.basename(on_snapshot), on_orphan)
        stray = os.path.join(self.daemon.state, "layers", "notes.txt")
        with open(stray, "w", encoding="ascii") as file:
            file.write("notes")
        self.assertEqual(self.reasons(), ["ORPHANED_LAYER", "STRAY_FILE"])
        before = {path: digest_of(path) for path in self.daemon.layer_paths() if path != stray}

        repaired = self.check("--repair")
        self.assertTrue(repaired["clean"] and all(finding["repaired"] for finding in repaired["findings"]))
        after = self.check()
        self.assertEqual((after["findings"], after["quarantinedLayerCount"]), ([], 2))
        self.assertEqual({path: digest_of(path) for path in self.daemon.layer_paths()}, before)
        self.assertTrue(is_frozen(on_snapshot) and is_frozen(on_orphan))
        [kept] = os.listdir(os.path.join(self.daemon.state, "layers", ".quarantine"))
        self.assertTrue(kept.startswith("notes.txt."))

        # What they rest on outlives what it was of.
        self.command.delete("server-snapshot", self.owner)
        self.command.delete("volume", "web-0")
        self.assertTrue(os.path.exists(self.frozen) and os.path.exists(on_orphan))
        self.assertFalse(os.path.exists(self.top))
        self.assertEqual(self.reasons(), [])
        self.say("a repair quarantined 2 layers and a file, and deletions leave them what they rest on")
