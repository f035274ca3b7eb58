"""Standard streams that are closed, full, stalled or left by their reader: the server goes on and ends in time, and the
commands say what they could not write."""

import os
import re
import socket
import struct
import subprocess
import threading
import unittest

from crash_case import CrashCase
from daemon import START_DEADLINE_SECONDS
from workspace import wait_until

FAULT = 1
REDIRECTIONS = {"closed": "2>&-", "all closed": "<&- >&- 2>&-", "full": "2>/dev/full", "full output": ">/dev/full"}
WORK_COUNT = 20
# Lines of the log, each longer than 100 bytes: more than may wait, and than a pipe holds.
FLOOD_COUNT = 25_000
FLOOD_BATCH = 500
READ_DEADLINE_SECONDS = 120
ANSWER_DEADLINE_SECONDS = 60
READ_BYTES = 1 << 16
DROPPED = re.compile(rb"(\d+) log lines were dropped")
FLOODED = b"connection ended"
FULL_BYTES = 16 << 10


class StandardStreams(CrashCase):
    def arguments(self, log_format="text", level="debug"):
        return [*self.daemon.arguments[:-2], "--log-format", log_format, "--log-level", level]

    def start(self, redirection="", log_format="text", **streams):
        """Starts it with such streams, by a shell, and returns once it serves."""
        self.daemon.process = subprocess.Popen(
            ["/bin/sh", "-c", f'exec "$0" "$@" {redirection}', *self.arguments(log_format)], start_new_session=True,
            **{"stderr": subprocess.DEVNULL, **streams})
        wait_until(self.is_served, START_DEADLINE_SECONDS, "it serves")

    def is_served(self):
        self.assertIsNone(self.daemon.process.poll(), "it has ended")
        return os.path.exists(self.daemon.socket) and self.command.run("status").code == 0

    def work(self, name):
        """Makes and deletes; every step of that is logged."""
        for number in range(WORK_COUNT):
            self.command.ask("volume", "create", f"{name}-{number}", "--size", "8MiB")
        self.command.delete("volume", *[f"{name}-{number}" for number in range(WORK_COUNT)])
        self.wait_until_settled()

    # The server

    def test_it_goes_on_without_a_log(self):
        for log_format in ("text", "json"):
            for name, redirection in REDIRECTIONS.items():
                with self.subTest(f"{log_format}: {name}"):
                    self.start(redirection, log_format)
                    self.check_streams_are_no_files_of_its_own()
                    self.work("any")
                    self.assertEqual(self.daemon.stop(), 0)

    def check_streams_are_no_files_of_its_own(self):
        for number in range(3):
            target = os.readlink(f"/proc/{self.daemon.process.pid}/fd/{number}")
            self.assertFalse(target.startswith("socket:") or "sqlite" in target or "anon_inode" in target, target)

    def test_it_goes_on_when_the_reader_leaves(self):
        for log_format in ("text", "json"):
            with self.subTest(log_format):
                reading, writing = os.pipe()
                self.start(log_format=log_format, stderr=writing)
                os.close(writing)
                os.close(reading)
                self.work("any")
                self.assertEqual(self.daemon.stop(), 0)

    def test_a_stalled_reader_stops_nothing_and_learns_what_it_missed(self):
        reading, writing = os.pipe()
        self.start(stderr=writing)
        os.close(writing)
        self.flood()
        self.work("stalled")
        self.flood()
        self.work("full")
        seen = self.read_until_told(reading)
        dropped = sum(int(count) for count in DROPPED.findall(seen))
        self.assertGreaterEqual(seen.count(FLOODED) + dropped, 2 * FLOOD_COUNT)
        self.assertTrue(all(line.startswith((b"20", b"listening on ")) for line in seen.split(b"\n")[:-1]),
                        "a line is torn")
        self.say(f"{dropped} of more than {2 * FLOOD_COUNT} lines were dropped and told; all work was done meanwhile")
        threading.Thread(target=self.drain, args=(reading,), daemon=True).start()
        self.assertEqual(self.daemon.stop(), 0)

    def test_it_ends_in_time_while_the_reader_is_stalled(self):
        reading, writing = os.pipe()
        self.start(stderr=writing)
        os.close(writing)
        self.flood()
        self.work("stalled")
        self.assertEqual(self.daemon.stop(), 0)
        os.close(reading)

    def flood(self):
        """A line of the log for each connection that is no Hello."""
        for _ in range(FLOOD_COUNT // FLOOD_BATCH):
            peers = [self.connected() for _ in range(FLOOD_BATCH)]
            for peer in peers:
                peer.sendall(b"\xff\xff\xff\xff")
            for peer in peers:
                while peer.recv(READ_BYTES):
                    pass
                peer.close()

    def connected(self):
        """Waits for its turn: a Python socket with a time-out would give up where many wait."""
        peer = socket.socket(socket.AF_UNIX)
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("ll", ANSWER_DEADLINE_SECONDS, 0))
        peer.connect(self.daemon.socket)
        peer.settimeout(ANSWER_DEADLINE_SECONDS)
        return peer

    def read_until_told(self, reading):
        seen = b""

        def is_told():
            nonlocal seen
            seen += os.read(reading, READ_BYTES)
            return DROPPED.search(seen[-READ_BYTES:])
        wait_until(is_told, READ_DEADLINE_SECONDS, "the log tells what it dropped")
        return seen

    @staticmethod
    def drain(reading):
        while os.read(reading, READ_BYTES):
            pass

    @unittest.skipUnless(os.geteuid() == 0, "a full disk needs root, to mount a small file system")
    def test_a_disk_that_was_full_gets_whole_lines_again(self):
        disk = self.workspace.folder("disk")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_BYTES}", "holdpoint-test", disk], check=True)
        self.workspace.at_end(lambda: subprocess.run(["umount", "--lazy", disk], check=False))
        log = os.path.join(disk, "log")
        with open(log, "ab") as file:
            self.start(stderr=file)
        wait_until(lambda: self.work("any") or os.path.getsize(log) >= FULL_BYTES, READ_DEADLINE_SECONDS, "it is full")
        with open(log, "rb") as file:
            torn = file.read()
        os.truncate(log, 0)
        self.command.ask("volume", "create", "after", "--size", "8MiB")
        self.assertEqual(self.daemon.stop(), 0)
        with open(log, "rb") as file:
            lines = file.read().split(b"\n")
        self.assertEqual(lines[0] == b"", not torn.endswith(b"\n"), "a torn line must not hide the next one")
        first = next(line for line in lines if line)
        self.assertRegex(first, rb"^20.* warning holdpointd: \d+ log lines were dropped$")

    def test_no_value_makes_a_line_of_its_own(self):
        forged = "2026-01-01T00:00:00.000Z forged"
        self.daemon.state = self.workspace.folder(f"a\n{forged}\u202e") + "/state"
        with open(self.daemon.log, "ab") as log:
            self.start(stderr=log)
        self.assertEqual(self.daemon.stop(), 0)
        with open(self.daemon.log, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(forged, text)
        self.assertNotIn("\u202e", text)
        self.assertEqual([line for line in text.splitlines() if line.startswith("2026-01-01T00:00:00.000Z")], [])

    # The commands

    def run_in_shell(self, words, redirection):
        """Exit code and standard error. Its files may have no contents."""
        ended = subprocess.run(
            ["/bin/sh", "-c", f'ulimit -f 0; "$0" "$@" {redirection}', *words], stdin=subprocess.DEVNULL,
            capture_output=True, text=True, env=self.command.environment, timeout=READ_DEADLINE_SECONDS, check=False)
        return ended.returncode, ended.stderr

    def test_lost_output_is_no_success(self):
        self.daemon.start()
        self.command.ask("volume", "create", "data", "--size", "8MiB")
        holdpoint, holdpointd = self.command.program, self.daemon.program
        for words in ([holdpoint, "version"], [holdpoint, "--help"], [holdpoint, "completion", "bash"],
                      [holdpoint, "volume", "list"], [holdpoint, "volume", "show", "data", "-o", "json"],
                      [holdpointd, "--help"], [holdpointd, "--version"]):
            with self.subTest(words[1:]):
                self.assertEqual(self.run_in_shell(words, "")[0], 0)
                output = self.workspace.file("output")
                for redirection in (">/dev/full", ">&-", f">{output}"):
                    code, error = self.run_in_shell(words, redirection)
                    self.assertEqual(code, FAULT, redirection)
                    self.assertIn("standard output", error)
                self.assertEqual(self.run_in_shell(words, ">&- 2>&-")[0], FAULT)
                self.assertEqual(self.run_in_shell(words, "2>&-")[0], 0)

    def test_a_reader_that_leaves_ends_quietly(self):
        self.daemon.start()
        for words in ([self.command.program, "volume", "list"], [self.daemon.program, "--help"]):
            reading, writing = os.pipe()
            os.close(reading)
            ended = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, env=self.command.environment,
                                   timeout=READ_DEADLINE_SECONDS, check=False)
            os.close(writing)
            self.assertEqual((ended.returncode, ended.stderr), (0, b""))

    def test_failures_keep_their_codes_without_a_stream(self):
        self.daemon.start()
        missing = [self.command.program, "volume", "show", "no-such-volume"]
        expected = self.run_in_shell(missing, "")[0]
        self.assertEqual(expected, 3)
        for redirection in ("2>&-", "2>/dev/full", ">&- 2>&-", ">/dev/full"):
            self.assertEqual(self.run_in_shell(missing, redirection)[0], expected, redirection)
        self.assertEqual(self.run_in_shell([self.daemon.program, "--nonsense"], "2>&-")[0], 2)
        in_use = [self.daemon.program, "--state-dir", self.daemon.state]
        self.assertEqual(self.run_in_shell(in_use, "2>/dev/full")[0], 3)
