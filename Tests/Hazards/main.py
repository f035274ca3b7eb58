"""Uses real binaries as users do, on bad days: main.py BINARIES [TEST...]"""

import argparse
import os
import sys

TESTS = [
    "another_path", "stalled_clients", "slow_disk", "questions", "unknown_clients", "grades", "growing",
    "lost_pid_file", "held_layer", "few_descriptors", "one_bad_layer", "unservable_server", "backlog",
    "stopped_storage_daemon", "scripts", "broken_servers", "many_servers", "odd_paths", "hangup", "cores",
    "revoked_token", "completions",
]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", help="folder of holdpoint and holdpointd")
    parser.add_argument("tests", nargs="*", default=TESTS, metavar="TEST", help=" ".join(TESTS))
    options = parser.parse_args()

    from crash_case import CrashCase
    from suite import run
    CrashCase.binaries = os.path.abspath(options.binaries)
    sys.exit(0 if run("hazards", options.tests) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
