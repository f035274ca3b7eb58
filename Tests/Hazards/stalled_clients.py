"""A client that stops in the middle of a request: a cut goes through, that client alone is cut off and named, and
nobody else notices."""

import os
import signal
import subprocess

from hazard_case import FAILED, HazardCase
from stalling import StalledProcess
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
STALLED_LENGTH = 1 << 20


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

    def start_peer(self, stalls, ending):
        peer = StalledProcess(self.uri, {"answered": [], "unanswered": [], "stalls": stalls, "ending": ending,
                                         "offset": 0, "length": STALLED_LENGTH})
        self.addCleanup(peer.end)
        peer.wait_until_stalled()
        return peer

    @staticmethod
    def end(process):
        process.kill()
        process.wait()

    def start_stopped_writer(self):
        image = self.workspace.file("image")
        if not os.path.exists(image):
            with open(image, "wb") as file:
                for _ in range(IMAGE_BYTES >> 20):
                    file.write(os.urandom(1 << 20))
        before = self.allocated()
        writer = subprocess.Popen(["nbdcopy", image, self.uri], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.end, writer)
        wait_until(lambda: self.allocated() > before + STOPPED_AFTER_BYTES, REACH_DEADLINE_SECONDS, "nbdcopy writes")
        writer.send_signal(signal.SIGSTOP)
        return writer

    def allocated(self):
        return sum(os.stat(path).st_blocks * 512 for path in self.daemon.layer_paths())

    # The tests

    def test_a_stopped_writer(self):
        for attempt in range(ATTEMPTS):
            writer = self.start_stopped_writer()
            if self.check_cut(writer.pid, "nbdcopy", "snapshot", "create", f"snap-{attempt}", "--volume", "stalled"):
                return
            # It was stopped between two requests, which is no hazard.
            self.end(writer)
        self.fail("nbdcopy was never stopped in the middle of a request")

    def test_half_a_request_of_one_that_waits(self):
        self.check_peer("write", "silent")

    def test_half_a_request_of_one_that_is_gone(self):
        self.check_peer("write", "gone")

    def test_a_stopped_reader(self):
        self.check_peer("read", "stopped")

    def check_peer(self, stalls, ending):
        peer = self.start_peer(stalls, ending)
        self.assertTrue(self.check_cut(
            peer.process_id, "python", "server-snapshot", "create", "snap", "--server", self.server))

    def test_a_cut_that_gives_up_first(self):
        """What it has begun in the process waits for the same client, and everybody else with it."""
        peer = self.start_peer("write", "silent")
        for number, other in enumerate(self.others):
            other.write(self.first_block + number)
        result = self.command.run("server-snapshot", "create", "hasty", "--server", self.server, "--cut-timeout", "1s")
        self.expect(result, (FAILED, "ENGINE_TIMEOUT"))
        self.check_others()
        self.wait_until_settled()
        self.assertEqual(self.command.ask("server-snapshot", "list", "--all"), [])
        self.command.ask("server-snapshot", "create", "patient", "--server", self.server)
        self.check_others()
        self.check_consistency()
        peer.end()
        self.say("gave up before the stalled client was found: nothing was cut, the others and the next one went on")

    def check_cut(self, peer_id, name, *words):
        """Returns whether the peer was in the way."""
        for number, other in enumerate(self.others):
            other.write(self.first_block + number)
        with self.timed(CUT_LIMIT_SECONDS) as took:
            result = self.command.run(*words)
        self.assertEqual(result.code, 0, str(result))
        self.check_others()
        if "CLIENT_CUT_OFF" not in result.error:
            return False
        self.check_warnings(result, peer_id, name)
        cut_off = [line for line in result.error.splitlines() if "CLIENT_CUT_OFF" in line]
        self.assertTrue(all(f"pid={peer_id} " in line for line in cut_off), f"others were cut off: {cut_off}")
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
