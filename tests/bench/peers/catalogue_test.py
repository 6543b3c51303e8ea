"""What `stalemate show --as promela|tla` writes is searched by SPIN, and by TLC where its jar was fetched, and counts what
stalemate counts: a few pages that have the alphabet between them. And programs that differ are told, never shown in a table.

catalogue_test.py PROGRAM
"""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import catalogue  # noqa: E402
from catalogue import Case, NotExported, Said  # noqa: E402
from compare import Counts  # noqa: E402

# Values, a write that is not awaited, a lease, a stamp, versions, generations, a watch, a sum, caches in the app instances, a
# second look.
CASES = [
    Case("cache-aside", "--readers 2 --fault lost-message"),
    Case("cache-aside-ttl", "--cached --fault duplicate"),
    Case("write-behind", "--fault lost-request"),
    Case("write-behind", "--fault late-request,cancel=2"),
    Case("lock-owner", "--fault crash"),
    Case("purge-stamp", "--fault expire"),
    Case("versioned-set", "--fault lost-reply"),
    Case("generation-inside", "--cached --fault evict"),
    Case("watch-fill", "--cached --fault cache-restart"),
    Case("stock-if-version", "--fault error --on-database-timeout continue"),
    Case("local-publish", "--cached --fault lost-message=2"),
    Case("reread", ""),
]

# By language: what a delete does, and nothing in its place.
BROKEN = {
    "promela": ("inline cache_delete(an_entry) { answer(OK, 0, 0); dropped(an_entry) }", "inline cache_delete(an_entry) { answer(OK, 0, 0) }"),
    "tla": ('CASE ask.verb = "delete" -> Nothing', 'CASE ask.verb = "delete" -> held'),
}


class MadeUp:
    def __init__(self, name: str, counts: Counts, violated: bool) -> None:
        self.name = name
        self.said = Said(name, counts, violated)

    def count(self, case: Case) -> Said:
        return self.said


class Refused(MadeUp):
    def count(self, case: Case) -> Said:
        raise NotExported("page.md: a replica is not exported")


class Comparison(unittest.TestCase):
    def compared(self, *others: MadeUp) -> tuple[list[str], str]:
        ours = MadeUp("ours", Counts(72, 114, 7, 1), True)
        return catalogue.compare_all([Case("page", "--cached")], ours, list(others), 1, lambda line: None)

    def test_programs_that_agree_are_shown_in_a_table(self) -> None:
        wrong, text = self.compared(MadeUp("one", Counts(72, 114), True), MadeUp("two", Counts(72, 114, 7, 1), True))
        self.assertEqual(wrong, [])
        self.assertEqual(text.splitlines()[-1], "| page | `--cached` | 72 | 72 | 72 | 114 | 1 of 7 incoherent |")

    def test_a_count_that_differs_is_told_with_who_said_it_and_no_table(self) -> None:
        wrong, text = self.compared(MadeUp("one", Counts(72, 115), True), MadeUp("two", Counts(72, 114, 7, 1), True))
        self.assertEqual(wrong, ["page --cached: transitions differ: 114 by ours, two; 115 by one"])
        self.assertEqual(text, "")

    def test_a_verdict_that_differs_is_told(self) -> None:
        wrong, _ = self.compared(MadeUp("one", Counts(72, 114), False))
        self.assertEqual(wrong, ["page --cached: verdicts differ: violated by ours; not violated by one"])

    def test_what_is_not_exported_says_why(self) -> None:
        wrong, text = self.compared(Refused("one", Counts(0), False))
        self.assertEqual(wrong, [])
        self.assertEqual(text.splitlines()[0], "0 of 1 rows are exported; in all of them ours, one count the same states and steps.")
        self.assertEqual(text.splitlines()[-1], "| page | `--cached` | - | - | - | page.md: a replica is not exported |")


class Exports(unittest.TestCase):
    def test_the_programs_that_are_here_count_what_stalemate_counts(self) -> None:
        ours = catalogue.Ours(PROGRAM)
        others = [export for export, is_here in ((catalogue.SpinExport(ours), SPIN), (catalogue.TlcExport(ours), TLC)) if is_here]
        if not others:
            self.skipTest("neither SPIN nor TLC is here")
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(catalogue, "BUILD", Path(folder)):
            wrong, text = catalogue.compare_all(CASES, ours, others, 1, lambda line: None)
        self.assertEqual(wrong, [])
        self.assertIn(f"{len(CASES)} of {len(CASES)} rows are exported", text)

    def test_a_cache_that_deletes_nothing_is_noticed(self) -> None:
        class Broken(catalogue.Ours):
            def export(self, case: Case, language: str) -> str:
                return super().export(case, language).replace(*BROKEN[language])

        ours, broken = catalogue.Ours(PROGRAM), Broken(PROGRAM)
        for export, is_here in ((catalogue.SpinExport(broken), SPIN), (catalogue.TlcExport(broken), TLC)):
            with self.subTest(export.name), tempfile.TemporaryDirectory() as folder:
                if not is_here:
                    self.skipTest(f"no {export.name} here")
                with mock.patch.object(catalogue, "BUILD", Path(folder)):
                    wrong, text = catalogue.compare_all([Case("cache-aside", "--cached")], ours, [export], 1, lambda line: None)
                self.assertIn(f"cache-aside --cached: verdicts differ: not violated by stalemate; violated by {export.name}", wrong)
                self.assertEqual(text, "")

    def test_what_is_not_covered_is_refused_in_one_line(self) -> None:
        with self.assertRaisesRegex(NotExported, "^database-only.md: no cache is drawn, so the claim [^\n]*$"):
            catalogue.Ours(PROGRAM).export(Case("database-only", ""), "promela")


if __name__ == "__main__":
    PROGRAM = Path(sys.argv.pop(1)).resolve()
    SPIN = shutil.which("spin") is not None and shutil.which("gcc") is not None
    TLC = shutil.which("java") is not None and catalogue.Tlc(1).jar.exists()
    unittest.main()
