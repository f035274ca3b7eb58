"""What else may happen to what runs: moves that do something to clients, disks, processes, paths and clocks, which
nobody else may notice."""

import contextlib
import os
import signal
import stat
import time

import client
from bystanders import Bystanders, Traffic, in_time
from cuts import Cut
from descriptors import FewDescriptors, wait_for_relief
from look import Look
from model import Refused
from moves import LARGEST_SNAPSHOT_COUNT, LARGEST_VOLUME_COUNT
from stalls import StalledClient, client_count
from strays import Stray
from workspace import wait_until
from world import ANY_REASON, Mismatch

CUT_OFF = "CLIENT_CUT_OFF"

# A flush, or a pause, that is longer than any deadline for one answer; and how often there is one.
LONG_SECONDS, LONG_PART = 12, 0.15
LONGEST_DELAY_MILLISECONDS, LONGEST_PAUSE_SECONDS = 3000, 3
LARGEST_DELAY_COUNT = 3
LONGEST_CUT_LIMIT_MILLISECONDS = 4000
# So often the daemon is killed while it waits for the clients.
KILLED_PART = 0.12
LETTING_GO_SECONDS = 60
DAY_SECONDS, HOUR_SECONDS = 24 * 3600, 3600
JUMPS_SECONDS = [0, 8 * DAY_SECONDS, -DAY_SECONDS, HOUR_SECONDS]
# The daemon forgets what is old once a minute; how often that is waited for.
HOUSEKEEPING_SECONDS, HOUSEKEEPING_PART = 65, 0.03
LARGEST_DESCRIPTOR_COUNT = 12
FROZEN_MODE, SHORTENED_BYTES = 0o400, 64 << 10


class Hazards:
    def __init__(self, moves, disk, clock, state_folder):
        self.moves, self.disk, self.clock, self.state_folder = moves, disk, clock, state_folder
        self.world, self.model, self.random = moves.world, moves.model, moves.random
        self.weights = {
            self.stall_clients: 0.8, self.slow_disk: 0.4, self.pause_storage_daemon: 0.4, self.take_descriptors: 0.6,
            self.respell_state: 0.6, self.lose_process_file: 0.6, self.plant_stray: 0.6, self.shorten_layer: 0.6,
            self.jump_clock: 0.6,
        }

    # What they share

    def busy_server(self):
        """One that runs and serves volumes which can be cut."""
        return self.moves.pick(each for each in self.model.servers.values() if each.runs and self.can_cut(each))

    def can_cut(self, server):
        volumes = self.model.attached(server.id)
        return volumes and len(self.model.snapshots) + len(volumes) <= LARGEST_SNAPSHOT_COUNT and all(
            map(self.model.can_grow_chain, volumes))

    def cut_limit(self):
        """Milliseconds, mostly those that are the default; what takes longer is given up."""
        return self.random.randint(1, LONGEST_CUT_LIMIT_MILLISECONDS) if self.random.random() < 0.25 else 0

    def traffic(self, volumes, cut=None):
        """A guest's of one of the volumes; it writes where that does not leave open what was cut."""
        volume = self.moves.pick(volumes)
        if not volume:
            return contextlib.nullcontext()
        return Traffic(self.moves, volume, writes=not cut or volume not in cut.volumes)

    def probe_clients(self, server, volume):
        """A client is on the volume: to stop the server or detach the volume would cut it off."""
        self.world.note_connected()
        stop, detach = self.model.refusal_of_stop(server), self.model.refusal_of_detach(volume)
        if not stop or not detach:
            raise AssertionError(f"the model knows of no client of {volume.id}")
        if self.random.random() < 0.5:
            self.world.change("ServerService/StopServer", stop, server=server.id)
        else:
            self.world.change("VolumeService/DetachVolume", detach, volume=volume.id)

    # Clients

    def stall_clients(self):
        """In the middle of a request when their server is cut. They alone are cut off, and named."""
        server = self.busy_server()
        if not server:
            return None
        with Bystanders(self.moves, server) as bystanders, contextlib.ExitStack() as ends:
            process = bystanders.processes[server.id]
            clients = client_count(process)
            volumes = self.model.attached(server.id)
            volumes = self.random.sample(volumes, min(len(volumes), self.random.randint(1, 2)))
            stalled = [ends.enter_context(self.stalled_client(volume)) for volume in volumes]
            if self.random.random() < 0.3:
                self.probe_clients(server, self.moves.pick(bystanders.volumes))
            cut = Cut(self.moves, server)
            # Where an unanswered write may come at any time, nobody can say what is right meanwhile.
            with self.traffic([each for each in bystanders.volumes if each not in volumes], cut):
                limit, is_killed = self.cut_limit(), self.random.random() < KILLED_PART
                cut.begin(cut_timeout_milliseconds=limit)
                self.world.doing = f"{cut} within {limit} ms beside {', '.join(map(str, stalled))}"
                if is_killed:
                    self.world.doing += "; holdpointd killed"
                    time.sleep(self.random.uniform(0, LONGEST_PAUSE_SECONDS))
                    self.world.restart(kill=True)
                operation = cut.finish("ENGINE_TIMEOUT" if limit else "")
            ends.close()
            wait_until(lambda: client_count(process) <= clients, LETTING_GO_SECONDS, "stalled clients are let go")
            in_time(lambda: self.settle(cut, volumes), f"reading behind a {cut}")
            bystanders.check()
            self.world.doubt_grades()
            if not is_killed:
                self.check_named(operation, stalled)
        return f"{', '.join(map(str, stalled))}: {cut}{' with a kill' if is_killed else ''}"

    def stalled_client(self, volume):
        # What a snapshot has of unanswered writes is seen in a copy, for which there must be room.
        unanswered = self.random.randint(0, 2) if len(self.model.volumes) < LARGEST_VOLUME_COUNT else 0
        return StalledClient(volume, self.world.uri(volume), self.random, lambda: self.moves.extent(volume), unanswered)

    @staticmethod
    def check_named(operation, stalled):
        """Nobody stands in the way of a cut that was given up in time."""
        if operation.state != operation.SUCCEEDED:
            return
        told = [each.message for each in operation.warnings if each.reason == CUT_OFF]
        missing = [str(each) for each in stalled if not each.is_named_in(told)]
        if missing:
            raise Mismatch(f"cut off and not named: {missing}; the warnings: {told}")
        if any(f"{os.getpid()}" in each for each in told):
            raise Mismatch(f"guests that did not stall were cut off: {told}")

    def settle(self, cut, volumes):
        """What was written without an answer is there or not: on the volume, and in its snapshot."""
        for volume in volumes:
            snapshot = cut.snapshot_of(volume)
            if snapshot and volume.contents.is_uncertain:
                self.settle_snapshot(snapshot, volume)
            difference = volume.contents.settle_unanswered(self.world.read(volume))
            if difference:
                raise Mismatch(f"{volume.id} lost what was acknowledged beside a client that stalled: {difference}")

    def settle_snapshot(self, snapshot, volume):
        name = self.moves.name("copy")
        answer, _ = self.world.change("VolumeService/CreateVolume", attach_server=volume.server, snapshot=snapshot.id,
                                      volume=client.message("v1.Volume", name=name))
        copy = self.model.add_volume(answer.volume.id, name, len(snapshot.data), snapshot, volume.server)
        copy.contents = volume.contents.uncertain_as_here(snapshot.data)
        difference = copy.contents.settle_unanswered(self.world.read(copy))
        if difference:
            raise Mismatch(f"{snapshot.id}, made beside a client that stalled: {difference}")
        # What a snapshot has is on the disk.
        copy.contents.flush()
        snapshot.data = bytes(copy.contents.data)

    # Disks and processes

    def slow_disk(self):
        """Flushes take seconds while something is changed: it is done a little later."""
        server = self.busy_server()
        if not server:
            return None
        is_long = self.random.random() < LONG_PART
        count = self.random.randint(1, LARGEST_DELAY_COUNT)
        delays = [LONG_SECONDS * 1000] if is_long else [
            self.random.randrange(LONGEST_DELAY_MILLISECONDS) for _ in range(count)]
        with Bystanders(self.moves, server) as bystanders:
            self.disk.delay(delays)
            try:
                is_cut = is_long or self.random.random() < 0.6
                done = self.cut_slowly(bystanders, server) if is_cut else self.change_slowly()
            finally:
                self.disk.end()
        return f"{server.id}, {self.disk.begun} of {delays} ms: {done}"

    def cut_slowly(self, bystanders, server):
        cut = Cut(self.moves, server)
        with self.traffic(bystanders.volumes, cut):
            limit = self.cut_limit()
            cut.begin(cut_timeout_milliseconds=limit)
            operation = cut.finish("ENGINE_TIMEOUT" if limit else "")
        if any(each.reason == CUT_OFF for each in operation.warnings):
            raise Mismatch(f"clients were cut off because of a slow disk: {operation.warnings}")
        return cut

    def change_slowly(self):
        moves = self.moves
        return moves.pick([moves.attach, moves.detach, moves.resize, moves.stop, moves.start])()

    def pause_storage_daemon(self):
        """A process that is stopped for some time: what concerns it waits or fails, nothing else notices."""
        server = self.busy_server()
        if not server:
            return None
        seconds = LONG_SECONDS if self.random.random() < LONG_PART else self.random.uniform(0, LONGEST_PAUSE_SECONDS)
        with Bystanders(self.moves, server) as bystanders:
            cut = Cut(self.moves, server)
            process = bystanders.processes[server.id]
            os.kill(process, signal.SIGSTOP)
            try:
                end = time.monotonic() + seconds
                cut.begin("ENGINE_TIMEOUT")
                self.use_another(server)
                self.ask_about(server)
                time.sleep(max(0, end - time.monotonic()))
            finally:
                os.kill(process, signal.SIGCONT)
            operation = cut.finish("ENGINE_TIMEOUT")
        is_cut = operation is not None and operation.state == operation.SUCCEEDED
        return f"{server.id} for {seconds:.1f} s: {cut}{'' if is_cut else ' failed'}"

    def use_another(self, server):
        other = self.moves.pick(each for each in self.model.servers.values()
                                if each is not server and each.runs and self.can_cut(each))
        if other:
            volume = self.moves.pick(self.model.attached(other.id))
            self.world.compare(volume)
            self.moves.take_snapshot(volume)

    def ask_about(self, server):
        """A plan is a question: it needs no answer of the process."""
        self.world.note_connected()
        plan = self.world.session.call("PlanService/PlanDelete", resource=server.id)
        found = {(each.kind, each.reason) for each in plan.blockers}
        if ("client", "VOLUME_HAS_CLIENTS") not in found:
            raise Mismatch(f"the plan for {server.id} does not name its clients: {found}")

    # Scarcity

    def take_descriptors(self):
        """The daemon can open next to nothing: it does what it is asked for, or says why not."""
        server = self.busy_server()
        if not server:
            return None
        with Bystanders(self.moves, server) as bystanders:
            volume = self.moves.pick(bystanders.volumes)
            left = self.random.randint(0, LARGEST_DESCRIPTOR_COUNT)
            cut = Cut(self.moves, server)
            with FewDescriptors(self.world.daemon, left):
                accepted = [self.try_to_cut_off(server, volume) for _ in range(self.random.randint(1, 3))]
                cut.begin(ANY_REASON)
            wait_for_relief(self.world.session)
            for name, answer in filter(None, accepted):
                self.world.end_of(name, answer, Refused(ANY_REASON))
            cut.finish(ANY_REASON)
            self.world.doubt_grades()
            self.probe_clients(server, volume)
        return f"{server.id}, {left} left: {cut}"

    def try_to_cut_off(self, server, volume):
        """Nobody consents to that. What was accepted, if it was: its operation must fail."""
        name, fields = self.moves.pick([("ServerService/StopServer", {"server": server.id}),
                                        ("VolumeService/DetachVolume", {"volume": volume.id})])
        try:
            return name, self.world.session.call(name, request_id=client.new_request_id(), **fields)
        except client.CallError as error:
            if not error.status.reason:
                raise
            return None

    # Paths and files

    def respell_state(self):
        """The daemon starts with another path to the same state directory."""
        server = self.busy_server()
        if not server:
            return None

        def respell():
            self.world.daemon.state = self.state_folder.spelled(self.random)

        with Bystanders(self.moves, server) as bystanders, self.traffic(bystanders.volumes):
            self.world.restart(self.random.random() < 0.5, respell)
            self.probe_clients(server, self.moves.pick(bystanders.volumes))
        return self.world.daemon.state

    def lose_process_file(self):
        """Somebody tidied up among the files by which processes could be known."""
        server = self.busy_server()
        if not server:
            return None
        path = os.path.join(self.world.daemon.state, "run", f"{server.id}.pid")
        if not os.path.exists(path):
            return f"{path}: none"
        with Bystanders(self.moves, server) as bystanders, self.traffic(bystanders.volumes):
            if self.random.random() < 0.5:
                os.remove(path)
            else:
                self.world.restart(self.random.random() < 0.5, lambda: os.remove(path))
            self.probe_clients(server, self.moves.pick(bystanders.volumes))
        return path

    def plant_stray(self):
        with Stray(self.world.daemon.state, self.state_folder.folder, self.random) as stray:
            stray.check_named(self.world.session.call("AdminService/CheckConsistency"))
            if self.random.random() < 0.5:
                self.world.restart(self.random.random() < 0.5)
                self.world.compare_attached()
        Look(self.world).at_consistency()
        return str(stray)

    def shorten_layer(self):
        """What has been destroyed is found, and nothing says any more once it is back."""
        frozen = [path for path in self.world.daemon.layer_paths()
                  if stat.S_IMODE(os.stat(path).st_mode) == FROZEN_MODE and os.access(path, os.W_OK)]
        path = self.moves.pick(frozen)
        if not path:
            return None
        before = os.stat(path)
        with open(path, "r+b") as file:
            kept = file.read()
            try:
                file.truncate(SHORTENED_BYTES)
                report = self.world.session.call("AdminService/CheckConsistency")
            finally:
                file.seek(0)
                file.write(kept)
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        layer = os.path.basename(path).split(".")[0]
        if report.clean or not any(layer in each.id + each.name + each.message for each in report.findings):
            raise Mismatch(f"the check does not find that {layer} was cut to {SHORTENED_BYTES} bytes: {report}")
        Look(self.world).at_consistency()
        return layer

    # Clocks

    def jump_clock(self):
        """What was asked for before is still known."""
        if self.random.random() < HOUSEKEEPING_PART:
            self.clock.set(max(JUMPS_SECONDS))
            time.sleep(HOUSEKEEPING_SECONDS)
            # A connection that answers no pings is closed.
            self.world.session.connect()
        else:
            self.clock.set(self.random.choice(JUMPS_SECONDS))
        self.world.repeat_all()
        return ""
