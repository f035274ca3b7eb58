"""One change, one fault in it, and what is left: the change is asked for again, done once, and nothing is half-way."""

import errno
import random
from dataclasses import dataclass

import client
import shim
from kinds import Kinds
from look import Look
from tracer import Tracer
from world import Mismatch, World

END_DEADLINE_SECONDS = 20
SLOW_MILLISECONDS = 2000
# How long a process that found a fault may take to end itself.
DYING_SECONDS = 0.3


@dataclass(frozen=True)
class Fault:
    name: str
    action: int
    # An error, or milliseconds.
    value: int = 0
    # A full disk fails what needs room, nothing else.
    needs: int = shim.ROOM | shim.NO_ROOM

    @property
    def kills(self):
        return self.action in (shim.KILL_BEFORE, shim.KILL_AFTER)


EIO = Fault("EIO", shim.FAIL, errno.EIO)
ENOSPC = Fault("ENOSPC", shim.FAIL, errno.ENOSPC, shim.ROOM)
FAILED_FLUSH = Fault("EIO (strace)", shim.FAIL, errno.EIO, shim.NO_ROOM)
SLOW = Fault("slow", shim.SLOW, SLOW_MILLISECONDS)
KILL_BEFORE = Fault("kill before", shim.KILL_BEFORE)
KILL_AFTER = Fault("kill after", shim.KILL_AFTER)


@dataclass
class Outcome:
    fired: bool
    where: str
    # The process ended.
    died: bool = False
    # The operation failed, and was undone.
    failed: bool = False
    # What the caller was told at once, if it was a refusal.
    refusal: str = ""


class Bench:
    """A world, and what puts faults into it: the library if there is one, or `strace`."""

    def __init__(self, binaries, folder, library, seed):
        self.world = World(binaries, folder, random.Random(seed))
        self.injector = (
            shim.Shim(library, f"{folder}/fault-control", self.world.daemon.state) if library
            else Tracer(self.world, folder))
        self.world.daemon.environment.update(self.injector.environment)
        self.world.start()
        self.look = Look(self.world, allows_failures=True)
        self.kinds = Kinds(self.world)

    def end(self):
        self.injector.disarm()
        self.world.guests.end()
        self.world.session.close()

    def calls(self, kind, needs):
        """The calls of a change that a fault can hit, a letter each."""
        request = getattr(self.kinds, kind)()
        self.injector.arm(shim.COUNT, needs=needs)
        answer, operation = self.world.change(request.method, **request.fields)
        self.wait_for_parts(answer)
        self.injector.disarm()
        request.apply(answer, operation)
        return self.injector.calls

    def run(self, kind, fault, at):
        request = getattr(self.kinds, kind)()
        request.fields["request_id"] = client.new_request_id()
        servers = self.world.daemon.storage_daemons()
        self.injector.arm(fault.action, at, fault.value, fault.needs)
        first, refusal = self.attempt(request)
        died = self.has_died(fault, first is None and not refusal)
        # What follows the answer is hit while that waits.
        outcome = Outcome(self.injector.fired, self.injector.where, died, refusal=refusal)
        self.injector.disarm()
        self.check_life(fault, outcome)
        if fault is ENOSPC:
            # It must go on; after another fault it may be about to end itself.
            first = self.repeat(request, first)
        if fault is SLOW:
            self.check_undisturbed(outcome, servers)
        else:
            self.restart(outcome)
        outcome.failed = self.finish(request, self.repeat(request, first), fault)
        self.look.at_metadata()
        self.look.at_consistency()
        return outcome

    def restart(self, outcome):
        if not outcome.died:
            self.world.daemon.kill()
        self.world.start()

    def check_undisturbed(self, outcome, servers):
        """After something that only took longer."""
        if outcome.died or outcome.refusal:
            raise Mismatch(f"a slow disk ended it, or was answered with {outcome.refusal!r}, at {outcome.where}")
        found = self.world.daemon.storage_daemons()
        killed = {server: process for server, process in servers.items() if found.get(server) != process}
        if killed:
            raise Mismatch(f"the processes of {killed} were killed for a slow disk, at {outcome.where}")

    def attempt(self, request):
        """The answer, and the reason of a refusal; neither if the connection ended."""
        answer = None
        try:
            answer = self.world.session.call(request.method, **request.fields)
            self.world.session.ended_operation(answer)
            self.wait_for_parts(answer)
        except client.CallError as error:
            return answer, "" if answer is not None else error.status.reason or error.code
        except (client.ConnectionEnded, OSError):
            pass
        return answer, ""

    def wait_for_parts(self, answer):
        """Of a batch. Returns their operations."""
        if "results" not in answer.DESCRIPTOR.fields_by_name:
            return []
        return [self.world.session.wait(part.operation.id) for part in answer.results]

    def has_died(self, fault, lost_connection):
        """Whether the process ended by itself or was killed; waits for that if it is to be expected."""
        expected = self.injector.fired and (fault.kills or lost_connection)
        try:
            self.world.daemon.process.wait(END_DEADLINE_SECONDS if expected else DYING_SECONDS)
        except Exception:  # It lives.
            return False
        return True

    @staticmethod
    def check_life(fault, outcome):
        if fault is ENOSPC and outcome.died:
            raise Mismatch(f"a full disk ended the process, at {outcome.where}")
        if fault is ENOSPC and outcome.refusal not in ("", "STORAGE_FULL"):
            raise Mismatch(f"a full disk was answered with {outcome.refusal}, at {outcome.where}")
        if outcome.died and not outcome.fired:
            raise Mismatch("the process ended without a fault")

    def repeat(self, request, first):
        again = self.world.session.call(request.method, **request.fields)
        if first is not None:
            self.world.check_same(request.method, first, again)
        return again

    def finish(self, request, answer, fault):
        """Waits for the operation; tells the model if it succeeded. Returns whether it failed."""
        operation = self.world.session.ended_operation(answer)
        ended = self.wait_for_parts(answer) + ([operation] if operation is not None else [])
        states = {each.State.Name(each.state) for each in ended}
        if states <= {"SUCCEEDED"}:
            request.apply(answer, operation)
            return False
        reasons = {each.error.reason for each in ended}
        if fault.kills or fault is SLOW or states != {"FAILED"} or (fault is ENOSPC and reasons != {"STORAGE_FULL"}):
            raise Mismatch(f"ended as {states}: {' '.join(str(ended).split())}")
        return True
