"""Faults in the files below a real holdpointd, at chosen calls of each kind of change: main.py BINARIES [--all]"""

import argparse
import os
import random
import signal
import sys
import time
import traceback

import shim
from bench import EIO, ENOSPC, FAILED_FLUSH, KILL_AFTER, KILL_BEFORE, SLOW, Bench
from kinds import Kinds
from workspace import Workspace

# Kinds in which every call is made to fail, or to take seconds; the process is killed in all.
FAILED_KINDS = ["create_volume", "create_server_snapshot", "delete_volume"]
# How many of a kind's calls are hit when not all are.
FAILED_SAMPLES, KILLED_SAMPLES, SLOW_SAMPLES = 7, 3, 3
# Which of a thread's flushes fail under strace.
TRACED_FLUSHES = (1, 2, 3)
# A volume's chain has a limit, and everything that is there is looked at after each run.
RUNS_OF_A_WORLD = 40


class Suite:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.rows, self.failures = [], []

    def run(self):
        with Workspace("faults") as workspace:
            self.workspace = workspace
            self.library = shim.build(workspace.path)
            for kind in self.options.kinds:
                if kind in FAILED_KINDS:
                    self.run_traced(kind)
                faults = [KILL_BEFORE, KILL_AFTER] + ([EIO, ENOSPC, SLOW] if kind in FAILED_KINDS else [])
                for fault in faults:
                    self.run_fault(kind, fault)

    def run_fault(self, kind, fault):
        row = Row(kind, fault.name)
        self.rows.append(row)
        with Stage(self, f"{kind}-{fault.name.replace(' ', '-')}", self.library) as stage:
            calls = self.attempt(row, "none", stage, lambda: stage.next().calls(kind, fault.needs)) or ""
            row.calls = len(calls)
            for at in self.chosen(calls, fault):
                outcome = self.attempt(row, at, stage, lambda at=at: stage.next().run(kind, fault, at))
                if outcome:
                    row.note(outcome)
            # Every byte of every snapshot, every image.
            self.attempt(row, "all", stage, lambda: stage.bench.look.at_everything())

    def run_traced(self, kind):
        row = Row(kind, FAILED_FLUSH.name)
        self.rows.append(row)
        with Stage(self, f"{kind}-strace", library=None) as stage:
            for at in TRACED_FLUSHES:
                outcome = self.attempt(row, at, stage, lambda at=at: stage.next().run(kind, FAILED_FLUSH, at))
                if outcome:
                    row.note(outcome)
            self.attempt(row, "all", stage, lambda: stage.bench.look.at_everything())

    def attempt(self, row, at, stage, action):
        """What it returns; nothing, and a new bench, if it fails."""
        try:
            return action()
        except Exception as error:
            self.note_failure(row, at, stage, error)
            stage.renew()
            return None

    def chosen(self, calls, fault):
        """All calls, or some: one of each sort at least, others at random."""
        if self.options.all:
            return range(1, len(calls) + 1)
        numbers = list(range(1, len(calls) + 1))
        self.random.shuffle(numbers)
        first = {calls[number - 1]: number for number in numbers}
        others = [number for number in numbers if number not in first.values()]
        samples = KILLED_SAMPLES if fault.kills else SLOW_SAMPLES if fault is SLOW else FAILED_SAMPLES
        return sorted([*first.values(), *others][:max(samples, len(first))])

    def note_failure(self, row, at, stage, error):
        row.failing.append(at)
        hit = stage.bench.injector.where
        print(f"FAILED {row.kind}, {row.fault}, n = {at} ({hit}): {type(error).__name__}: {error}")
        traceback.print_exc(file=sys.stdout)
        print(f"--- holdpointd's log ends:\n{stage.bench.world.daemon.log_end()}", flush=True)

    def report(self):
        print(f"{'change':28} {'fault':12} {'calls':>5} {'runs':>5} {'hit':>5} {'lived':>5} {'died':>5} {'undone':>6}  "
              "failing n")
        for row in self.rows:
            print(row)


class Stage:
    """The bench of one row; a new one after a failure, or when it has become large."""

    def __init__(self, suite, name, library):
        self.suite, self.name, self.library = suite, name, library
        self.number = 0
        self.bench = None

    def __enter__(self):
        self.renew()
        return self

    def __exit__(self, *_):
        self.end()

    def next(self):
        self.runs += 1
        if self.runs > RUNS_OF_A_WORLD:
            self.bench.look.at_everything()
            self.renew()
        return self.bench

    def renew(self):
        self.end()
        self.runs = 0
        self.number += 1
        folder = self.suite.workspace.folder(f"{self.name}-{self.number}")
        self.bench = Bench(self.suite.options.binaries, folder, self.library, self.suite.random.random())

    def end(self):
        if self.bench:
            self.bench.end()
            self.suite.workspace.end_processes(self.bench.world.daemon.state)
            self.bench = None


class Row:
    """What became of one kind of change with one fault."""

    def __init__(self, kind, fault):
        self.kind, self.fault = kind, fault
        # Calls that a fault can hit; runs; those whose fault was hit; of these those that the process outlived, or not;
        # changes that failed and were undone, as the caller was told.
        self.calls = self.runs = self.hit = self.lived = self.died = self.undone = 0
        self.failing = []

    def note(self, outcome):
        self.runs += 1
        self.hit += outcome.fired
        self.lived += outcome.fired and not outcome.died
        self.died += outcome.died
        self.undone += outcome.failed

    def __str__(self):
        failing = ", ".join(map(str, self.failing)) or "none"
        return (f"{self.kind:28} {self.fault:12} {self.calls:5} {self.runs:5} {self.hit:5} {self.lived:5} "
                f"{self.died:5} {self.undone:6}  {failing}")


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", help="folder of holdpointd")
    parser.add_argument("--all", action="store_true", help="hit every call")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32),
                        help="which calls are hit")
    parser.add_argument("kinds", nargs="*", default=Kinds.names(), metavar="KIND")
    options = parser.parse_intermixed_args()
    begin = time.monotonic()
    print(f"faults: seed {options.seed}", flush=True)
    suite = Suite(options)
    try:
        suite.run()
    finally:
        suite.report()
    failed = sum(len(row.failing) for row in suite.rows)
    print(f"faults: {time.monotonic() - begin:.0f} s")
    print(f"{sum(row.runs for row in suite.rows)} passed, {failed} failed")
    return 0 if failed == 0 else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        os._exit(130)
