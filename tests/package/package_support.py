"""What the tests of the package share: the tarball, unpacked, and an exit code that tells what was skipped."""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(os.environ["STALEMATE_SOURCE_DIR"])
PACKAGE = pathlib.Path(os.environ["STALEMATE_PACKAGE"])
EXIT_SKIPPED = 77

# A Read and a Write that race, and a page without any diagram.
RACE = """# How we cache

```mermaid
sequenceDiagram
    participant app
    participant cache
    participant database
    Note over app: Read
    app->>cache: Get value
    cache-->>app: Does not exist
    app->>database: Get value
    database-->>app: Value
    app->>cache: Set value
    Note over app: Write
    app->>database: Set value
    app->>cache: Delete value
```
"""
PLAIN = "# No diagram\n"


def tarball():
    """The one that SHA256SUMS names."""
    return PACKAGE / (PACKAGE / "SHA256SUMS").read_text(encoding="utf-8").split()[1]


class PackageTest(unittest.TestCase):
    """Each test has a folder of its own, `scratch`, and in `prefix` what the tarball holds."""

    def setUp(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="stalemate-package-"))
        self.addCleanup(shutil.rmtree, self.scratch)
        self.prefix = self.scratch / "prefix"
        self.prefix.mkdir()
        subprocess.run(
            ["tar", "-xzf", tarball(), "-C", self.prefix, "--strip-components=1", "--no-same-owner"], check=True
        )
        self.program = self.prefix / "bin" / "stalemate"

    def says(self, *arguments):
        return subprocess.run([self.program, *arguments], check=True, capture_output=True, text=True).stdout

    def commands(self):
        """The commands that --help lists."""
        listed = self.says("--help").split("\nSubcommands:\n")[1].split("\n\n")[0]
        return [line.split()[0] for line in listed.splitlines()]

    def need_lint(self):
        if "lint" not in self.commands():
            self.skipTest("this stalemate has no command lint")

    def environment(self, **more):
        """Nothing of who runs the test, and the program in PATH."""
        return {
            "PATH": f"{self.program.parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.scratch),
            "LC_ALL": "C.UTF-8",
            **more,
        }


def need_tool(name):
    return unittest.skipIf(shutil.which(name) is None, f"there is no {name} here")


def main():
    result = unittest.main(exit=False).result
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(EXIT_SKIPPED if result.skipped else 0)
