"""A process whose pid file is lost is still there, and known."""

import os

from hazard_case import REFUSED, HazardCase


class LostPIDFile(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("known", 2)
        self.connected = self.client(self.server)
        self.connected.write(1)
        self.process = self.server_process(self.server)
        os.unlink(os.path.join(self.daemon.state, "run", f"{self.server}.pid"))

    def check_that_it_is_known(self):
        stopped = self.command.run("server", "stop", self.server)
        self.expect(stopped, (REFUSED, "VOLUME_HAS_CLIENTS"))
        detached = self.command.run("volume", "detach", "known-0")
        self.assertEqual((detached.code != 0, detached.reason), (True, "VOLUME_HAS_CLIENTS"), str(detached))
        self.assertEqual(self.servers_processes(self.server), [self.process])
        self.connected.write(2)
        self.assertTrue(self.connected.holds_what_it_wrote())
        self.assertEqual(self.client(self.server).handle.get_size(), 64 << 20)

    def check_that_it_ends(self):
        self.connected.end()
        self.command.ask("server", "stop", self.server, "--wait-busy")
        self.assertEqual(self.servers_processes(self.server), [])
        self.check_consistency()

    def test_while_its_holdpointd_runs(self):
        self.check_that_it_is_known()
        self.check_that_it_ends()
        self.say("the pid file is lost: the process is known")

    def test_before_the_next_start(self):
        self.assertEqual(self.daemon.stop(), 0)
        self.daemon.start()
        self.check_that_it_is_known()
        self.check_that_it_ends()
        self.say("the pid file is lost before a start: the process is taken over, no second one")

    def test_before_a_kill(self):
        self.daemon.kill()
        self.daemon.start()
        self.check_that_it_is_known()
        self.check_that_it_ends()
