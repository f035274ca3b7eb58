"""A volume whose writer was killed has what a power cut leaves, whatever happens to it afterwards."""

from hazard_case import REFUSED, HazardCase
from workspace import wait_until

SERVE_DEADLINE_SECONDS = 30


class Grades(HazardCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()
        self.server = self.make_server("graded", 1)

    def kill_the_writer(self):
        """Its server's process, with a write that nobody flushed, and waits until the volume is served again."""
        self.client(self.server).write(1)
        process = self.server_process(self.server)
        self.daemon.kill_storage_daemon(self.server)
        wait_until(lambda: self.servers_processes(self.server) not in ([], [process]), SERVE_DEADLINE_SECONDS,
                   "it is served again")

    def grade(self, volume, name):
        """Of a snapshot of a detached volume; it must not pass for more than it is either."""
        refused = self.command.run("snapshot", "create", f"{name}-offline", "--volume", volume, "--require", "offline")
        grade = self.command.ask("snapshot", "create", name, "--volume", volume)["consistency"]
        if grade != "OFFLINE":
            self.expect(refused, (REFUSED, "CONSISTENCY_NOT_MET"))
        return grade

    def detach(self):
        self.command.ask("volume", "detach", "graded-0", "--wait-busy")

    def crashed(self):
        """A snapshot of the detached volume, which is CRASH."""
        self.kill_the_writer()
        self.detach()
        self.assertEqual(self.grade("graded-0", "crashed"), "CRASH")
        return "crashed"

    def test_a_killed_client(self):
        client = self.client(self.server)
        client.write(1)
        client.vanish()
        self.detach()
        self.assertEqual(self.grade("graded-0", "of-killed"), "CRASH")
        self.say("the client was killed, the volume detached: CRASH")

    def test_attached_and_detached_without_a_client(self):
        self.crashed()
        self.command.ask("volume", "attach", "graded-0", "--server", self.server)
        self.detach()
        self.assertEqual(self.grade("graded-0", "washed"), "CRASH")
        self.say("attached and detached without a client: still CRASH")

    def test_stopped_and_started_without_a_client(self):
        self.kill_the_writer()
        self.command.ask("server", "stop", self.server, "--wait-busy")
        self.command.ask("server", "start", self.server)
        self.command.ask("server", "stop", self.server)
        self.assertEqual(self.grade("graded-0", "washed"), "CRASH")
        self.say("its server was stopped and started without a client: still CRASH")

    def test_a_copy_of_a_crashed_one(self):
        self.command.ask("volume", "create", "copy", "--snapshot", self.crashed())
        self.assertEqual(self.grade("copy", "of-copy"), "CRASH")
        self.say("a copy of a CRASH snapshot: CRASH")

    def test_a_revert_to_one_beside_a_writer(self):
        writer = self.make_writer(self.server).start()
        taken = self.command.ask("snapshot", "create", "beside", "--volume", "graded-0")
        self.assertEqual(taken["consistency"], "CRASH")
        writer.stop()
        self.detach()
        self.assertEqual(self.grade("graded-0", "ended"), "OFFLINE")
        self.command.ask("volume", "revert", "graded-0", "--snapshot", "beside", consent=True)
        self.assertEqual(self.grade("graded-0", "of-revert"), "CRASH")
        self.say("a revert to a CRASH snapshot: CRASH")

    def test_a_clean_end_is_offline(self):
        """Or CRASH would mean nothing."""
        client = self.client(self.server)
        client.write(1)
        client.end()
        self.detach()
        self.assertEqual(self.grade("graded-0", "clean"), "OFFLINE")
