"""What was measured, as tables."""

import operator
from dataclasses import dataclass, field

# How a number has to stand to its target.
AT_MOST, AT_LEAST = operator.le, operator.ge
WORDS = {AT_MOST: "at most", AT_LEAST: "at least"}


@dataclass
class Row:
    """A line of performance.md. `value` is what is compared with the target: a ratio to a peer, or our number."""
    number: str
    work: str
    ours: str
    peer: str
    theirs: str
    value: float
    compare: object
    target: float
    unit: str = ""

    @property
    def is_met(self):
        return self.compare(self.value, self.target)

    @property
    def cells(self):
        return [self.number, self.work, self.ours, self.peer, self.theirs, f"{number(self.value)}{self.unit}",
                f"{WORDS[self.compare]} {number(self.target)}{self.unit}", "met" if self.is_met else "**missed**"]


@dataclass
class Report:
    rows: list[Row] = field(default_factory=list)
    # Of each load: name and numbers.
    loads: list[tuple[str, dict]] = field(default_factory=list)
    # What was seen besides, a line each.
    notes: list[str] = field(default_factory=list)

    def add_rows(self, *rows):
        for row in rows:
            print("  ".join(row.cells), flush=True)
        self.rows += rows

    def add_loads(self, rounds):
        """All loads of these rounds."""
        for name in rounds.measured:
            keys = ("calls_per_second", "server_cpu_us", "client_cpu_us", "median_us", "p99_us")
            self.loads.append((name, {key: rounds.median(name, key) for key in keys}))

    def note(self, text):
        print(text, flush=True)
        self.notes.append(text)

    @property
    def text(self):
        parts = []
        if self.rows:
            head = ["#", "work", "ours", "peer", "theirs", "ratio or number", "target", ""]
            parts.append(table(head, [row.cells for row in self.rows]))
        if self.loads:
            head = ["load", "calls/s", "server CPU, us a call", "the load's own", "median, us", "p99, us"]
            parts.append(table(head, [[name, *map(number, numbers.values())] for name, numbers in self.loads]))
        if self.notes:
            parts.append("\n".join(f"- {note}" for note in self.notes) + "\n")
        return "\n".join(parts)


def table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def number(value):
    """Three digits that count."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
