"""The state graph's SVG, opened in a browser by itself: every state is drawn, labels that are markup show as text, and
nothing of them runs. SVG may hold scripts, and a browser runs those of a file that is opened."""

import unittest

from browser_support import BrowserTest, run_program

DIAGRAM = """sequenceDiagram
    participant app
    participant cache
    participant database
    Note over app: Read
    app->>cache: get <img src=x onerror=document.title='run'> </title><script>document.title='run'</script>
    cache-->>app: miss
    app->>database: get value
    alt </text><script>document.title='run'</script> "
      app->>cache: set value
    else other
      app->>cache: set value
    end
    Note over app: Write
    app->>database: set value
    app->>cache: delete value
"""
RUNS = '<svg xmlns="http://www.w3.org/2000/svg"><script>document.documentElement.id = "run"</script></svg>\n'


class GraphTest(BrowserTest):
    def test_a_script_in_an_svg_would_run(self):
        page = self.scratch / "runs.svg"
        page.write_text(RUNS, encoding="utf-8")
        self.browser.open(page)
        self.assertEqual(self.browser.script("return document.documentElement.id"), "run")

    def test_every_state_is_drawn_and_labels_are_text(self):
        diagram = self.scratch / "nasty.mmd"
        diagram.write_text(DIAGRAM, encoding="utf-8")
        drawing = self.scratch / "nasty.svg"
        run_program("graph", diagram, "--as", "svg", "-o", drawing)
        self.browser.open(drawing)
        self.assert_quiet()
        states = run_program("graph", diagram, "--as", "graphml").count("<node ")
        self.assertGreater(states, 50)
        count = "return document.querySelectorAll(arguments[0]).length"
        self.assertEqual(self.browser.script(count, "g.node"), states)
        self.assertEqual(self.browser.script(count, "script, img, foreignObject, parsererror"), 0)
        attributes = "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes]).map(a => a.name)"
        self.assertEqual([name for name in self.browser.script(attributes) if name.lower().startswith("on")], [])
        self.assertNotEqual(self.browser.script("return document.title"), "run")
        texts = self.browser.script("return [...document.querySelectorAll('text')].map(e => e.textContent)")
        self.assertTrue(any("</text><script>document.title='run'</script> \"" in text for text in texts), texts)
        tips = self.browser.script(
            "return [...document.querySelectorAll('a')]"
            ".map(e => e.getAttributeNS('http://www.w3.org/1999/xlink', 'title'))"
        )
        self.assertTrue(any("get <img src=x onerror=document.title='run'>" in tip for tip in tips), tips)

    def test_the_textbook_graph_marks_its_violation(self):
        drawing = self.scratch / "cache-aside.svg"
        run_program("graph", "cache-aside", "--all-invoked", "--as", "svg", "-o", drawing)
        self.browser.open(drawing)
        self.assert_quiet()
        self.browser.screenshot("state-graph")
        marked = self.browser.script(
            "return [...document.querySelectorAll('g.node')].filter(e => e.querySelector('[fill=\"#e69f00\"]'))"
            ".map(e => e.textContent)"
        )
        self.assertEqual(len(marked), 1)
        self.assertIn("breaks coherent-at-rest", marked[0])


if __name__ == "__main__":
    unittest.main()
