"""A state directory that somebody else could write to, and what he may have put there: the start is refused with the
reason, nothing is opened, followed, written or deleted."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import unittest

from crash_case import CrashCase
from daemon import START_DEADLINE_SECONDS
from workspace import wait_until

# Of nobody, and so of somebody else.
STRANGER = 65534
FAULT = 1
FOLDERS = ["layers", "run", "trash", "quarantine"]
SECRETS = ["admin.token", "admin.password"]
FILES = ["lock", "metadata.sqlite", "metadata.sqlite-wal", "metadata.sqlite-shm", "metadata.sqlite-reserve", *SECRETS]
PRECIOUS = b"somebody's, and to stay so\n"


@unittest.skipUnless(os.geteuid() == 0, "somebody else's files need root, to be made")
class HostileFolder(CrashCase):
    def setUp(self):
        super().setUp()
        self.state = self.daemon.state

    def make_state(self, mode=0o750):
        """A new one."""
        shutil.rmtree(self.state, ignore_errors=True)
        os.mkdir(self.state)
        os.chmod(self.state, mode)

    def run_daemon(self, *arguments):
        """Its exit code and what it said; fails if it serves."""
        path = self.workspace.file("said")
        with open(path, "wb") as said:
            process = subprocess.Popen(
                [self.daemon.program, *arguments], stdin=subprocess.DEVNULL, stdout=said, stderr=said,
                start_new_session=True)
        try:
            wait_until(lambda: process.poll() is not None or self.says(path, "listening on"), START_DEADLINE_SECONDS,
                       "holdpointd serves or refuses to")
            self.assertIsNotNone(process.poll(), "it was served")
        finally:
            process.kill()
            process.wait()
        with open(path, encoding="utf-8", errors="replace") as file:
            return process.returncode, file.read()

    @staticmethod
    def says(path, text):
        with open(path, encoding="utf-8", errors="replace") as file:
            return text in file.read()

    def check_refused(self, *reasons, state=None):
        """Serving and restoring are refused, with these words."""
        backup = self.workspace.file("backup")
        for words in ([], ["restore", "--from", backup]):
            code, said = self.run_daemon(*words, "--state-dir", state or self.state)
            self.assertEqual(code, FAULT, said)
            for reason in reasons:
                self.assertIn(reason, said)

    def check_served(self):
        self.daemon.start()
        self.assertEqual(self.daemon.stop(), 0)

    # The folder, and the way to it

    def test_a_folder_of_somebody_else_is_not_touched(self):
        self.make_state(0o755)
        for name in SECRETS:
            with open(os.path.join(self.state, name), "w", encoding="ascii") as file:
                file.write("tok-planted.0123456789abcdef0123456789abcdef\n")
        os.mkdir(os.path.join(self.state, "trash"))
        for name in ("", *os.listdir(self.state)):
            os.chown(os.path.join(self.state, name), STRANGER, STRANGER)
        before = self.tree()
        self.check_refused(f"belongs to user {STRANGER}", "chown 0", "--state-dir")
        self.assertEqual(self.tree(), before)

    def tree(self):
        return {entry.name: entry.stat(follow_symlinks=False)[:7] for entry in os.scandir(self.state)}

    def test_a_folder_that_others_write_to_is_refused(self):
        for mode in (0o777, 0o770, 0o757, 0o1777):
            with self.subTest(oct(mode)):
                self.make_state(mode)
                self.check_refused(f"mode 0{mode:o}", "chmod go-w")
                self.assertEqual(os.listdir(self.state), [])
        self.make_state(0o755)
        self.check_served()

    def test_whoever_can_exchange_the_folder_is_somebody_else(self):
        parent = self.workspace.folder("parent")
        self.state = self.daemon.state = os.path.join(parent, "state")
        os.chmod(parent, 0o777)
        self.check_refused(f"{parent} can be changed by others")
        os.chmod(parent, 0o755)
        os.chown(parent, STRANGER, STRANGER)
        self.check_refused(f"{parent} belongs to user {STRANGER}")
        self.assertEqual(os.listdir(parent), [])
        # As /tmp is: what is ours there stays.
        os.chown(parent, 0, 0)
        os.chmod(parent, 0o1777)
        self.check_served()

    def test_a_link_on_the_way_is_followed_if_it_is_ours(self):
        shared = self.workspace.folder("shared")
        os.chmod(shared, 0o1777)
        real, link = os.path.join(shared, "real"), os.path.join(shared, "link")
        os.mkdir(real)
        os.symlink("real", link)
        self.daemon.state = os.path.join(link, "state")
        self.daemon.start()
        server = self.make_server("web", 1)
        running = self.daemon.storage_daemons
        self.daemon.state = os.path.join(real, "state")
        self.assertEqual(list(running()), [server], "one folder has one name however it is spelled")
        self.assertEqual(self.daemon.stop(), 0)
        os.lchown(link, STRANGER, STRANGER)
        self.check_refused(f"{link} belongs to user {STRANGER}", state=os.path.join(link, "state"))
        os.symlink("loop", os.path.join(shared, "loop"))
        self.check_refused("loop", state=os.path.join(shared, "loop", "state"))

    # What is in it

    def test_links_are_not_followed(self):
        for name in FOLDERS + FILES:
            with self.subTest(name):
                self.make_state()
                victim = self.make_victim(is_folder=name in FOLDERS)
                os.symlink(victim, os.path.join(self.state, name))
                self.check_refused(name, "is a link")
                self.check_unhurt(victim)
                shutil.rmtree(victim) if os.path.isdir(victim) else os.remove(victim)
                self.check_refused(name, "is a link")
                self.assertFalse(os.path.lexists(victim), "a link that leads nowhere was followed")

    def make_victim(self, is_folder):
        victim = self.workspace.file("victim")
        if is_folder:
            os.mkdir(victim)
        with open(os.path.join(victim, "file") if is_folder else victim, "wb") as file:
            file.write(PRECIOUS)
        os.chmod(victim, 0o700 if is_folder else 0o600)
        return victim

    def check_unhurt(self, victim):
        path = os.path.join(victim, "file") if os.path.isdir(victim) else victim
        with open(path, "rb") as file:
            self.assertEqual(file.read(), PRECIOUS)

    def test_everything_is_what_it_should_be(self):
        """A pipe would keep the start waiting for ever."""
        makers = {"FIFO": os.mkfifo, "folder": os.mkdir, "device": self.make_device, "file": self.make_file}
        for name in FOLDERS + FILES:
            for kind, make in makers.items():
                if kind == ("folder" if name in FOLDERS else "file"):
                    continue
                with self.subTest(f"{name} is a {kind}"):
                    self.make_state()
                    make(os.path.join(self.state, name))
                    self.check_refused(name, "is no plain file" if name in FILES else "is no folder")

    @staticmethod
    def make_device(path):
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))

    @staticmethod
    def make_file(path):
        with open(path, "xb"):
            pass

    def test_files_are_nobody_elses(self):
        for name in FOLDERS + FILES:
            with self.subTest(name):
                self.make_state()
                path = os.path.join(self.state, name)
                os.mkdir(path, 0o700) if name in FOLDERS else os.close(os.open(path, os.O_CREAT, 0o600))
                os.chown(path, STRANGER, STRANGER)
                self.check_refused(name, f"belongs to user {STRANGER}")
                os.chown(path, 0, 0)
                os.chmod(path, 0o777 if name in FOLDERS else 0o666)
                self.check_refused(name, "by others", "chmod")

    def test_a_secret_that_others_read_is_none(self):
        self.check_served()
        for name in SECRETS:
            path = os.path.join(self.state, name)
            os.chmod(path, 0o644)
            self.check_refused(path, "can be read by others", "chmod go=")
            os.chmod(path, 0o600)
        self.check_served()

    # What it makes itself

    def test_nothing_is_made_for_others_whatever_the_mask_is(self):
        for number, mask in enumerate((0, 0o777)):
            with self.subTest(oct(mask)):
                shutil.rmtree(self.state, ignore_errors=True)
                with self.umask(mask):
                    self.daemon.start()
                server = self.make_server(f"web-{number}", 1)
                self.read_server(server)
                self.assertEqual(self.mode(self.daemon.socket), 0o660)
                self.assertEqual(self.mode(self.state), 0o750)
                paths = [os.path.join(folder, name) for folder, folders, files in os.walk(self.state)
                         for name in folders + files]
                self.assertGreater(len([path for path in paths if path.endswith((".qmp", ".nbd"))]), 1)
                self.assertEqual([path for path in paths if self.mode(path) & 0o077], [])
                self.assertEqual(self.daemon.stop(), 0)
                self.workspace.end_processes(self.state)

    @staticmethod
    def mode(path):
        return stat.S_IMODE(os.lstat(path).st_mode)

    @contextlib.contextmanager
    def umask(self, mask):
        """For what is started meanwhile; the log is made before, so that the test itself can open it."""
        self.make_log()
        before = os.umask(mask)
        try:
            yield
        finally:
            os.umask(before)

    def make_log(self):
        with open(self.daemon.log, "ab"):
            pass

    def test_processes_leave_no_cores(self):
        self.daemon.start()
        server = self.make_server("web", 1)
        child = self.daemon.storage_daemons()[server]
        for process_id in (self.daemon.process.pid, child):
            with open(f"/proc/{process_id}/limits", encoding="ascii") as file:
                limits = next(line.split() for line in file if line.startswith("Max core file size"))
            # 0 would still feed a program that cores are piped to.
            self.assertEqual(limits[4:6], ["1", "1"])
        os.kill(child, signal.SIGKILL)
