"""What the workers of the random test share: whose turn it is, what was acknowledged, what went wrong."""

import threading

from acknowledged import Acknowledged
from workspace import wait_until

# For the last steps of all workers after a restart, on a slow machine.
PAUSE_DEADLINE_SECONDS = 120
# How a change fails whose server's process was killed.
LOST_SERVER_REASONS = ("SERVER_LOST", "ENGINE_TIMEOUT", "ENGINE_FAILED")


class Load:
    def __init__(self, command):
        self.command = command
        self.acknowledged = Acknowledged()
        self.workers = []
        self.failures = []
        self.taken = {}
        self._lock = threading.Lock()
        self._turns = threading.Condition()
        self._idle = set()
        self._running = False
        self._daemon_runs = threading.Event()
        self._daemon_runs.set()
        self._ended = False
        # A storage daemon was killed: what is asked of its server may fail.
        self.server_was_lost = False

    # For the test

    def go_on(self, snapshots):
        """Lets the workers work, taking so many snapshots each at most."""
        for worker in self.workers:
            worker.snapshots_left = snapshots
        self._set_running(True)

    def stop_turns(self):
        """Workers end the change that they are making, and no other begins."""
        self._set_running(False)

    def _set_running(self, running):
        with self._turns:
            self._running = running
            self._turns.notify_all()

    def wait_until_idle(self):
        """Returns when every change has ended, so that all outcomes are known; raises what a worker failed with."""
        wait_until(lambda: self.failures or self.are_idle, PAUSE_DEADLINE_SECONDS, "workers pause")
        self.raise_failure()

    @property
    def are_idle(self):
        with self._turns:
            return self._idle >= set(self.workers)

    def raise_failure(self):
        if self.failures:
            raise AssertionError("; ".join(self.failures))

    def daemon_ended(self):
        self._daemon_runs.clear()

    def daemon_started(self):
        self._daemon_runs.set()

    def end(self):
        self._ended = True
        self._daemon_runs.set()
        self._set_running(True)

    @property
    def current(self):
        """What is being asked right now."""
        return [worker.current for worker in self.workers if worker.current]

    # For the workers

    def may_fail(self, reason):
        return self.server_was_lost and reason in LOST_SERVER_REASONS

    def wait_for_turn(self, worker):
        """Whether to go on."""
        with self._turns:
            self._idle.add(worker)
            self._turns.wait_for(lambda: self._running)
            self._idle.discard(worker)
        return not self._ended

    def wait_for_daemon(self):
        self._daemon_runs.wait()
        if self._ended:
            raise InterruptedError("the test has ended")

    def show(self, kind, resource_id):
        """A resource as it is, as soon as there is somebody to ask."""
        while True:
            result = self.command.run(kind, "show", resource_id)
            if result.code == 0:
                return result.answer
            if self._daemon_runs.is_set() and result.code == 3:
                raise AssertionError(str(result))
            self.wait_for_daemon()

    def fail(self, name, error):
        if not self._ended:
            self.failures.append(f"{name}: {type(error).__name__}: {error}")

    def note_taken(self, taken):
        with self._lock:
            self.taken[taken.id] = taken

    def forget_taken(self, snapshot_id):
        with self._lock:
            self.taken.pop(snapshot_id, None)
