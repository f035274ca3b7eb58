"""The threads that serve connections bear the mark by which a debug build finds what would make them wait."""

import os
import pathlib
import unittest

import daemon


class EventLoopTests(unittest.TestCase):
    def test_every_event_loop_is_marked(self):
        tasks = pathlib.Path(f"/proc/{daemon.current.process.pid}/task")
        names = [(task / "comm").read_text().strip() for task in tasks.iterdir()]
        self.assertEqual(names.count("event-loop"), len(os.sched_getaffinity(0)), names)
