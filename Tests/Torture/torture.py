"""One seed: random moves, then everything compared with the model, then everything deleted."""

import random
import time

from hazards import Hazards
from look import Look
from moves import Moves
from state_folder import StateFolder
from surroundings import Clock, SlowDisk
from workspace import Workspace
from world import Mismatch, World

# Move by move, of which everything is looked at again after so many.
LOOK_INTERVAL = 50
CONSENTS = 7
# As many times as all other moves together.
OFTEN = 130
# One seed in so many deletes everything at the end: that takes many consents.
DELETING_SEEDS = 3


class Torture:
    def __init__(self, binaries, seed, move_count, hazard=None):
        """`hazard`: this one often, and no other."""
        self.binaries, self.seed, self.move_count, self.hazard = binaries, seed, move_count, hazard
        self.history = []

    def run(self):
        """Raises whatever is wrong; returns a line that says what was done."""
        begin = time.monotonic()
        with Workspace(f"torture-{self.seed}") as workspace:
            self.state_folder = StateFolder(workspace.path)
            self.world = World(
                self.binaries, workspace.path, random.Random(self.seed), self.state_folder.plain)
            self.disk, self.clock = SlowDisk(workspace.path), Clock(workspace.path)
            self.world.daemon.environment.update({**self.disk.environment, **self.clock.environment})
            self.model = self.world.model
            self.look = Look(self.world)
            self.world.start()
            try:
                self.play()
                self.look.at_everything()
                if self.seed % DELETING_SEEDS == 0:
                    self.delete_everything()
            except BaseException:
                self.history.append(f"at last: {self.world.doing}")
                print(f"--- holdpointd's log of seed {self.seed} ends:\n{self.world.daemon.log_end()}")
                raise
            finally:
                self.world.guests.end()
                self.world.session.close()
        counts = " ".join(f"{what}={count}" for what, count in sorted(self.world.counts.items()))
        return f"{time.monotonic() - begin:.1f} s; {counts}"

    def play(self):
        moves = Moves(self.world, CONSENTS)
        hazards = Hazards(moves, self.disk, self.clock, self.state_folder)
        moves.add(hazards.weights if not self.hazard else {getattr(hazards, self.hazard): OFTEN})
        moves.create_server()
        for number in range(1, self.move_count + 1):
            self.history.append(moves.step())
            if number % LOOK_INTERVAL == 0:
                self.look.at_metadata()
                self.look.at_consistency()

    # The end

    def delete_everything(self):
        self.world.disconnect(list(self.model.volumes.values()))
        self.model.connected = set()
        for kind, resources in self.model.kinds().items():
            for resource in resources.values():
                if resource.protected:
                    resource.protected = False
                    Moves(self.world, 0).send_update(kind, resource, None, "deletion_protection", False)
        for kind in ("server", "server-snapshot"):
            while self.model.kinds()[kind]:
                self.delete_with_all(kind, next(iter(self.model.kinds()[kind])))
        self.look.at_metadata()
        self.check_nothing_is_left()
        if self.world.daemon.stop() != 0:
            raise Mismatch("holdpointd ended badly")

    def delete_with_all(self, kind, resource_id):
        delete_volumes = kind == "server"
        walk = self.model.plan(kind, resource_id, delete_volumes)
        fields = {"resource": resource_id, "delete_volumes": delete_volumes}
        plan = self.world.session.call("PlanService/PlanDelete", **fields)
        Moves.check_plan(resource_id, plan, walk)
        self.world.change("PlanService/ExecutePlan", hash=plan.hash, consent=self.world.session.consent, **fields)
        self.model.remove_all(walk)

    def check_nothing_is_left(self):
        left = self.world.daemon.layers()
        if left or self.world.daemon.storage_daemons():
            raise Mismatch(f"left behind: {left} {self.world.daemon.storage_daemons()}")
