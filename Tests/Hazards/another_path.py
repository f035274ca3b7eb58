"""The same state directory under another name: whoever serves from it is known by what it is, not by how its path was
spelled when it was started."""

import os

from command import Command
from daemon import Daemon
from hazard_case import REFUSED, HazardCase


class AnotherPath(HazardCase):
    def setUp(self):
        super().setUp()
        self.real = self.workspace.folder("real")
        self.link = self.workspace.file("link")

    def live_in(self, parent):
        """The daemon and the command of the state directory below this folder."""
        self.daemon = Daemon(self.binaries, self.workspace.path, state=os.path.join(parent, "state"))
        self.command = Command(self.binaries, self.daemon)
        self.daemon.start()

    def test_started_through_a_link(self):
        os.symlink(self.real, self.link)
        self.check_that_it_is_known(self.link, self.real, lambda: None)

    def test_found_again_through_a_link(self):
        os.symlink(self.real, self.link)
        self.check_that_it_is_known(self.real, self.link, lambda: None)

    def test_a_renamed_parent(self):
        renamed = self.workspace.file("renamed")
        self.check_that_it_is_known(self.real, renamed, lambda: os.rename(self.real, renamed))

    def check_that_it_is_known(self, first, second, move):
        self.live_in(first)
        server = self.make_server("moved", 2)
        client = self.client(server)
        client.write(1)
        client.flush()
        process = self.server_process(server)
        self.assertEqual(self.daemon.stop(), 0)
        move()
        self.live_in(second)

        self.expect(self.command.run("server", "stop", server), (REFUSED, "VOLUME_HAS_CLIENTS"))
        detached = self.command.run("volume", "detach", "moved-0")
        self.assertEqual((detached.code != 0, detached.reason), (True, "VOLUME_HAS_CLIENTS"), str(detached))
        self.assertEqual(self.server_process(server), process)
        taken = self.command.ask("snapshot", "create", "of-moved", "--volume", "moved-0")
        self.assertEqual(taken["consistency"], "CRASH")
        before = self.contents("of-moved")
        client.write(1)
        client.write(2)
        self.assertEqual(self.contents("of-moved"), before, "a snapshot's bytes have changed")
        client.end()
        self.command.ask("server", "stop", server, "--wait-busy")
        self.assertEqual(self.servers_processes(server), [])
        self.check_consistency()
        self.say(f"{os.path.basename(first)}, then {os.path.basename(second)}: the same process, its client kept")

    def contents(self, snapshot):
        """The beginning of a snapshot, read from a volume made of it."""
        reader = self.command.ask("server", "create", "reader", "--kind", "external")["id"]
        copy = self.command.ask("volume", "create", "copy", "--snapshot", snapshot, "--attach", reader)["id"]
        client = self.client(reader)
        data = bytes(client.handle.pread(1 << 20, 0))
        client.end()
        self.command.delete("server", reader)
        self.command.delete("volume", copy)
        return data
