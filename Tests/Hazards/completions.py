"""Names that a shell completes: in bash, zsh and fish, and without a word when the server is down or silent."""

import os
import pty
import select
import signal
import subprocess
import time

from hazard_case import HazardCase

ANSWER_SECONDS = 20
# What the command allows itself is a fifth of a second; a slow machine may take this.
LONGEST_SILENCE_SECONDS = 10
SHELLS = {
    "bash": ("rc", ["bash", "--noprofile", "--rcfile", "{rc}", "-i"],
             "PS1='> '\nsource <(holdpoint completion bash)\n"),
    # As the README has it: before compinit.
    "zsh": (".zshrc", ["zsh", "-i"],
            "PS1='> '\nsource <(holdpoint completion zsh)\nautoload -Uz compinit && compinit -u\n"),
    "fish": ("fish/config.fish", ["fish", "-i"],
             "holdpoint completion fish | source\nfunction fish_prompt; echo -n '> '; end\nset fish_greeting\n"),
}


class Completions(HazardCase):
    def setUp(self):
        super().setUp()
        self.environment = {
            **self.command.environment, "TERM": "xterm", "HOME": self.workspace.path, "ZDOTDIR": self.workspace.path,
            "XDG_CONFIG_HOME": self.workspace.path, "XDG_DATA_HOME": self.workspace.path,
            "PATH": f"{os.path.dirname(self.command.program)}:{os.environ['PATH']}"}

    def test_in_three_shells(self):
        self.daemon.start()
        self.command.ask("server", "create", "web-1", "--kind", "external")
        volume = self.command.ask("volume", "create", "only-one", "--size", "1MiB")["id"]
        for name in SHELLS:
            for line, completed in [
                    ("volume show only", "only-one"), (f"volume show {volume[:10]}", volume),
                    ("volume create more --attach we", "web-1"), ("plan delete only", "only-one"),
                    ("stat", "status"), ("volume res", "resize")]:
                # What is left of a line that was given up is another shell's business.
                shell = Shell(name, self.workspace.path, self.environment)
                self.addCleanup(shell.end)
                self.assertIn(completed, shell.complete(f"holdpoint {line}", completed), f"{name}: {line}")
        self.say("names, ids, nouns and verbs are completed in bash, zsh and fish")

    def test_a_server_that_is_down_says_nothing(self):
        words = ["---completion", "volume", "show", "--", "positional@0", "0", "0", "holdpoint", "volume", "show", ""]
        environment = {**self.environment, "SAP_SHELL": "bash", "SAP_SHELL_VERSION": "5.2"}

        def ask():
            begin = time.monotonic()
            asked = subprocess.run([self.command.program, *words], env=environment, capture_output=True, text=True,
                                   timeout=LONGEST_SILENCE_SECONDS, check=False)
            return asked.stdout.split(), asked.stderr, time.monotonic() - begin
        self.assertEqual(ask()[:2], ([], ""))
        self.daemon.start()
        self.command.ask("volume", "create", "only-one", "--size", "1MiB")
        names, error, up = ask()
        self.assertEqual((names, error), (["only-one"], ""))
        self.daemon.process.send_signal(signal.SIGSTOP)
        self.addCleanup(self.daemon.process.send_signal, signal.SIGCONT)
        names, error, stopped = ask()
        self.assertEqual((names, error), ([], ""))
        self.say(f"a name after {up * 1000:.0f} ms, nothing of a stopped server after {stopped * 1000:.0f} ms")


class Shell:
    """An interactive shell at a terminal of its own."""

    def __init__(self, name, folder, environment):
        file, arguments, start = SHELLS[name]
        path = os.path.join(folder, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as output:
            output.write(start)
        words = [word.format(rc=path) for word in arguments]
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.execvpe(words[0], words, environment)
        self.read("> ")

    def complete(self, line, expected):
        """What the terminal shows once a line was typed and the tabulator was struck until it shows that."""
        os.write(self.terminal, line.encode())
        shown = ""
        end = time.monotonic() + ANSWER_SECONDS
        while expected not in shown[len(line):] and time.monotonic() < end:
            os.write(self.terminal, b"\t")
            shown += self.read(expected, seconds=0.5)
        return shown

    def read(self, until, seconds=ANSWER_SECONDS):
        shown, end = b"", time.monotonic() + seconds
        while until.encode() not in shown and time.monotonic() < end:
            if select.select([self.terminal], [], [], 0.1)[0]:
                shown += os.read(self.terminal, 1 << 16)
        return shown.decode(errors="replace")

    def end(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.terminal)
