"""Measures the binaries of a build beside their peers: run BINARIES [WORK...]"""

import os
import sys

import calls
import commands
import idle
import lists
import writes
from report import Report
from setting import Setting
from workspace import Workspace

# Those of a run that names none.
WORKS = {"calls": calls.measure, "writes": writes.measure, "commands": commands.measure, "idle": idle.measure}
# What takes long, or is a part of the others.
MORE = {"lists": lists.measure, "reads": calls.measure_reads}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with Workspace("bench") as workspace:
        setting = Setting(os.path.abspath(sys.argv[1]), workspace, Report())
        for name in sys.argv[2:] or WORKS:
            (WORKS | MORE)[name](setting)
        print(setting.report.text)


if __name__ == "__main__":
    main()
