"""A disk whose flush takes long: a cut waits for it, and where its time is over it gives up and has done nothing."""

import threading
import time

from hazard_case import FAILED, HazardCase
from storage_shim import StorageShim

SLOW_SECONDS = 12
# After which a cut must give up, and when the disk is back, for which the end of that may have to wait.
CUT_TIMEOUT, GIVEN_UP_SECONDS = "3s", 7
POLL_MILLISECONDS = 1000


class SlowDisk(HazardCase):
    def setUp(self):
        super().setUp()
        self.shim = StorageShim(self.workspace)
        self.daemon.environment.update(self.shim.environment)
        self.daemon.start()
        self.server = self.make_server("slow", 2)
        self.process = self.server_process(self.server)
        self.clients = [self.client(self.server, slot) for slot in (0, 1)]
        for block, client in enumerate(self.clients):
            client.write(block)
        self.addCleanup(self.shim.speed_up)

    def check_clients(self):
        self.assertTrue(all(client.is_connected for client in self.clients), "a client was cut off")
        self.assertTrue(all(client.holds_what_it_wrote() for client in self.clients), "an acknowledged write is lost")
        self.assertEqual(self.servers_processes(self.server), [self.process])

    def slow_down(self, seconds):
        timer = threading.Timer(seconds, self.shim.speed_up)
        self.addCleanup(timer.cancel)
        self.shim.slow_down()
        timer.start()

    def test_a_flush_of_12_seconds(self):
        self.slow_down(SLOW_SECONDS)
        begin = time.monotonic()
        result = self.command.run("server-snapshot", "create", "patient", "--server", self.server)
        seconds = time.monotonic() - begin
        self.assertEqual(result.code, 0, str(result))
        self.check_clients()
        self.assertGreater(seconds, SLOW_SECONDS - 1, "the disk was not in the way: this shows nothing")
        self.assertNotIn("CLIENT_CUT_OFF", result.error)
        self.assertIn("CUT_STALLED", result.error)
        self.check_consistency()
        self.say(f"a flush of {SLOW_SECONDS} s: snapshot after {seconds:.1f} s, nobody cut off, nothing lost")

    def test_giving_up_a_flush_of_its_own(self):
        self.slow_down(GIVEN_UP_SECONDS)
        self.give_up()

    def test_giving_up_a_clients_flush(self):
        """Which is under way when the cut comes."""
        handle = self.clients[0].handle
        self.slow_down(GIVEN_UP_SECONDS)
        cookie = handle.aio_flush()
        self.give_up()
        while not handle.aio_command_completed(cookie):
            handle.poll(POLL_MILLISECONDS)

    def give_up(self):
        layers = self.daemon.layers()
        begin = time.monotonic()
        result = self.command.run("server-snapshot", "create", "late", "--server", self.server, "--cut-timeout",
                                  CUT_TIMEOUT)
        seconds = time.monotonic() - begin
        self.expect(result, (FAILED, "ENGINE_TIMEOUT"))
        self.assertNotIn("CLIENT_CUT_OFF", result.error)
        self.check_clients()
        self.wait_until_settled()
        for kind in ("snapshot", "server-snapshot"):
            self.assertEqual(self.command.ask(kind, "list", "--all"), [])
        self.assertEqual(self.daemon.layers(), layers)
        taken = self.command.ask("server-snapshot", "create", "in-time", "--server", self.server)
        self.assertEqual(taken["state"], "AVAILABLE")
        self.check_clients()
        self.check_consistency()
        self.say(f"gave up, told after {seconds:.1f} s, nothing was cut, nobody cut off; the next snapshot worked")
