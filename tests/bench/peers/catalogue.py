"""`./dev bench peers --catalogue`: every page of the catalogue in stalemate, and as `stalemate show --as promela|tla` writes it
in SPIN and TLC: do they count the same states, and do they come to the same verdict?

A row is a page in a scenario. Where the export does not cover one, stalemate's own line says why, and that is in the table; where
two programs differ, the exit code is 1 and who said what is told.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional

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
)


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

    def count(self, case: Case) -> Counts:
        options = "--no-reduction --exhaust --property coherent-at-rest --json".split()
        done = called([str(self.program), "check", case.page, *case.scenario.split(), *options], ROOT)
        if done.returncode not in (0, 1, 3):
            raise Failed(done.stderr.strip())
        told = json.loads(done.stdout)
        return Counts(told["states"], told["transitions"], told["at_rest"], told["incoherent_at_rest"])

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

    def count(self, case: Case) -> Counts:
        """Its errors are transitions into what is wrong: whether there is one is compared, as incoherent 0 or not."""
        folder = case.folder("spin")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "model.pml").write_text(self.ours.export(case, "promela"), encoding="utf-8")
        run_quietly(["spin", "-a", "model.pml"], folder)
        run_quietly(["gcc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DVECTORSZ=4096", "-o", "pan", "pan.c"], folder)
        output = called(["./pan", "-m100000", "-c0", "-n", "-w20"], folder).stdout
        if "error: max search depth too small" in output or "pan: out of memory" in output:
            raise Failed(f"{case}: SPIN did not search everything")
        stored = number(r"^ *(\d+) states, stored", output)
        transitions = number(r"^ *(\d+) transitions \(=", output) - 1  # storing the initial state counts as one
        violated = number(r"errors: (\d+)$", output) > 0
        return Counts(stored, transitions, None, -1 if violated else 0)


class TlcExport:
    name = "TLC"

    def __init__(self, ours: Ours) -> None:
        self.ours = ours
        self.tlc = Tlc(1)

    def prepare(self) -> None:
        self.tlc.prepare()

    def count(self, case: Case) -> Counts:
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
        java = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx2g", "-cp", str(self.tlc.jar), "tlc2.TLC"]
        options = ["-workers", "1", "-deadlock", "-checkpoint", "0", "-lncheck", "final", "-metadir", str(folder / "states")]
        done = called([*java, *options, "Told.tla"], folder)
        (folder / "output").write_text(done.stdout + done.stderr, encoding="utf-8")
        if done.returncode != 0:
            raise Failed(f"{case}: TLC exits {done.returncode}; what it says is in {folder / 'output'}")
        return self.tlc.read(done.stdout)


def verdict(counts: Counts) -> Counts:
    """The same, with whether anything is incoherent at rest in place of how often, as SPIN counts it."""
    return Counts(counts.states, counts.transitions, counts.at_rest, min(counts.incoherent or 0, 0) or (-1 if counts.incoherent else 0))


def differences(case: Case, said: list[tuple[str, Counts]]) -> list[str]:
    """A line for each count on which two differ. How many are incoherent is compared where it is counted."""
    exact = [(name, counts) for name, counts in said if counts.incoherent != -1 and name != SpinExport.name]
    found = disagreements(Row(0, 0, 0), exact) + disagreements(Row(0, 0, 0), [(n, verdict(c)) for n, c in said])
    lines = [line.split(": ", 1)[1] for line in found]
    return [f"{case}: {line}" for line in dict.fromkeys(lines)]


@dataclass
class Line:
    """A row of the table."""

    case: Case
    said: list[tuple[str, Counts]]
    why_not: str = ""

    def text(self, names: list[str]) -> str:
        if self.why_not:
            return f"| {self.case.page} | `{self.case.scenario}` | not exported: {self.why_not} |" + " |" * (len(names))
        told = dict(self.said)
        states = [f"{told[name].states:,}" if name in told else "-" for name in names]
        ours = self.said[0][1]
        incoherent = f"{ours.incoherent:,} of {ours.at_rest:,} at rest are incoherent" if ours.incoherent else "coherent at rest"
        return f"| {self.case.page} | `{self.case.scenario}` | {' | '.join(states)} | {ours.transitions:,}; {incoherent} |"


def table(lines: list[Line], names: list[str]) -> str:
    head = f"| page | scenario | {' | '.join(f'{name} states' for name in names)} | transitions; verdict |\n"
    return head + "|---|---|" + "---:|" * len(names) + "---|\n" + "".join(line.text(names) + "\n" for line in lines)


def judge(cases: list[Case], ours: Ours, others: list, say: Callable[[str], None]) -> tuple[list[str], list[Line]]:
    """The disagreements, and the rows of the table."""
    wrong: list[str] = []
    lines: list[Line] = []
    for case in cases:
        line = Line(case, [])
        try:
            said: list[tuple[str, Optional[Counts]]] = [(other.name, other.count(case)) for other in others]
            line.said = [(ours.name, ours.count(case)), *said]
        except NotExported as refused:
            line.why_not = str(refused)
        differing = differences(case, line.said)
        say(line.text([ours.name, *(other.name for other in others)]) + (" DIFFER" if differing else ""))
        wrong += differing
        lines.append(line)
    return wrong, lines
