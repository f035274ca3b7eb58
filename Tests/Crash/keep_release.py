"""Keeps a release's state for the tests of every later one: keep_release.py BINARIES ARCHIVE

Run it with the binaries of the release, before the schema's next change; the archive's name is that of the schema's
last change in it: Tests/StoreSQLiteTests/Fixtures/005-grades.tar.xz. `earlier_release.py` opens every archive there.

The state has what every later release must list, watch and go on with: names in `HELD`, a remembered request, skipped
revisions, data in quarantine, a deletion that failed, a plan that is stuck and one that was killed in its midst."""

import os
import shutil
import sqlite3
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Harness"))

from command import Command, CommandFailed
from daemon import Daemon
from workspace import Workspace, wait_until

SIZE = "1MiB"
# Besides what the open plan deletes.
HELD = {
    "server": ["web-1"], "volume": ["data-1", "data-2", "failing", "known-before", "spare", "stuck"],
    "snapshot": ["by-hand", "failed", "failing-base", "snapshot for nightly", "snapshot for nightly", "stuck-1"],
    "server-snapshot": ["nightly"],
}
SPARE = ["spare", "--size", SIZE, "--label", "tier=gold", "--label", "owner=us"]
# Of requests that were answered: the same answer again, for days.
REQUEST = "2f9d3c1e-5b7a-4c58-9e0d-61f7a8b4c201"
BATCH_REQUEST = "2f9d3c1e-5b7a-4c58-9e0d-61f7a8b4c202"
LABELS = ["--label", "tier=gold", "--label", "owner=us"]
# Five tries take 15 s.
FAILING_DEADLINE_SECONDS = 60
# What a stopped server leaves that no start needs.
LEFT_OUT = ("lock", "run", "metadata.sqlite-wal", "metadata.sqlite-shm", "metadata.sqlite-index",
            "metadata.sqlite-reserve")


def batch(command):
    """What was asked for with the batch's request: three that went, and one that was refused."""
    member = command.ask("server-snapshot", "show", "nightly")["memberIds"][0]
    return [f"{name}-of-a-batch" for name in ("failing", "stuck", "opened")] + [member]


class Release:
    def __init__(self, binaries, workspace):
        self.workspace = workspace
        self.daemon = Daemon(os.path.abspath(binaries), workspace.path)
        self.command = Command(os.path.abspath(binaries), self.daemon)
        self.strays = []

    def keep(self, archive):
        self.skip_revisions()
        self.make_resources()
        self.spoil()
        self.begin_deletions()
        self.daemon.kill()
        self.workspace.end_processes(self.workspace.path)
        for path in self.strays:
            os.unlink(path)
        self.fold()
        self.pack(archive)

    def ask(self, *words, consent=False):
        return self.run(*words, consent=consent).answer

    def run(self, *words, consent=False):
        result = self.command.run(*words, consent=consent)
        if result.code:
            raise CommandFailed(result)
        return result

    def skip_revisions(self):
        """Metadata that were restored from a backup, of a time when one volume was known."""
        self.daemon.start()
        self.ask("volume", "create", "known-before", "--size", SIZE)
        backup = self.workspace.file("backup")
        self.run("admin", "backup", backup)
        self.daemon.stop()
        subprocess.run([self.daemon.program, "restore", "--state-dir", self.daemon.state, "--from", backup],
                       check=True, capture_output=True)
        for name in os.listdir(self.daemon.state):
            if "before-restore" in name:
                os.unlink(os.path.join(self.daemon.state, name))
        self.daemon.start()

    def make_resources(self):
        self.ask("server", "create", "web-1", "--kind", "external", "--description", "serves the shop", *LABELS)
        for name in ("data-1", "data-2"):
            self.ask("volume", "create", name, "--size", SIZE, "--attach", "web-1")
        self.ask("server-snapshot", "create", "nightly", "--server", "web-1")
        self.ask("snapshot", "create", "by-hand", "--volume", "data-1", *LABELS)
        self.ask("volume", "create", *SPARE, "--request-id", REQUEST)
        self.ask("volume", "update", "spare", "--protect", "--description", "für später")
        for name, snapshots in (("failing", ["failed", "abandoned"]), ("stuck", ["stuck-1"]),
                                ("opened", ["opened-1", "opened-2", "opened-3"])):
            self.make_tree(name, snapshots)
        self.command.run("snapshot", "delete", *batch(self.command), "--request-id", BATCH_REQUEST, consent=True)

    def make_tree(self, volume, snapshots):
        """A volume whose snapshots all rest on its first one: each has data of its own to delete."""
        base = f"{volume}-base"
        self.ask("volume", "create", volume, "--size", SIZE)
        self.ask("snapshot", "create", base, "--volume", volume)
        for snapshot in [*snapshots, f"{volume}-of-a-batch"]:
            self.ask("snapshot", "create", snapshot, "--volume", volume)
            self.run("volume", "revert", volume, "--snapshot", base, consent=True)
            # The one that the revert has kept what it left in.
            [safety] = [each["id"] for each in self.ask("snapshot", "list", "--volume", volume, "--all")
                        if each["name"] not in (base, *snapshots, f"{volume}-of-a-batch")]
            self.run("snapshot", "delete", safety, consent=True)

    def spoil(self):
        """Layers that cannot be deleted, because a file that nobody knows rests on each."""
        self.daemon.stop()
        folder = os.path.join(self.daemon.state, "layers")
        for letter, name in zip("abcd", ("failed", "abandoned", "stuck-1", "opened-2")):
            [(layer,)] = self.rows("SELECT layer_id FROM volume_snapshot WHERE name = ?", name)
            self.strays.append(os.path.join(folder, f"lay-{letter * 12}.qcow2"))
            subprocess.run(["qemu-img", "create", "-q", "-u", "-f", "qcow2", "-F", "qcow2", "-b", f"{layer}.qcow2",
                            self.strays[-1], "1M"], check=True)
        self.daemon.start()

    def begin_deletions(self):
        for name in ("failed", "abandoned"):
            self.run("snapshot", "delete", name, "--no-wait", consent=True)
        self.execute_plan("stuck")
        wait_until(lambda: self.is_failed("failed") and self.is_failed("abandoned") and self.operations("STUCK"),
                   FAILING_DEADLINE_SECONDS, "deletions have failed")
        self.run("admin", "resolve", "abandoned", "--abandon", consent=True)
        operation = self.execute_plan("opened")
        wait_until(lambda: self.states(operation) == ["DONE", "DONE", "STARTED", "PENDING", "PENDING"],
                   FAILING_DEADLINE_SECONDS, "a plan is in its midst")

    def states(self, operation):
        return [step["state"] for step in self.ask("operation", "show", operation)["steps"]]

    def execute_plan(self, volume):
        plan = self.ask("plan", "delete", volume)
        return self.ask("plan", "execute", volume, "--hash", plan["hash"], "--no-wait", consent=True)["id"]

    def is_failed(self, snapshot):
        return self.ask("snapshot", "show", snapshot)["state"] == "ERROR_DELETING"

    def operations(self, state):
        return self.ask("operation", "list", "--filter", f"state = {state}")

    @property
    def database(self):
        return os.path.join(self.daemon.state, "metadata.sqlite")

    def rows(self, query, *values):
        database = sqlite3.connect(self.database)
        try:
            return database.execute(query, values).fetchall()
        finally:
            database.close()

    def fold(self):
        """One file, with its log in it."""
        database = sqlite3.connect(self.database)
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.close()

    def pack(self, archive):
        """With the nanoseconds of the files' times, by which frozen layers are known."""
        names = sorted(set(os.listdir(self.daemon.state)) - set(LEFT_OUT))
        subprocess.run(["tar", "--create", "--xz", "--format=posix", "--pax-option=delete=atime,delete=ctime",
                        "--owner=0", "--group=0", "--numeric-owner", "--sort=name", "--file", archive,
                        "--directory", self.daemon.state, *names], check=True)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with Workspace("release") as workspace:
        Release(sys.argv[1], workspace).keep(sys.argv[2])
    print(f"kept {os.path.getsize(sys.argv[2])} bytes")


if __name__ == "__main__":
    main()
