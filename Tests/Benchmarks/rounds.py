"""Rounds in turn: what others do on the machine meanwhile meets all of them."""

import statistics

ROUNDS = 5


def alternate(work, count=ROUNDS):
    """Runs every one of `work` (name to a function that measures), one after the other, `count` times. The median of
    each number, by name."""
    found = {name: [] for name in work}
    for _ in range(count):
        for name, measure in work.items():
            found[name].append(measure())
    return {name: medians(measured) for name, measured in found.items()}


def medians(measured):
    return {key: statistics.median(each[key] for each in measured) for key in measured[0]}
