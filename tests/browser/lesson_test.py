"""The lesson in a real browser: every control, the address, the keyboard, the game against a search of our own, a phone's
width, paper, dark, accessibility by axe-core, and that nothing a diagram says is ever markup and nothing is asked for.

What the page shows is compared with its embedded data as decoded here, in Python, not by the page's own scripts.
A long file: one page, and a browser that is started once for all of it.
"""

import collections
import json
import pathlib
import random
import re
import unittest

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import browser_support
from browser_support import BrowserTest

BYTES_MAX = 300_000  # of a page without its data
INFINITE = float("inf")

HOSTILE = """# Labels that are no markup
## Read
```mermaid
sequenceDiagram
    %% stalemate: same = img src onerror alert, svg onload alert, scripts
    participant app
    participant cache
    participant database
    app->>cache: Get value <img src=x onerror=alert(1)>
    cache-->>app: Does not exist
    app->>database: Get value </script><script>alert(2)</script>
    database-->>app: Value
    app->>cache: Set value <svg onload=alert(3)>
```
## Write
```mermaid
sequenceDiagram
    participant app
    participant cache
    participant database
    app->>database: Set value " onmouseover="alert(4)
    app->>cache: Delete value {{scripts}} <!-- ]]>
```
"""
HOSTILE_LABELS = [
    "Get value <img src=x onerror=alert(1)>",
    "Get value </script><script>alert(2)</script>",
    "Set value <svg onload=alert(3)>",
    'Set value " onmouseover="alert(4)',
    "Delete value {{scripts}} <!-- ]]>",
]

Edge = collections.namedtuple("Edge", "step target violates")


class Space:
    """One side's state space, decoded from the page's data."""

    def __init__(self, side):
        self.side = side
        self.edges = []
        for state in side["states"]:
            flat = state[4]
            self.edges.append([Edge(*flat[e : e + 3]) for e in range(0, len(flat), 3)])

    def walk(self, run):
        """The edges that a run takes."""
        taken, at = [], 0
        for choice in run:
            taken.append(self.edges[at][choice])
            at = taken[-1].target
        return taken

    def end(self, run):
        """The state that a run leads to."""
        return self.walk(run)[-1].target if run else 0

    def text(self, edge):
        """What the step is called."""
        return self.side["steps"][edge.step]["what"]

    def shortest_from(self, start):
        """A shortest run from `start` whose last step violates something; None where there is none. Breadth first."""
        queue, seen = collections.deque([(start, [])]), {start}
        while queue:
            at, run = queue.popleft()
            for choice, edge in enumerate(self.edges[at]):
                if edge.violates:
                    return run + [choice]
                if edge.target not in seen:
                    seen.add(edge.target)
                    queue.append((edge.target, run + [choice]))
        return None

    def can_go_wrong(self, start):
        """Whether a violation can be reached."""
        return self.shortest_from(start) is not None

    def stores(self, state):
        """Both stores: [cache values, database values]."""
        return self.side["stores"][self.side["states"][state][0]]


def make_page(folder, name, protocol, *options):
    """A lesson's file."""
    path = pathlib.Path(folder) / name
    browser_support.run_program("lesson", protocol, *options, "-o", path)
    return path


def data_text(path):
    """The embedded data as it stands in the file."""
    page = path.read_text(encoding="utf-8")
    return re.search(r'<script type="application/json" id="lesson-data">(.*?)</script>', page, re.DOTALL).group(1)


def spaces(path):
    """Each side's space by its id."""
    return {side["id"]: Space(side) for side in json.loads(data_text(path))["sides"]}


class LessonTest(BrowserTest):
    """Common to all: three pages, and what is asked of the page shown."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = make_page(cls.scratch, "race.html", "cache-aside")
        cls.lost = make_page(cls.scratch, "lost.html", "cache-aside", "--cached", "--fault", "lost-request@write:2")
        cls.sides = spaces(cls.page)
        cls.before, cls.after = cls.sides["before"], cls.sides["after"]

    def tearDown(self):
        self.assert_quiet()

    def open(self, fragment="", page=None):
        self.browser.open(page or self.page, fragment)

    def find(self, selector):
        return self.browser.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.browser.driver.find_elements(By.CSS_SELECTOR, selector)

    def hash(self):
        return self.browser.script("return location.hash")

    def press(self, *keys):
        webdriver_keys = self.browser.driver.switch_to.active_element
        webdriver_keys.send_keys(*keys)

    def text(self, selector="main"):
        return self.find(selector).text

    def button(self, label):
        return self.find(f'button[aria-label="{label}"]')

    def light(self, name):
        return self.find(f'.light[data-property="{name}"]').get_attribute("data-light")

    def choose(self, choice):
        self.find_all(".action")[choice].click()


class Story(LessonTest):
    """Stepping through what happened."""

    def test_the_first_sight_says_what_happened_and_shows_the_diagram(self):
        self.open()
        self.assertEqual(self.hash(), "#before/step=0")
        self.assertIn("wrong value", self.text("h1"))
        self.assertIn("The cache says k1 is 1000, the database says 1.", self.text("#summary"))
        self.assertEqual(len(self.find_all("svg.sequence")), 1)
        self.assertEqual([link.text for link in self.find_all("nav a")][2:], ["Side by side", "Play: you are the scheduler"])
        self.assertIn("Before", self.browser.driver.find_element(By.TAG_NAME, "h2").text)

    def test_first_previous_next_and_last_show_each_step_of_the_story(self):
        run = self.before.side["story"]
        self.open("before/step=0")
        for number, edge in enumerate(self.before.walk(run), start=1):
            self.button("Next step").click()
            self.assertEqual(self.hash(), f"#before/step={number}")
            self.assertIn(f"Step {number}", self.text(".sentence"))
            self.assertIn(self.before.text(edge), self.text(".sentence"))
            self.assertEqual(self.text(".place"), f"{number} of {len(run)}")
        self.button("Next step").click()
        self.assertEqual(self.hash(), f"#before/step={len(run)}", "there is no step after the last")
        self.button("Previous step").click()
        self.assertEqual(self.hash(), f"#before/step={len(run) - 1}")
        self.button("First step").click()
        self.assertEqual(self.hash(), "#before/step=0")
        self.button("Previous step").click()
        self.assertEqual(self.hash(), "#before/step=0", "there is no step before the first")
        self.button("Last step").click()
        self.assertEqual(self.hash(), f"#before/step={len(run)}")

    def test_the_stores_and_the_messages_in_flight_are_those_of_the_state(self):
        side = self.before.side
        self.open("before/step=0")
        states = [0] + [edge.target for edge in self.before.walk(side["story"])]
        for number, state in enumerate(states):
            cache, database = self.before.stores(state)
            shown = {cell.get_attribute("data-store"): cell.text.split()[0] for cell in self.find_all(".stores td[data-store]")}
            expected = {"cache": cache[0], "database": database[0]}
            self.assertEqual(shown, {k: "nothing" if v is None else str(v) for k, v in expected.items()}, number)
            in_flight = [item.text for item in self.find_all(".flight li:not(.none)")]
            messages = [side["messages"][m] for m in side["states"][state][1]]
            self.assertEqual(len(in_flight), len(messages), number)
            for shown_text, message in zip(in_flight, messages):
                self.assertIn(message.get("reply", side["requests"][message["request"]]["words"]), shown_text)
                self.assertIn(side["actors"][message["actor"]]["name"], shown_text)
            self.button("Next step").click()

    def test_the_slider_moves_the_story_by_mouse_and_by_its_own_keys(self):
        self.open("before/step=0")
        slider = self.find("input[type=range]")
        self.browser.script("arguments[0].value = 5; arguments[0].dispatchEvent(new Event('input'));", slider)
        self.assertEqual(self.hash(), "#before/step=5")
        slider.send_keys(Keys.ARROW_RIGHT)
        self.assertEqual(self.hash(), "#before/step=6")
        slider.send_keys(Keys.END)
        self.assertEqual(self.hash(), f"#before/step={len(self.before.side['story'])}")
        slider.send_keys(Keys.HOME)
        self.assertEqual(self.hash(), "#before/step=0")

    def test_the_keyboard_alone_goes_everywhere(self):
        self.open("before/step=0")
        for key, expected in [
            (Keys.ARROW_RIGHT, "#before/step=1"),
            (Keys.ARROW_RIGHT, "#before/step=2"),
            (Keys.ARROW_LEFT, "#before/step=1"),
            (Keys.END, f"#before/step={len(self.before.side['story'])}"),
            (Keys.HOME, "#before/step=0"),
            ("a", "#after/step=0"),
            ("s", "#both/step=0"),
            (Keys.ARROW_RIGHT, "#both/step=1"),
            ("p", "#play/before"),
            ("1", "#play/before/0"),
            ("u", "#play/before"),
            ("b", "#before/step=0"),
        ]:
            self.press(key)
            self.assertEqual(self.hash(), expected)
        seen = []
        for _ in range(11):  # the links, the steps, the diagram, the jump
            self.press(Keys.TAB)
            active = self.browser.driver.switch_to.active_element
            seen.append(active.get_attribute("aria-label") or active.text)
            outline = active.value_of_css_property("outline-style")
            self.assertEqual(outline, "solid", f"the focus is seen on {seen[-1]}")
        for name in ["Side by side", "First step", "Previous step", "Step", "Next step", "Last step"]:
            self.assertIn(name, seen)

    def test_the_address_names_the_step_so_that_a_link_shares_it(self):
        self.open("before/step=0")
        for fragment in ["before/step=7", "after/step=3", "both/step=9", "play/before/0.0.1", "play/after/1.0"]:
            self.browser.script("location.hash = arguments[0]", fragment)
            self.browser.script("return new Promise((done) => setTimeout(done, 50))")
            reached = self.text()
            self.open(fragment)
            self.assertEqual(self.hash(), f"#{fragment}")
            self.assertEqual(self.text(), reached, fragment)

    def test_an_address_that_names_nothing_shows_the_nearest_that_exists(self):
        last = len(self.before.side["story"])
        for fragment, expected in [
            ("nonsense", "#before/step=0"),
            ("before/step=999", f"#before/step={last}"),
            ("before/step=-1", "#before/step=0"),
            ("play/before/0.99.1", "#play/before/0"),
            ("play/nobody/0", "#play/before/0"),
            ("%E0%A4%A", "#before/step=0"),
            ("<img src=x onerror=alert(1)>", "#before/step=0"),
        ]:
            self.open(fragment)
            self.assertEqual(self.hash(), expected, fragment)
            self.assertEqual(self.browser.console(), [])

    def test_the_lights_turn_red_at_the_step_that_breaks_the_property_and_the_jump_leads_there(self):
        for page in (self.page, self.lost):
            space = spaces(page)["before"]
            taken = space.walk(space.side["story"])
            for p, prop in enumerate(space.side["properties"]):
                broken_at = [n for n, edge in enumerate(taken, start=1) if edge.violates >> p & 1]
                first = broken_at[0] if broken_at else INFINITE
                for number in range(len(taken) + 1):
                    self.open(f"before/step={number}", page)
                    expected = "red" if number >= first else "green" if prop["verdict"] else "off"
                    self.assertEqual(self.light(prop["name"]), expected, (prop["name"], number))
                if broken_at:
                    self.open("before/step=0", page)
                    self.find(f'.light[data-property="{prop["name"]}"] .jump').click()
                    self.assertEqual(self.hash(), f"#before/step={first}")
                    self.assertEqual(self.light(prop["name"]), "red")
            self.assertEqual(taken[-1].violates != 0, True, "the story ends with the violation")

    def test_side_by_side_goes_along_on_the_same_operations(self):
        moments = self.after.side["moments"]
        self.assertEqual(len(moments), len(self.before.side["story"]) + 1)
        after_states = [0] + [edge.target for edge in self.after.walk(self.after.side["story"])]
        for number, moment in enumerate(moments):
            self.open(f"both/step={number}")
            columns = self.find_all(".column")
            self.assertEqual(len(columns), 2)
            expected = f"Step {moment}" if moment else "At the start"
            self.assertIn(expected, columns[1].find_element(By.CSS_SELECTOR, ".sentence").text)
            database = columns[1].find_element(By.CSS_SELECTOR, 'td[data-store="database"]').text.split()[0]
            self.assertEqual(database, str(self.after.stores(after_states[moment])[1][0]))
        tops = {column.rect["y"] for column in self.find_all(".column")}
        self.assertEqual(len(tops), 1, "beside each other")
        starts = lambda space: sorted(
            space.side["steps"][edge.step]["operation"]
            for edge in space.walk(space.side["story"])
            if space.side["steps"][edge.step]["kind"] == "invoke"
        )
        self.assertEqual(starts(self.before), starts(self.after))

    def test_a_fault_stands_on_both_sides_or_is_told_of_where_it_cannot_be(self):
        both = make_page(self.scratch, "both.html", "cache-aside", "--cached", "--fault", "lost-reply")
        kinds = lambda space: [space.side["steps"][edge.step]["kind"] for edge in space.walk(space.side["story"])]
        self.assertIn("lose-reply", kinds(spaces(both)["before"]))
        self.assertIn("lose-reply", kinds(spaces(both)["after"]))
        story = spaces(self.lost)["before"]
        self.assertEqual(spaces(self.lost)["after"].side["apart"], [{"moment": 4, "why": "Here nothing is sent to a cache."}])
        words = f"Only before, in step 4: {story.text(story.walk(story.side['story'])[3])} Here nothing is sent to a cache."
        for number in range(5):
            self.open(f"both/step={number}", self.lost)
            told = [each.text for each in self.find_all(".column .apart")]
            self.assertEqual(told, [words] if number == 4 else [])
        self.open("after/step=0", self.lost)
        self.assertIn(words, self.text(".explanation"))

    def test_each_message_is_drawn_from_where_it_was_sent_to_where_it_arrived(self):
        for page in (self.page, self.lost):
            side = spaces(page)["before"].side
            self.open(f"before/step={len(side['story'])}", page)
            drawn = sorted(
                (int(line.get_attribute("data-from-step")), int(line.get_attribute("data-to-step") or -1))
                for line in self.find_all("line.message[data-from-step]")
            )
            self.assertEqual(drawn, sorted(flights(spaces(page)["before"])))
            self.assertEqual(len(self.find_all("path.lost")), 1 if page == self.lost else 0)

    def test_the_racing_pair_and_the_point_of_no_return_are_marked(self):
        self.open("before/step=12")
        self.assertEqual(self.before.side["race"], [8, 10], "the delete, then the late set, as in explain")
        self.assertEqual(self.before.side["noReturn"], 8)
        self.assertEqual(len(self.find_all("circle.race")), 2)
        self.assertEqual(len(self.find_all("line.no-return")), 1)
        ring_rows = [float(ring.get_attribute("cy")) for ring in self.find_all("circle.race")]
        events = [float(event.get_attribute("cy")) for event in self.find_all("circle.event")]
        self.assertEqual(ring_rows, [events[8], events[10]])
        for sentence in self.before.side["sentences"]:
            self.assertIn(sentence["text"], self.text(".explanation"))

    def test_the_runs_that_the_explanation_tells_of_are_links_and_end_well(self):
        self.open("before/step=12")
        links = [link.get_attribute("href").partition("#")[2] for link in self.find_all(".explanation a")]
        others = [other["run"] for other in self.before.side["others"]]
        self.assertEqual(links, ["play/before/" + ".".join(map(str, run)) for run in others])
        for fragment, run in zip(links, others):
            self.assertEqual(self.before.edges[self.before.end(run)], [], "to its rest")
            self.open(fragment)
            self.assertEqual(self.hash(), f"#{fragment}")
            self.assertIn("no property was broken", self.text(".verdict.safe"))


def runs_to_rest(space):
    """Runs to each state in which nothing more can happen."""
    queue, seen = collections.deque([(0, [])]), {0}
    while queue:
        at, run = queue.popleft()
        if not space.edges[at]:
            yield run
        for choice, edge in enumerate(space.edges[at]):
            if edge.target not in seen:
                seen.add(edge.target)
                queue.append((edge.target, run + [choice]))


def flights(space):
    """(sent, done) of each message of the story, steps from 1, done -1 where it was on its way at the end. A session has
    at most one request and one reply of an arrow in flight in these protocols."""
    side, open_, done = space.side, {}, []
    for row, edge in enumerate(space.walk(side["story"]), start=1):
        step = side["steps"][edge.step]
        if step["kind"] != "invoke":
            is_reply = step["kind"] in ("receive", "lose-reply")
            done.append((open_.pop((step["actor"], step["arrow"], is_reply)), row))
        if step["kind"] == "handle" and "reply" in step:
            open_[(step["actor"], step["arrow"], True)] = row
        for sent in step.get("sends", []):
            open_[(step["actor"], side["requests"][sent]["arrow"], False)] = row
    return done + [(row, -1) for row in open_.values()]


class Play(LessonTest):
    """You are the scheduler."""

    def test_every_enabled_action_is_offered_in_words(self):
        rng = random.Random(7)
        for side in self.sides.values():
            self.open(f"play/{side.side['id']}")
            at = 0
            while side.edges[at]:
                offered = [what.text for what in self.find_all(".action .what")]
                self.assertEqual(offered, [side.text(edge) for edge in side.edges[at]])
                choice = rng.randrange(len(offered))
                self.choose(choice)
                at = side.edges[at][choice].target
            self.assertEqual(self.find_all(".action"), [])
            self.assertIn("Nothing more can happen", self.text(".actions"))

    def test_the_game_is_won_in_the_shortest_number_of_moves(self):
        for page in (self.page, self.lost):
            space = spaces(page)["before"]
            shortest = space.shortest_from(0)
            self.open("play/before", page)
            self.assertIn(f"It can be done in {len(shortest)} step", self.text(".about"))
            for number, choice in enumerate(shortest):
                self.assertEqual(self.find_all(".verdict.won"), [], f"not won after {number}")
                self.choose(choice)
            self.assertIn("You made the cache lie", self.text(".verdict.won"))
            self.assertIn("No run does it in fewer", self.text(".verdict.won"))
            self.assertIn(f"{len(shortest)} steps so far; the shortest way to win has {len(shortest)}", self.text("#score"))
            self.assertEqual(self.hash(), "#play/before/" + ".".join(map(str, shortest)))
        self.assertEqual(len(self.before.shortest_from(0)), len(self.before.side["story"]))

    def test_a_win_by_a_detour_is_told_from_the_shortest(self):
        space = spaces(self.lost)["before"]
        shortest = space.shortest_from(0)
        detour = next(
            [choice] + space.shortest_from(edge.target)
            for choice, edge in enumerate(space.edges[0])
            if space.can_go_wrong(edge.target) and len(space.shortest_from(edge.target)) >= len(shortest)
        )
        self.open("play/before/" + ".".join(map(str, detour)), self.lost)
        self.assertIn(f"The shortest run has {len(shortest)} steps", self.text(".verdict.won"))

    def test_hints_lead_to_a_win_from_anywhere_it_is_possible(self):
        rng = random.Random(11)
        space = self.before
        for _ in range(3):
            self.open("play/before")
            run = []
            for _ in range(4):  # somewhere off the way, where a win is still possible
                open_ways = [c for c, e in enumerate(space.edges[space.end(run)]) if not e.violates and space.can_go_wrong(e.target)]
                run.append(rng.choice(open_ways))
                self.choose(run[-1])
            left = len(space.shortest_from(space.end(run)))
            for _ in range(left):
                self.assertEqual(self.find_all(".verdict.won"), [])
                self.find("#hint").click()
                hinted = self.find_all(".action.hinted")
                self.assertEqual(len(hinted), 1)
                self.assertIn("Hint:", self.text(".game .sentence"))
                hinted[0].click()
            self.assertIn("You made the cache lie", self.text(".verdict.won"))
            self.assertIn(f"{left} hints", self.text("#score"))

    def test_undo_and_start_again(self):
        self.open("play/before")
        start = self.text()
        self.choose(0)
        one = self.text()
        self.choose(0)
        self.find("#undo").click()
        self.assertEqual((self.hash(), self.text()), ("#play/before/0", one))
        self.find("#undo").click()
        self.find("#undo").click()
        self.assertEqual((self.hash(), self.text()), ("#play/before", start))
        self.choose(1)
        self.choose(0)
        self.find("#hint").click()
        self.find("#reset").click()
        self.assertEqual((self.hash(), self.text()), ("#play/before", start))

    def test_it_says_exactly_when_nothing_can_go_wrong_any_more(self):
        rng = random.Random(3)
        told = set()
        for _ in range(6):
            self.open("play/before")
            run = []
            while self.before.edges[self.before.end(run)]:
                run.append(rng.randrange(len(self.before.edges[self.before.end(run)])))
                self.choose(run[-1])
                won = any(edge.violates for edge in self.before.walk(run))
                safe = not won and not self.before.can_go_wrong(self.before.end(run))
                told.add((won, safe))
                self.assertEqual(len(self.find_all(".verdict.safe")), 1 if safe else 0, run)
                self.assertEqual(len(self.find_all(".verdict.won")), 1 if won else 0, run)
                if safe:
                    self.find("#hint").click()
                    self.assertEqual(self.find_all(".action.hinted"), [])
        self.assertIn((False, True), told)
        self.assertIn((False, False), told)

    def test_the_database_alone_cannot_be_made_to_lie_and_the_game_says_so(self):
        space = self.after
        self.assertFalse(any(edge.violates for edges in space.edges for edge in edges))
        self.assertFalse(any(state[3] for state in space.side["states"]))
        self.open("play/after")
        self.assertIn("cannot be won", self.text(".about"))
        self.assertIn(f"none of its {len(space.edges)} states", self.text(".about"))
        self.find("#hint").click()
        self.assertEqual(self.find_all(".action.hinted"), [])
        rng = random.Random(5)
        while self.find_all(".action"):
            self.choose(rng.randrange(len(self.find_all(".action"))))
            self.assertEqual(self.find_all(".verdict.won"), [])
            self.assertEqual(len(self.find_all(".verdict.safe")), 1)
        self.assertIn("no property was broken", self.text(".verdict.safe"))

    def test_a_wrong_cache_is_called_wrong_whatever_was_asked(self):
        page = make_page(self.scratch, "unasked.html", "cache-aside", "--property", "fresh-reads")
        space = spaces(page)["before"]
        wrong = next(
            run for run in runs_to_rest(space) if space.stores(space.end(run))[0][0] not in (None, space.stores(space.end(run))[1][0])
        )
        self.open("play/before/" + ".".join(map(str, wrong)), page)
        self.assertEqual(self.find_all(".verdict.safe, .verdict.won"), [])
        self.assertIn("Everything is at rest, and the cache is wrong.", self.text(".verdict.wrong"))
        self.assertIn("The cache says k1 is 1000, the database says 1. fresh-reads does not forbid that.", self.text(".verdict.wrong"))
        self.assertIn("none breaks fresh-reads", self.text("h1"))
        self.assertEqual(self.light("coherent-at-rest"), "off")
        self.assertIn("was not asked for", self.text('.light[data-property="coherent-at-rest"]'))
        self.assertEqual(self.find_all('.light[data-property="converges"]'), [])

    def test_by_keyboard_alone_the_game_is_won(self):
        self.open("play/before")
        for choice in self.before.shortest_from(0):
            self.press(str(choice + 1))
        self.assertIn("You made the cache lie", self.text(".verdict.won"))
        self.press("r")
        self.assertEqual(self.hash(), "#play/before")
        self.press("h")  # the hinted action has the focus: Enter takes it
        self.press(Keys.ENTER)
        self.assertEqual(len(self.hash().split(".")), 1)
        self.assertNotEqual(self.hash(), "#play/before")
        active = self.browser.driver.switch_to.active_element
        self.assertIn("action", active.get_attribute("class"), "the focus stays among the actions")

    def test_the_levels_are_links_to_each_side(self):
        self.open("play/before")
        self.find('.level[href="#play/after"]').click()
        self.assertEqual(self.hash(), "#play/after")
        self.find('nav a[href="#play/before"]').click()
        self.assertEqual(self.hash(), "#play/before")


class Looks(LessonTest):
    """On a phone, on paper, in the dark, for everyone."""

    PARTS = ["before/step=9", "after/step=3", "both/step=12", "play/before/0.0.0", "play/after/0.0.0"]

    def screenshots(self, name):
        for part in self.PARTS:
            self.open(part)
            self.browser.screenshot(f"lesson-{name}-{part.split('/')[0]}-{part.split('/')[1][:7].replace('=', '')}")

    def test_on_a_desktop(self):
        self.screenshots("light")

    def test_on_a_phone_nothing_is_wider_than_the_screen_and_the_panes_stand_below_each_other(self):
        self.browser.resize(360, 740, 2)
        for part in self.PARTS:
            self.open(part)
            self.assertEqual(self.browser.script("return document.documentElement.scrollWidth"), 360, part)
            panes = self.find_all(".pane, .diagram")
            self.assertGreater(len(panes), 2)
            for pane in panes:
                self.assertGreaterEqual(pane.rect["x"], 0)
                self.assertLessEqual(pane.rect["x"] + pane.rect["width"], 360)
            boxes = sorted((pane.rect["y"], pane.rect["y"] + pane.rect["height"]) for pane in panes)
            for upper, lower in zip(boxes, boxes[1:]):
                self.assertLessEqual(upper[1], lower[0] + 1)
            for selector in (".bar", ".controls", ".pane", "nav"):
                for each in self.find_all(selector):
                    fits = self.browser.script("return arguments[0].scrollWidth <= arguments[0].clientWidth", each)
                    self.assertTrue(fits, (part, selector))
            inside = self.browser.script("const f = document.querySelector('.frame'); return f.scrollWidth <= f.clientWidth")
            self.assertTrue(inside, "four lifelines fit")
        self.screenshots("phone")

    def test_no_text_of_a_diagram_is_cut_off(self):
        page = make_page(
            self.scratch, "long.html", "cache-aside", "--app", "read k1; write k1; read k1", "--app", "write k2; read k2", "--keys", "2"
        )
        for width in (360, 700, 1280):
            self.browser.resize(width, 740, 1)
            for where in ("before/step=3", "after/step=2", "both/step=3", "play/before/0.0.0"):
                self.open(where, page)
                for svg in self.find_all("svg.sequence"):
                    outside = self.browser.script(
                        "const frame = arguments[0].getBoundingClientRect();"
                        "return [...arguments[0].querySelectorAll('text')].filter((text) => { const box = text.getBoundingClientRect();"
                        "return box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 ||"
                        "       box.bottom > frame.bottom + 1; }).map((text) => text.textContent)",
                        svg,
                    )
                    self.assertEqual(outside, [], (width, where))
                    heads = [each.text for each in svg.find_elements(By.CSS_SELECTOR, ".actor-script")]
                    self.assertEqual(" ".join(heads).split(), "read k1; write k1; read k1 write k2; read k2".split(), (width, where))
                    apart = self.browser.script(
                        "const boxes = [...arguments[0].querySelectorAll('.actor-script, .actor-name')].map((text) => text.getBoundingClientRect());"
                        "return boxes.every((a, i) => boxes.every((b, j) => i >= j || a.right <= b.left + 1 || b.right <= a.left + 1 ||"
                        "                                                   a.bottom <= b.top + 3 || b.bottom <= a.top + 3));",
                        svg,
                    )
                    self.assertTrue(apart, (width, where, "names and scripts do not overlap"))

    def test_in_the_dark(self):
        self.open("before/step=9")
        bright = lambda: sum(map(int, re.findall(r"\d+", self.browser.script("return getComputedStyle(document.documentElement).backgroundColor"))[:3]))
        self.assertGreater(bright(), 600)
        self.browser.media(prefers_color_scheme="dark")
        self.assertLess(bright(), 150)
        self.screenshots("dark")

    def test_on_paper_stands_the_whole_diagram_and_no_control(self):
        self.open("before/step=3")
        self.assertGreater(len(self.find_all(".later")), 0)
        self.browser.script("dispatchEvent(new Event('beforeprint'))")
        self.browser.media(type="print")
        self.assertEqual(self.find_all("svg .later"), [])
        self.assertEqual(len(self.find_all("circle.event")), len(self.before.side["story"]))
        for selector in ["nav", ".controls", ".jump", ".keys", ".explanation a"]:
            self.assertFalse(any(each.is_displayed() for each in self.find_all(selector)), selector)
        for selector in ["h1", "svg.sequence", ".explanation", ".stores"]:
            self.assertTrue(self.find(selector).is_displayed(), selector)
        self.assertEqual(self.browser.script("return getComputedStyle(document.documentElement).backgroundColor"), "rgb(255, 255, 255)")
        self.browser.screenshot("lesson-print")
        self.browser.media()
        self.browser.script("dispatchEvent(new Event('afterprint'))")
        self.assertIn("Step 3", self.text(".sentence"))
        self.assertEqual(self.hash(), "#before/step=3")
        printed = self.browser.print_pdf("lesson")
        self.assertEqual(printed.read_bytes()[:5], b"%PDF-")
        self.assertLessEqual(len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())), 3)

    def test_axe_finds_nothing_serious(self):
        for scheme in ("light", "dark"):
            for width in (1280, 360):
                self.browser.resize(width, 900)
                self.browser.media(prefers_color_scheme=scheme, prefers_reduced_motion="reduce")
                for part in [*self.PARTS, "play/before/" + ".".join(map(str, self.before.side["story"]))]:
                    self.open(part)
                    self.assertEqual(self.axe(), [], (scheme, width, part))

    def axe(self):
        """What axe-core calls serious or critical."""
        self.browser.load_script(browser_support.node_module("axe-core/axe.min.js"))
        found = self.browser.script("return axe.run(document).then((result) => result.violations)")
        return [
            (each["id"], [node["html"] for node in each["nodes"]])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]

    def test_axe_would_find_a_button_without_a_name(self):
        self.open("before/step=0")
        self.browser.script("document.querySelector('main').append(document.createElement('button'))")
        self.assertEqual([each[0] for each in self.axe()], ["button-name"])

    def test_headings_go_down_by_one(self):
        for part in self.PARTS:
            self.open(part)
            levels = [int(h.tag_name[1]) for h in self.find_all("h1, h2, h3, h4")]
            self.assertEqual(levels[0], 1)
            self.assertEqual(levels.count(1), 1)
            for upper, lower in zip(levels, levels[1:]):
                self.assertLessEqual(lower, upper + 1, part)


class Safety(LessonTest):
    """Nothing a diagram says is markup, nothing leaves the page, and the page is small."""

    def test_labels_show_as_text_and_never_run(self):
        source = self.scratch / "<img src=x onerror=alert(5)>.md"
        source.write_text(HOSTILE, encoding="utf-8")
        page = make_page(self.scratch, "hostile.html", source)
        space = spaces(page)["before"]
        self.assertEqual(sorted({r["label"] for r in space.side["requests"]}), sorted(HOSTILE_LABELS))
        seen = ""
        for number in range(len(space.side["story"]) + 1):
            self.open(f"before/step={number}", page)
            self.browser.script("window.onerror = null")
            seen += self.text(".flight") + "\n"
            self.assertEqual(self.find_all("main img, main script, [onerror], [onload], [onmouseover], [onclick]"), [])
        for label in HOSTILE_LABELS:
            self.assertIn(f"“{label}”", seen)
        self.assertIn("<img src=x onerror=alert(5)>.md", self.text(".about"))
        self.assertIn("<img src=x onerror=alert(5)>.md", self.browser.driver.title)
        count = self.browser.script("return document.scripts.length")
        self.open("before/step=0")
        self.assertEqual(count, self.browser.script("return document.scripts.length"), "as many as in any lesson")

    def test_the_policy_forbids_scripts_of_others_and_every_request(self):
        self.open("before/step=0")
        ran = self.browser.script(
            "const s = document.createElement('script'); s.textContent = 'window.intruder = 1'; document.body.append(s);"
            "return window.intruder === 1"
        )
        self.assertFalse(ran, "a script that is not the page's own")
        refused = self.browser.script("return fetch('data:text/plain,x').then(() => 'sent', () => 'refused')")
        self.assertEqual(refused, "refused")
        console = self.browser.console()
        self.assertTrue(any("Executing inline script violates" in line for line in console), console)
        for line in console:
            self.assertIn("Content Security Policy", line)
        self.open("before/step=0")  # leaves a quiet console

    def test_a_page_without_its_data_is_small(self):
        size = len(self.page.read_bytes()) - len(data_text(self.page).encode())
        self.assertLess(size, BYTES_MAX)
        self.assertGreater(size, 10_000)

    def test_the_page_names_no_other_place(self):
        text = self.page.read_text(encoding="utf-8").replace(data_text(self.page), "")
        self.assertEqual([url for url in re.findall(r"https?://[^\s'\"]*", text) if "www.w3.org/2000/svg" not in url], [])
        self.assertEqual(re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), [])


if __name__ == "__main__":
    unittest.main()
