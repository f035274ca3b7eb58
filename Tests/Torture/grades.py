"""How good a snapshot of a volume would be while nobody serves it, as far as that can be predicted.

The daemon goes by what a writer leaves: a flush that came after its last write is certain to be seen; one that did not
come may be missed, where the bytes had their place before."""

OFFLINE, CRASH = "OFFLINE", "CRASH"


class Grade:
    def __init__(self, value=OFFLINE):
        # None: one of the two.
        self.value = value
        self._is_written, self._may_be_written, self._is_unflushed = False, False, False
        # The daemon was killed in a change: what it had seen of the writers may be lost with it.
        self.may_be_unseen = False

    def write(self, may_change_nothing=False):
        self._is_written |= not may_change_nothing
        self._may_be_written = self._is_unflushed = True

    def flush(self):
        self._is_unflushed = False

    def judge(self):
        """Serving ends, or a cut is made."""
        if self._is_unflushed or self.may_be_unseen:
            self.value = None
        elif self._is_written:
            self.value = OFFLINE
        elif self._may_be_written and self.value == CRASH:
            self.value = None
        self._begin()

    def kill(self):
        """The writer was killed or cut off."""
        self.value = CRASH
        self._begin()

    def pass_over(self):
        """A resize: that is no writer, and what was written before is not proved to have been flushed."""
        if self._is_written:
            self.value = CRASH
        elif self._may_be_written and self.value == OFFLINE:
            self.value = None
        self._is_written = self._may_be_written = False

    def _begin(self):
        self._is_written = self._may_be_written = self._is_unflushed = self.may_be_unseen = False
