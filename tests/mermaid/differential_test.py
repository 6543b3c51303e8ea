"""The comparison with Mermaid catches a reader that is wrong, and one that ends. Stand-ins for both programs: the real
ones are compared by differential.py itself."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

import differential

# A program that answers every diagram with what a rule makes of it.
STAND_IN = """
import json, sys
def read():
    text = bytearray()
    while (byte := sys.stdin.buffer.read(1)) not in (b"\\0", b""):
        text += byte
    return text.decode() if byte else None
for diagram in iter(read, None):
    print(json.dumps((RULE)(diagram)), flush=True)
"""
REFUSED = {"code": "unreadable", "said": "no"}
UNSUPPORTED = {"code": "unsupported-syntax", "said": "not yet"}


def judge(rule, **settings):
    """A program that answers as RULE, a lambda in text, says."""
    return differential.Judge("stand-in", [sys.executable, "-c", STAND_IN.replace("RULE", rule)], **settings)


class ComparisonTest(unittest.TestCase):
    def compare(self, mermaid, reader, diagrams):
        """What is found where the programs answer by these rules."""
        comparison = differential.Comparison(judge(mermaid), judge(reader))
        self.addCleanup(comparison.mermaid.close)
        self.addCleanup(comparison.reader.close)
        accepted = comparison.compare(diagrams)
        return comparison, accepted

    def test_both_agree_on_what_is_parsed_unsupported_or_refused(self):
        comparison, accepted = self.compare(
            "lambda d: 'no' if 'bad' in d else ''",
            f"lambda d: {REFUSED} if 'bad' in d else {UNSUPPORTED} if 'new' in d else ''",
            ["good", "bad", "new", "ünï\n"],
        )
        self.assertEqual(comparison.told, [])
        self.assertEqual(comparison.counts, {"parsed": 2, "refused by both": 1, "unsupported-syntax": 1})
        self.assertEqual(accepted, ["good", "new", "ünï\n"])

    def test_both_directions_are_told_and_shrunk_to_what_does_it(self):
        comparison, _ = self.compare(
            "lambda d: 'no' if 'bad' in d else ''",
            f"lambda d: {REFUSED} if 'new' in d else ''",
            ["one\nso bad it is\nthree", "one\ntwo\nthe new one"],
        )
        self.assertEqual(comparison.counts["disagreements"], 2)
        shrunk = [comparison.shrink(problem, diagram) for problem, diagram in comparison.told]
        self.assertEqual(shrunk, ["bad", "new"])

    def test_a_reader_that_ends_names_the_diagram(self):
        with self.assertRaisesRegex(differential.Ended, r"ended with 3, .*\n  \| boom"):
            self.compare("lambda d: ''", "lambda d: sys.exit(3) if 'boom' in d else ''", ["fine", "boom", "fine"])

    def test_a_reader_that_hangs_is_ended_and_names_the_diagram(self):
        reader = judge("lambda d: __import__('time').sleep(600 if 'slow' in d else 0)", seconds_max=20)
        self.addCleanup(reader.close)
        with self.assertRaisesRegex(differential.Ended, r"hung for 20 s .*\n  \| slow"):
            reader.ask(["fine", "slow", "fine"])


class MutatorTest(unittest.TestCase):
    def test_a_seed_decides_the_diagrams(self):
        corpus = differential.corpus()
        self.assertGreater(len(corpus), 100)

        def drawn(seed):
            mutator = differential.Mutator(corpus, seed)
            return [mutator.next() for _ in range(200)]

        self.assertEqual(drawn(1), drawn(1))
        self.assertNotEqual(drawn(1), drawn(2))
        self.assertGreater(len(set(drawn(1))), 190)

    def test_without_mermaid_the_run_is_skipped_and_says_so(self):
        with tempfile.TemporaryDirectory() as nothing:
            script = pathlib.Path(differential.__file__)
            done = subprocess.run(
                [sys.executable, "-B", str(script), "--reader", "none", "--node-modules", nothing],
                capture_output=True, text=True, check=False, timeout=60,
            )  # fmt: skip
        self.assertEqual(done.returncode, 77)
        self.assertIn("SKIPPED", done.stderr)


if __name__ == "__main__":
    unittest.main()
