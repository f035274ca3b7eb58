"""Rounds in turn: what others do on the machine meanwhile meets all of them."""

import statistics

ROUNDS = 5


class Rounds:
    """Runs every one of `work` (name to a function that returns numbers by name) one after the other, `count` times."""

    def __init__(self, work, count=ROUNDS):
        self.measured = {name: [] for name in work}
        for _ in range(count):
            for name, measure in work.items():
                self.measured[name].append(measure())

    def median(self, name, key):
        return statistics.median(each[key] for each in self.measured[name])

    def ratio(self, ours, theirs, key, their_key=None):
        """The median of what each round's pair gives, the first number over the second."""
        pairs = zip(self.measured[ours], self.measured[theirs])
        return statistics.median(first[key] / second[their_key or key] for first, second in pairs)
