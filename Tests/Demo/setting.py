"""What the chapters of the demo share."""

import os

from command import Command
from daemon import Daemon

VOLUME_SIZE = "128MiB"
IMAGE_SIZE = "96M"
# Behind the file systems: where the writer's records go.
REGION_OFFSET = 112 << 20


class Setting:
    def __init__(self, binaries, repository, workspace):
        self.repository = repository
        self.workspace = workspace
        self.daemon = Daemon(binaries, workspace.path, listeners=["tcp://127.0.0.1:0"])
        # For what is looked up between the commands that are shown.
        self.command = Command(binaries, self.daemon)
        self.environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("HOLDPOINT_")},
            "PATH": f"{binaries}:{os.environ['PATH']}:/usr/sbin:/sbin",
            "STATE": self.daemon.state,
            "HOLDPOINT_ENDPOINT": self.daemon.endpoint,
            # Wherever the clone came from, only its files are listed.
            "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
        }
        self.writer = None
        self.uris = {}
        # Set by the chapter that takes the snapshot: what was flushed before the call, and sent when it ended.
        self.flushed, self.issued = [], []

    def revision(self):
        """Changes with every change of anything."""
        return self.command.ask("status")["revision"]
