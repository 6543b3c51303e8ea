"""That a slow-down is seen: what moved, what is not pinned, and what two programs' times are worth beside each other."""

import sys
import unittest
from pathlib import Path

sys.dont_write_bytecode = True

import against  # noqa: E402
import instructions  # noqa: E402
from workloads import WORKLOADS  # noqa: E402


class Instructions(unittest.TestCase):
    def test_up_to_two_percent_is_no_move_and_more_is_one_in_either_direction(self):
        pinned = {"walks": 1000}
        for counted in (980, 1000, 1020):
            self.assertEqual(instructions.judge({"walks": counted}, pinned), [])
        self.assertEqual(instructions.judge({"walks": 1021}, pinned), ["walks takes +2.1% instructions"])
        self.assertEqual(instructions.judge({"walks": 979}, pinned), ["walks takes -2.1% instructions"])

    def test_a_workload_without_a_pin_and_a_pin_without_a_workload_are_told(self):
        self.assertEqual(instructions.judge({"a": 1}, {"b": 1}), ["a is not pinned", "b is pinned and no workload"])

    def test_a_folder_that_was_not_configured_is_named(self):
        with self.assertRaisesRegex(instructions.Failed, "was not configured"):
            instructions.compiler_of(Path(__file__).parent)

    def test_a_program_that_breaks_is_no_count(self):
        with self.assertRaisesRegex(instructions.Failed, "exit code 2"):
            instructions.count(Path("/bin/ls"), WORKLOADS[0])


class Against(unittest.TestCase):
    @staticmethod
    def compared(theirs, ours, rounds=4):
        """`theirs`, `ours`: the seconds of each round, and one text printed."""
        left = {"theirs": iter(theirs[0]), "ours": iter(ours[0])}
        texts = {"theirs": theirs[1], "ours": ours[1]}
        return against.compare("walks", lambda program, _: (next(left[program]), texts[program]), ("theirs", "ours"), rounds)

    def test_what_slows_both_down_at_once_moves_no_ratio(self):
        same = self.compared(([1.0, 4.0, 1.0, 9.0], "x"), ([1.1, 4.4, 1.1, 9.9], "x"))
        self.assertEqual([round(ratio, 6) for ratio in same.ratios], [1.1] * 4)
        self.assertEqual(same.line().split(), ["walks", "2.750", "s", "1.100", "1.100", "to", "1.100"])

    def test_results_that_differ_are_said(self):
        self.assertIn("their results differ", self.compared(([1.0] * 4, "x"), ([1.0] * 4, "y")).line())

    def test_one_round_has_no_spread(self):
        self.assertIn("2.000 to 2.000", self.compared(([1.0], "x"), ([2.0], "x"), 1).line())

    def test_the_order_changes_with_every_round(self):
        order = []
        against.compare("walks", lambda program, _: (order.append(program), (1.0, ""))[1], ("theirs", "ours"), 3)
        self.assertEqual(order, ["theirs", "ours", "ours", "theirs", "theirs", "ours"])

    def test_a_commit_that_is_none_is_refused_before_anything_runs(self):
        self.assertEqual(against.main(["no-such-commit", "--program", "/bin/true"]), 2)


if __name__ == "__main__":
    unittest.main()
