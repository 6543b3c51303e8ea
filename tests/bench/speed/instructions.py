"""How many instructions the program executes for each fixed workload, beside the number that is pinned in pins.json.

A count by callgrind is the same on a busy machine and on an idle one, so a test may rest on it. It moves with the compiler
and the libraries: one that has no pins of its own is not judged, and that is said. A count that moved by more than
PERCENT_MAX in either direction needs a reason: it is told in the commit that pins it anew (./dev bench instructions --pin).
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from workloads import VERDICTS, WORKLOADS, Failed, Workload

PINS = Path(__file__).parent / "pins.json"
PERCENT_MAX = 2
NOT_JUDGED = 77  # ctest shows it as skipped


def count(program: Path, workload: Workload) -> int:
    """The instructions of one run, from its start to its end."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(program), *workload.small],
            cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
            env={"PATH": os.environ.get("PATH", "/usr/bin"), "LC_ALL": "C"},
        )
    counted = re.search(r"Collected : (\d+)$", done.stderr, re.MULTILINE)
    if done.returncode not in VERDICTS or counted is None:
        raise Failed(f"{workload.name}: exit code {done.returncode}: {done.stderr.strip().splitlines()[-1:]}")
    return int(counted[1])


def compiler_of(build: Path) -> str:
    """Name and version, as CMake found them when it configured that folder."""
    found = "".join(path.read_text(encoding="utf-8") for path in build.glob("CMakeFiles/*/CMakeCXXCompiler.cmake"))
    name = re.search(r'set\(CMAKE_CXX_COMPILER_ID "(.+?)"\)', found)
    version = re.search(r'set\(CMAKE_CXX_COMPILER_VERSION "(.+?)"\)', found)
    if name is None or version is None:
        raise Failed(f"{build} was not configured; ./dev bench instructions does it")
    return f"{name[1]} {version[1]}"


def moved(counted: int, pinned: int) -> float:
    return counted / pinned - 1


def judge(counts: dict[str, int], pinned: dict[str, int]) -> list[str]:
    """What is wrong: each workload whose count moved, has no pin, or is pinned and not measured."""
    wrong = []
    for name in sorted(counts.keys() | pinned.keys()):
        if name not in pinned:
            wrong.append(f"{name} is not pinned")
        elif name not in counts:
            wrong.append(f"{name} is pinned and no workload")
        elif 100 * abs(counts[name] - pinned[name]) > PERCENT_MAX * pinned[name]:
            wrong.append(f"{name} takes {moved(counts[name], pinned[name]):+.1%} instructions")
    return wrong


def row(name: str, counted: int, pinned: dict[str, int]) -> str:
    beside = f"{pinned[name]:>15,} {moved(counted, pinned[name]):>+8.2%}" if name in pinned else f"{'not pinned':>15}"
    return f"  {name:22}{counted:>15,}{beside}"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./dev bench instructions",
        description="the instructions of five fixed workloads (callgrind), beside those that are pinned",
        epilog=f"Exit codes: 0; 1 a count moved by more than {PERCENT_MAX} %; {NOT_JUDGED} no pins for this compiler. "
               "Example: ./dev bench instructions --pin",
    )
    parser.add_argument("--build", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--pin", action="store_true", help="pin what is counted now; the commit says why it moved")
    return parser.parse_args(arguments)


def measure(build: Path, pin: bool) -> int:
    pins = json.loads(PINS.read_text(encoding="utf-8"))
    builder = f"{compiler_of(build)}, {platform.machine()}"
    pinned = pins.get(builder, {})
    if not pinned and not pin:
        print(f"not judged: {builder} has no pins in {PINS.name}; there are {'; '.join(pins) or 'none'}")
        return NOT_JUDGED
    print(f"instructions, {builder}:\n  {'workload':22}{'counted':>15}{'pinned':>15} {'moved':>8}")
    counts = {}
    for workload in WORKLOADS:
        counts[workload.name] = count(build / "stalemate", workload)
        print(row(workload.name, counts[workload.name], pinned), flush=True)
    if pin:
        PINS.write_text(json.dumps({**pins, builder: counts}, indent=2) + "\n", encoding="utf-8")
        print(f"pinned: {PINS.name}")
        return 0
    wrong = judge(counts, pinned)
    for line in wrong:
        print(f"instructions: {line}; find out why, or pin it anew and say why: ./dev bench instructions --pin",
              file=sys.stderr)
    return 1 if wrong else 0


def main(arguments: list[str]) -> int:
    chosen = parse(arguments)
    try:
        return measure(chosen.build.resolve(), chosen.pin)
    except (Failed, OSError) as error:
        print(f"instructions: {error}", file=sys.stderr)
        return 2
