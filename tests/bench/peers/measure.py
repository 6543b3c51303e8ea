"""`./dev bench peers`: one model in every model checker there is here, on the same cores, in one go.

First every program must agree with every other one on small rows; then each row is measured, the programs' runs
interleaved, each run's counts compared before any speed is shown. Progress and times so far go to stderr, the table to stdout and to
build/peers/table.md, written at once when all is measured. Exit codes: 0; 1 two programs disagree or one broke; 2 usage.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Optional

import catalogue
from compare import Counts, Result, Row, disagreements, table
from tools import BUILD, ROOT, Failed, Missing, Tool, every_tool

SMALLEST_ROW = Row(1, 1, 0)  # its peak memory is the process's fixed cost
SMALL_ROWS = [Row(1, 1, 1), Row(2, 2, 1)]
DEFAULT_ROWS = [Row(3, 3, 1)]
ALL_ROWS = [Row(3, 3, 0), Row(3, 3, 1), Row(4, 3, 0)]
SLOW_SECONDS = 60.0  # a program that takes longer is run once


def say(text: str) -> None:
    print(f"peers: {text}", file=sys.stderr, flush=True)


@dataclass
class Run:
    counts: Counts
    seconds: float
    core_seconds: float
    peak_bytes: int


def run(tool: Tool, row: Row, states: int) -> Run:
    """One run from start to exit. GNU time starts it, because the peak of a process includes that of who started it."""
    command = tool.command(row, states)
    with tempfile.NamedTemporaryFile(dir=BUILD) as used:
        begin = time.perf_counter()
        done = subprocess.run(
            ["/usr/bin/time", "-q", "-f", "%M %U %S", "-o", used.name, *command],
            cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        )
        seconds = time.perf_counter() - begin
        used_words = Path(used.name).read_text(encoding="utf-8").split()
    if done.returncode not in tool.good_exit_codes:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Failed(f"exit code {done.returncode}: {' '.join(said)}")
    kib, user, system = used_words[-3:]
    return Run(tool.read(done.stdout), seconds, float(user) + float(system), int(kib) * 1024)


def ready(tools: list[Tool]) -> tuple[list[Tool], list[str]]:
    """The tools that can be measured here, and a line for each that cannot."""
    there, missing = [], []
    for tool in tools:
        say(f"{tool.name}: making ready")
        try:
            tool.prepare()
            there.append(tool)
        except Missing as reason:
            missing.append(f"not measured: {tool.name} ({reason})")
            say(missing[-1])
    return there, missing


def refuse(lines: list[str]) -> int:
    """Says who said what. Nothing of a speed was printed yet."""
    for line in lines:
        print(f"peers: {line}", file=sys.stderr)
    print("peers: no speed is shown: the programs did not search the same states", file=sys.stderr)
    return 1


def agree_on(row: Row, tools: list[Tool]) -> tuple[list[str], dict[str, int]]:
    """Each tool once on a small row: the disagreements, and the peak of each."""
    said, peaks = [], {}
    for tool in tools:
        once = run(tool, row, 30_000)
        said.append((tool.name, once.counts))
        peaks[tool.name] = once.peak_bytes
    return disagreements(row, said), peaks


def measure(row: Row, tools: list[Tool], runs: int) -> tuple[list[str], list[Result]]:
    """Every tool `runs` times, in turn; stops at the first round in which two disagree."""
    results: dict[str, Result] = {}
    for round_number in range(1, runs + 1):
        states = max((result.counts.states for result in results.values()), default=10_000_000)
        said = []
        for tool in tools:
            result = results.get(tool.name)
            if result is not None and median(result.seconds) > SLOW_SECONDS:
                continue
            once = run(tool, row, states)
            said.append((tool.name, once.counts))
            result = results.setdefault(tool.name, Result(tool.name, tool.threads, once.counts))
            result.seconds.append(once.seconds)
            result.core_seconds.append(once.core_seconds)
            result.peak_bytes.append(once.peak_bytes)
            say(f"{row} round {round_number}: {tool.name}: {once.seconds:.2f} s, {once.core_seconds:.2f} core seconds")
            states = once.counts.states
        wrong = disagreements(row, said + [(name, result.counts) for name, result in results.items()])
        if wrong:
            return wrong, []
    return [], list(results.values())


def measure_all(tools: list[Tool], rows: list[Row], runs: int, yardstick: str) -> tuple[list[str], str]:
    """The disagreements, or the tables of all rows."""
    wrong: list[str] = []
    fixed: dict[str, int] = {}
    for row in (SMALLEST_ROW, *SMALL_ROWS):
        say(f"{row}: do all agree?")
        found, peaks = agree_on(row, tools)
        wrong += found
        fixed = fixed or peaks
    if wrong:
        return wrong, ""
    tables = []
    for row in rows:
        wrong, results = measure(row, tools, runs)
        if wrong:
            return wrong, ""
        for result in results:
            result.fixed_bytes = fixed[result.name]
        tables.append(table(row, results, yardstick))
    return [], "\n".join(tables)


def processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"


def write_whole(path: Path, text: str) -> None:
    """The file is there as a whole or not at all."""
    new = path.with_suffix(".new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def parse_row(text: str) -> Row:
    try:
        row = Row(*(int(part) for part in text.split(",")))
    except (TypeError, ValueError):
        raise argparse.ArgumentTypeError(f"'{text}' is no row: READERS,WRITERS,FAULTS such as 3,3,1; or small; or all")
    if not (1 <= row.readers <= 4 and 1 <= row.writers <= 3 and 0 <= row.faults <= 3):
        raise argparse.ArgumentTypeError(f"row {row}: the models have 1 to 4 readers, 1 to 3 writers, 0 to 3 faults")
    return row


def parse_rows(text: str) -> list[Row]:
    return {"small": SMALL_ROWS, "all": ALL_ROWS}.get(text) or [parse_row(text)]


def parse_runs(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"'{text}' runs: at least 1")
    return int(text)


def parse(arguments: list[str]) -> argparse.Namespace:
    cores = len(os.sched_getaffinity(0))
    parser = argparse.ArgumentParser(
        prog="./dev bench peers",
        description="the seed's cache-aside in stalemate, SPIN, TLC, Stateright and a search by hand, on the same cores",
        epilog="Example: ./dev bench peers --rows small --rows 3,3,1 --tools stalemate,spin --runs 1",
    )
    parser.add_argument("--rows", type=parse_rows, action="append", metavar="ROWS",
                        help="small, all, or READERS,WRITERS,FAULTS (default 3,3,1; repeatable)")
    parser.add_argument("--runs", type=parse_runs, default=3, metavar="N",
                        help="wall time is the median of N runs (default 3; 1 for what takes over a minute)")
    parser.add_argument("--threads", type=parse_runs, default=cores, metavar="N", help=f"(default {cores}: all cores)")
    parser.add_argument("--tools", metavar="NAME,...",
                        help=f"only these of {', '.join(every_tool(1))} (default all)")
    parser.add_argument("--catalogue", action="store_true",
                        help="instead: every page of the catalogue in SPIN and TLC, as `stalemate show` writes it; counts alone")
    chosen = parser.parse_args(arguments)
    names = chosen.tools.split(",") if chosen.tools else list(every_tool(1))
    unknown = [name for name in names if name not in every_tool(1)]
    if unknown:
        parser.error(f"--tools: no '{unknown[0]}'; there are {', '.join(every_tool(1))}")
    groups = every_tool(chosen.threads)
    chosen.names = names
    chosen.tools = [tool for name in groups if name in names for tool in groups[name]]
    chosen.rows = list(dict.fromkeys(row for rows in chosen.rows or [DEFAULT_ROWS] for row in rows))
    return chosen


def compare_catalogue(threads: int, names: list[str]) -> int:
    """Every page in SPIN and TLC beside stalemate: who counts what, and where an export does not apply, why."""
    ours = catalogue.Ours(ROOT / "build" / "stalemate")
    exports = {"spin": catalogue.SpinExport(ours), "tlc": catalogue.TlcExport(ours)}
    there, missing = ready([ours, *(export for name, export in exports.items() if name in names)])
    if ours not in there or len(there) == 1:
        say("stalemate and SPIN or TLC are needed: nothing to compare")
        return 1
    cases = [catalogue.Case(page, scenario) for page in catalogue.pages() for scenario in catalogue.SCENARIOS]
    try:
        wrong, text = catalogue.compare_all(cases, ours, there[1:], threads, say)
    except (Failed, Missing) as error:
        say(f"stopped: {error}")
        return 1
    if wrong:
        for line in wrong:
            say(line)
        return 1
    text = "\n".join([text, *(f"{line}\n" for line in missing)])
    print(text, end="")
    write_whole(BUILD / "catalogue.md", text)
    say(f"written: {BUILD / 'catalogue.md'}")
    return 0


def main(arguments: list[str], tools: Optional[list[Tool]] = None) -> int:
    """Measures what the arguments ask for; `tools` takes the place of the programs that they name."""
    chosen = parse(arguments)
    BUILD.mkdir(parents=True, exist_ok=True)
    if chosen.catalogue:
        return compare_catalogue(chosen.threads, chosen.names)
    load = os.getloadavg()[0]
    there, missing = ready(chosen.tools if tools is None else tools)
    if not there:
        say("no program: nothing to measure")
        return 1
    if len(there) == 1:
        missing.append("not compared: only one program was there, so no count was checked against another one")
    try:
        wrong, tables = measure_all(there, chosen.rows, chosen.runs, "stalemate exact")
    except (Failed, Missing) as error:
        say(f"stopped: {error}")
        return 1
    if wrong:
        return refuse(wrong)
    head = f"{processor()}, {len(os.sched_getaffinity(0))} cores, load {load:.1f} before; median of {chosen.runs} runs\n"
    text = "\n".join([head, tables, *(f"{line}\n" for line in missing)])
    print(text, end="")
    write_whole(BUILD / "table.md", text)
    say(f"written: {BUILD / 'table.md'}")
    return 0
