"""What every crash test has: a workspace, a daemon, the command, and ways to look at what is left."""

import os
import subprocess
import unittest

from command import Command
from daemon import Daemon
from records import read_region
from workspace import Workspace, wait_until
from writing import Writer

SETTLE_DEADLINE_SECONDS = 30
VOLUME_SIZE = "64MiB"
REGION_OFFSET = 32 << 20
# Exit codes of `qemu-img check`.
IMAGE_CLEAN = 0
IMAGE_LEAKS = 3


class CrashCase(unittest.TestCase):
    binaries = "."
    rounds = 1
    seed = 0
    environment = None

    def setUp(self):
        self.workspace = self.enterContext(Workspace("crash"))
        self.daemon = self.make_daemon()
        self.command = Command(self.binaries, self.daemon)

    def make_daemon(self):
        return Daemon(self.binaries, self.workspace.path, environment=self.environment)

    def say(self, text):
        print(f"  {type(self).__name__}: {text}", flush=True)

    def make_server(self, name, volume_count):
        """An external server with volumes NAME-0, NAME-1, … in the slots of these numbers. Returns its id."""
        server = self.command.ask("server", "create", name, "--kind", "external")["id"]
        for slot in range(volume_count):
            self.command.ask("volume", "create", f"{name}-{slot}", "--size", VOLUME_SIZE, "--attach", server)
        return server

    def make_writer(self, server):
        uris = self.command.uris(server).values()
        return Writer(self.workspace.file(f"writer-{server}"), REGION_OFFSET, list(uris))

    def read_server(self, server):
        """The regions of a server's volumes, in the order of the slots."""
        return [read_region(uri, REGION_OFFSET) for uri in self.command.uris(server).values()]

    def restored(self, server_snapshot, name="restored"):
        """The regions of a server snapshot's members, read from a server made of it, which is deleted again."""
        server = self.command.ask("server", "create", name, "--server-snapshot", server_snapshot)
        regions = self.read_server(server["id"])
        self.command.delete("server", server["id"])
        self.command.delete("volume", *[slot["volumeId"] for slot in server["attachments"]])
        return regions

    def wait_until_settled(self):
        """Every operation ends, none gets stuck."""
        def is_settled():
            return not any(self.operations(state) for state in ("PENDING", "RUNNING"))
        wait_until(is_settled, SETTLE_DEADLINE_SECONDS, "every operation has ended")
        self.assertEqual(self.operations("STUCK"), [])

    def operations(self, state):
        return self.command.ask("operation", "list", "--all", "--filter", f"state = {state}")

    def check_consistency(self):
        """Metadata and data agree; a killed process has left nothing that somebody should know of."""
        report = self.command.ask("admin", "check")
        self.assertEqual((report["clean"], report["findings"]), (True, []))

    def check_images(self, leaks_are_waste=False):
        """`qemu-img check` on every layer; nothing may have them open. Returns how many there are.

        A writer that was killed may leave clusters that nothing refers to: waste, and no damage."""
        paths = self.daemon.layer_paths()
        for path in paths:
            checked = subprocess.run(
                ["qemu-img", "check", "-f", "qcow2", path], capture_output=True, text=True, check=False)
            allowed = (IMAGE_CLEAN, IMAGE_LEAKS) if leaks_are_waste else (IMAGE_CLEAN,)
            self.assertIn(checked.returncode, allowed, f"{path}: {checked.stdout}{checked.stderr}")
        return len(paths)

    def check_nothing_is_left(self):
        """After everything was deleted."""
        self.assertEqual(self.daemon.layers(), [])
        self.assertEqual(self.daemon.storage_daemons(), {})
        self.assertEqual(os.listdir(os.path.join(self.daemon.state, "run")), [])
