"""`./dev bench --against REV`: this tree's program beside that of another commit, on the same workloads.

Both are built with the same settings; that of REV in build/against, where it stays. The two run in turns, which of them
first changes with every round, and each round makes one ratio of processor times: what slows both down at once does not
move it. Shown are the median of the ratios and the half of them around it. Where the two print different results, the line
says so: their times then may be of different work. The replay waits for servers, so its ratio is one of elapsed times.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from workloads import VERDICTS, WORKLOADS, Failed, Workload

ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / "build" / "against"
REPLAYED = 150  # traces in one measurement: the servers' start is then a small part


def say(text: str) -> None:
    print(f"against: {text}", file=sys.stderr, flush=True)


@dataclass
class Compared:
    """`unlike`: the two programs printed different results."""

    name: str
    ratios: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    unlike: bool = False

    def line(self) -> str:
        low, _, high = quantiles(self.ratios, n=4) if len(self.ratios) > 1 else (self.ratios[0],) * 3
        note = "  their results differ" if self.unlike else ""
        return (f"  {self.name:22}{median(self.seconds):>9.3f} s{median(self.ratios):>9.3f}"
                f"{low:>9.3f} to {high:.3f}{note}")


def git(*arguments: str) -> bytes:
    try:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout
    except FileNotFoundError:
        raise Failed("there is no git here")
    except subprocess.CalledProcessError as error:
        raise Failed(error.stderr.decode(errors="replace").strip().splitlines()[-1])


def build_of(revision: str) -> Path:
    """The program of that commit, built unless an earlier comparison has."""
    commit = git("rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").decode().strip()
    folder = FOLDER / commit
    program = folder / "build" / "stalemate"
    if program.exists():
        return program
    say(f"building {commit[:10]} in {folder.relative_to(ROOT)}")
    source = folder / "source"
    shutil.rmtree(folder, ignore_errors=True)
    source.mkdir(parents=True)
    subprocess.run(["tar", "-x"], cwd=source, input=git("archive", commit), check=True)
    settings = ["-DSTALEMATE_TESTS=OFF", "-DSTALEMATE_BENCH=OFF"]
    for command in (["cmake", "--preset", "release", "-B", str(program.parent), *settings],
                    ["cmake", "--build", str(program.parent), "-j", str(os.cpu_count()), "--target", "stalemate"]):
        if subprocess.run(command, cwd=source, stdout=sys.stderr).returncode != 0:
            raise Failed(f"{commit[:10]} could not be built; what it said stands above")
    return program


def processor_seconds() -> float:
    used = os.times()
    return used.children_user + used.children_system


def run(program: Path, arguments: list[str], folder: str) -> str:
    done = subprocess.run([str(program), *arguments], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode not in VERDICTS:
        raise Failed(f"{program} {' '.join(arguments)}: exit code {done.returncode}: {done.stderr.strip()}")
    return done.stdout


def timed(workload: Workload, program: Path, folder: str) -> tuple[float, str]:
    begin = processor_seconds()
    for _ in range(workload.times):
        said = run(program, list(workload.large), folder)
    return processor_seconds() - begin, said


def replayed(program: Path, folder: str) -> tuple[float, str]:
    """Elapsed seconds for a trace that the program itself has found, many times on servers of its own."""
    run(program, ["check", "cache-aside", "-o", "race.json", "--force"], folder)
    begin = time.perf_counter()
    said = run(program, ["replay", *["race.json"] * REPLAYED], folder)
    return time.perf_counter() - begin, said


def compare(name: str, measure, programs: tuple[Path, Path], rounds: int) -> Compared:
    """`measure(program, folder)`: seconds, and what was printed; of the other program and of ours, in turns."""
    compared = Compared(name)
    with tempfile.TemporaryDirectory() as folder:
        for round_number in range(rounds):
            order = programs if round_number % 2 == 0 else programs[::-1]
            measured = {program: measure(program, folder) for program in order}
            theirs, ours = measured[programs[0]], measured[programs[1]]
            compared.ratios.append(ours[0] / theirs[0])
            compared.seconds.append(ours[0])
            compared.unlike |= ours[1] != theirs[1]
    return compared


def measurements() -> dict:
    return {each.name: partial(timed, each) for each in WORKLOADS} | {"replay": replayed}


def parse(arguments: list[str]) -> argparse.Namespace:
    names = list(measurements())
    parser = argparse.ArgumentParser(
        prog="./dev bench --against",
        description="this tree's program beside that of another commit: the ratio of their times, and its spread",
        epilog="Example: ./dev bench --against HEAD~1 --rounds 21 --only plain-search",
    )
    parser.add_argument("revision", metavar="REV", help="a commit, as git names it")
    parser.add_argument("--rounds", type=int, default=11, metavar="N", help="of each workload (default 11)")
    parser.add_argument("--only", choices=names, action="append", metavar="NAME", help=f"of {', '.join(names)}; repeatable")
    parser.add_argument("--program", type=Path, required=True, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.rounds < 1:
        parser.error(f"--rounds {chosen.rounds}: at least 1")
    return chosen


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    try:
        programs = (build_of(chosen.revision), chosen.program)
        say(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
        print(f"time of this tree's program / time of {chosen.revision}'s, {chosen.rounds} rounds:")
        print(f"  {'workload':22}{'ours':>11}{'ratio':>9}{'half of them':>18}")
        for name, measure in measurements().items():
            if chosen.only is None or name in chosen.only:
                print(compare(name, measure, programs, chosen.rounds).line(), flush=True)
    except (Failed, OSError) as error:
        say(str(error))
        return 2
    return 0
