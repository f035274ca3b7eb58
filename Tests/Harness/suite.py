"""Runs the unittest cases of a suite that has no Swift around it, and counts them."""

import sys
import time
import unittest


def run(title, names):
    """Runs the modules, cases or tests of these names. Returns whether all that were not skipped passed."""
    begin = time.monotonic()
    suite = unittest.defaultTestLoader.loadTestsFromNames(names)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0).run(suite)
    # A test with several failed parts is one.
    failed = len({getattr(test, "test_case", test) for test, _ in result.failures + result.errors})
    for test, why in result.skipped:
        print(f"SKIPPED {test.id()}: {why}")
    print(f"{title}: {time.monotonic() - begin:.0f} s")
    print(f"{result.testsRun - failed - len(result.skipped)} passed, {failed} failed")
    return result.wasSuccessful()
