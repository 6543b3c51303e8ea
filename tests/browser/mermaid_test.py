"""Mermaid itself reads what the program writes as Mermaid, and the catalogue's pages: every saved trace, and traces of
a diagram whose labels Mermaid, HTML or SVG could take for more than text. A broken diagram is refused, so that the
check can fail."""

import html
import json
import re
import unittest

from browser_support import BrowserTest, node_module, run_program, source_dir

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mermaid</title></head>
<body><script src="{script}"></script>
<script>
  window.alerts = [];
  window.alert = text => window.alerts.push(String(text));
  mermaid.initialize({{startOnLoad: false}});
</script></body></html>
"""

# Hands back what parse() and render() say, and what the drawing holds once it stands in the page.
DRAW = """
const [text, done] = [arguments[0], arguments[arguments.length - 1]];
(async () => {
  await mermaid.parse(text);
  window.drawings = (window.drawings || 0) + 1;
  const {svg} = await mermaid.render('drawing' + window.drawings, text);
  const place = document.createElement('div');
  place.innerHTML = svg;
  document.body.append(place);
  await new Promise(resolve => setTimeout(resolve, 50));
  const all = [...place.querySelectorAll('*')];
  const found = {
    text: [...place.querySelectorAll('text')].map(e => e.textContent).join('\\n'),
    scripts: all.filter(e => ['script', 'img', 'iframe', 'foreignobject'].includes(e.tagName.toLowerCase())).length,
    handlers: all.flatMap(e => [...e.attributes]).filter(a => /^on/i.test(a.name) || /javascript:/i.test(a.value))
      .map(a => a.name),
    alerts: window.alerts,
  };
  place.remove();
  return found;
})().then(found => done({found}), error => done({error: String(error && error.message || error)}));
"""
PARSE = """
const [text, done] = [arguments[0], arguments[arguments.length - 1]];
mermaid.parse(text).then(() => done(''), error => done(String(error && error.message || error)));
"""

# A label, as it is written in a Mermaid diagram; then what it shows.
LABELS = [
    ("get <img src=x onerror=alert(1)>", "get <img src=x onerror=alert(1)>"),
    ("get value </script><script>alert(2)</script>", "get value </script><script>alert(2)</script>"),
    ("get #59; value", "get ; value"),
    ("get value #35;59#59;", "get value #59;"),
    ("get the end", "get the end"),
    ("get `x` ${alert(3)} \\N \"q\" 'r' & &lt", "get `x` ${alert(3)} \\N \"q\" 'r' & &lt"),
    ("get ->> B: x -->> %%#123;init#125;%%", "get ->> B: x -->> %%{init}%%"),
    ("get ->> B: x -->> %%{init}%%", "get ->> B: x -->>"),  # Mermaid takes a directive out wherever it stands
    ("get style value classDef x", "get style value classDef x"),
]


def diagram_with(label):
    """A Read and a Write whose first arrow, a branch and an operation's name say LABEL."""
    return f"""sequenceDiagram
    participant app
    participant cache
    participant database
    Note over app: Read
    app->>cache: {label}
    cache-->>app: miss
    app->>database: get value
    alt {label}
      app->>cache: set value
    else other
      app->>cache: set value
    end
    Note over app: Write
    app->>database: set value
    app->>cache: delete value
"""


def without_blanks(text):
    """Mermaid breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


class MermaidTest(BrowserTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        script = node_module("mermaid/dist/mermaid.min.js").resolve().as_uri()
        cls.page = cls.scratch / "page.html"
        cls.page.write_text(PAGE.format(script=html.escape(script)), encoding="utf-8")

    def setUp(self):
        super().setUp()
        self.browser.open(self.page)

    def draw(self, text):
        """What a diagram's drawing holds; fails where Mermaid refuses it."""
        result = self.browser.driver.execute_async_script(DRAW, text)
        self.assertNotIn("error", result, f"{result}\n{text}")
        return result["found"]

    def assert_nothing_runs(self, found):
        self.assertEqual(found["alerts"], [])
        self.assertEqual(found["handlers"], [])
        self.assertEqual(found["scripts"], 0)

    def test_a_broken_diagram_is_refused(self):
        good = "sequenceDiagram\n    A->>B: x\n"
        self.assertEqual(self.browser.driver.execute_async_script(PARSE, good), "")
        for broken in ("sequenceDiagram\n    A->>\n", "sequenceDiagram\n    alt x\n    A->>B: y\n", "nothing\n"):
            self.assertNotEqual(self.browser.driver.execute_async_script(PARSE, broken), "", broken)

    def test_something_that_runs_is_noticed(self):
        self.browser.script(
            "const place = document.createElement('div'); place.innerHTML = '<img src=x onerror=alert(1)>';"
            "document.body.append(place);"
        )
        self.browser.driver.execute_async_script("setTimeout(arguments[0], 300)")
        self.assertEqual(self.browser.script("return window.alerts"), ["1"])

    def test_every_saved_trace_is_accepted_and_drawn(self):
        traces = sorted((source_dir() / "traces" / "saved").glob("*.json"))
        self.assertGreaterEqual(len(traces), 12)
        for trace in traces:
            with self.subTest(trace=trace.name):
                found = self.draw(run_program("show", trace, "--as", "mermaid"))
                self.assert_nothing_runs(found)
                told = json.loads(trace.read_text(encoding="utf-8"))
                for app in range(1, len(told["scenario"]["apps"]) + 1):
                    self.assertIn(f"app{app}", found["text"])
                if told["property"]:
                    self.assertIn(without_blanks(f"breaks {told['property']}"), without_blanks(found["text"]))
        self.assert_quiet()

    def test_every_diagram_of_the_catalogue_is_accepted(self):
        pages = sorted((source_dir() / "model" / "protocols").glob("*.md"))
        diagrams = 0
        for page in pages:
            for block in re.findall(r"```\s*mermaid\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
                with self.subTest(page=page.name):
                    self.assertEqual(self.browser.driver.execute_async_script(PARSE, block), "", block)
                diagrams += 1
        self.assertGreaterEqual(diagrams, len(pages) - 1, "each page but the README has at least one")
        self.assert_quiet()

    def test_a_nasty_label_is_shown_as_text_and_nothing_of_it_runs(self):
        for number, (label, shown) in enumerate(LABELS):
            with self.subTest(label=label):
                diagram = self.scratch / f"nasty{number}.mmd"
                diagram.write_text(diagram_with(label), encoding="utf-8")
                trace = self.scratch / f"nasty{number}.json"
                run_program("check", diagram, "--property", "coherent-at-rest", "-o", trace, code=1)
                written = json.loads(trace.read_text(encoding="utf-8"))
                self.assertIn(label.split()[0], json.dumps(written["steps"]))
                found = self.draw(run_program("show", trace, "--as", "mermaid"))
                self.assert_nothing_runs(found)
                self.assertIn(without_blanks(shown), without_blanks(found["text"]))
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main()
