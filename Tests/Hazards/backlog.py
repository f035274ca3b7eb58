"""A `holdpointd` that is stopped for some seconds: whoever calls meanwhile waits, and is served."""

import concurrent.futures
import contextlib
import os
import resource
import signal
import socket
import time

from hazard_case import HazardCase
from workspace import processes_naming, wait_until

STOPPED_SECONDS = 4
CALLERS = 200
# Each is a process.
COMMANDS = 24
BEGIN_DEADLINE_SECONDS = 60
LARGEST_BACKLOG = 6000


class Backlog(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        # By which the commands' processes are found.
        self.marker = f"waits-for-{os.path.basename(self.workspace.path)}"

    def test_two_hundred_callers(self):
        self.check_served(CALLERS)

    def test_more_than_any_backlog(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, LARGEST_BACKLOG + 1000), hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.check_served(LARGEST_BACKLOG)

    def check_served(self, caller_count):
        """Commands behind so many connections, or as many as there is room for, that say nothing."""
        with contextlib.ExitStack() as callers, concurrent.futures.ThreadPoolExecutor(COMMANDS) as pool:
            self.daemon.process.send_signal(signal.SIGSTOP)
            try:
                waiting = self.connect(callers, caller_count)
                results = [pool.submit(self.command.run, "volume", "create", f"late-{number}", "--size", "1MiB",
                                       "--description", self.marker)
                           for number in range(COMMANDS)]
                wait_until(lambda: len(processes_naming(self.marker)) >= COMMANDS, BEGIN_DEADLINE_SECONDS,
                           "all commands have begun")
                time.sleep(STOPPED_SECONDS)
            finally:
                self.daemon.process.send_signal(signal.SIGCONT)
            codes = [result.result().code for result in results]
        self.assertEqual(codes, [0] * COMMANDS, f"behind {waiting} connections: {results[-1].result()}")
        self.say(f"stopped for {STOPPED_SECONDS} s, {waiting} connections waiting: {COMMANDS} commands were served")

    def connect(self, callers, caller_count):
        for number in range(caller_count):
            caller = callers.enter_context(socket.socket(socket.AF_UNIX))
            caller.setblocking(False)
            try:
                caller.connect(self.daemon.socket)
            except BlockingIOError:
                return number
        return caller_count
