"""What serves many servers is not as many threads."""

import os

from hazard_case import HazardCase
from workspace import wait_until

FEW, MANY = 4, 40
# What the run-time's own pools may vary by.
SPREAD = 12
SETTLE_DEADLINE_SECONDS = 60


class ManyServers(HazardCase):
    def thread_count(self):
        return len(os.listdir(f"/proc/{self.daemon.process.pid}/task"))

    def settled_thread_count(self, limit):
        """Threads of a pool that had much to do at once end when there is nothing."""
        wait_until(lambda: self.thread_count() <= limit, SETTLE_DEADLINE_SECONDS,
                   f"{limit} threads at most, of {self.thread_count()}")
        return self.thread_count()

    def make_servers(self, numbers):
        return [self.make_server(f"server-{number}", 1) for number in numbers]

    def test_threads_do_not_grow_with_servers(self):
        self.daemon.start()
        self.make_servers(range(FEW))
        few = self.thread_count()
        servers = self.make_servers(range(FEW, MANY))
        many = self.settled_thread_count(few + SPREAD)
        # Taken over, all at once.
        self.daemon.stop()
        self.daemon.start()
        wait_until(lambda: self.states() == {"RUNNING"}, SETTLE_DEADLINE_SECONDS, "all are RUNNING")
        taken = self.settled_thread_count(few + SPREAD)
        self.command.ask("server-snapshot", "create", "cut", "--server", servers[-1])
        self.check_consistency()
        self.say(f"threads: {few} with {FEW} servers, {many} with {MANY}, {taken} after a start with {MANY}")

    def states(self):
        return {server["state"] for server in self.command.ask("server", "list", "--all")}
