"""Runs the README's tour and mistakes: main.py BINARIES [--write] [TEST...]"""

import argparse
import os
import sys

TESTS = ["tour", "mistakes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", help="folder of holdpoint and holdpointd")
    parser.add_argument("--write", action="store_true", help="puts what the tour prints into the README")
    parser.add_argument("tests", nargs="*", default=TESTS, metavar="TEST", help=" ".join(TESTS))
    options = parser.parse_intermixed_args()

    from crash_case import CrashCase
    from suite import run
    from tour import Tour
    CrashCase.binaries = os.path.abspath(options.binaries)
    Tour.writes = options.write
    sys.exit(0 if run("tour", options.tests) else 1)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
