"""A file system mounted at the layers' folder: everything works there, and nothing is invented while it is missing."""

import os
import shutil
import subprocess
import unittest

from crash_case import CrashCase

DISK_MEBIBYTES = 64


@unittest.skipUnless(os.geteuid() == 0, "a mounted folder needs root")
class MountedLayers(CrashCase):
    def setUp(self):
        super().setUp()
        self.disk = self.workspace.folder("disk")
        self.layers = self.workspace.folder(os.path.join("state", "layers"))
        os.chmod(self.daemon.state, 0o750)
        self.mount("-t", "tmpfs", "-o", f"size={DISK_MEBIBYTES}m,mode=700", "holdpoint-test", self.disk)
        os.mkdir(os.path.join(self.disk, "layers"), 0o700)
        os.mkdir(os.path.join(self.disk, "layers", "lost+found"), 0o700)
        self.mount_layers()

    def mount(self, *words):
        subprocess.run(["mount", *words], check=True)
        self.workspace.at_end(
            lambda: subprocess.run(["umount", "--lazy", words[-1]], check=False, stderr=subprocess.DEVNULL))

    def mount_layers(self, *options):
        self.mount("--bind", os.path.join(self.disk, "layers"), self.layers)
        if options:
            subprocess.run(["mount", "-o", f"remount,bind,{','.join(options)}", self.layers], check=True)

    def unmount_layers(self):
        subprocess.run(["umount", self.layers], check=True)

    def refused_start(self, words):
        with self.assertRaisesRegex(RuntimeError, words):
            self.daemon.start()

    def test_everything_works_on_it(self):
        self.daemon.start()
        self.daemon.stop()
        # What a version before 0.2 left beside the folder is on another file system.
        for folder in ("trash", "quarantine"):
            with open(os.path.join(self.workspace.folder(os.path.join("state", folder)), "old"), "wb"):
                pass
            os.chmod(os.path.join(self.daemon.state, folder), 0o700)
        self.daemon.start()
        self.assertEqual(os.listdir(os.path.join(self.daemon.state, "quarantine")), ["old"])
        self.assertFalse(os.path.exists(os.path.join(self.daemon.state, "trash")))
        self.check_consistency()

        self.command.ask("volume", "create", "data", "--size", "1MiB")
        self.command.ask("snapshot", "create", "before", "--volume", "data")
        self.command.delete("snapshot", "before")
        self.command.delete("volume", "data")
        with open(os.path.join(self.layers, "notes.txt"), "wb"):
            pass
        report = self.command.ask("admin", "check", "--repair")
        self.assertEqual([(found["reason"], found["repaired"]) for found in report["findings"]], [("STRAY_FILE", True)])
        self.assertEqual(self.daemon.layers(), ["lost+found"])
        self.check_consistency()
        self.say("layers on a disk of their own are made, deleted and put into quarantine")

    def test_nothing_is_invented_while_it_is_missing(self):
        self.daemon.start()
        volume = self.command.ask("volume", "create", "data", "--size", "1MiB")["id"]
        layers = self.daemon.layers()
        self.daemon.stop()
        self.unmount_layers()
        self.refused_start("not mounted")
        self.assertEqual(os.listdir(self.layers), [])
        self.mount_layers("ro")
        self.refused_start("Read-only file system")
        self.unmount_layers()
        self.mount_layers()
        self.daemon.start()
        self.assertEqual(self.daemon.layers(), layers)
        self.command.ask("volume", "show", volume)
        self.check_consistency()
        self.daemon.stop()

        # Layers that are moved on purpose.
        copy = self.workspace.folder("copy")
        for name in layers:
            if name.endswith(".qcow2"):
                shutil.copy2(os.path.join(self.layers, name), copy)
        self.unmount_layers()
        for name in os.listdir(copy):
            shutil.copy2(os.path.join(copy, name), self.layers)
        self.refused_start("remove .*/layers-id")
        os.remove(os.path.join(self.daemon.state, "layers-id"))
        self.daemon.start()
        self.check_consistency()
        self.say("a start without the disk, or with one that cannot be written, is refused and leaves no trace")
