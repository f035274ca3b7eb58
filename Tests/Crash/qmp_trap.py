#!/usr/bin/python3
"""Stands in for `qemu-storage-daemon`: starts the real one and passes its monitor on, line by line.

When the file `trap` beside its name in `PATH` says `before` or `after`, the next `transaction` is held before it
reaches the process or before its answer comes back, until that file is gone, and then lost; meanwhile the file says
`reached`. This process has the arguments and the pid file of the one that it stands for, which dies with it."""

import ctypes
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.002
MONITOR_PREFIX = "socket,path="


class Trap:
    """The file by which a test arms the trap and learns that it was reached."""

    def __init__(self, path):
        self.path = path

    def holds(self, where):
        """Whether to hold here; says so if it is."""
        try:
            with open(self.path, encoding="ascii") as file:
                if file.read() != where:
                    return False
        except FileNotFoundError:
            return False
        replace(self.path, "reached")
        return True


    def wait_for_release(self):
        while os.path.exists(self.path):
            time.sleep(POLL_SECONDS)


def replace(path, text):
    with open(path + ".new", "w", encoding="ascii") as file:
        file.write(text)
    os.rename(path + ".new", path)


def remove(path):
    if os.path.exists(path):
        os.unlink(path)


def real_program():
    """The next one of this name in PATH."""
    name = os.path.basename(sys.argv[0])
    for folder in os.environ["PATH"].split(":"):
        path = os.path.join(folder, name)
        if os.access(path, os.X_OK) and not os.path.samefile(path, __file__):
            return path
    raise FileNotFoundError(name)


def die_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(monitor, pid_file):
    """The real process, with its monitor and pid file beside those that were asked for, once it is ready."""
    arguments = [word.replace(monitor + ",", monitor + ".real,").replace(pid_file, pid_file + ".real")
                 for word in sys.argv[1:]]
    remove(pid_file + ".real")
    process = subprocess.Popen([real_program(), *arguments], preexec_fn=die_with_parent)
    while not os.path.exists(pid_file + ".real"):
        if process.poll() is not None:
            sys.exit(process.returncode)
        time.sleep(POLL_SECONDS)
    return process


class Conversation:
    """One monitor client: its lines to the process, the answers back."""

    def __init__(self, client, monitor, trap):
        self.client = client
        self.server = socket.socket(socket.AF_UNIX)
        self.server.connect(monitor)
        self.trap = trap
        self.transaction = None

    def run(self):
        forward = threading.Thread(target=self.pass_on, args=(self.client, self.server, self.holds_command))
        forward.start()
        self.pass_on(self.server, self.client, self.holds_answer)
        forward.join()
        self.client.close()
        self.server.close()

    def pass_on(self, source, target, holds):
        """Until either end closes, or a line was held: that line goes nowhere."""
        try:
            for line in source.makefile("rb"):
                if holds(line):
                    self.trap.wait_for_release()
                    break
                target.sendall(line)
        except OSError:
            pass
        for end in (self.client, self.server):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def holds_command(self, line):
        command = json.loads(line)
        if command.get("execute") != "transaction":
            return False
        self.transaction = command.get("id")
        return self.trap.holds("before")

    def holds_answer(self, line):
        answer = json.loads(line)
        is_transactions = "return" in answer and self.transaction is not None and answer.get("id") == self.transaction
        return is_transactions and self.trap.holds("after")


def serve(listener, monitor, trap):
    while True:
        client, _ = listener.accept()
        Conversation(client, monitor, trap).run()


def main():
    chardev = next(word for word in sys.argv if word.startswith(MONITOR_PREFIX))
    monitor = chardev.removeprefix(MONITOR_PREFIX).split(",")[0]
    pid_file = sys.argv[sys.argv.index("--pidfile") + 1]
    process = start(monitor, pid_file)
    remove(monitor)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(monitor)
    listener.listen()
    trap = Trap(os.path.join(os.path.dirname(sys.argv[0]), "trap"))
    threading.Thread(target=serve, args=(listener, monitor + ".real", trap), daemon=True).start()
    replace(pid_file, f"{os.getpid()}\n")
    code = process.wait()
    remove(monitor + ".real")
    remove(pid_file + ".real")
    os._exit(code)


if __name__ == "__main__":
    main()
