"""What has no business in the state directory: put there, looked for, taken away."""

import os
import shutil

from world import Mismatch

# In the shape of a layer's and of a server's id.
LAYER, SERVER = "lay-tttttttttttt.qcow2", "srv-tttttttttttt"
LEFTOVERS = [LAYER + ".new", LAYER + ".deleted"]
NAMES = {"layers": [LAYER, *LEFTOVERS, "stray"],
         "run": [f"{SERVER}.pid", f"{SERVER}.qmp", f"{SERVER}.nbd", "stray"]}
# What lies among the sockets is in nobody's way, and is not told.
TOLD = {"layers"}


class Stray:
    """`keepsake` is what must survive where a link leads."""

    def __init__(self, state, folder, random):
        self.place = random.choice(list(NAMES))
        self.name = random.choice(NAMES[self.place])
        self.kind = random.choice(["file", "pipe", "link to a file", "link to a folder", "folder"])
        self.path = os.path.join(state, self.place, self.name)
        self.target = os.path.join(folder, "elsewhere")
        self.keepsake = os.path.join(self.target, LAYER)

    def __enter__(self):
        os.makedirs(self.target, exist_ok=True)
        with open(self.keepsake, "w", encoding="ascii") as file:
            file.write("kept")
        if self.kind == "pipe":
            os.mkfifo(self.path)
        elif self.kind == "file":
            with open(self.path, "wb") as file:
                file.write(b"nobody's")
        elif self.kind == "folder":
            os.mkdir(self.path)
        else:
            os.symlink(self.target if self.kind.endswith("folder") else self.keepsake, self.path)
        return self

    def __exit__(self, kind, *_):
        """What is left of it; it may have been put elsewhere."""
        if os.path.isdir(self.path) and not os.path.islink(self.path):
            shutil.rmtree(self.path)
        elif os.path.lexists(self.path):
            os.remove(self.path)
        if kind is None:
            self.check_keepsake()

    def check_keepsake(self):
        with open(self.keepsake, encoding="ascii") as file:
            if file.read() != "kept":
                raise Mismatch(f"something wrote through {self}")

    def check_named(self, report):
        """A file that an unfinished change could have left is nothing to tell of."""
        if self.place not in TOLD or (self.kind == "file" and self.name in LEFTOVERS):
            return
        if not any(self.name.split(".")[0] in each.id + each.name + each.message for each in report.findings):
            raise Mismatch(f"the check does not name {self}: {report}")

    def __str__(self):
        return f"{self.kind} at {self.place}/{self.name}"
