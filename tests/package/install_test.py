"""What is installed is complete, where each system looks for it; its manual says what the program says; packing is
reproducible."""

import os
import re
import subprocess
import unittest

from package_support import PACKAGE, SOURCE, PackageTest, main, need_tool, tarball


class InstallTest(PackageTest):
    def test_every_file_is_where_it_belongs(self):
        files = {str(path.relative_to(self.prefix)) for path in self.prefix.rglob("*") if path.is_file()}
        pages = {f"share/stalemate/protocols/{path.name}" for path in (SOURCE / "model/protocols").glob("*.md")}
        schemas = {
            f"share/stalemate/schemas/{path.name}"
            for room in ("base", "sim", "traces", "model", "real", "cli")
            for path in (SOURCE / room).rglob("*.schema.json")
        }
        self.assertGreaterEqual(len(pages), 7)
        self.assertGreaterEqual(len(schemas), 3)
        self.assertEqual(
            files,
            pages
            | schemas
            | {
                "LICENSE",
                "README.md",
                "bin/stalemate",
                "share/bash-completion/completions/stalemate",
                "share/doc/stalemate/LICENSE",
                "share/doc/stalemate/README.md",
                "share/fish/vendor_completions.d/stalemate.fish",
                "share/man/man1/stalemate.1",
                "share/zsh/site-functions/_stalemate",
            },
        )
        for file in files - {"bin/stalemate"}:
            self.assertEqual((self.prefix / file).stat().st_mode & 0o777, 0o644, file)
        self.assertEqual(self.program.stat().st_mode & 0o777, 0o755)
        self.assertEqual((self.prefix / "LICENSE").read_bytes(), (SOURCE / "LICENSE").read_bytes())

    def test_the_installed_program_works(self):
        subprocess.run([SOURCE / "package" / "try", self.program], check=True, env=self.environment())

    def test_the_catalogue_on_disk_is_the_one_in_the_program(self):
        for line in self.says("read", "--list").splitlines():
            page = self.prefix / "share/stalemate/protocols" / (line.split()[0] + ".md")
            self.assertEqual(self.says("read", line.split()[0]).splitlines()[1:], self.says("read", page).splitlines()[1:])

    @need_tool("groff")
    def test_the_manual_says_all_that_help_says_and_groff_warns_of_nothing(self):
        page = self.prefix / "share/man/man1/stalemate.1"
        set_page = subprocess.run(
            ["groff", "-man", "-ww", "-k", "-Tutf8", "-P-c", "-rLL=78n", page], check=True, capture_output=True, text=True
        )
        self.assertEqual(set_page.stderr, "")
        words = re.sub(r".\x08", "", set_page.stdout)
        commands = self.commands()
        self.assertIn("check", commands)
        for number, command in enumerate(commands):
            begin = words.index(f"\n   stalemate {command}\n")
            end = words.find("\n   stalemate ", begin + 1)
            section = " ".join(words[begin:end].split()) if number + 1 < len(commands) else " ".join(words[begin:].split())
            shown = self.says(command, "--help")
            options = re.findall(r"^  (-[^ ]+)", shown, re.MULTILINE)
            self.assertIn("-h,--help", options)
            for option in options:
                self.assertIn(option.replace(",", ", "), section, command)
            # What each option does, in the words of --help; the first word of the line is the option and its value.
            for text in re.findall(r"^  [-A-Z].*?  +(.*)$", shown, re.MULTILINE):
                self.assertIn(" ".join(text.split()), section, command)

    @need_tool("mandoc")
    def test_mandoc_misses_nothing_but_a_date(self):
        page = self.prefix / "share/man/man1/stalemate.1"
        found = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", page], check=False, capture_output=True, text=True)
        self.assertEqual([line for line in found.stdout.splitlines() if "missing date" not in line], [])

    @unittest.skipUnless("STALEMATE_BUILD" in os.environ, "no build is named from which to pack again")
    def test_packed_twice_it_is_the_same_bytes(self):
        again = self.scratch / "again"
        os.umask(0o077)
        subprocess.run(
            [SOURCE / "package" / "pack", os.environ["STALEMATE_BUILD"], again],
            check=True,
            capture_output=True,
            env=self.environment(TZ="Asia/Kathmandu"),
        )
        self.assertEqual((again / tarball().name).read_bytes(), tarball().read_bytes())
        self.assertEqual((again / "SHA256SUMS").read_text(), (PACKAGE / "SHA256SUMS").read_text())


if __name__ == "__main__":
    main()
