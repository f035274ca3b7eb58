"""A state directory that somebody else has prepared: refused, or nothing of it is followed."""

import os
import shutil
import subprocess
import unittest

from hazard_case import HazardCase

SOMEBODY_ELSE = 65534
END_DEADLINE_SECONDS = 30
TOKEN, PASSWORD = "usr-admin." + "0" * 64, "a planted password"


@unittest.skipUnless(os.geteuid() == 0, "giving a folder to somebody else needs root")
class ForeignFolder(HazardCase):
    def setUp(self):
        super().setUp()
        self.state = self.daemon.state
        os.mkdir(self.state, 0o750)
        # What must stay as it is.
        self.victim = self.workspace.file("victim")
        self.precious = self.workspace.folder("precious")
        self.make_precious()

    def make_precious(self):
        for path in (self.victim, os.path.join(self.precious, "work")):
            with open(path, "w", encoding="ascii") as file:
                file.write("precious")

    def path(self, *names):
        return os.path.join(self.state, *names)

    def plant(self, name, text, mode=0o644, owner=0):
        with open(self.path(name), "w", encoding="ascii") as file:
            file.write(text)
        os.chmod(self.path(name), mode)
        os.chown(self.path(name), owner, owner)

    def start_refused(self):
        """What it says; it must neither serve nor hang."""
        process = subprocess.Popen(
            self.daemon.arguments, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
            text=True, start_new_session=True)
        try:
            _, said = process.communicate(timeout=END_DEADLINE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            _, said = process.communicate()
            self.assertNotIn("listening on", said, "it serves from there")
            self.fail(f"the start hangs: {said}")
        self.assertNotIn("listening on", said)
        self.assertEqual(process.returncode, 1, said)
        return said

    def start_or_refuse(self):
        """Either is right; a start must have ended or served. Returns whether it serves."""
        try:
            self.daemon.start()
        except TimeoutError:
            self.fail("the start hangs")
        except RuntimeError:
            self.assertEqual(self.daemon.process.returncode, 1, self.daemon.log_end())
            return False
        return True

    def check_untouched(self):
        self.assertEqual(os.listdir(self.precious), ["work"])
        for path in (self.victim, os.path.join(self.precious, "work")):
            with open(path, "rb") as file:
                self.assertEqual(file.read(100), b"precious", f"{path} was written to")

    def test_a_folder_of_somebody_else(self):
        os.chown(self.state, SOMEBODY_ELSE, SOMEBODY_ELSE)
        said = self.start_refused()
        self.assertIn(self.state, said)
        self.assertEqual(os.listdir(self.state), [])
        self.say(f"refused: {said.strip()}")

    def test_a_folder_that_others_may_write_to(self):
        os.chmod(self.state, 0o777)
        self.assertIn(self.state, self.start_refused())
        self.assertEqual(os.listdir(self.state), [])

    def test_planted_secrets(self):
        for owner, mode in ((SOMEBODY_ELSE, 0o600), (0, 0o644)):
            with self.subTest(owner=owner, mode=oct(mode)):
                self.plant("admin.token", TOKEN + "\n", mode, owner)
                self.plant("admin.password", PASSWORD + "\n", mode, owner)
                self.start_refused()

    def test_links(self):
        """Each where something of ours is expected."""
        for name in ("metadata.sqlite-reserve", "metadata.sqlite", "lock", "admin.token", "admin.password"):
            self.check_link(name, self.victim)
        for name in ("trash", "layers", "run", "quarantine"):
            self.check_link(name, self.precious)

    def check_link(self, name, target):
        with self.subTest(link=name):
            os.symlink(target, self.path(name))
            if self.start_or_refuse():
                self.make_server(f"at-{name[:3]}", 1)
                self.daemon.stop()
            self.check_untouched()
        self.begin_anew()

    def begin_anew(self):
        self.workspace.end_processes(self.state)
        shutil.rmtree(self.state)
        shutil.rmtree(self.precious)
        os.mkdir(self.state, 0o750)
        os.mkdir(self.precious)
        self.make_precious()

    def test_a_fifo_among_the_layers(self):
        self.daemon.start()
        server = self.make_server("served", 1)
        self.daemon.stop()
        os.mkfifo(self.path("layers", "lay-aaaaaaaaaaaa.qcow2"), 0o600)
        with self.timed(END_DEADLINE_SECONDS) as took:
            serves = self.start_or_refuse()
        if serves:
            self.assertTrue(self.client(server).is_connected)
            report = self.command.run("admin", "check").answer
            self.assertIn("lay-aaaaaaaaaaaa", str(report["findings"]))
        self.say(f"a FIFO named like a layer: {'serves' if serves else 'refused'} after {took}")
