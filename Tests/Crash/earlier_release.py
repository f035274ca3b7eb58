"""States that earlier releases left, each opened by this one: listed, watched from before, and gone on with."""

import glob
import json
import os
import sqlite3
import subprocess

from crash_case import CrashCase
from keep_release import BATCH_REQUEST, HELD, REQUEST, SPARE, batch
from workspace import wait_until

ARCHIVES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "StoreSQLiteTests", "Fixtures", "*.tar.xz")
WATCH_DEADLINE_SECONDS = 60
# The project's event that says so, by its action from 006 on, and by its kind before.
SKIP = "SELECT MAX(sequence) FROM event WHERE action = 'skipped' OR kind = 'project'"


class EarlierRelease(CrashCase):
    def test_every_one(self):
        archives = sorted(glob.glob(ARCHIVES))
        self.assertGreater(len(archives), 0)
        for archive in archives:
            name = os.path.basename(archive).removesuffix(".tar.xz")
            with self.subTest(name):
                self.open(archive)
                self.check_operations()
                self.check_lists()
                self.check_watch()
                self.check_requests()
                self.check_resolutions()
                self.assertEqual(self.daemon.stop(), 0)
                self.workspace.end_processes(self.workspace.path)
                self.say(f"{name}: listed, watched from before, gone on with")

    def open(self, archive):
        os.makedirs(self.daemon.state, mode=0o700)
        subprocess.run(["tar", "--extract", "--same-permissions", "--no-same-owner", "--file", archive, "--directory",
                        self.daemon.state], check=True)
        [(self.skip,)] = self.rows(SKIP)
        self.events = self.rows("SELECT sequence, kind, action FROM event WHERE sequence > ? ORDER BY sequence",
                                self.skip)
        self.operations_before = {id: (type, state) for id, type, state in
                                  self.rows("SELECT id, type, state FROM operation")}
        self.daemon.start()

    def rows(self, query, *values):
        database = sqlite3.connect(os.path.join(self.daemon.state, "metadata.sqlite"))
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def ids(self, state):
        return [id for id, (_, found) in self.operations_before.items() if found == state]

    def check_operations(self):
        """The open plan ends; the others are what they were."""
        [opened] = self.ids("RUNNING")
        ended = self.command.ask("operation", "wait", opened)
        self.assertEqual((ended["state"], {step["state"] for step in ended["steps"]}), ("SUCCEEDED", {"DONE"}))
        self.assertEqual(len(ended["steps"]), 5)
        listed = {each["id"]: each for each in self.command.ask("operation", "list", "--all")}
        for id, (type, state) in self.operations_before.items():
            if id != opened:
                self.assertEqual((listed[id]["kind"], listed[id]["state"]), (type, state))
        [stuck] = self.ids("STUCK")
        shown = self.command.ask("operation", "show", stuck)
        self.assertEqual([step["state"] for step in shown["steps"]], ["DONE", "FAILED", "PENDING"])
        self.assertIn("another layer rests on", shown["steps"][1]["message"])
        self.assertIn("another layer rests on", shown["error"]["message"])
        self.assertEqual(shown["error"]["reason"], "ENGINE_FAILED")
        self.assertEqual(len(self.ids("FAILED")), 2)
        self.assertIn("EXECUTE_PLAN", shown["standingConsent"]["allows"])

    def check_lists(self):
        for noun, names in HELD.items():
            self.assertEqual([each["name"] for each in self.command.ask(noun, "list", "--all", "--order-by", "name")],
                             names)
        spare = self.command.ask("volume", "show", "spare")
        self.assertEqual((spare["labels"], spare["description"], spare["deletionProtection"]),
                         ({"tier": "gold", "owner": "us"}, "für später", True))
        failed = self.command.ask("snapshot", "show", "failed")
        self.assertEqual((failed["state"], failed["failure"]["attempts"]), ("ERROR_DELETING", 5))
        wait_until(lambda: self.command.ask("server", "show", "web-1")["state"] == "RUNNING", WATCH_DEADLINE_SECONDS,
                   "the server is served again")

    def check_watch(self):
        """From the first revision that is kept, and refused from before the skip."""
        result = self.command.run("watch", "--from", str(self.skip - 1))
        self.assertEqual(result.reason, "COMPACTED", str(result))
        words = [self.command.program, "watch", "--from", str(self.skip), "-o", "json"]
        with open(self.workspace.file("events"), "w+", encoding="utf-8") as output:
            watch = subprocess.Popen(words, env=self.command.environment, stdin=subprocess.DEVNULL, stdout=output,
                                     stderr=subprocess.STDOUT)
            try:
                wait_until(lambda: self.lines(output) >= len(self.events) or watch.poll() is not None,
                           WATCH_DEADLINE_SECONDS, "all events are told")
            finally:
                watch.kill()
                watch.wait()
        with open(self.workspace.file("events"), encoding="utf-8") as file:
            told = [json.loads(line) for line in file.read().splitlines()[:len(self.events)]]
        self.assertEqual([(int(each["sequence"]), each["kind"], each["action"]) for each in told], self.events)

    @staticmethod
    def lines(output):
        with open(output.name, encoding="utf-8") as file:
            return file.read().count("\n")

    def check_requests(self):
        """What was remembered is answered as it was."""
        spare = self.command.ask("volume", "show", "spare")["id"]
        again = self.command.run("volume", "create", *SPARE, "--request-id", REQUEST)
        self.assertEqual((again.code, again.answer["id"]), (0, spare))
        other = self.command.run("volume", "create", "other", "--size", "1MiB", "--request-id", REQUEST)
        self.assertEqual(other.reason, "REQUEST_ID_REUSED", str(other))
        result = self.command.run("snapshot", "delete", *batch(self.command), "--request-id", BATCH_REQUEST,
                                  consent=True)
        self.assertIn("SNAPSHOT_OWNED_BY_SERVER_SNAPSHOT", result.error, str(result))

    def check_resolutions(self):
        """What kept them from their end is gone."""
        [stuck] = self.ids("STUCK")
        for id in (stuck, self.command.ask("snapshot", "show", "failed")["id"]):
            result = self.command.run("admin", "resolve", id, "--retry", consent=True)
            self.assertEqual(result.code, 0, str(result))
        self.assertEqual(self.command.ask("operation", "show", stuck)["state"], "SUCCEEDED")
        self.check_consistency()
