"""What the log says of a start, of a change and of a call, for whoever is woken at night."""

import json
import re
import time
import unittest

import daemon

DEADLINE_SECONDS = 30
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


class LogLineTests(unittest.TestCase):
    def lines(self, own, message):
        records = [json.loads(line) for line in own.log.splitlines() if line.startswith("{")]
        return [each for each in records if each["message"] == message]

    def told(self, own, message):
        """The same, once there is one: lines are written beside the answer."""
        end = time.monotonic() + DEADLINE_SECONDS
        while not self.lines(own, message) and time.monotonic() < end:
            time.sleep(0.05)
        return self.lines(own, message)

    def run_command(self, own, *arguments):
        process = own.command(*arguments)
        output, _ = process.communicate(timeout=60)
        return process.returncode, output.strip()

    def test_a_line_a_change_and_one_a_call(self):
        with daemon.own(options=("--log-level", "debug", "--log-format", "json")) as own:
            first = json.loads(next(line for line in own.log.splitlines() if line.startswith("{")))
            self.assertEqual(first["message"], "holdpointd starts")
            self.assertEqual((first["operations_to_finish"], first["volumes"]), ("0", "0"))
            self.assertRegex(first["version"], r"^\d+\.\d+\.\d+$")
            code, volume = self.run_command(
                own, "volume", "create", "data-1", "--size", "8MiB", "-o", "name", "--quiet")
            self.assertEqual(code, 0, volume)
            self.check_change(self.told(own, "change"), volume)
            self.check_call(self.told(own, "call"))

    def check_change(self, lines, volume):
        self.assertEqual(len(lines), 1, lines)
        (line,) = lines
        self.assertEqual(line["method"], "holdpoint.v1.VolumeService/CreateVolume")
        self.assertEqual((line["principal"], line["outcome"]), ("admin", "OK"))
        self.assertEqual((line["target"], line["name"]), (volume, "data-1"))
        self.assertRegex(line["source"], r"^unix:")
        self.assertRegex(line["operation"], r"^op-")
        self.assertRegex(line["request"], r"^[0-9a-f-]{36}$")
        self.assertRegex(line["milliseconds"], r"^\d+$")
        self.assertRegex(line["time"], TIME)
        self.assertEqual(line["level"], "info")

    def check_call(self, lines):
        methods = {line["method"] for line in lines}
        self.assertIn("holdpoint.v1.VolumeService/CreateVolume", methods)
        self.assertEqual({line["outcome"] for line in lines}, {"OK"})
        self.assertEqual({line["level"] for line in lines}, {"debug"})

    def test_a_refused_change_says_why_and_a_dry_run_says_nothing(self):
        with daemon.own(options=("--log-format", "json")) as own:
            code, output = self.run_command(own, "volume", "create", "data-1", "--size", "8MiB", "--dry-run")
            self.assertEqual((code, self.lines(own, "change")), (0, []), output)
            code, _ = self.run_command(own, "server", "stop", "web-1")
            self.assertEqual(code, 3)
            (line,) = self.told(own, "change")
            self.assertEqual(line["outcome"], "NOT_FOUND")
            self.assertIn("web-1", line["why"])
            # A line a call is for whoever asks for it.
            self.assertEqual(self.lines(own, "call"), [])
