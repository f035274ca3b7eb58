"""A server's process killed alone: a power cut for its clients, and for nobody else."""

import time

from crash_case import REGION_OFFSET, CrashCase
from records import number_held, write_records
from workspace import wait_until

SERVE_DEADLINE_SECONDS = 10


class LostStorageDaemon(CrashCase):
    def setUp(self):
        super().setUp()
        self.daemon.start()

    def test_its_server_is_served_again_with_what_was_flushed(self):
        server, bystander = self.make_server("lost", 2), self.make_server("bystander", 1)
        writer, other = self.make_writer(server).start(), self.make_writer(bystander).start()
        writer.wait_for(10)
        process_id = self.daemon.storage_daemons()[server]
        self.daemon.kill_storage_daemon(server)
        begin = time.monotonic()
        self.assertEqual(writer.wait(), 3, "the client must see the end of its connection")
        wait_until(lambda: self.is_served(server, process_id), SERVE_DEADLINE_SECONDS, "it is served again")
        served_seconds = time.monotonic() - begin
        held = [number_held(region, volume) for volume, region in enumerate(self.read_server(server))]
        for volume, number in enumerate(held):
            self.assertGreaterEqual(number, writer.progress.flushed[volume])
            self.assertLessEqual(number, writer.progress.issued[volume])
        self.assertTrue(other.runs, "another server's client was disconnected")
        other.wait_for_more(1)
        self.check_consistency()
        self.say(f"served again after {served_seconds:.2f} s; flushed {writer.progress.flushed}, there {held}; "
                 "another server's client went on")

    def is_served(self, server, old_process_id):
        if self.daemon.storage_daemons().get(server) in (None, old_process_id):
            return False
        try:
            return len(self.read_server(server)) == 2
        except Exception:  # Not yet: libnbd's and the command's errors mean the same here.
            return False

    def test_the_next_snapshot_says_so(self):
        grades = [self.grade_after("clean", kill=False), self.grade_after("killed", kill=True)]
        self.assertEqual(grades, ["OFFLINE", "CRASH"])
        self.say("a detached volume's snapshot is OFFLINE, and CRASH after its writer's server was killed")

    def grade_after(self, name, kill):
        """The grade of a detached volume's snapshot, whose last writer ended cleanly or not."""
        server = self.make_server(name, 1)
        write_records(list(self.command.uris(server).values())[0], REGION_OFFSET, 1, 3)
        if kill:
            process_id = self.daemon.storage_daemons()[server]
            self.daemon.kill_storage_daemon(server)
            wait_until(lambda: self.daemon.storage_daemons().get(server) not in (None, process_id),
                       SERVE_DEADLINE_SECONDS, "it is started again")
        self.command.ask("volume", "detach", f"{name}-0", "--wait-busy")
        return self.command.ask("snapshot", "create", f"of-{name}", "--volume", f"{name}-0")["consistency"]
