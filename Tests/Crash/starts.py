"""Starts beside what should not be there, or without what should: served as before, or refused with nothing changed."""

import contextlib
import hashlib
import os
import shutil
import signal
import sqlite3
import subprocess

from crash_case import CrashCase
from workspace import wait_until

REFUSED = 1
START_DEADLINE_SECONDS = 120
# Calls that change what is on the disk: killed before each of them in turn.
CHANGES = "pwrite64,fsync,fdatasync,rename,link,unlink,mkdir,ftruncate,fallocate"
LARGEST_CHANGE_COUNT = 400
KILLS_STEP = 11
SMALLEST, LARGEST = -(1 << 63), (1 << 63) - 1


class FirstStart(CrashCase):
    def test_killed_at_any_point(self):
        """What a first start left that was killed somewhere is always good for the next one."""
        kills = 0
        for count in range(1, LARGEST_CHANGE_COUNT, KILLS_STEP):
            if not self.start_and_kill(count):
                break
            kills += 1
            self.daemon.start()
            self.command.ask("volume", "create", "kept", "--size", "1MiB")
            self.assertEqual(self.daemon.stop(), 0)
            self.daemon.start()
            self.assertEqual([each["name"] for each in self.command.ask("volume", "list", "--all")], ["kept"])
            self.daemon.kill()
            shutil.rmtree(self.daemon.state)
        self.assertGreater(kills, 3)
        self.say(f"killed before {kills} of its changes: the next start always made a new store, or went on with it")

    def start_and_kill(self, count):
        """Returns false if it listens before that many changes of one thread."""
        log = self.workspace.file("strace.log")
        words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CHANGES}", "-e",
                 f"inject={CHANGES}:signal=SIGKILL:when={count}", *self.daemon.arguments]
        with open(log, "wb") as output:
            process = subprocess.Popen(
                words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
        try:
            wait_until(lambda: process.poll() is not None or self.listens(log), START_DEADLINE_SECONDS, "it ends")
            return process.poll() is not None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    @staticmethod
    def listens(log):
        with open(log, encoding="utf-8", errors="replace") as file:
            return "listening on" in file.read()


class LaterStart(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        for number in range(5):
            self.command.ask("volume", "create", f"volume-{number}", "--size", "1MiB")

    @property
    def database(self):
        return os.path.join(self.daemon.state, "metadata.sqlite")

    def contents(self):
        """Every file but those that any start writes: the lock, and the log's index under both its names."""
        found = {}
        for folder, _, names in os.walk(self.daemon.state):
            for name in names:
                path = os.path.join(folder, name)
                if name != "lock" and not name.endswith(("-shm", "-index")) and os.path.isfile(path):
                    with open(path, "rb") as file:
                        found[os.path.relpath(path, self.daemon.state)] = hashlib.sha256(file.read()).hexdigest()
        return found

    def check_refused(self, *words):
        """With these words, and the way out."""
        self.check_ends_at_once(*words, f"holdpointd restore --state-dir {self.daemon.state} --from BACKUP")

    def check_ends_at_once(self, *words):
        before = self.contents()
        ended = subprocess.run(self.daemon.arguments, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               timeout=START_DEADLINE_SECONDS, check=False)
        self.assertEqual(ended.returncode, REFUSED, ended.stderr)
        for word in words:
            self.assertIn(word, ended.stderr)
        self.assertEqual(self.contents(), before)

    def check_served(self):
        self.check_listed()
        self.check_consistency()

    def check_listed(self):
        self.daemon.start()
        names = [each["name"] for each in self.command.ask("volume", "list", "--all", "--order-by", "name")]
        self.assertEqual(names, [f"volume-{number}" for number in range(5)])

    def test_after_a_clean_stop(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.assertFalse(os.path.exists(self.database + "-wal"), "a clean stop leaves no log")
        os.rename(self.database, self.workspace.file("away"))
        self.check_refused("metadata.sqlite is missing", "admin.token", "layers/")
        for made in (self.make_empty, self.make_text, self.make_foreign):
            made(self.database)
            self.check_refused("metadata.sqlite")
            os.unlink(self.database)
        os.symlink(self.workspace.file("away"), self.database)
        self.check_ends_at_once("metadata.sqlite", "plain file")
        os.unlink(self.database)
        os.mkfifo(self.database)
        self.check_ends_at_once("metadata.sqlite", "plain file")
        os.unlink(self.database)
        os.rename(self.workspace.file("away"), self.database)
        self.check_served()
        self.say("missing, empty, foreign, a link, a pipe: refused, nothing changed; put back: served as before")

    @staticmethod
    def make_empty(path):
        open(path, "wb").close()

    @staticmethod
    def make_text(path):
        with open(path, "wb") as file:
            file.write(b"no database at all\n" * 1000)

    @staticmethod
    def make_foreign(path):
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            database.execute("CREATE TABLE theirs (x)")

    def test_after_a_kill(self):
        self.daemon.kill()
        log, kept = self.database + "-wal", self.workspace.file("wal")
        shutil.copy(log, kept)
        os.rename(self.database, self.workspace.file("away"))
        self.check_refused("metadata.sqlite is missing", "metadata.sqlite-wal")
        os.rename(self.workspace.file("away"), self.database)
        os.unlink(log)
        self.check_refused("log", "missing")
        for place in (0, 4096, 60_000):
            shutil.copy(kept, log)
            with open(log, "r+b") as file:
                file.seek(place)
                file.write(bytes([0xA5]) * 64)
            self.check_refused("damaged")
        shutil.copy(kept, log)
        self.check_served()
        self.say("a database without its log, a log without its database, a damaged log: refused, nothing changed")

    def test_a_newer_database(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.plant("INSERT INTO schema_migration VALUES (1000, '999-newer')")
        self.check_refused("newer version", "999-newer")
        self.plant("DELETE FROM schema_migration WHERE position = 1000")
        self.check_served()

    def test_rows_at_the_ends_of_their_numbers(self):
        """No row makes the server trap, or a list fail: an instant that has no name, a depth, the last revision."""
        self.command.ask("snapshot", "create", "of-volume-2", "--volume", "volume-2")
        self.assertEqual(self.daemon.stop(), 0)
        self.plant("UPDATE volume SET create_time = ?, state_since = ? WHERE name = 'volume-1'", LARGEST, SMALLEST)
        self.plant("UPDATE layer SET depth = ? WHERE id = (SELECT top_layer_id FROM volume WHERE name = 'volume-2')",
                   LARGEST)
        self.check_listed()
        self.assertNotEqual(self.command.run("snapshot", "create", "too-deep", "--volume", "volume-2").code, 0)
        self.assertNotEqual(self.command.run("watch", "--from", str(LARGEST)).code, 0)
        self.assertEqual(self.daemon.stop(), 0)
        self.plant("UPDATE event SET sequence = ? WHERE sequence = (SELECT MAX(sequence) FROM event)", LARGEST)
        self.daemon.start()
        self.assertEqual(len(self.command.ask("volume", "list", "--all")), 5)
        self.assertNotEqual(self.command.run("volume", "update", "volume-3", "--description", "one more").code, 0)
        self.assertNotEqual(self.command.run("volume", "delete", "volume-3", consent=True).code, 0)
        self.assertTrue(self.daemon.runs)
        self.assertEqual(self.daemon.stop(), 0)

    def plant(self, statement, *values):
        with contextlib.closing(sqlite3.connect(self.database)) as database, database:
            database.execute(statement, values)
