"""The steps of action.yml, run as a runner runs them: expressions put in, each script in bash -e -o pipefail, outputs read
from GITHUB_OUTPUT. Releases are served on the loopback, below the path where the action looks for them."""

import functools
import hashlib
import http.server
import json
import os
import re
import shutil
import subprocess
import threading

import yaml
from package_support import PACKAGE, PLAIN, RACE, SOURCE, PackageTest, main, need_tool, tarball

ACTION = yaml.safe_load((SOURCE / "action.yml").read_text(encoding="utf-8"))
EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")
REPOSITORY = "somebody/stalemate"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


class ActionTest(PackageTest):
    def setUp(self):
        super().setUp()
        self.version = tarball().name.split("-")[1]
        self.served = self.scratch / "served"
        self.release = self.served / REPOSITORY / "releases" / "download" / f"v{self.version}"
        shutil.copytree(PACKAGE, self.release)
        self.workspace = self.scratch / "workspace"
        (self.workspace / "docs with blanks").mkdir(parents=True)
        (self.workspace / "docs with blanks" / "race.md").write_text(RACE, encoding="utf-8")
        (self.workspace / "plain.md").write_text(PLAIN, encoding="utf-8")
        server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(self.served))
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        self.url = f"http://127.0.0.1:{server.server_port}"

    def run_action(self, steps=("get", "lint"), **inputs):
        """Runs those steps with these inputs: (exit code, what they said, the action's outputs)."""
        self.assertLessEqual(set(inputs), set(ACTION["inputs"]))
        values = {f"inputs.{name}": inputs.get(name, about["default"]) for name, about in ACTION["inputs"].items()}
        values["github.server_url"] = self.url
        values["github.action_repository"] = REPOSITORY
        values["github.action_path"] = str(SOURCE)
        code = 0
        said = ""
        for step in ACTION["runs"]["steps"]:
            if step["id"] not in steps or code != 0:
                continue
            outputs = self.scratch / f"outputs-{step['id']}"
            outputs.write_text("", encoding="utf-8")
            script = self.scratch / f"{step['id']}.sh"
            script.write_text(step["run"], encoding="utf-8")
            environment = self.environment(GITHUB_OUTPUT=str(outputs), RUNNER_TEMP=str(self.scratch))
            environment["PATH"] = "/usr/local/bin:/usr/bin:/bin"
            environment |= {name: EXPRESSION.sub(lambda m: values[m[1]], text) for name, text in step["env"].items()}
            ran = subprocess.run(
                ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", script],
                cwd=self.workspace, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
            code = ran.returncode
            said += ran.stdout
            for line in outputs.read_text(encoding="utf-8").splitlines():
                name, value = line.split("=", 1)
                values[f"steps.{step['id']}.outputs.{name}"] = value
        told = {name: values.get(EXPRESSION.fullmatch(about["value"])[1]) for name, about in ACTION["outputs"].items()}
        return code, said, told

    def test_its_steps_are_those_that_are_run_here(self):
        self.assertEqual(ACTION["runs"]["using"], "composite")
        self.assertEqual([step["id"] for step in ACTION["runs"]["steps"]], ["get", "lint"])
        for step in ACTION["runs"]["steps"]:
            self.assertEqual(set(step), {"name", "id", "shell", "env", "run"})
            self.assertEqual(step["shell"], "bash")
            self.assertNotIn("${{", step["run"], "an input would be text of the script")

    def test_the_readme_shows_inputs_and_a_hook_that_exist(self):
        shown = re.findall(r"^```yaml\n(.*?)^```$", (SOURCE / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
        steps, hooks = (yaml.safe_load(text) for text in shown)
        (ours,) = [step for step in steps if "/stalemate@" in step["uses"]]
        self.assertLessEqual(set(ours["with"]), set(ACTION["inputs"]))
        existing = yaml.safe_load((SOURCE / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
        self.assertEqual([hook["id"] for hook in hooks["repos"][0]["hooks"]], [hook["id"] for hook in existing])

    @need_tool("shellcheck")
    def test_shellcheck_finds_nothing_in_its_scripts(self):
        for step in ACTION["runs"]["steps"]:
            script = "".join(f"export {name}\n" for name in [*step["env"], "GITHUB_OUTPUT"]) + step["run"]
            found = subprocess.run(
                ["shellcheck", "--shell=bash", "-"], input=script, text=True, capture_output=True, check=False
            )
            self.assertEqual(found.stdout, "")

    def test_it_gets_its_own_version_from_the_releases(self):
        code, said, told = self.run_action(["get"])
        self.assertEqual(code, 0, said)
        self.assertIn(f"{tarball().name}: OK", said)
        self.assertIn(f"stalemate {self.version}", said)
        self.assertTrue(os.access(told["program"], os.X_OK))

    def test_it_takes_a_version_a_folder_and_a_checksum(self):
        digest = hashlib.sha256(tarball().read_bytes()).hexdigest()
        code, said, _ = self.run_action(["get"], version=f"v{self.version}", sha256=digest, **{"from": str(self.release)})
        self.assertEqual(code, 0, said)
        self.assertEqual(said.count(": OK"), 2)

    def test_a_tarball_that_was_altered_is_not_unpacked(self):
        with open(self.release / tarball().name, "ab") as file:
            file.write(b"x")
        code, said, told = self.run_action()
        self.assertEqual(code, 5)
        self.assertIn("::error title=stalemate::", said)
        self.assertIn("is not what its SHA256SUMS says", said)
        self.assertIsNone(told["program"])

    def test_a_tarball_that_sha256sums_does_not_name_is_not_unpacked(self):
        (self.release / "SHA256SUMS").write_text("0" * 64 + "  another.tar.gz\n", encoding="utf-8")
        code, said, _ = self.run_action()
        self.assertEqual(code, 5)
        self.assertIn("is not what its SHA256SUMS says", said)

    def test_another_checksum_than_the_one_given_is_refused(self):
        code, said, _ = self.run_action(sha256="0" * 64)
        self.assertEqual(code, 5)
        self.assertIn("is not what sha256 says", said)

    def test_what_is_not_there_is_named(self):
        code, said, _ = self.run_action(version="9.9.9")
        self.assertEqual(code, 5)
        self.assertIn(f"not there: {self.url}/{REPOSITORY}/releases/download/v9.9.9/stalemate-9.9.9-linux-x86_64.tar.gz", said)

    def test_a_version_is_never_a_command(self):
        code, said, _ = self.run_action(version="$(touch made)")
        self.assertEqual(code, 5)
        self.assertIn("no version", said)
        self.assertFalse((self.workspace / "made").exists())

    def test_a_race_is_annotated_where_it_stands_and_the_step_fails(self):
        self.need_lint()
        code, said, told = self.run_action(paths="docs with blanks\nplain.md\n", sarif="report.sarif")
        self.assertEqual(code, 1, said)
        self.assertEqual(told["exit-code"], "1")
        self.assertRegex(said, r"(?m)^::(error|warning) .*file=docs with blanks/race\.md,")
        report = json.loads((self.workspace / "report.sarif").read_text(encoding="utf-8"))
        self.assertEqual(report["version"], "2.1.0")
        self.assertEqual(len(report["runs"]), 1)
        self.assertGreaterEqual(len(report["runs"][0]["results"]), 1)

    def test_a_page_without_diagrams_passes(self):
        self.need_lint()
        code, said, told = self.run_action(paths="plain.md")
        self.assertEqual(code, 0, said)
        self.assertEqual(told["exit-code"], "0")

    def test_what_the_baseline_knows_does_not_count(self):
        self.need_lint()
        subprocess.run(
            [self.program, "lint", "docs with blanks", "--write-baseline", "baseline.json"],
            cwd=self.workspace, check=False, capture_output=True,
        )  # fmt: skip
        code, said, _ = self.run_action(paths="docs with blanks", baseline="baseline.json")
        self.assertEqual(code, 0, said)

    def test_a_configuration_that_is_not_there_is_an_error(self):
        self.need_lint()
        code, said, told = self.run_action(config="none.json")
        self.assertEqual(code, 2, said)
        self.assertEqual(told["exit-code"], "2")
        self.assertIn("none.json", said)


if __name__ == "__main__":
    main()
