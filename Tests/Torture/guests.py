"""NBD clients of the volumes: what guests do to their disks."""

import nbd

# QEMU takes no more in one request.
LARGEST_REQUEST_BYTES = 32 << 20


class Guests:
    """At most one connection a volume. A connection that is lost was lost with the server's process."""

    def __init__(self):
        self._handles = {}

    @property
    def connected(self):
        """Volumes with a connection, the oldest first."""
        return list(self._handles)

    def connect(self, volume_id, uri):
        if volume_id not in self._handles:
            handle = nbd.NBD()
            handle.connect_uri(uri)
            self._handles[volume_id] = handle
        return self._handles[volume_id]

    def disconnect(self, volume_id):
        """Says goodbye."""
        self._handles.pop(volume_id).shutdown()

    def forget(self, volume_id):
        """The other end is gone."""
        self._handles.pop(volume_id, None)

    def end(self):
        for volume_id in list(self._handles):
            self.forget(volume_id)


def read_all(handle):
    size = handle.get_size()
    return b"".join(bytes(handle.pread(min(LARGEST_REQUEST_BYTES, size - offset), offset))
                    for offset in range(0, size, LARGEST_REQUEST_BYTES))


def discard(handle, count, offset):
    """Tells that the bytes are not needed. Returns what they read as now: as before, or zero, each."""
    before = handle.pread(count, offset)
    handle.trim(count, offset)
    after = handle.pread(count, offset)
    for was, now in zip(before, after):
        if now not in (was, 0):
            raise AssertionError(f"a discarded byte reads as {now}, which is neither 0 nor the {was} that it was")
    return after
