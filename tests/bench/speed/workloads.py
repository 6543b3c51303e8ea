"""The fixed workloads by which a change is judged: command lines of the program, each once small (its instructions are
counted, fifty times slower) and once large (it is timed). What they do is one kind of work each; what they print is the
same on every machine.
"""

from dataclasses import dataclass


class Failed(Exception):
    """What ends a measurement, in a sentence."""


VERDICTS = (0, 1, 3)  # exit codes: holds or done, violated, inconclusive (as every hunt that finds nothing)

TUTORIAL = ["check", "cache-aside", "--fault", "lost-message", "--on-database-timeout", "continue", "--threads", "1"]
PLAIN = [*TUTORIAL, "--all-invoked", "--no-reduction", "--exhaust"]
WALKS = ["hunt", "database-only", "--readers", "3", "--writers", "3", "--strategy", "uniform", "--seed", "1"]


@dataclass(frozen=True)
class Workload:
    """`times`: how often the large one runs in one measurement, because a single run is too short for a clock."""

    name: str
    says: str
    small: tuple[str, ...]
    large: tuple[str, ...]
    times: int = 1


def workload(name: str, says: str, small: list[str], large: list[str], times: int = 1) -> Workload:
    return Workload(name, says, tuple(small), tuple(large), times)


# Named, so that a workload is the same work whatever is checked by default.
ONE = ("--property", "coherent-at-rest")
TWO = (*ONE, "--property", "fresh-reads")
WORKLOADS = [
    workload("plain-search", "every state, nothing left out",
             [*PLAIN, *ONE, "--readers", "3", "--writers", "2"], [*PLAIN, *ONE, "--readers", "3", "--writers", "3"]),
    workload("reduced-search", "fusing, symmetry, independence",
             [*TUTORIAL, *TWO, "--exhaust", "--readers", "3", "--writers", "3"],
             [*TUTORIAL, *TWO, "--exhaust", "--readers", "4", "--writers", "3"], 2),
    workload("first-counterexample", "start, read a page, find its race",
             ["check", "cache-aside", "--threads", "1", *TWO], ["check", "cache-aside", "--threads", "1", *TWO], 60),
    workload("random-walks", "steps of hunt", [*WALKS, *TWO, "--runs", "20000"], [*WALKS, *TWO, "--runs", "300000"]),
    workload("lesson", "a state graph, told in words",
             ["lesson", "cache-aside", "--fault", "crash", "-o", "lesson.html"],
             ["lesson", "cache-aside", "--fault", "crash", "-o", "lesson.html", "--force"], 30),
]
