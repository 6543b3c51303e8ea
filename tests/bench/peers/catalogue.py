"""`./dev bench peers --catalogue`: every page of the catalogue in stalemate, and as `stalemate show --as promela|tla` writes it
in SPIN and TLC: do they count the same states, and do they come to the same verdict?

A row is a page in a scenario. Where the export does not cover one, stalemate's own line says why, and that is in the table; where
two programs differ, the exit code is 1 and who said what is told. Nothing here is about speed.
"""

import json
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from compare import Counts, Row, disagreements
from tools import BUILD, ROOT, Failed, Missing, Tlc, need_command, number, run_quietly

# What each page is searched with, one reader and one writer where it does not say more.
SCENARIOS = (
    "",
    "--cached",
    "--readers 2",
    "--fault lost-request",
    "--fault lost-reply",
    "--cached --fault lost-message=2",
    "--fault error --on-database-timeout continue",
    "--fault late-request",
    "--cached --fault duplicate",
    "--fault crash",
    "--fault cancel",
    "--cached --fault evict",
    "--fault cache-restart",
    "--fault expire",
    "--fault lost-delivery",
)


@dataclass(frozen=True)
class Said:
    """What a program said of a row."""

    name: str
    counts: Counts
    violated: bool


class NotExported(Exception):
    """The export does not cover this, or the page has nothing for this scenario; the text says why."""


@dataclass(frozen=True)
class Case:
    page: str
    scenario: str

    def __str__(self) -> str:
        return f"{self.page} {self.scenario or '(no fault)'}"

    def folder(self, tool: str) -> Path:
        return BUILD / "catalogue" / tool / re.sub(r"\W+", "-", f"{self.page} {self.scenario}").strip("-")


def called(command: list[str], cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True)


class Ours:
    name = "stalemate"

    def __init__(self, program: Path) -> None:
        self.program = program

    def prepare(self) -> None:
        if not self.program.exists():
            raise Missing("no build/stalemate (./dev build)")

    def count(self, case: Case) -> "Said":
        options = "--no-reduction --exhaust --property coherent-at-rest --json".split()
        done = called([str(self.program), "check", case.page, *case.scenario.split(), *options], ROOT)
        if done.returncode not in (0, 1, 3):
            raise Failed(done.stderr.strip())
        told = json.loads(done.stdout)
        counts = Counts(told["states"], told["transitions"], told["at_rest"], told["incoherent_at_rest"])
        return Said(self.name, counts, told["verdict"] == "violated")

    def export(self, case: Case, language: str) -> str:
        """Raises NotExported with its line where that is refused by name, or the scenario by itself."""
        done = called([str(self.program), "show", case.page, *case.scenario.split(), "--as", language], ROOT)
        if done.returncode in (2, 4):
            raise NotExported(done.stderr.strip().removeprefix("stalemate: "))
        if done.returncode != 0:
            raise Failed(f"show --as {language}: {done.stderr.strip()}")
        return done.stdout


class SpinExport:
    name = "SPIN"

    def __init__(self, ours: Ours) -> None:
        self.ours = ours

    def prepare(self) -> None:
        need_command("spin")
        need_command("gcc")

    def count(self, case: Case) -> Said:
        """Its errors are steps into what is wrong, not states, so how many there are is not compared."""
        folder = case.folder("spin")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.pml").write_text(self.ours.export(case, "promela"), encoding="utf-8")
        run_quietly(["spin", "-a", "model.pml"], folder)
        run_quietly(["gcc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=4096", "-o", "pan", "pan.c"], folder)
        output = called(["./pan", "-m100000", "-c0", "-n", "-w20"], folder).stdout
        if "max search depth too small" in output or "out of memory" in output:
            raise Failed(f"{case}: SPIN did not search everything")
        stored = number(r"^ *(\d+) states, stored", output)
        transitions = number(r"^ *(\d+) transitions \(=", output) - 1  # storing the initial state counts as one
        return Said(self.name, Counts(stored, transitions), number(r"errors: (\d+)$", output) > 0)


class TlcExport:
    name = "TLC"

    def __init__(self, ours: Ours) -> None:
        self.ours = ours
        self.tlc = Tlc(1)

    def prepare(self) -> None:
        self.tlc.prepare()

    def count(self, case: Case) -> Said:
        folder = case.folder("tlc")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        module = self.ours.export(case, "tla")
        name = module.split()[2]
        (folder / f"{name}.tla").write_text(module, encoding="utf-8")
        # Each state at rest told in a line instead of as an error, so that the search goes on without a trace for each.
        tell = 'AtRest => PrintT(IF Coherent THEN "coherent at rest" ELSE "incoherent at rest")'
        told = f"---- MODULE Told ----\nEXTENDS {name}, TLC\nTell == {tell}\n====\n"
        (folder / "Told.tla").write_text(told, encoding="utf-8")
        (folder / "Told.cfg").write_text("INIT Init\nNEXT Next\nINVARIANT Tell\n", encoding="utf-8")
        # TLC unpacks its own modules where temporary files go: each its own, since several run at once.
        java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx2g", f"-Djava.io.tmpdir={folder}"]
        java += ["-cp", str(self.tlc.jar), "tlc2.TLC"]
        options = ["-workers", "1", "-deadlock", "-checkpoint", "0", "-lncheck", "final", "-metadir", str(folder / "states")]
        done = called([*java, *options, "Told.tla"], folder)
        (folder / "output").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode != 0:
            raise Failed(f"{case}: TLC exits {done.returncode}; what it says is in {folder / 'output'}")
        counts = self.tlc.read(done.stdout)
        return Said(self.name, counts, bool(counts.incoherent))


def differences(case: Case, said: list[Said]) -> list[str]:
    """A line for each count on which two differ, and for the verdict; empty where all agree."""
    found = disagreements(Row(0, 0, 0), [(one.name, one.counts) for one in said])
    lines = [f"{case}: {line.split(': ', 1)[1]}" for line in found]
    if len({one.violated for one in said}) > 1:
        told = "; ".join(f"{'violated' if one.violated else 'not violated'} by {one.name}" for one in said)
        lines.append(f"{case}: verdicts differ: {told}")
    return lines


@dataclass
class Line:
    """A row of the table: what was said, or why nothing was."""

    case: Case
    said: list[Said] = field(default_factory=list)
    why_not: str = ""
    wrong: list[str] = field(default_factory=list)

    def text(self, names: list[str]) -> str:
        row = [self.case.page, f"`{self.case.scenario}`" if self.case.scenario else ""]
        if self.why_not:
            return f"| {' | '.join(row)} | {' | '.join(['-'] * len(names))} | - | {self.why_not.replace('|', ' ')} |"
        states = {one.name: f"{one.counts.states:,}" for one in self.said}
        ours = self.said[0].counts
        rest = f"{ours.incoherent:,} of {ours.at_rest:,} incoherent" if ours.incoherent else f"none of {ours.at_rest:,} incoherent"
        row += [*(states.get(name, "-") for name in names), f"{ours.transitions:,}", rest]
        return f"| {' | '.join(row)} |"


def table(lines: list[Line], names: list[str]) -> str:
    head = f"| page | scenario | {' | '.join(f'{name}: states' for name in names)} | transitions | at rest |\n"
    return head + "|---|---|" + "---:|" * (len(names) + 1) + "---|\n" + "".join(line.text(names) + "\n" for line in lines)


def judge(case: Case, ours: Ours, others: list) -> Line:
    line = Line(case)
    try:
        line.said = [*(other.count(case) for other in others)]
        line.said.insert(0, ours.count(case))
    except NotExported as refused:
        line.why_not = str(refused)
    line.wrong = differences(case, line.said)
    return line


def pages() -> list[str]:
    folder = ROOT / "model" / "protocols"
    return [page.stem for page in sorted(folder.glob("*.md")) if page.stem != "README"]


def compare_all(cases: list[Case], ours: Ours, others: list, threads: int, say: Callable[[str], None]) -> tuple[list[str], str]:
    """The disagreements, or else the table. Rows are judged side by side and told in their order."""
    lines: list[Line] = []
    names = [ours.name, *(other.name for other in others)]
    with ThreadPoolExecutor(threads) as pool:
        for line in pool.map(lambda case: judge(case, ours, others), cases):
            lines.append(line)
            say(line.text(names))
    wrong = [told for line in lines for told in line.wrong]
    exported = sum(not line.why_not for line in lines)
    told = f"{exported} of {len(lines)} rows are exported; in all of them {', '.join(names)} count the same states and steps.\n"
    return wrong, "" if wrong else told + "\n" + table(lines, names)
