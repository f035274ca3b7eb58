"""What a volume must read as: bytes in memory, and what they may be again if its writer is killed."""


class Contents:
    """The bytes that readers see now. Those that were written and not flushed since may, after a kill, be any of what
    they were since the last flush. What a client wrote that was cut off before it had an answer may be there or not."""

    def __init__(self, data):
        self.data = bytearray(data)
        # Extents changed since the last flush, oldest first, with what was there before.
        self._unflushed = []
        # Extents whose write nobody answered.
        self._unanswered = []

    def __len__(self):
        return len(self.data)

    def write(self, offset, data):
        self._unflushed.append((offset, bytes(self.data[offset:offset + len(data)])))
        self.data[offset:offset + len(data)] = data

    def write_unanswered(self, offset, data):
        self._unanswered.append((offset, bytes(data)))

    @property
    def is_uncertain(self):
        return bool(self._unanswered)

    def uncertain_as_here(self, data):
        """Other bytes, of which the same is uncertain."""
        other = Contents(data)
        other._unanswered = list(self._unanswered)
        return other

    def grow(self, size):
        self.data.extend(bytes(size - len(self.data)))

    def flush(self):
        self._unflushed.clear()

    def difference(self, read):
        """Where what was read is not what it must be, as a text; empty: nowhere."""
        if read == self.data:
            return ""
        if len(read) != len(self.data):
            return f"{len(read)} bytes, expected {len(self.data)}"
        wrong = [index for index, (left, right) in enumerate(zip(read, self.data)) if left != right]
        first, last = wrong[0], wrong[-1]
        return (f"{len(wrong)} bytes differ, from {first} to {last}: at {first} is {read[first:first + 8].hex()}, "
                f"expected {self.data[first:first + 8].hex()}")

    def settle(self, read):
        """After a kill: takes what was read for what is there, as far as it may be. Returns the difference that is
        left."""
        self._take(self._unflushed, read)
        difference = self.settle_unanswered(read)
        self.flush()
        return difference

    def settle_unanswered(self, read):
        """The same after clients were cut off: what was acknowledged is there. What is there of the rest was not
        flushed either."""
        for offset, possible in self._unanswered:
            self._unflushed.append((offset, bytes(self.data[offset:offset + len(possible)])))
        self._take(self._unanswered, read)
        self._unanswered.clear()
        return self.difference(read)

    def _take(self, extents, read):
        for offset, possible in extents:
            for index, byte in enumerate(possible, offset):
                if index < len(read) and read[index] == byte:
                    self.data[index] = byte
