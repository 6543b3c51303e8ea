"""The measurements refuse to show a speed where two programs disagree: fed with made-up programs and made-up results."""

import contextlib
import io
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.path.insert(0, str(Path(__file__).resolve().parent))

import measure  # noqa: E402
from compare import Counts, Result, Row, disagreements, table  # noqa: E402
from tools import Missing, Tool  # noqa: E402

RIGHT = "149 307 11 2"


class MadeUp(Tool):
    """A program that says what it is told to say, on every row."""

    def __init__(self, name: str, says: str, exit_code: int = 0) -> None:
        self.name = name
        self.threads = 1
        self.says = says
        self.exit_code = exit_code

    def command(self, row: Row, states: int) -> list[str]:
        return ["sh", "-c", f"echo {self.says}; exit {self.exit_code}"]

    def read(self, output: str) -> Counts:
        return Counts(*(None if word == "-" else int(word) for word in output.split()))


class OnlyWrongWhenLarge(MadeUp):
    def command(self, row: Row, states: int) -> list[str]:
        return ["echo", "8118992 53263299 1668 855" if row == Row(3, 3, 1) else self.says]


class NotHere(MadeUp):
    def prepare(self) -> None:
        raise Missing("no such program here")


class Measurements(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.build = Path(folder.name)
        patch = mock.patch.object(measure, "BUILD", self.build)
        patch.start()
        self.addCleanup(patch.stop)

    def measured(self, *tools: Tool) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = measure.main(["--runs", "2"], list(tools))
        return code, out.getvalue(), err.getvalue()

    def assert_refused(self, code: int, out: str, err: str) -> None:
        self.assertEqual(code, 1)
        self.assertEqual(out, "")
        self.assertIn("no speed is shown", err)
        self.assertFalse((self.build / "table.md").exists())

    def test_programs_that_agree_are_shown_with_their_speed(self) -> None:
        code, out, _ = self.measured(MadeUp("one", RIGHT), MadeUp("two", RIGHT))
        self.assertEqual(code, 0)
        self.assertIn("states/s", out)
        self.assertEqual((self.build / "table.md").read_text(encoding="utf-8"), out)

    def test_one_state_more_is_refused_and_told_who_said_what(self) -> None:
        code, out, err = self.measured(MadeUp("one", RIGHT), MadeUp("two", "150 307 11 2"), MadeUp("three", RIGHT))
        self.assert_refused(code, out, err)
        self.assertIn("states differ: 149 by one, three; 150 by two", err)

    def test_other_transitions_are_refused(self) -> None:
        code, out, err = self.measured(MadeUp("one", RIGHT), MadeUp("two", "149 308 11 2"))
        self.assert_refused(code, out, err)
        self.assertIn("transitions differ: 307 by one; 308 by two", err)

    def test_another_number_of_wrong_ends_is_refused(self) -> None:
        self.assert_refused(*self.measured(MadeUp("one", RIGHT), MadeUp("two", "149 307 11 3")))

    def test_what_a_program_does_not_count_is_no_disagreement(self) -> None:
        code, out, _ = self.measured(MadeUp("one", RIGHT), MadeUp("two", "149 - - -"))
        self.assertEqual(code, 0)
        self.assertIn("not counted", out)

    def test_programs_that_agree_on_small_rows_only_are_refused(self) -> None:
        self.assert_refused(*self.measured(MadeUp("one", RIGHT), OnlyWrongWhenLarge("two", RIGHT)))

    def test_a_program_that_breaks_stops_the_measurement(self) -> None:
        code, out, err = self.measured(MadeUp("one", RIGHT), MadeUp("two", RIGHT, exit_code=4))
        self.assertEqual((code, out), (1, ""))
        self.assertIn("exit code 4", err)

    def test_a_program_that_is_not_here_is_named(self) -> None:
        code, out, _ = self.measured(MadeUp("one", RIGHT), NotHere("two", RIGHT))
        self.assertEqual(code, 0)
        self.assertIn("not measured: two (no such program here)", out)


    def test_a_program_alone_is_told_to_be_unchecked(self) -> None:
        code, out, _ = self.measured(MadeUp("one", RIGHT), NotHere("two", RIGHT))
        self.assertEqual(code, 0)
        self.assertIn("not compared", out)

    def test_no_program_is_no_measurement(self) -> None:
        code, out, err = self.measured(NotHere("one", RIGHT))
        self.assertEqual((code, out), (1, ""))
        self.assertIn("nothing to measure", err)


class Comparer(unittest.TestCase):
    def test_a_program_that_contradicts_itself_is_told(self) -> None:
        lines = disagreements(Row(1, 1, 1), [("one", Counts(149)), ("one", Counts(148))])
        self.assertEqual(lines, ["(1,1,1): states differ: 148 by one; 149 by one"])

    def test_the_table_divides_by_the_median_time_and_the_highest_peak(self) -> None:
        ours = Result("ours", 2, Counts(1000, 5000), [1.0, 9.0, 2.0], [3.0, 4.0, 5.0], [30_000, 40_000], 2**20)
        theirs = Result("theirs", 1, Counts(1000), [8.0], [7.5], [10_000], 2**21)
        rows = table(Row(3, 3, 1), [ours, theirs], "ours").splitlines()
        self.assertEqual(rows[-2], "| ours | 2 | 1,000 | 5,000 | 2.00 | 4.00 | 500 | 40.0 | 1.0 | 1.00 |")
        self.assertEqual(rows[-1], "| theirs | 1 | 1,000 | not counted | 8.00 | 7.50 | 125 | 10.0 | 2.0 | 4.00 |")


class Arguments(unittest.TestCase):
    def test_bad_arguments_are_refused_with_exit_code_2(self) -> None:
        for arguments in (["--rows", "3,3"], ["--rows", "5,1,0"], ["--runs", "0"], ["--tools", "spine"], ["--speed"]):
            with self.subTest(arguments), contextlib.redirect_stderr(io.StringIO()) as err:
                with self.assertRaises(SystemExit) as stopped:
                    measure.parse(arguments)
                self.assertEqual(stopped.exception.code, 2)
                self.assertIn(arguments[0], err.getvalue())


if __name__ == "__main__":
    unittest.main()
