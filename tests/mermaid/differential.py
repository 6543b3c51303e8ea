#!/usr/bin/env python3
"""The reader beside Mermaid's own parser, on the project's diagrams and on mutations of them.

  differential.py --reader PROGRAM --node-modules FOLDER [--diagrams N] [--seed S] [FILE.mmd ...]

What Mermaid accepts as a sequence diagram the reader must parse, or refuse with the code "unsupported-syntax"; what
Mermaid refuses the reader must refuse. Every diagram on which that is not so is shrunk, told, and makes the exit code 1.
The diagrams follow from the seed alone. Files are judged instead of them where there are any. Exit code 77: there is no
node or no Mermaid here.

--diagrams: how many mutated ones; STALEMATE_MERMAID_DIAGRAMS, else 3000. --seed: that of RC_PARAMS, else 1.
"""

import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SKIPPED = 77
UNSUPPORTED = "unsupported-syntax"
BATCH = 500
TOLD_MAX = 20
SECONDS_MAX = 120  # for a batch, which takes three

# What a mutation puts in: every sign and word of the grammar, and what is near to one.
PIECES = [
    "->", "-->", "->>", "-->>", "<<->>", "<<-->>", "-x", "--x", "-)", "--)", "-X", "-|\\", "--//", "\\\\-", "/|--", "()",
    "-", "--", "<", ">", "<-", "+", ":", ": ", "::", ",", ";", ";;", "#", " #", "#35;", "#lt;", "#x", "%", "%%", "%% x",
    "\n%% x\n", "%%{init: {}}%%", "%%{", "}%%", "%{", "{", "}", "@{", "@", '@{ "type": "queue" }', "@{ type: x, alias: y }",
    '"', "'", "(", ")", "[", "]", "/", "\\", "|", "*", "=", "~", "`", "\n", "\n\n", "\n\n\n", " ", "  ", "\t", " \n", "\n ",
    "\r\n", "\r", "\u00a0", "\u2028", "\u3000", "é", "ﬂ°", "漢字", "😀", "\x01", "\x7f", "A", "B", "x", "as",
    " as ", " AS x", "as ", "1", "10 ", "1.5 ", ".5\n", "wrap:", ":nowrap:", "<br/>", '<a href="x">', "end", "\nend\n",
    "end ", "END", "\nalt x\n", "alt", "else", "\nelse\n", "and", "option", "opt", "loop", "par", "par_over", "critical",
    "break", "rect", "box", "\nbox x\n", "participant", "\nparticipant C\n", "participant ", "actor ", "create ",
    "create participant N\n", "destroy ", "\ndestroy A\n", "activate ", "\nactivate A\n", "deactivate ", "\ndeactivate A\n",
    "autonumber", "\nautonumber\n", "off", "note ", "\nNote over A: x\n", "over", "left of ", "right of", "left  of", "of",
    "link ", "links ", "properties ", "details ", "title", "title ", "title: ", "title:", "accTitle", "accTitle: ",
    "accDescr: ", "accDescr {", "accDescr {}", "accdescr", "sequenceDiagram", "\nsequenceDiagram\n", "---", "---\n",
    "\n---\n", "title: x\n", "config:\n", "style", "classDef", "stalemate:", "%% stalemate: role A = app", "\nA->>B: y\n",
    "\nA->>+B: y\n", "\nB-->>-A: z\n", "éend", "endé", "_", "end_", "C4Context",
]  # fmt: skip


def cases_of(path):
    """The diagrams of a file of cases: "=== title", then the diagram; the first title explains the file."""
    return [case.partition("\n")[2] for case in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[2:]]


def corpus():
    """Every sequence diagram of the project's pages and of the tests' data, in one order."""
    found = []
    pages = [ROOT / "README.md", *sorted((ROOT / "model/protocols").glob("*.md"))]
    data = sorted(path for path in (ROOT / "tests/model/data").rglob("*") if path.is_file())
    for path in [*pages, *data, HERE / "seeds.txt"]:
        text = path.read_text(encoding="utf-8")
        blocks = re.findall(r"(?ms)^[ >]*```+\s*mermaid *\n(.*?)^[ >]*```", text)
        found += blocks or (cases_of(path) if path.suffix == ".txt" else [])
    return [block for block in dict.fromkeys(found) if "equenceDiagram" in block or "===" not in block]


class Mutator:
    """Mutated diagrams, drawn from a seed. Only random() is asked for: its numbers are promised to stay the same."""

    def __init__(self, diagrams, seed):
        self.diagrams = diagrams
        self.lines = sorted({line for diagram in diagrams for line in diagram.split("\n") if line.strip()})
        self.random = random.Random(seed)

    def below(self, bound):
        """A number from 0 on, below BOUND."""
        return int(self.random.random() * bound)

    def one_of(self, values):
        """One of VALUES."""
        return values[self.below(len(values))]

    def place(self, text):
        """Where to change TEXT: anywhere, or where a word, a run of signs or a line begins or ends."""
        if self.below(3) == 0:
            return self.below(len(text) + 1)
        edges = [match.start() for match in re.finditer(r"\b|(?<=\n)|(?=\n)|(?<=[^\w\s])(?=\s)|(?<=\s)(?=\S)", text)]
        return self.one_of(edges) if edges else 0

    def mutate(self, text):
        """TEXT with one change."""
        kind = self.below(12)
        at = self.place(text)
        lines = text.split("\n")
        line = self.below(len(lines))
        if kind < 3:
            return text[:at] + self.one_of(PIECES) + text[at:]
        if kind == 3:
            return text[:at] + text[at + 1 + self.below(4) :]
        if kind == 4:
            words = list(re.finditer(r"\w+|[^\w\s]+|\s+", text)) or [re.match("", text)]
            word = self.one_of(words)
            return text[: word.start()] + self.one_of(PIECES) + text[word.end() :]
        if kind == 5:
            lines.insert(line, self.one_of(self.lines))
        elif kind == 6:
            del lines[line]
        elif kind == 7:
            other = self.below(len(lines))
            lines[line], lines[other] = lines[other], lines[line]
        elif kind == 8:
            lines[line] = self.one_of([lines[line].upper(), lines[line].lower(), lines[line] + " ", lines[line].strip()])
        elif kind == 9:
            breaks = [match.start() for match in re.finditer("\n", text)] or [len(text)]
            at = self.one_of(breaks)
            return text[:at] + self.one_of([";", " ", "", " \n", "; ", "\r\n"]) + text[at + 1 :]
        elif kind == 10:
            return self.lines_of_two(lines)
        else:
            words = list(re.finditer(r"\S+", text)) or [re.match("", text)]
            word, other = self.one_of(words), self.one_of(words)
            return text[: word.start()] + other.group() + text[word.end() :]
        return "\n".join(lines)

    def lines_of_two(self, lines):
        """The beginning of one diagram and the end of another."""
        other = self.one_of(self.diagrams).split("\n")
        return "\n".join(lines[: self.below(len(lines) + 1)] + other[self.below(len(other) + 1) :])

    def next(self):
        """The next diagram: one of the corpus after one to four changes, mostly one."""
        text = self.one_of(self.diagrams)
        for _ in range(1 + self.below(self.below(self.below(5) + 1) + 1)):
            text = self.mutate(text)
        return text.replace("\0", "")


class Ended(Exception):
    """A program ended, or was ended, where it should have answered."""


class Judge:
    """A program that answers diagrams, each ended by a NUL byte, with a line of JSON each."""

    def __init__(self, name, command, seconds_max=SECONDS_MAX):
        self.name = name
        self.seconds_max = seconds_max
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, diagrams):
        """The answers to DIAGRAMS, or an Ended that shows on which there was none."""
        writer = threading.Thread(target=self._write, args=("".join(d + "\0" for d in diagrams).encode("utf-8"),))
        watch = threading.Timer(self.seconds_max, self.process.kill)
        watch.start()
        writer.start()
        try:
            return [self._answer(diagram) for diagram in diagrams]
        finally:
            watch.cancel()
            writer.join()

    def _answer(self, diagram):
        line = self.process.stdout.readline()
        if not line:
            code = self.process.wait()
            why = f"ended with {code}, or hung for {self.seconds_max} s and was ended"
            raise Ended(f"{self.name} {why}, on this diagram:\n{shown(diagram)}")
        return json.loads(line)

    def _write(self, data):
        try:
            self.process.stdin.write(data)
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # _answer() says it.

    def close(self):
        """Ends the program."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.process.wait()
        self.process.stdout.close()


def shown(diagram):
    """A diagram as text of which every sign is seen."""
    return "\n".join("  | " + ascii(line)[1:-1] for line in diagram.split("\n"))


def disagreement(mermaid, reader):
    """What is wrong with the two answers together, or ""."""
    if mermaid == "":
        return "" if reader == "" or reader["code"] == UNSUPPORTED else "accepted by Mermaid, refused by the reader"
    return "refused by Mermaid, accepted by the reader" if reader == "" else ""


class Comparison:
    """Both judges, and what they were asked."""

    def __init__(self, mermaid, reader):
        self.mermaid = mermaid
        self.reader = reader
        self.counts = collections.Counter()
        self.told = []

    def both(self, diagrams):
        """The answers of both, asked at the same time."""
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answers = pool.submit(self.reader.ask, diagrams)
            return list(zip(self.mermaid.ask(diagrams), answers.result()))

    def compare(self, diagrams):
        """Counts what the two say of DIAGRAMS and keeps those on which they disagree. Returns what Mermaid accepts."""
        accepted = []
        for diagram, (mermaid, reader) in zip(diagrams, self.both(diagrams)):
            problem = disagreement(mermaid, reader)
            if mermaid == "":
                accepted.append(diagram)
            if problem:
                self.counts["disagreements"] += 1
                self.told.append((problem, diagram))
            elif mermaid != "":
                self.counts["refused by both"] += 1
            else:
                self.counts["parsed" if reader == "" else UNSUPPORTED] += 1
        return accepted

    def shrink(self, problem, diagram):
        """A smaller diagram with the same problem: without whole lines first, then without single characters."""
        for parts_of, join in ((lambda text: text.split("\n"), "\n"), (list, "")):
            size = len(parts_of(diagram))
            while size > 0:
                parts = parts_of(diagram)
                smaller = [join.join(parts[:at] + parts[at + size :]) for at in range(0, len(parts), size)]
                found = next((s for s, (m, r) in zip(smaller, self.both(smaller)) if disagreement(m, r) == problem), None)
                if found is None or found == diagram:
                    size //= 2
                else:
                    diagram = found
        return diagram

    def tell(self):
        """Says each kind of disagreement once, shrunk."""
        seen = set()
        for problem, diagram in self.told:
            if len(seen) >= TOLD_MAX:
                break
            small = self.shrink(problem, diagram)
            if small in seen:
                continue
            seen.add(small)
            mermaid, reader = self.both([small])[0]
            said = reader["said"] if reader else "parsed"
            print(f"\n{problem}:\n{shown(small)}\n  Mermaid: {mermaid or 'accepted'}\n  the reader: {said}")


def seed_given():
    """The seed of RC_PARAMS, which ./dev test sets, else 1."""
    match = re.search(r"\bseed=(\d+)", os.environ.get("RC_PARAMS", ""))
    return int(match[1]) if match else 1


def main():
    """Compares, tells, and exits with 1 where the two disagree."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", required=True)
    parser.add_argument("--node-modules", required=True)
    parser.add_argument("--diagrams", type=int, default=int(os.environ.get("STALEMATE_MERMAID_DIAGRAMS") or 3000))
    parser.add_argument("--seed", type=int, default=seed_given())
    parser.add_argument("files", nargs="*")
    arguments = parser.parse_args()
    package = pathlib.Path(arguments.node_modules) / "mermaid" / "package.json"
    node = shutil.which("node")
    if node is None or not package.is_file():
        print(f"SKIPPED: no {'node' if node is None else package}; ./dev test installs it", file=sys.stderr)
        return SKIPPED
    version = json.loads(package.read_text(encoding="utf-8"))["version"]
    begin = time.monotonic()
    mermaid = Judge("Mermaid", [node, str(HERE / "mermaid_verdicts.mjs"), arguments.node_modules])
    reader = Judge("the reader", [arguments.reader])
    comparison = Comparison(mermaid, reader)
    if arguments.files:
        diagrams = [pathlib.Path(file).read_text(encoding="utf-8") for file in arguments.files]
        for file, diagram, (said, ours) in zip(arguments.files, diagrams, comparison.both(diagrams)):
            print(f"{file}:\n  Mermaid: {said or 'accepted'}\n  the reader: {ours['said'] if ours else 'parsed'}")
    else:
        diagrams = corpus()
        print(f"Mermaid {version}, {len(diagrams)} diagrams and {arguments.diagrams} mutated, seed {arguments.seed}", flush=True)
    accepted = comparison.compare(diagrams)
    # What is refused already mostly stays so: most mutations start from what is accepted.
    mutator = Mutator(9 * accepted + [diagram for diagram in diagrams if diagram not in accepted], arguments.seed)
    left = 0 if arguments.files else arguments.diagrams
    while left > 0:
        comparison.compare([mutator.next() for _ in range(min(left, BATCH))])
        left -= min(left, BATCH)
        print(f"{arguments.diagrams - left} in {time.monotonic() - begin:.0f} s", file=sys.stderr, flush=True)
    print(", ".join(f"{kind}: {count}" for kind, count in sorted(comparison.counts.items())))
    comparison.tell()
    mermaid.close()
    reader.close()
    if comparison.told:
        print("\nagain:", shlex.join([sys.executable, __file__, "--reader", arguments.reader, "--node-modules",
              arguments.node_modules, "--diagrams", str(arguments.diagrams), "--seed", str(arguments.seed)]))  # fmt: skip
    return 1 if comparison.told else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Ended as ended:
        sys.exit(str(ended))
