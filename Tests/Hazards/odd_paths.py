"""A state directory whose path has what URIs, options and shells take for their own: clients find their volumes."""

import contextlib
import os
import subprocess

from daemon import Daemon
from hazard_case import HazardCase
from records import RECORD_BYTES

# A comma with a combining mark is one character in Swift, and still a comma to QEMU.
NAMES = ["st ate", "100%41", "a&b=c", "x#y", "\u00fc\u00df", "p+q;r?s", "q'u\"o\\te", "c,o,\u0301mma"]
SIZE_BYTES = 64 << 20


class OddPaths(HazardCase):
    @contextlib.contextmanager
    def using(self, name):
        state = os.path.join(self.workspace.path, name)
        self.daemon = Daemon(self.binaries, self.workspace.path, state=state, environment=self.environment)
        self.command.daemon = self.daemon
        self.daemon.start()
        try:
            yield
        finally:
            self.assertEqual(self.daemon.stop(), 0)
            self.workspace.end_processes(self.workspace.path)

    def client_output(self, *words):
        ended = subprocess.run(words, capture_output=True, text=True, check=False)
        self.assertEqual(ended.returncode, 0, f"{words}: {ended.stderr}")
        return ended.stdout

    def test_clients_find_their_volumes(self):
        for name in NAMES:
            with self.subTest(name), self.using(name):
                self.check_clients()
        self.say(f"{len(NAMES)} odd paths: nbdinfo, qemu-img, nbdcopy and libnbd find the volume")

    def check_clients(self):
        server = self.make_server("odd", 1)
        [uri] = self.command.uris(server).values()
        self.assertEqual(self.client_output("nbdinfo", "--size", uri).strip(), str(SIZE_BYTES))
        self.assertIn("64 MiB", self.client_output("qemu-img", "info", uri))
        client = self.client(server)
        client.write(1)
        client.end()
        copy = self.workspace.file("copy.raw")
        self.client_output("nbdcopy", uri, copy)
        with open(copy, "rb") as file:
            file.seek(RECORD_BYTES)
            self.assertEqual(file.read(RECORD_BYTES), client.written[1])
        os.unlink(copy)
        self.command.ask("server-snapshot", "create", "cut", "--server", server)
        self.check_consistency()
