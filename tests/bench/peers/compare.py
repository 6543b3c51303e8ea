"""What the programs said of one model: whether they agree, and the table of how fast they were.

No speed is ever shown beside a count that another program contradicts: `disagreements` comes before `table`. Which programs ran
and what they counted decides everything here; times are only divided and rounded.
"""

from dataclasses import dataclass, field, fields
from statistics import median
from typing import NamedTuple, Optional


class Row(NamedTuple):
    """A scenario: so many readers, writers and lost messages at most."""

    readers: int
    writers: int
    faults: int

    def __str__(self) -> str:
        return f"({self.readers},{self.writers},{self.faults})"


@dataclass(frozen=True)
class Counts:
    """What a program counted; None where it does not count that.

    transitions: generated successors, those to known states included, the initial state not.
    """

    states: int
    transitions: Optional[int] = None
    at_rest: Optional[int] = None
    incoherent: Optional[int] = None


@dataclass
class Result:
    """What one program did on one row: its counts, and each run's wall time, processor time and peak resident memory."""

    name: str
    threads: int
    counts: Counts
    seconds: list[float] = field(default_factory=list)
    core_seconds: list[float] = field(default_factory=list)  # user and system, of all threads
    peak_bytes: list[int] = field(default_factory=list)
    fixed_bytes: Optional[int] = None  # the peak on a row of a few states

    @property
    def rate(self) -> float:
        return self.counts.states / median(self.seconds)


def disagreements(row: Row, said: list[tuple[str, Counts]]) -> list[str]:
    """A line for each count on which two programs differ, with who said what; empty where all agree."""
    lines = []
    for what in (f.name for f in fields(Counts)):
        values: dict[int, list[str]] = {}
        for name, counts in said:
            value = getattr(counts, what)
            if value is not None and name not in values.setdefault(value, []):
                values[value].append(name)
        if len(values) > 1:
            told = "; ".join(f"{value:,} by {', '.join(names)}" for value, names in sorted(values.items()))
            lines.append(f"{row}: {what.replace('_', ' ')} differ: {told}")
    return lines


def table(row: Row, results: list[Result], yardstick: str) -> str:
    """A Markdown table; the last column says how many times as fast as each program the yardstick is."""
    rate_of_ours = next((result.rate for result in results if result.name == yardstick), None)
    lines = [
        f"### {row[0]} readers, {row[1]} writers, {row[2]} lost messages",
        "",
        "| program and mode | threads | states | transitions | seconds | core seconds | states/s | bytes/state "
        f"| fixed MiB | {yardstick} is faster by |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for result in results:
        counts = result.counts
        transitions = "not counted" if counts.transitions is None else f"{counts.transitions:,}"
        fixed = "" if result.fixed_bytes is None else f"{result.fixed_bytes / 2**20:.1f}"
        per_state = f"{max(result.peak_bytes) / counts.states:.1f}"
        ratio = "" if rate_of_ours is None else f"{rate_of_ours / result.rate:.2f}"
        lines.append(
            f"| {result.name} | {result.threads} | {counts.states:,} | {transitions} | {median(result.seconds):.2f} "
            f"| {median(result.core_seconds):.2f} | {result.rate:,.0f} | {per_state} | {fixed} | {ratio} |"
        )
    return "\n".join(lines) + "\n"
