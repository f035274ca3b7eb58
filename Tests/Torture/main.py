"""Random changes to a real holdpointd against a model in memory: main.py BINARIES [--seeds N] [--seed N] [--moves N]
[--hazard NAME]"""

import argparse
import concurrent.futures
import os
import random
import signal
import subprocess
import sys
import time
import traceback

DEFAULT_SEEDS, DEFAULT_MOVES = 20, 250


def main():
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", help="folder of holdpointd")
    parser.add_argument("--seeds", type=int, default=DEFAULT_SEEDS, help="how many, chosen at random")
    parser.add_argument("--seed", type=int, help="repeats exactly this one")
    parser.add_argument("--moves", type=int, default=DEFAULT_MOVES, help="moves of each seed")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="seeds at the same time")
    parser.add_argument("--hazard", help="half of the moves are this one of hazards.py, and no other of them")
    options = parser.parse_args()
    if options.seed is not None:
        return 0 if play(options.binaries, options.seed, options.moves, options.hazard) else 1
    begin = time.monotonic()
    seeds = [random.SystemRandom().randrange(1 << 32) for _ in range(options.seeds)]
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        passed = sum(pool.map(lambda seed: play_alone(options, seed), seeds))
    print(f"torture: {options.seeds} seeds of {options.moves} moves, {time.monotonic() - begin:.0f} s")
    print(f"{passed} passed, {options.seeds - passed} failed")
    return 0 if passed == options.seeds else 1


def play_alone(options, seed):
    """In a process of its own."""
    arguments = [sys.executable, __file__, options.binaries, "--seed", str(seed), "--moves", str(options.moves)]
    if options.hazard:
        arguments += ["--hazard", options.hazard]
    ended = subprocess.run(arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    print(ended.stdout, end="", flush=True)
    return ended.returncode == 0


def play(binaries, seed, move_count, hazard):
    from torture import Torture
    torture = Torture(binaries, seed, move_count, hazard)
    try:
        print(f"seed {seed}: {torture.run()}", flush=True)
        return True
    except Exception:
        print(f"seed {seed} FAILED after {len(torture.history)} moves, the last ones:")
        for described in torture.history[-60:]:
            print(f"  {described}")
        traceback.print_exc(file=sys.stdout)
        return False


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
