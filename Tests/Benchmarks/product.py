"""Our server with a catalogue of volumes."""

import catalogue
import client
from daemon import Daemon


class Product:
    """Over TCP, with its token."""

    wire, uri = "holdpoint", ""

    def __init__(self, binaries, folder):
        self.daemon = Daemon(binaries, folder, listeners=["tcp://127.0.0.1:0"])
        self.volumes = []

    def start(self):
        self.daemon.start()
        return self

    def filled(self, volume_count):
        """With so many volumes, running."""
        self.start().stop()
        self.volumes = catalogue.fill(self.daemon.state, volume_count)
        return self.start()

    @property
    def process_id(self):
        return self.daemon.process.pid

    @property
    def endpoint(self):
        """The TCP listener."""
        return next(each for each in self.daemon.endpoints if each.startswith("tcp://"))

    @property
    def token(self):
        with open(self.daemon.token_file, encoding="ascii") as file:
            return file.read().strip()

    def stop(self):
        self.daemon.stop()

    def connection(self):
        return client.Connection(self.daemon.socket, token=self.token)
