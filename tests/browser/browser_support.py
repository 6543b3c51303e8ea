"""A headless Chromium for tests: files are opened from disk, and whatever the page says or asks for is heard.

Selenium drives Debian's Chromium through its own driver; nothing is downloaded. A missing part is a failure that says
how to get it, never a skipped test. What a page shows depends on the page alone: a fresh profile, no cache, one
language, one time zone.

Paths come from the environment (tests/browser/CMakeLists.txt sets them): STALEMATE_PROGRAM, STALEMATE_SOURCE_DIR,
STALEMATE_NODE_MODULES, STALEMATE_SCREENSHOTS.
"""

import base64
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--disable-features=OptimizationHints,MediaRouter,Translate",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--lang=en",
]
HOW_TO_GET_IT = "run ./dev test, which installs what is missing"


def setting(name):
    """The path that the build hands over in the environment variable NAME."""
    value = os.environ.get(name)
    if not value:
        raise AssertionError(f"{name} is not set; run this by ctest (./dev test -R browser)")
    return pathlib.Path(value)


def program():
    """The built program."""
    return setting("STALEMATE_PROGRAM")


def source_dir():
    """The root of the source tree."""
    return setting("STALEMATE_SOURCE_DIR")


def node_module(path):
    """A file of an npm package, by its path inside node_modules: "axe-core/axe.min.js"."""
    file = setting("STALEMATE_NODE_MODULES") / path
    if not file.is_file():
        raise AssertionError(f"no {file}: the npm packages of tests/browser/package.json are missing; {HOW_TO_GET_IT}")
    return file


def run_program(*arguments, code=0, text_in=""):
    """Runs the program and returns its stdout; fails unless it exits with CODE."""
    done = subprocess.run(
        [str(program()), *map(str, arguments)], input=text_in, capture_output=True, text=True, check=False, timeout=120
    )
    if done.returncode != code:
        raise AssertionError(f"stalemate {' '.join(map(str, arguments))}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def _command(name):
    path = shutil.which(name)
    if path is None:
        raise AssertionError(f"no {name} on this machine; {HOW_TO_GET_IT}")
    return path


class Browser:
    """One browser with one page. Close it with close()."""

    def __init__(self, width=1280, height=900):
        self._profile = tempfile.mkdtemp(prefix="stalemate-browser-")
        options = Options()
        options.binary_location = _command("chromium")
        for flag in FLAGS:
            options.add_argument(flag)
        options.add_argument(f"--user-data-dir={self._profile}")
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self._console = []
        self._requests = []
        self.driver = None
        try:
            service = Service(executable_path=_command("chromedriver"))
            self.driver = webdriver.Chrome(service=service, options=options)
            self.driver.set_page_load_timeout(60)
            self.driver.set_script_timeout(60)
            self._forget()
        except Exception:
            self.close()
            raise

    def close(self):
        """Ends the browser and removes its profile."""
        if self.driver is not None:
            self.driver.quit()
            self.driver = None
        shutil.rmtree(self._profile, ignore_errors=True)

    def _forget(self):
        self.driver.get("about:blank")
        self._hear()
        self._console.clear()
        self._requests.clear()

    def open(self, path, fragment=""):
        """Loads the file at PATH anew, with #FRAGMENT where one is given, and forgets what was heard before."""
        self._forget()
        url = pathlib.Path(path).resolve().as_uri() + (f"#{fragment}" if fragment else "")
        self.driver.get(url)

    def resize(self, width, height, scale=1):
        """Makes the page exactly WIDTH by HEIGHT CSS pixels, narrower than a window can be, if need be."""
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False},
        )

    def media(self, **features):
        """Emulates media features: media(prefers_color_scheme="dark"); type="print" for the medium."""
        medium = features.pop("type", "")
        wanted = [{"name": name.replace("_", "-"), "value": value} for name, value in sorted(features.items())]
        self.cdp("Emulation.setEmulatedMedia", {"media": medium, "features": wanted})

    def cdp(self, command, arguments):
        """One command of Chromium's own protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def script(self, text, *arguments):
        """Runs JavaScript in the page; `return` hands a value back."""
        return self.driver.execute_script(text, *arguments)

    def load_script(self, path):
        """Runs a JavaScript file in the page, whatever the page's own policy says of scripts."""
        source = pathlib.Path(path).read_text(encoding="utf-8")
        result = self.cdp("Runtime.evaluate", {"expression": source, "returnByValue": False})
        if "exceptionDetails" in result:
            raise AssertionError(f"{path}: {result['exceptionDetails']}")

    def _hear(self):
        for entry in self.driver.get_log("browser"):
            if entry["level"] in ("SEVERE", "WARNING"):
                self._console.append(f"{entry['level']} {entry['message']}")
        for entry in self.driver.get_log("performance"):
            event = json.loads(entry["message"])["message"]
            if event["method"] == "Network.requestWillBeSent":
                self._requests.append(event["params"]["request"]["url"])
            elif event["method"] == "Network.webSocketCreated":
                self._requests.append(event["params"]["url"])

    def console(self):
        """Warnings and errors on the page's console since open()."""
        self._hear()
        return list(self._console)

    def requests(self):
        """What the page asked for since open(), itself included."""
        self._hear()
        return list(self._requests)

    def screenshot(self, name, full_page=True):
        """Saves a PNG under STALEMATE_SCREENSHOTS and returns its path."""
        folder = setting("STALEMATE_SCREENSHOTS")
        folder.mkdir(parents=True, exist_ok=True)
        shot = self.cdp("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": full_page})
        path = folder / f"{name}.png"
        path.write_bytes(base64.b64decode(shot["data"]))
        return path

    def print_pdf(self, name):
        """Prints the page as PDF under STALEMATE_SCREENSHOTS and returns its path."""
        folder = setting("STALEMATE_SCREENSHOTS")
        folder.mkdir(parents=True, exist_ok=True)
        printed = self.cdp("Page.printToPDF", {"printBackground": True, "preferCSSPageSize": True})
        path = folder / f"{name}.pdf"
        path.write_bytes(base64.b64decode(printed["data"]))
        return path


class BrowserTest(unittest.TestCase):
    """Tests that share one browser and a scratch folder; each test begins with a page of common size and colours."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.scratch = pathlib.Path(tempfile.mkdtemp(prefix="stalemate-page-"))
        cls.addClassCleanup(shutil.rmtree, cls.scratch, ignore_errors=True)
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def setUp(self):
        self.browser.resize(1280, 900)
        self.browser.media()

    def assert_quiet(self):
        """The page said nothing on its console, and nothing but files from disk was asked for."""
        self.assertEqual(self.browser.console(), [])
        far = [url for url in self.browser.requests() if not url.startswith(("file:", "data:", "about:"))]
        self.assertEqual(far, [])
