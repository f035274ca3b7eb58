"""A server that should be served and cannot be says so, and is served when the cause is gone."""

from hazard_case import HazardCase
from storage_shim import StorageShim
from workspace import wait_until

DEADLINE_SECONDS = 40


class UnservableServer(HazardCase):
    def setUp(self):
        super().setUp()
        self.shim = StorageShim(self.workspace)
        self.daemon.environment.update(self.shim.environment)
        self.daemon.start()
        self.server = self.make_server("lost", 1)
        client = self.client(self.server)
        client.write(1)
        client.end()
        self.data = client.written[1]

    def shown(self):
        return self.command.ask("server", "show", self.server)

    def wait_for(self, state):
        wait_until(lambda: self.shown()["state"] == state, DEADLINE_SECONDS, f"the server is {state}")

    def test_its_process_does_not_start_again(self):
        self.shim.break_starts()
        self.daemon.kill_storage_daemon(self.server)
        self.check_told()
        self.shim.mend_starts()
        self.check_served()
        self.say("a process that cannot be replaced: the server is ERROR, and RUNNING when it can be")

    def test_its_process_does_not_start_at_a_start_of_holdpointd(self):
        self.shim.break_starts()
        self.daemon.stop()
        self.daemon.kill_storage_daemon(self.server)
        self.daemon.start()
        self.check_told()
        self.shim.mend_starts()
        self.check_served()
        self.say("a start without its process: the server is ERROR, and RUNNING when the cause is gone")

    def check_told(self):
        self.wait_for("ERROR")
        failure = self.shown()["failure"]
        self.assertTrue(failure["reason"] and failure["message"], failure)

    def check_served(self):
        self.wait_for("RUNNING")
        client = self.client(self.server)
        self.assertEqual(bytes(client.handle.pread(4096, 4096)), self.data)
        client.end()
        self.check_consistency()
