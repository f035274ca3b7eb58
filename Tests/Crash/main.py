"""Kills real binaries and looks at what is left: main.py BINARIES [--rounds N] [--seed N] [TEST...]"""

import argparse
import os
import random
import sys

TESTS = [
    "cut_window", "durable_names", "lost_storage_daemon", "metadata_restore", "planted_faults", "mounted_layers",
    "full_disk", "starts", "repeated_requests", "earlier_release", "hostile_folder", "standard_streams",
    "killed_clients", "server_reverts", "random_kills",
]
DEFAULT_ROUNDS = 10
# A snapshot a round must fit into the chain of one volume.
LARGEST_ROUNDS = 150


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", help="folder of holdpoint and holdpointd")
    parser.add_argument("--rounds", type=int, default=DEFAULT_ROUNDS, help="kills of the random test")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("tests", nargs="*", default=TESTS, metavar="TEST", help=" ".join(TESTS))
    options = parser.parse_intermixed_args()
    if not 1 <= options.rounds <= LARGEST_ROUNDS:
        parser.error(f"--rounds: 1 to {LARGEST_ROUNDS}")

    from crash_case import CrashCase
    from suite import run
    CrashCase.binaries = os.path.abspath(options.binaries)
    CrashCase.rounds = options.rounds
    CrashCase.seed = options.seed
    sys.exit(0 if run("crash tests", options.tests) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
