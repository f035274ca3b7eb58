"""Every line of the README's tour, as it is printed, on a machine that has nothing yet; and what it prints."""

import os
import re
import shutil
import subprocess
import textwrap

from crash_case import CrashCase
from terminal import Terminal

REPOSITORY = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
README = os.path.join(REPOSITORY, "README.md")
BEGIN, END = "## Five minutes\n", "## The command\n"
# Lines that are done otherwise: what was built is under test, and whoever mounts is root already.
BUILD, BECOME_ROOT = "make build && sudo make install", "sudo -s"
# Folders that the tour writes to.
OWN_FOLDERS = ["/usr/local", "/var/lib", "/var/log"]
QUESTION = "Type yes to go on: "
# A line of a screen, indented in the README.
WIDTH = 80
IDS = re.compile(r"\b(srv|vol|vsnap|ssnap|op|lay|prj)-[a-z2-7]{12}\b")
VARYING = [
    (IDS, r"\1-ID"), (re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z"), "TIME"),
    (re.compile(r"\b(\d+(s|ms|m) ago|now)\b"), "AGO"), (re.compile(r"\b[\d.]+ ([KMGT]i)?B\b"), "SIZE"),
    (re.compile(r"\brevert-\d{8}\b"), "revert-MMDDhhmm"), (re.compile(r"\(\d+ bytes\)"), "(N bytes)"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"), (re.compile(r"(^|(?<= ))\[(\d)\] \d+"), r"[\2] PID"),
    (re.compile(r"\b(etag|revision) \d+"), r"\1 N"),
]


class Line:
    """A command of the tour and what it should print."""

    def __init__(self, command, first):
        self.command, self.first = command, first
        self.expected, self.printed = [], []


class Tour(CrashCase):
    writes = False

    def setUp(self):
        if os.geteuid() != 0:
            self.skipTest("needs root: it installs, and mounts folders of its own to install into")
        super().setUp()
        for folder in OWN_FOLDERS:
            subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "tour", folder], check=True)
            self.addCleanup(subprocess.run, ["umount", "-l", folder], check=False)
        os.makedirs(self.workspace.file("site"))
        with open(self.workspace.file("site/index.html"), "w", encoding="utf-8") as file:
            file.write("<h1>It works</h1>\n")
        shutil.copy(os.path.join(REPOSITORY, "Makefile"), self.workspace.path)
        environment = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "TERM": "xterm",
                       "HOME": self.workspace.path, "LANG": "C.UTF-8"}
        self.terminal = Terminal(self.workspace.path, environment)
        self.addCleanup(self.terminal.end)
        self.addCleanup(self.end_processes)

    def test_the_tour(self):
        with open(README, encoding="utf-8") as file:
            text = file.read()
        lines = self.lines(text)
        self.assertGreater(len(lines), 15)
        for line in lines:
            line.printed = self.run_line(line.command)
            if not self.writes:
                self.check(line)
        if self.writes:
            self.write(text, lines)
        self.say(f"{len(lines)} lines run as they are printed")

    def lines(self, text):
        lines = []
        for number, row in enumerate(text.split("\n")):
            if not self.first_row(text) <= number < self.last_row(text):
                continue
            if row.startswith("    $ "):
                lines.append(Line(row[6:], number))
            elif row.startswith("    ") and lines:
                lines[-1].expected.append(row[4:])
        return lines

    @staticmethod
    def first_row(text):
        return text[:text.index(BEGIN)].count("\n")

    @staticmethod
    def last_row(text):
        return text[:text.index(END)].count("\n")

    def run_line(self, command):
        if command == BECOME_ROOT:
            return []
        if command == BUILD:
            subprocess.run(["make", "--no-print-directory", "-C", REPOSITORY, "install", f"BUILD={self.binaries}"],
                           stdout=subprocess.DEVNULL, check=True)
            return []
        printed = self.terminal.run(command, {QUESTION: "yes"})
        if command.startswith("holdpointd "):
            self.terminal.run("until grep -q 'listening on' /var/log/holdpointd.log; do sleep 0.1; done")
        return printed

    def check(self, line):
        """What the README has may be folded, and leave out what it marks with `…`."""
        pattern = re.escape(self.plain(line.expected)).replace("…", ".*")
        self.assertRegex(self.plain(line.printed), f"^{pattern}$",
                         f"line {line.first + 1} of the README: $ {line.command}")

    @staticmethod
    def plain(lines):
        # Joined first: what varies may be folded.
        text = " ".join(" ".join(lines).split())
        for form, name in VARYING:
            text = form.sub(name, text)
        return text

    def write(self, text, lines):
        rows = text.split("\n")
        for line in reversed(lines):
            last = line.first + 1
            while rows[last].startswith("    ") and not rows[last].startswith("    $ "):
                last += 1
            rows[line.first + 1:last] = [f"    {row}" for printed in line.printed for row in self.fold(printed)]
        with open(README, "w", encoding="utf-8") as file:
            file.write("\n".join(rows))

    @staticmethod
    def fold(line):
        if len(line) <= WIDTH:
            return [line]
        return textwrap.wrap(line, WIDTH, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False)

    def end_processes(self):
        for folder, _, files in os.walk("/var/lib/holdpoint/run"):
            for file in files:
                if file.endswith(".pid"):
                    with open(os.path.join(folder, file), encoding="ascii") as content:
                        subprocess.run(["kill", "-9", content.read().split()[0]], check=False, capture_output=True)
        subprocess.run(["pkill", "-x", "holdpointd", "--session", str(os.getsid(self.terminal.process))], check=False)
