"""The command against a server that is broken or hostile: it ends, says why, and does not grow."""

import itertools
import os
import subprocess
import threading
import unittest

import client
from crash_case import CrashCase
from hostile_server import HostileServer
from workspace import Workspace

# A command that asks for ever is ended; nothing here takes a tenth of that.
DEADLINE_SECONDS = 120
FAULT, UNAVAILABLE, EXHAUSTED, UNKNOWN = 1, 6, 8, 9
PAGE = 1000
# A command that has read one page takes 30 MiB; that keeps all as JSON, 90 for 20 pages.
MEMORY_BYTES = 50 << 20
# Of forms that are quick to write, and of the others.
MANY_PAGES, SOME_PAGES = 100, 20
FRAME_OF_NOTHING = b"\0\0\0\0"
FRAME_WITHOUT_END = b"\xff\xff\xff\xff"
NO_FRAME = b"\0\0\0\4HTTP"


def page(number, token, count=PAGE):
    """A page of volumes with ids of their own."""
    volumes = [client.message("v1.Volume", id=f"vol-{number:08}{each:04}", name="data") for each in range(count)]
    return client.message("v1.ListVolumesResponse", volumes=volumes, next_page_token=token)


class BrokenServers(unittest.TestCase):
    def setUp(self):
        self.program = os.path.join(CrashCase.binaries, "holdpoint")
        self.workspace = self.enterContext(Workspace("hazard"))
        self.number = itertools.count()

    def serve(self, answer):
        self.server = HostileServer(self.workspace.file(f"socket-{next(self.number)}"), answer)
        self.addCleanup(self.server.close)

    def run_command(self, *words, output=subprocess.PIPE):
        """Exit code, output, error and the most memory that it had, in bytes."""
        error = self.workspace.file("error")
        with open(error, "wb") as file, subprocess.Popen(
                [self.program, *words], stdin=subprocess.DEVNULL, stdout=output, stderr=file,
                env={**os.environ, "HOLDPOINT_ENDPOINT": self.server.endpoint}) as process:
            guardian = threading.Timer(DEADLINE_SECONDS, process.kill)
            guardian.start()
            text = process.stdout.read().decode() if output == subprocess.PIPE else ""
            _, status, usage = os.wait4(process.pid, 0)
            guardian.cancel()
            process.returncode = os.waitstatus_to_exitcode(status)
        with open(error, encoding="utf-8") as file:
            return process.returncode, text, file.read(), usage.ru_maxrss << 10

    # Lists without an end

    def test_pages_that_go_in_a_circle(self):
        for tokens in (["a"], ["a", "b"], [str(each) for each in range(20)]):
            for words in (["-o", "name"], ["-o", "json"], ["-o", "csv"], []):
                with self.subTest(tokens=len(tokens), words=words):
                    numbers = itertools.count()
                    self.serve(lambda _, request: page(0, tokens[next(numbers) % len(tokens)], count=1))
                    code, _, error, _ = self.run_command("volume", "list", "--all", *words)
                    self.assertEqual(code, FAULT, error)
                    self.assertIn("again and again", error)
                    self.assertLessEqual(self.server.request_count, len(tokens) + 1)

    def test_pages_of_nothing(self):
        numbers = itertools.count()
        self.serve(lambda _, request: page(0, str(next(numbers)), count=0))
        code, _, error, _ = self.run_command("volume", "list", "--all")
        self.assertEqual(code, FAULT, error)
        self.assertIn("has no end", error)
        self.assertLessEqual(self.server.request_count, 100)

    def test_a_long_list_costs_the_memory_of_a_page(self):
        for form, pages in (("name", MANY_PAGES), ("table", MANY_PAGES), ("json", SOME_PAGES), ("yaml", SOME_PAGES)):
            with self.subTest(form):
                self.serve(self.endless())
                with open(os.devnull, "wb") as nowhere:
                    code, _, error, memory = self.run_command(
                        "volume", "list", "--limit", str(pages * PAGE), "-o", form, output=nowhere)
                self.assertEqual((code, error), (0, ""))
                self.assertEqual(self.server.request_count, pages)
                self.assertLess(memory, MEMORY_BYTES)

    @staticmethod
    def endless():
        """Every page another one, at the cost of one: a server that wants to fill the client's memory."""
        numbers = itertools.count(1)
        pattern = page(0, "")

        def answer(_, request):
            del request
            pattern.next_page_token = str(next(numbers))
            return pattern
        return answer

    def test_what_must_be_in_memory_has_a_limit(self):
        volume = client.message("v1.Volume", id="vol-aaaaaaaaaaaa", name="data", description="d" * 60_000)
        numbers = itertools.count(1)

        def answer(method, request):
            del request
            if method != "VolumeService/ListVolumes":
                return client.message("v1." + method.split("/")[1] + "Response")
            return client.message(
                "v1.ListVolumesResponse", volumes=[volume] * 60, next_page_token=str(next(numbers)))
        self.serve(answer)
        for words in (["graph"], ["volume", "list", "--all", "-o", "csv"]):
            with self.subTest(words):
                code, _, error, _ = self.run_command(*words)
                self.assertEqual(code, EXHAUSTED, error)
                self.assertIn("narrow it down", error)

    def test_a_reader_that_leaves_ends_the_asking(self):
        self.serve(self.endless())
        reading, writing = os.pipe()
        os.close(reading)
        code, _, error, _ = self.run_command("volume", "list", "--all", "-o", "name", output=writing)
        os.close(writing)
        self.assertEqual((code, error), (0, ""))
        self.assertLessEqual(self.server.request_count, 2)

    def test_more_than_was_asked_for_is_cut(self):
        self.serve(lambda _, request: page(1, ""))
        code, output, _, _ = self.run_command("volume", "list", "--limit", "3", "-o", "name")
        self.assertEqual((code, len(output.splitlines())), (0, 3))

    # Answers that do not come

    def test_a_read_has_no_unknown_outcome(self):
        for answer in (None, FRAME_OF_NOTHING, FRAME_WITHOUT_END, NO_FRAME):
            self.serve(lambda _, request, answer=answer: answer)
            for words in (["volume", "show", "data"], ["volume", "list"], ["status"], ["plan", "delete", "data"],
                          ["graph"], ["call", "VolumeService/GetVolume", "{}"], ["admin", "check"]):
                with self.subTest(answer=answer, words=words):
                    code, _, error, _ = self.run_command(*words)
                    self.assertEqual(code, UNAVAILABLE, error)
                    self.assertIn("nothing was to be changed", error)
                    self.assertNotIn("OUTCOME_UNKNOWN", error)

    def test_a_change_has(self):
        self.serve(lambda _, request: None)
        for words in (["volume", "create", "data-1", "--size", "1MiB"], ["admin", "check", "--repair"],
                      ["operation", "cancel", "op-aaaaaaaaaaaa"]):
            with self.subTest(words):
                code, _, error, _ = self.run_command(*words)
                self.assertEqual(code, UNKNOWN, error)
        self.assertEqual(self.run_command("volume", "create", "data-1", "--size", "1MiB")[2].count("--request-id"), 1)
