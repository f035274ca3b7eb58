"""Measures the binaries of a build beside their peers: run BINARIES [--write] [WORK...]

With --write the tables go into RESULTS.md too."""

import argparse
import os
import sys
import time

import calls
import commands
import idle
import lists
import paging
import plans
import results
import writes
from report import Report
from setting import Setting
from workspace import Workspace

# Those of a run that names none.
WORKS = {
    "calls": calls.measure, "writes": writes.measure, "commands": commands.measure, "idle": idle.measure,
    "paging": paging.measure,
}
# What takes long, or is a part of the others.
MORE = {"lists": lists.measure, "plans": plans.measure, "reads": calls.measure_reads}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binaries")
    parser.add_argument("works", metavar="WORK", nargs="*", help=" ".join([*WORKS, *MORE]))
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    if unknown := set(arguments.works) - set(WORKS | MORE):
        parser.error(f"no such work: {' '.join(unknown)}")
    begin = time.monotonic()
    with Workspace("bench") as workspace:
        setting = Setting(os.path.abspath(arguments.binaries), workspace, Report())
        for name in arguments.works or WORKS:
            (WORKS | MORE)[name](setting)
    print(setting.report.text)
    if arguments.write:
        results.write(setting.report, " ".join(["Tests/Benchmarks/run", *sys.argv[1:]]), time.monotonic() - begin)


if __name__ == "__main__":
    main()
