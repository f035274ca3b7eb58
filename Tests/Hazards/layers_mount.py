"""A disk mounted where the layers are: it works, or the start says why not."""

import os
import subprocess
import unittest

from hazard_case import HazardCase


@unittest.skipUnless(os.geteuid() == 0, "mounting needs root")
class LayersMount(HazardCase):
    def setUp(self):
        super().setUp()
        os.mkdir(self.daemon.state, 0o750)
        layers = os.path.join(self.daemon.state, "layers")
        os.mkdir(layers, 0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256m,mode=0700", "holdpoint-test", layers], check=True)
        self.workspace.at_end(lambda: subprocess.run(["umount", "--lazy", layers], check=False))
        self.layers = layers

    def test_a_disk_of_its_own(self):
        self.check_life()

    def test_with_a_lost_and_found(self):
        os.mkdir(os.path.join(self.layers, "lost+found"), 0o700)
        self.check_life()

    def check_life(self):
        try:
            self.daemon.start()
        except RuntimeError as refusal:
            self.assertEqual(self.daemon.process.returncode, 1, str(refusal))
            self.assertIn("layers", str(refusal))
            self.say("refused at the start, with the reason")
            return
        server = self.make_server("mounted", 2)
        self.command.ask("server-snapshot", "create", "snap", "--server", server)
        self.check_consistency()
        self.command.delete("server-snapshot", "snap")
        self.command.delete("server", server)
        for slot in (0, 1):
            result = self.command.run("volume", "delete", f"mounted-{slot}", consent=True)
            self.assertEqual(result.code, 0, str(result))
        self.assertEqual(self.command.ask("volume", "list", "--all"), [])
        self.assertEqual([name for name in self.daemon.layers() if name.endswith(".qcow2")], [])
        self.check_consistency()
        self.say(f"works, beside {self.daemon.layers()}")
