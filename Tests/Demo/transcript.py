"""Runs commands as a shell does, prints them with what they print, and counts checks."""

import os
import re
import subprocess

DEADLINE_SECONDS = 120
CONSENT = ' --yes --password-file "$STATE/admin.password"'


class Outcome:
    def __init__(self, code, output, error):
        self.code = code
        self.output = output
        self.error = error

    @property
    def remedies(self):
        """The commands that a refusal prints, as they stand there."""
        return [line.strip() for line in self.error.splitlines() if re.match(r"  holdpoint ", line)]


class Transcript:
    def __init__(self, environment, folder):
        self.environment = environment
        self.folder = folder
        self.passed = 0
        self.failed = 0

    def chapter(self, title):
        print(f"\n=== {title}\n", flush=True)

    def say(self, text):
        print(f"# {text}", flush=True)

    def run(self, command, expected=0):
        """Runs a line of shell, prints it and what it prints, and checks its exit code."""
        print(f"$ {command}", flush=True)
        ended = subprocess.run(
            ["bash", "-c", command], env=self.environment, cwd=self.folder, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=DEADLINE_SECONDS, start_new_session=True, check=False)
        print(ended.stdout + ended.stderr, end="", flush=True)
        if ended.returncode != expected or expected != 0:
            self.check(f"exit {expected}", ended.returncode == expected, f"it was {ended.returncode}")
        return Outcome(ended.returncode, ended.stdout, ended.stderr)

    def refused(self, command, code, reason="", remedies=None):
        """A command that must be refused: with this exit code, this reason and, if given, this many ways out."""
        outcome = self.run(command, expected=code)
        if reason:
            self.check(f"the reason is {reason}", f"({reason})" in outcome.error)
        if remedies is not None:
            self.check(f"{remedies} way(s) out printed", len(outcome.remedies) == remedies)
        return outcome

    def follow(self, remedies):
        """Runs what a refusal printed as it was printed; with the consent that only the caller can give."""
        for remedy in remedies:
            line = remedy.split("  # ")[0]
            needs_consent = " delete " in line or line.endswith(" --force")
            self.run(line + CONSENT if needs_consent else line)

    def mode(self, name):
        return os.stat(os.path.join(self.folder, name)).st_mode

    def check(self, what, holds, otherwise=""):
        if holds:
            self.passed += 1
            print(f"ok: {what}", flush=True)
        else:
            self.failed += 1
            print(f"FAILED: {what}" + (f": {otherwise}" if otherwise else ""), flush=True)

    @property
    def summary(self):
        text = f"demo: {self.passed} checks passed"
        return text + (f", {self.failed} failed" if self.failed else "")
