"""What scripts ask of the command that people at a terminal do not: much at once, odd bytes, output that has no room,
secrets that lie about."""

import json
import os
import subprocess
import unittest

import preload
from hazard_case import HazardCase

AT_ONCE = 12
DONE, FAULT, USAGE, REFUSED = 0, 1, 2, 4
FORMS = ("table", "json", "yaml", "csv", "name")
VOLUME_COUNT = 12
DISK_BYTES = 16 << 10
# Less than a list of those takes in any form.
ROOM_BYTES = 100
DEADLINE_SECONDS = 120
HERE = os.path.dirname(os.path.abspath(__file__))


class Scripts(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def run_raw(self, *words, environment=None, **streams):
        """Words of bytes or text, as they are. Its output is text, repaired where it is none."""
        return subprocess.run(
            [self.command.program, *words], env={**self.command.environment, **(environment or {})},
            errors="replace", timeout=DEADLINE_SECONDS, check=False,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams})

    # Much at once

    def test_twelve_that_want_one_server(self):
        words = [self.command.program, "server", "create", "web-1", "--kind", "external", "--if-absent", "-o", "json"]
        running = [subprocess.Popen(words, env=self.command.environment, stdout=subprocess.PIPE,
                                    stderr=subprocess.PIPE, text=True) for _ in range(AT_ONCE)]
        ended = [(*each.communicate(timeout=DEADLINE_SECONDS), each.returncode) for each in running]
        self.assertEqual([(code, error) for _, error, code in ended], [(DONE, "")] * AT_ONCE)
        answers = [json.loads(output) for output, _, _ in ended]
        self.assertEqual(len({answer["id"] for answer in answers}), 1)
        self.assertEqual({answer["state"] for answer in answers}, {"RUNNING"})
        self.assertEqual(len(self.command.ask("server", "list")), 1)
        other = self.command.run("server", "create", "web-1", "--kind", "external", "--if-absent", "--description", "b")
        self.expect(other, (REFUSED, "NAME_TAKEN"))
        self.assertIn('description is \\"\\", not \\"b\\"', other.error)

    # Odd bytes

    def test_arguments_that_are_not_utf8(self):
        folder = self.workspace.folder("odd")
        for words in ([b"admin", b"backup", os.fsencode(folder) + b"/b\xe9"], [b"volume", b"show", b"\xff"],
                      [b"volume", b"create", b"data-1", b"--size", b"8MiB", b"--description", b"caf\xe9"]):
            for form in ([], [b"-o", b"json"]):
                ended = self.run_raw(*words, *form)
                self.assertEqual(ended.returncode, USAGE, ended.stderr)
                self.assertIn("is not UTF-8", ended.stderr)
        self.assertEqual(os.listdir(folder), [])
        self.assertEqual(self.command.ask("volume", "list"), [])
        written = os.path.join(folder, "bäckup")
        self.assertEqual(self.run_raw("admin", "backup", written).returncode, DONE)
        self.assertEqual(os.listdir(folder), ["bäckup"])

    def test_variables_that_are_not_utf8(self):
        for name in ("HOLDPOINT_ENDPOINT", "HOLDPOINT_PASSWORD_FILE", "HOLDPOINT_PROFILE", "HOME"):
            ended = self.run_raw("volume", "list", environment={name: b"/\xff"})
            self.assertEqual(ended.returncode, USAGE, name)
            self.assertIn(f"{name} is not UTF-8", ended.stderr)
        self.assertEqual(self.run_raw("volume", "list", environment={"OTHER": b"\xff"}).returncode, DONE)

    # Output without room

    def printing(self):
        """Every command that answers on standard output, in every form that it has."""
        [volume, *_] = self.volumes
        plain = [["--help"], ["--version"], ["volume", "--help"], ["completion", "bash"], ["completion", "zsh"],
                 ["completion", "fish"], ["call", "list"], ["call", "AdminService/GetStatus"],
                 ["server", "nbd", "web-1"], ["admin", "backup", "-"]]
        plain += [["admin", "check"], ["admin", "check", "-o", "json"], ["admin", "quarantine", "list"],
                  ["volume", "delete", volume, "--dry-run"],
                  ["volume", "delete", volume, "--dry-run", "-o", "json"]]
        formed = [["version"], ["status"], ["graph"], ["history"], ["space"], ["plan", "delete", volume],
                  ["operation", "show", self.operation], ["operation", "wait", self.operation]]
        for noun, name in (("server", "web-1"), ("volume", volume), ("snapshot", "before"),
                           ("server-snapshot", "nightly")):
            formed += [[noun, "list"], [noun, "show", name], [noun, "update", name, "--description", "new"]]
        formed += [["operation", "list"], ["volume", "resize", volume, "--size", "16MiB"]]
        made = [["volume", "create", f"more-{form}", "--size", "8MiB", "-o", form] for form in FORMS]
        return plain + made + [[*words, "-o", form] for words in formed for form in FORMS]

    def make_something_to_print(self):
        self.make_server("web-1", 1)
        self.volumes = [self.command.ask("volume", "create", f"data-{number}", "--size", "8MiB",
                                         "--description", "d" * 200)["id"] for number in range(VOLUME_COUNT)]
        self.command.ask("snapshot", "create", "before", "--volume", "web-1-0")
        self.command.ask("server-snapshot", "create", "nightly", "--server", "web-1")
        self.operation = self.command.ask("operation", "list")[0]["id"]

    def test_no_output_is_lost_with_success(self):
        self.make_something_to_print()
        with open("/dev/full", "wb") as full:
            for words in self.printing():
                with self.subTest(words):
                    ended = self.run_raw(*words, stdout=full)
                    self.assertEqual(ended.returncode, FAULT, ended.stderr)
                    self.assertIn("standard output", ended.stderr)

    def test_what_the_disk_tells_late(self):
        self.make_something_to_print()
        library = preload.build(os.path.join(HERE, "close_shim.c"), self.workspace.path)

        def run(call, *words):
            with open(self.workspace.file("output"), "wb") as output:
                return self.run_raw(*words, stdout=output, environment={
                    "LD_PRELOAD": library, "HOLDPOINT_TEST_FAILING_CALL": call})
        for words in (["volume", "list", "-o", "json"], ["--help"], ["admin", "backup", "-"]):
            ended = run("close", *words)
            self.assertEqual(ended.returncode, FAULT, words)
            self.assertIn("Disk quota exceeded", ended.stderr)
        self.assertEqual(run("none", "volume", "list").returncode, DONE)
        ended = run("fsync", "admin", "backup", "-")
        self.assertEqual(ended.returncode, FAULT, ended.stderr)
        copy = self.workspace.file("copy")
        self.assertEqual(run("fsync", "admin", "backup", copy).returncode, FAULT)
        self.assertFalse(os.path.exists(copy))

    @unittest.skipUnless(os.geteuid() == 0, "a full disk needs root, to mount a small file system")
    def test_half_a_list_on_a_full_disk_is_no_success(self):
        self.make_something_to_print()
        disk = self.workspace.folder("disk")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "holdpoint-test", disk], check=True)
        self.workspace.at_end(lambda: subprocess.run(["umount", "--lazy", disk], check=False))
        path = os.path.join(disk, "list")
        with open(path, "wb") as file:
            file.write(b"x" * DISK_BYTES)
        for form in FORMS:
            os.truncate(path, DISK_BYTES - ROOM_BYTES)
            with open(path, "ab") as output:
                ended = self.run_raw("volume", "list", "-o", form, stdout=output)
            self.assertEqual(ended.returncode, FAULT, form)
            self.assertEqual(os.path.getsize(path), DISK_BYTES, "a part of it was to be written")
        ended = self.run_raw("admin", "backup", os.path.join(disk, "backup"))
        self.assertEqual(ended.returncode, FAULT, ended.stderr)
        self.assertEqual(os.listdir(disk), ["list"])

    # Secrets

    def secret(self, name, mode, text=None):
        if text is None:
            with open(self.daemon.password_file, encoding="utf-8") as file:
                text = file.read()
        path = self.workspace.file(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def delete(self, name, *words, **streams):
        return self.run_raw("volume", "delete", name, "--yes", *words, **streams)

    def test_password_files_that_others_can_read_or_write(self):
        for mode in (0o644, 0o640, 0o604, 0o620, 0o602, 0o610):
            path = self.secret("wide", mode)
            link = self.workspace.file("link")
            if not os.path.islink(link):
                os.symlink(path, link)
            for file in (path, link):
                ended = self.delete("data", "--password-file", file)
                self.assertEqual(ended.returncode, USAGE, f"{mode:o}")
                self.assertIn(f"chmod 600 {file}", ended.stderr)
            ended = self.delete("data", environment={"HOLDPOINT_PASSWORD_FILE": path})
            self.assertEqual(ended.returncode, USAGE, f"{mode:o}")
            ended = self.run_raw("user", "password", "--yes", "--password-file", self.daemon.password_file,
                                 "--new-password-file", path)
            self.assertEqual(ended.returncode, USAGE, f"{mode:o}")

    def test_token_files_that_others_can_read(self):
        ended = self.run_raw("volume", "list", "--token-file", self.secret("token", 0o644, "a.b"))
        self.assertEqual(ended.returncode, USAGE)
        self.assertIn("chmod 600", ended.stderr)
        self.assertEqual(self.run_raw("volume", "list", "--token-file", self.daemon.token_file).returncode, DONE)

    def test_other_ways_to_give_a_password(self):
        narrow, wide = self.secret("narrow", 0o600), self.secret("open", 0o644)
        link = self.workspace.file("good-link")
        os.symlink(narrow, link)
        ways = {
            "file": f'--password-file "{narrow}"', "link": f'--password-file "{link}"',
            "pipe": f'--password-file - < <(cat "{wide}")', "substitution": f'--password-file <(cat "{wide}")',
            "here": f'--password-file - <<< "$(cat "{wide}")"', "redirected": f'--password-file - < "{wide}"',
            "read only": f'--password-file "{self.secret("readonly", 0o400)}"',
        }
        for name, way in ways.items():
            with self.subTest(name):
                volume = self.command.ask("volume", "create", "data", "--size", "8MiB")["id"]
                ended = subprocess.run(
                    ["bash", "-c", f'"{self.command.program}" volume delete {volume} --yes {way}'],
                    env=self.command.environment, capture_output=True, text=True, timeout=DEADLINE_SECONDS, check=False)
                self.assertEqual(ended.returncode, DONE, ended.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "another user's file needs root")
    def test_another_users_file_is_theirs_to_guard(self):
        volume = self.command.ask("volume", "create", "data", "--size", "8MiB")["id"]
        path = self.secret("mounted", 0o444)
        os.chown(path, 12345, 12345)
        self.assertEqual(self.delete(volume, "--password-file", path).returncode, DONE)
