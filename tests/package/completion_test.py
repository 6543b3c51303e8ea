"""What bash, fish and zsh make of the completions that are installed, each found where that shell looks for them."""

import os
import pty
import select
import shlex
import subprocess
import time

from package_support import PackageTest, main, need_tool

SECONDS_MAX = 120  # for what never comes; nothing depends on how fast a shell is

# What is typed before the Tab, and what stands there after it.
COMPLETED = {
    "stalemate chec": "check",
    "stalemate check --count": "check --count-schedules",
    "stalemate graph --as gra": "graph --as graphml",
    "stalemate hunt --strategy uni": "hunt --strategy uniform",
    "stalemate check rere": "check reread",
    "stalemate read note": "read notes.md",
    "stalemate show rac": "show race.json",
    "stalemate check -o rac": "check -o race.json",
    "stalemate live bef": "live before",
}


class CompletionTest(PackageTest):
    def setUp(self):
        super().setUp()
        self.folder = self.scratch / "folder"
        self.folder.mkdir()
        (self.folder / "notes.md").touch()
        (self.folder / "race.json").touch()

    def on_a_terminal(self, shell, settings, environment):
        """Types each line and a Tab into one `shell`, whose function stalemate writes down its arguments."""
        told = self.scratch / "told"
        rc = self.scratch / settings["rc"]
        rc.write_text(
            settings["begin"]
            + f'\nstalemate() {{ printf "%s\\n" "$*" >> {shlex.quote(str(told))}; }}\nPS1="REA""DY> "\n',
            encoding="utf-8",
        )
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(self.folder)
            os.execve(shell[0], shell, environment)
        seen = b""
        limit = time.monotonic() + SECONDS_MAX
        try:
            for number, line in enumerate(COMPLETED, 1):
                while seen.count(b"READY> ") < number:
                    self.assertLess(time.monotonic(), limit, seen.decode(errors="replace"))
                    if select.select([terminal], [], [], 1)[0]:
                        seen += os.read(terminal, 65536)
                os.write(terminal, (line + "\t\r").encode())
            while not told.exists() or len(told.read_text().splitlines()) < len(COMPLETED):
                self.assertLess(time.monotonic(), limit, seen.decode(errors="replace"))
                if select.select([terminal], [], [], 0.1)[0]:
                    seen += os.read(terminal, 65536)
        finally:
            os.close(terminal)
            os.waitpid(process, 0)
        self.assertEqual([line.strip() for line in told.read_text().splitlines()], list(COMPLETED.values()))

    @need_tool("bash")
    def test_bash(self):
        installed = self.prefix / "share/bash-completion/completions/stalemate"
        shown = subprocess.run(
            ["bash", "--norc", "-c", f". {shlex.quote(str(installed))}; complete -p stalemate"],
            check=True, capture_output=True, text=True, env=self.environment(),
        )  # fmt: skip
        self.assertEqual(shown.stdout, "complete -F _stalemate stalemate\n")
        loader = "/usr/share/bash-completion/bash_completion"
        begin = f"bind 'set enable-bracketed-paste off'\n. {loader if os.path.exists(loader) else installed}"
        environment = self.environment(TERM="xterm", XDG_DATA_DIRS=f"{self.prefix}/share:/usr/share")
        self.on_a_terminal(
            ["/bin/bash", "--noprofile", "--rcfile", str(self.scratch / "bashrc"), "-i"],
            {"rc": "bashrc", "begin": begin},
            environment,
        )

    @need_tool("bash")
    def test_bash_after_an_equals_sign(self):
        installed = self.prefix / "share/bash-completion/completions/stalemate"
        for words, expected in (("--as =", "dot graphml svg"), ("--as = gr", "graphml"), ("cache-aside --nothing", "")):
            script = (
                f". {shlex.quote(str(installed))}; COMP_WORDS=(stalemate graph {words}); "
                "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _stalemate; echo ${COMPREPLY[*]}"
            )
            shown = subprocess.run(
                ["bash", "--norc", "-c", script], check=True, capture_output=True, text=True, env=self.environment()
            )
            self.assertEqual(shown.stdout.strip(), expected, words)

    @need_tool("zsh")
    def test_zsh(self):
        begin = f"fpath=({shlex.quote(str(self.prefix / 'share/zsh/site-functions'))} $fpath)\n"
        begin += "unsetopt beep\nautoload -Uz compinit\ncompinit -u -D"
        environment = self.environment(TERM="xterm", ZDOTDIR=str(self.scratch), skip_global_compinit="1")
        self.on_a_terminal(["/usr/bin/zsh", "-i"], {"rc": ".zshrc", "begin": begin}, environment)

    @need_tool("fish")
    def test_fish(self):
        environment = self.environment(XDG_DATA_DIRS=f"{self.prefix}/share:/usr/share")
        for line, expected in COMPLETED.items():
            shown = subprocess.run(
                ["fish", "-c", f"complete --do-complete {shlex.quote(line)}"],
                check=True, capture_output=True, text=True, env=environment, cwd=self.folder,
            )  # fmt: skip
            self.assertEqual(shown.stderr, "")
            offered = [offer.split("\t")[0] for offer in shown.stdout.splitlines()]
            self.assertEqual(offered, [expected.split()[-1]], line)


if __name__ == "__main__":
    main()
