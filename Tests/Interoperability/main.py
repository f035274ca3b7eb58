"""Starts one holdpointd, runs every test against it, and counts."""

import signal
import sys
import unittest

import daemon


def main() -> int:
    # Ended by its caller, it still ends what it started. unittest would take any other exception for a test's.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = sys.argv[2:]
    with daemon.start(sys.argv[1]):
        loader = unittest.defaultTestLoader
        tests = loader.loadTestsFromNames(names) if names else loader.discover(sys.path[0])
        result = unittest.TextTestRunner(verbosity=1).run(tests)
    failed = len(result.failures) + len(result.errors)
    print(f"interoperability: {max(result.testsRun - failed, 0)} passed, {failed} failed")
    return 0 if result.wasSuccessful() and result.testsRun else 1


sys.exit(main())
