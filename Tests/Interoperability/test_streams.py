"""Watch: a stream with credit, from a revision, without a gap."""

import client
import daemon
from case import Case

# The smallest first credit that a Hello may give.
WINDOW_BYTES = 64 << 10


class StreamTests(Case):
    def watch(self, connection: client.Connection, revision: int) -> int:
        return connection.begin("EventService/Watch", client.request("EventService/Watch", from_revision=revision))

    def items(self, connection: client.Connection, call: int, **options):
        return connection.items(call, client.message("v1.WatchResponse"), **options)

    def revision(self) -> int:
        return self.admin.call("AdminService/GetStatus").revision

    def test_begins_with_a_bookmark_and_brings_what_changes(self):
        start = self.revision()
        watcher = self.connect(token=daemon.current.token)
        items = self.items(watcher, self.watch(watcher, start))
        self.assertEqual(next(items).bookmark_revision, start)
        volume = self.volume("watched")
        events = []
        while not events or events[-1].operation.state != events[-1].operation.SUCCEEDED:
            if (item := next(items)).HasField("event"):
                events.append(item.event)
        self.assertEqual([e.sequence for e in events], list(range(start + 1, start + 1 + len(events))))
        states = [e.volume.state for e in events if e.kind == "volume" and e.volume.id == volume.id]
        self.assertEqual(states, [volume.CREATING, volume.AVAILABLE])

    def test_stops_without_credit_and_goes_on_with_it(self):
        start = self.revision()
        self.make_events(WINDOW_BYTES)
        end = self.revision()
        watcher = self.connect(token=daemon.current.token, window=WINDOW_BYTES)
        call = self.watch(watcher, start)
        items = self.items(watcher, call, grants=False)
        taken = []
        while watcher.credit[call] > 0:
            taken.append(next(items))
        # No more comes: the client checks each item against the credit, and these answers come after what was sent.
        watcher.ping(1)
        watcher.call("HealthService/Check")
        self.assertFalse(watcher.frames[call])
        self.assertLess(len([i for i in taken if i.HasField("event")]), end - start)
        # One byte of credit buys one item.
        watcher.grant(call, 1 - watcher.credit[call])
        taken.append(next(items))
        self.assertLessEqual(watcher.credit[call], 0)
        watcher.grant(call, 1 << 20)
        while taken[-1].event.sequence < end:
            taken.append(next(items))
        sequences = [item.event.sequence for item in taken if item.HasField("event")]
        self.assertEqual(sequences, list(range(start + 1, end + 1)))

    def make_events(self, byte_count: int):
        """Enough changes that their events are more than `byte_count` bytes."""
        volume = self.volume(f"many-{self.revision()}")
        for number in range(byte_count // 255 + 1):
            volume.description = f"{number:03}" * 85
            self.admin.change(
                "VolumeService/UpdateVolume", volume_id=volume.id, volume=volume,
                update_mask={"paths": ["description"]})

    def test_ends_when_cancelled(self):
        call = self.watch(self.admin, self.revision())
        items = self.items(self.admin, call)
        next(items)
        self.admin.send(cancel=client.message("rpc.v1.Cancel", call_id=call))
        with self.refused("CANCELLED"):
            for _ in items:
                pass
        # A frame for an ended call is dropped.
        self.admin.send(cancel=client.message("rpc.v1.Cancel", call_id=call))
        self.admin.call("HealthService/Check")

    def test_a_slow_watcher_hurts_nobody(self):
        watcher = self.connect(token=daemon.current.token, window=WINDOW_BYTES)
        self.watch(watcher, 0)
        self.make_events(WINDOW_BYTES)
        self.admin.call("HealthService/Check")

    def test_several_streams_on_one_connection(self):
        start = self.revision()
        streams = [self.items(self.admin, self.watch(self.admin, start)) for _ in range(5)]
        self.assertEqual({next(stream).bookmark_revision for stream in streams}, {start})
