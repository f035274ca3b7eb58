"""Measures the binaries of a build: run BINARIES [WORK...]"""

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

import reads
from setting import Setting
from workspace import Workspace

WORKS = {"reads": reads.measure}


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    with Workspace("bench") as workspace:
        setting = Setting(os.path.abspath(sys.argv[1]), workspace)
        for name in sys.argv[2:] or WORKS:
            WORKS[name](setting)


if __name__ == "__main__":
    main()
