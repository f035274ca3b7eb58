"""A shell at a terminal of 80 columns, and what is left on the screen once a line has ended."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

COLUMNS, ROWS = 80, 1000
DEADLINE_SECONDS = 120
PROMPT = "READY> "
ESCAPE = re.compile(r"\x1b(?:\[[0-9;?]*([A-Za-z])|[()][A-Z0-9]|[=>])")


class Terminal:
    def __init__(self, folder, environment):
        self.process, self.terminal = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe("bash", ["bash", "--noprofile", "--norc", "-i"], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        # Nothing that is typed is echoed: it is known.
        self._type(f"stty -echo; bind 'set enable-bracketed-paste off'; PS1='{PROMPT}'")
        self._read(PROMPT)
        self.run("true")

    def run(self, line, answers=None):
        """What a line leaves on the screen. `answers`: what is typed after each question."""
        self._type(line)
        answers = answers or {}
        shown = self._read(PROMPT, *answers)
        while not shown.endswith(PROMPT):
            answer = next(answer for question, answer in answers.items() if shown.endswith(question))
            self._type(answer)
            shown += answer + "\n" + self._read(PROMPT, *answers)
        return screen(shown[:-len(PROMPT)])

    def code(self):
        return int(self.run("echo $?")[-1])

    def _type(self, line):
        os.write(self.terminal, line.encode() + b"\n")

    def _read(self, *until):
        """All that comes up to one of these texts."""
        shown, end = b"", time.monotonic() + DEADLINE_SECONDS
        while not shown.decode(errors="replace").endswith(until):
            if time.monotonic() > end:
                raise TimeoutError(f"no {until!r} after {shown.decode(errors='replace')!r}")
            if select.select([self.terminal], [], [], 1)[0]:
                try:
                    shown += os.read(self.terminal, 1 << 16)
                except OSError as error:
                    raise EOFError(shown.decode(errors="replace")) from error
        return shown.decode(errors="replace")

    def end(self):
        os.kill(self.process, signal.SIGHUP)
        os.waitpid(self.process, 0)
        os.close(self.terminal)


def screen(text):
    """Lines as they stand in the end: what was drawn over, as a progress bar, is gone. Not folded."""
    lines, column, position = [""], 0, 0
    while position < len(text):
        escape = ESCAPE.match(text, position)
        if escape:
            if escape.group(1) == "K":
                lines[-1] = lines[-1][:column]
            position = escape.end()
            continue
        character = text[position]
        position += 1
        if character == "\n":
            lines.append("")
            column = 0
        elif character == "\r":
            column = 0
        elif character == "\b":
            column = max(column - 1, 0)
        elif character >= " ":
            lines[-1] = lines[-1][:column].ljust(column) + character + lines[-1][column + 1:]
            column += 1
    # A job's end is told with whichever line comes next.
    return [line.rstrip() for line in lines if line.strip() and not line.startswith("[1]+")]


def folded(lines):
    """As a terminal shows them."""
    return [line[start:start + COLUMNS] for line in lines for start in range(0, max(len(line), 1), COLUMNS)]
