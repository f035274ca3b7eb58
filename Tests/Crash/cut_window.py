"""Killed between the QMP transaction and the metadata commit: a cut has no undo, so nothing that was flushed may go."""

import os
import threading

from crash_case import CrashCase
from qmp_trap import replace
from records import number_held
from workspace import wait_until

REACH_DEADLINE_SECONDS = 30
# Written and flushed while the transaction is held, and so, behind it, to the overlays.
RECORDS_IN_THE_WINDOW = 5


class CutWindow(CrashCase):
    def setUp(self):
        super().setUp()
        programs = self.workspace.folder("bin")
        os.symlink(os.path.join(os.path.dirname(os.path.abspath(__file__)), "qmp_trap.py"),
                   os.path.join(programs, "qemu-storage-daemon"))
        self.trap = os.path.join(programs, "trap")
        self.daemon.environment["PATH"] = f"{programs}:{os.environ['PATH']}"

    def test_both_killed_behind_the_transaction_of_1_volume(self):
        self.kill_in_window(1, "after", storage_daemon_too=True)

    def test_both_killed_behind_the_transaction_of_8_volumes(self):
        self.kill_in_window(8, "after", storage_daemon_too=True)

    def test_both_killed_before_the_transaction_of_1_volume(self):
        self.kill_in_window(1, "before", storage_daemon_too=True)

    def test_both_killed_before_the_transaction_of_8_volumes(self):
        self.kill_in_window(8, "before", storage_daemon_too=True)

    def test_holdpointd_killed_behind_the_transaction_of_8_volumes(self):
        self.kill_in_window(8, "after", storage_daemon_too=False)

    def test_holdpointd_killed_before_the_transaction_of_8_volumes(self):
        self.kill_in_window(8, "before", storage_daemon_too=False)

    def kill_in_window(self, volume_count, where, storage_daemon_too):
        self.daemon.start()
        server = self.make_server("window", volume_count)
        writer = self.make_writer(server).start()
        writer.wait_for(RECORDS_IN_THE_WINDOW)
        replace(self.trap, where)
        earliest = writer.progress.flushed
        snapshot = SnapshotCall(self.command, server)
        wait_until(self.is_reached, REACH_DEADLINE_SECONDS, "the transaction is held")
        latest = writer.progress.issued
        writer.wait_for_more(RECORDS_IN_THE_WINDOW)

        self.daemon.kill()
        if storage_daemon_too:
            self.daemon.kill_storage_daemon(server)
            writer.wait()
        else:
            writer.wait_for_more(RECORDS_IN_THE_WINDOW)
        flushed, issued = writer.progress.flushed, writer.progress.issued
        os.unlink(self.trap)
        self.daemon.start()

        self.wait_until_settled()
        if not storage_daemon_too:
            self.assertTrue(writer.runs, "an NBD client was disconnected")
            writer.wait_for_more(1)
            writer.stop()
            flushed = issued = writer.progress.flushed
        held = self.check_flushed(server, flushed, issued)
        outcome = snapshot.wait()
        # A cut that was not made yet is made by recovery, of what the volumes hold by then.
        bounds = (earliest, latest if where == "after" else issued)
        self.check_snapshots(outcome, bounds)
        self.check_consistency()
        self.check_closed_images(server, storage_daemon_too)
        victims = "both" if storage_daemon_too else "holdpointd"
        self.say(f"{victims} killed {where} the transaction of {volume_count} volume(s): flushed {flushed[0]}, "
                 f"there {held[0]}; the snapshot call ended with {outcome.code}")

    def is_reached(self):
        with open(self.trap, encoding="ascii") as file:
            return file.read() == "reached"

    def check_flushed(self, server, flushed, issued):
        """Each volume holds at least what was flushed, and nothing that was not asked for."""
        held = [number_held(region, volume) for volume, region in enumerate(self.read_server(server))]
        for volume, number in enumerate(held):
            self.assertGreaterEqual(number, flushed[volume], f"volume {volume} lost flushed records")
            self.assertLessEqual(number, issued[volume])
        return held

    def check_snapshots(self, outcome, bounds):
        """If there is a snapshot, it is whole: all volumes at one instant between the call and the kill."""
        snapshots = self.command.ask("server-snapshot", "list", "--all")
        if outcome.code == 0:
            self.assertEqual([each["id"] for each in snapshots], [outcome.answer["id"]])
        for snapshot in snapshots:
            self.assertEqual(snapshot["state"], "AVAILABLE")
            regions = self.restored(snapshot["id"])
            numbers = [number_held(region, volume) for volume, region in enumerate(regions)]
            self.assertLessEqual(numbers[0] - numbers[-1], 1, f"not one instant: {numbers}")
            self.assertEqual(numbers, sorted(numbers, reverse=True), "not one instant")
            for volume, number in enumerate(numbers):
                self.assertGreaterEqual(number, bounds[0][volume])
                self.assertLessEqual(number, bounds[1][volume])

    def check_closed_images(self, server, were_killed):
        self.command.delete("server", server)
        self.assertGreater(self.check_images(leaks_are_waste=were_killed), 0)


class SnapshotCall:
    """A `server-snapshot create` that runs while its server is killed."""

    def __init__(self, command, server):
        self.thread = threading.Thread(target=self._run, args=(command, server), daemon=True)
        self.outcome = None
        self.thread.start()

    def _run(self, command, server):
        self.outcome = command.run("server-snapshot", "create", "in-window", "--server", server)

    def wait(self):
        self.thread.join()
        return self.outcome
