"""A client that stops in the middle of a request: a cut goes through, that client alone is cut off and named, and
nobody else notices."""

import os
import signal
import subprocess
import sys
import urllib.parse

from hazard_case import HazardCase
from workspace import wait_until
from writing import Writer

# For the whole cut; what was promised is a minute.
CUT_LIMIT_SECONDS = 60
REACH_DEADLINE_SECONDS = 30
IMAGE_BYTES = 256 << 20
IMAGE_SIZE = "256MiB"
# So much of it has gone out when the writer is stopped.
STOPPED_AFTER_BYTES = 16 << 20
ATTEMPTS = 5


class StalledClients(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.command.ask("server", "create", "shared", "--kind", "external")["id"]
        for name in ("stalled", "other"):
            self.command.ask("volume", "create", name, "--size", IMAGE_SIZE, "--attach", self.server)
        self.process = self.server_process(self.server)
        # Who writes all the time, and on either volume one who has written and waits.
        self.writer = Writer(self.workspace.file("writer"), 0, [list(self.command.uris(self.server).values())[1]])
        self.writer.start()
        self.others = [self.client(self.server, slot) for slot in (0, 1)]
        # Behind what the stalled writer reaches.
        self.first_block = (IMAGE_BYTES - (4 << 20)) // 4096

    @property
    def uri(self):
        return list(self.command.uris(self.server).values())[0]

    # The stalled ones

    def start(self, *words):
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        process.kill()
        process.wait()
        process.stdout.close()

    def start_peer(self, how):
        address = urllib.parse.urlsplit(self.uri)
        [path] = urllib.parse.parse_qs(address.query)["socket"]
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "stalled_peer.py")
        peer = self.start(sys.executable, "-B", script, how, path, address.path.lstrip("/"))
        self.assertEqual(peer.stdout.readline(), b"stalled\n")
        return peer

    def start_stopped_writer(self):
        image = self.workspace.file("image")
        if not os.path.exists(image):
            with open(image, "wb") as file:
                for _ in range(IMAGE_BYTES >> 20):
                    file.write(os.urandom(1 << 20))
        before = self.allocated()
        writer = self.start("nbdcopy", image, self.uri)
        wait_until(lambda: self.allocated() > before + STOPPED_AFTER_BYTES, REACH_DEADLINE_SECONDS, "nbdcopy writes")
        writer.send_signal(signal.SIGSTOP)
        return writer

    def allocated(self):
        return sum(os.stat(path).st_blocks * 512 for path in self.daemon.layer_paths())

    # The tests

    def test_a_stopped_writer(self):
        for attempt in range(ATTEMPTS):
            writer = self.start_stopped_writer()
            if self.check_cut(writer, "nbdcopy", "snapshot", "create", f"snap-{attempt}", "--volume", "stalled"):
                return
            # It was stopped between two requests, which is no hazard.
            self.end(writer)
        self.fail("nbdcopy was never stopped in the middle of a request")

    def test_half_a_request(self):
        peer = self.start_peer("half-request")
        self.assertTrue(self.check_cut(
            peer, "python", "server-snapshot", "create", "snap", "--server", self.server))

    def test_a_stopped_reader(self):
        peer = self.start_peer("unread")
        peer.send_signal(signal.SIGSTOP)
        self.assertTrue(self.check_cut(
            peer, "python", "server-snapshot", "create", "snap", "--server", self.server))

    def check_cut(self, peer, name, *words):
        """Returns whether the peer was in the way."""
        for number, other in enumerate(self.others):
            other.write(self.first_block + number)
        with self.timed(CUT_LIMIT_SECONDS) as took:
            result = self.command.run(*words)
        self.assertEqual(result.code, 0, str(result))
        self.check_others()
        if "CLIENT_CUT_OFF" not in result.error:
            return False
        self.check_warnings(result, peer.pid, name)
        cut_off = [line for line in result.error.splitlines() if "CLIENT_CUT_OFF" in line]
        self.assertTrue(all(f"pid={peer.pid} " in line for line in cut_off), f"others were cut off: {cut_off}")
        self.check_consistency()
        self.say(f"{name} stalled, snapshot after {took}, it alone was cut off, nothing lost")
        return True

    def check_others(self):
        self.assertTrue(all(other.is_connected for other in self.others), "another client was cut off")
        self.assertTrue(all(other.holds_what_it_wrote() for other in self.others), "an acknowledged write is lost")
        self.writer.wait_for_more(1)
        self.assertEqual(self.servers_processes(self.server), [self.process])

    def check_warnings(self, result, process_id, name):
        operations = self.command.ask("operation", "list", "--all", "--filter", "state = SUCCEEDED")
        told = [warning["message"] for operation in operations for warning in operation["warnings"]
                if warning["reason"] == "CLIENT_CUT_OFF"]
        self.assertTrue(told, f"no operation says whom it cut off: {operations}")
        for text in (told[0], result.error):
            self.assertIn(f"unix:pid={process_id} ({name}", text)
