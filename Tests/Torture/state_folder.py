"""Where the state directory is, and the ways to say it."""

import os


class StateFolder:
    """It is two folders deep, so that its parent can be renamed and linked."""

    def __init__(self, folder):
        self.folder = folder
        self.number = 0
        self._home = self._new("home")
        os.makedirs(self._home)

    def _new(self, prefix):
        self.number += 1
        return os.path.join(self.folder, f"{prefix}{self.number}")

    @property
    def plain(self):
        return os.path.join(self._home, "state")

    def spelled(self, random):
        """Another path to it, made if need be: nobody may have it as its working directory's name meanwhile."""
        return random.choice([self._linked, self._linked_twice, self._renamed, self._dotted, self._slashed])()

    def _linked(self):
        link = self._new("link")
        os.symlink(os.path.basename(self._home), link)
        return os.path.join(link, "state")

    def _linked_twice(self):
        first = self._linked()
        link = self._new("link")
        os.symlink(os.path.dirname(first), link)
        return os.path.join(link, "state")

    def _renamed(self):
        home = self._new("home")
        os.rename(self._home, home)
        self._home = home
        return self.plain

    def _dotted(self):
        return os.path.join(self._home, "state", "..", "state")

    def _slashed(self):
        return self.plain.replace("/", "//") + "/"
