"""The hook, by pre-commit itself: a repository that has .pre-commit-hooks.yaml, and one that uses it."""

import os
import pathlib
import subprocess
import unittest

from package_support import PLAIN, RACE, SOURCE, PackageTest, main, need_tool

PRE_COMMIT = pathlib.Path(os.environ.get("STALEMATE_PRE_COMMIT", SOURCE / "build/pre-commit/bin/pre-commit"))


@need_tool("git")
@unittest.skipUnless(PRE_COMMIT.exists(), "there is no pre-commit here: ./dev test installs it where it can")
class HookTest(PackageTest):
    def setUp(self):
        super().setUp()
        self.hooks = self.repository("hooks", {".pre-commit-hooks.yaml": (SOURCE / ".pre-commit-hooks.yaml").read_text()})
        self.git(self.hooks, "commit", "--quiet", "-m", "hooks")
        revision = self.git(self.hooks, "rev-parse", "HEAD").strip()
        self.user = self.repository(
            "user",
            {
                ".pre-commit-config.yaml": f"repos:\n- repo: {self.hooks}\n  rev: {revision}\n  hooks:\n  - id: stalemate\n",
                "README.md": PLAIN,
                "docs/race.md": RACE,
                "docs/race.mmd": RACE.split("```mermaid\n")[1].split("```")[0],
                "docs/page.mdx": PLAIN,
                "md.txt": RACE,
                "docs/page.md.txt": RACE,
                "code.py": "",
                **{f"many/{number}.markdown": PLAIN for number in range(40)},  # enough to be shared among processors
            },
        )

    def hook_environment(self, **more):
        return self.environment(
            GIT_CONFIG_NOSYSTEM="1",
            GIT_AUTHOR_NAME="somebody", GIT_AUTHOR_EMAIL="somebody@example.org",
            GIT_COMMITTER_NAME="somebody", GIT_COMMITTER_EMAIL="somebody@example.org",
            PRE_COMMIT_HOME=str(self.scratch / "cache"),
            **more,
        )  # fmt: skip

    def git(self, folder, *arguments):
        return subprocess.run(
            ["git", *arguments], cwd=folder, env=self.hook_environment(), check=True, capture_output=True, text=True
        ).stdout

    def repository(self, name, files):
        folder = self.scratch / name
        for file, text in files.items():
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / file).write_text(text, encoding="utf-8")
        self.git(folder, "init", "--quiet")
        self.git(folder, "add", ".")
        return folder

    def run_hook(self, *arguments, **environment):
        return subprocess.run(
            [PRE_COMMIT, "run", "--verbose", "--color", "never", *arguments],
            cwd=self.user, env=self.hook_environment(**environment), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def test_it_is_given_what_may_have_diagrams_in_one_process(self):
        recorder = self.scratch / "recorder"
        recorder.mkdir()
        (recorder / "stalemate").write_text('#!/bin/sh\nprintf "%s\\n" "$*"\n', encoding="utf-8")
        (recorder / "stalemate").chmod(0o755)
        ran = self.run_hook("--all-files", PATH=f"{recorder}:{self.environment()['PATH']}")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        said = [line for line in ran.stdout.splitlines() if line.startswith("lint ")]
        self.assertEqual(len(said), 1, ran.stdout)
        expected = {"README.md", "docs/page.mdx", "docs/race.md", "docs/race.mmd"}
        self.assertEqual(set(said[0].split()[1:]), expected | {f"many/{number}.markdown" for number in range(40)})

    def test_a_program_that_is_not_there_is_a_failure(self):
        ran = self.run_hook("--all-files", PATH="/usr/bin:/bin")
        self.assertEqual(ran.returncode, 1)
        self.assertIn("Executable `stalemate` not found", ran.stdout)

    def test_a_commit_with_a_race_is_refused(self):
        self.need_lint()
        ran = self.run_hook("--all-files")
        self.assertEqual(ran.returncode, 1, ran.stdout + ran.stderr)
        self.assertIn("docs/race.md", ran.stdout)
        self.assertIn("coherent-at-rest", ran.stdout)

    def test_pages_without_diagrams_pass(self):
        self.need_lint()
        ran = self.run_hook("--files", "README.md", "docs/page.mdx")
        self.assertEqual(ran.returncode, 0, ran.stdout + ran.stderr)
        self.assertIn("Passed", ran.stdout)


if __name__ == "__main__":
    main()
