// The hunt for false greens: pages whose verdict is known are drawn otherwise. One that is wrong must never be said to
// hold, however it is drawn, nor one that is right to be violated; what now speaks of something that is not modelled is
// refused. Refusing everything would pass so: of each kind of change, most answers must still be the verdict.
//
// RC_PARAMS="seed=S max_success=N" draws N pages (5,000 where it says nothing), the page number i by the seed S + i
// alone: max_success=1 draws one page again.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ask/check.hpp"
#include "ask/random_page.hpp"
#include "base/error.hpp"
#include "machine/scenario.hpp"
#include "model/false_green/false_green_changes.hpp"
#include "model/false_green/false_green_page.hpp"

namespace stalemate::model::false_green {
namespace {

enum class Answer { kViolated, kHolds, kInconclusive, kRefused };
std::string_view to_string(Answer answer) {
  constexpr std::array<std::string_view, 4> kNames = {"violated", "holds", "inconclusive", "refused"};
  return kNames.at(static_cast<std::size_t>(answer));
}

struct Answered {
  Answer answer = Answer::kRefused;
  std::string why;
};

Answered ask(const std::string& text, const traces::Scenario& scenario, const std::string& property) {
  try {
    CheckOptions options;
    options.properties = {property};
    options.reductions = Reductions::all();
    const Report report = check(read_protocol(text, "page.md", {}), scenario, options);
    if (report.verdict == Verdict::kViolated) return {Answer::kViolated, ""};
    if (report.verdict == Verdict::kHolds) return {Answer::kHolds, ""};
    return {Answer::kInconclusive, report.properties[0].why};
  } catch (const InputError& error) {
    return {Answer::kRefused, error.what()};
  }
}

// A change with the seed of what it draws.
struct Applied {
  std::size_t change = 0;
  std::uint64_t seed = 0;
};

struct Drawn {
  Case on;
  std::vector<Applied> changes;  // in the order of all_changes()
};

bool may_fail_over(const Case& page) {
  return std::any_of(page.scenario.faults.begin(), page.scenario.faults.end(),
                     [](const std::string& fault) { return fault.starts_with("cache-failover"); });
}

// The page, changed. `made`: those that found something to change.
Page changed(const Drawn& drawn, const std::vector<Change>& changes, std::vector<std::size_t>* made = nullptr) {
  Page page = drawn.on.page;
  for (const Applied& applied : drawn.changes) {
    if (changes[applied.change].sends && may_fail_over(drawn.on)) continue;
    if (changes[applied.change].hides && drawn.on.scenario.cached) continue;
    sim::Random random(applied.seed, 1);
    if (changes[applied.change].apply(page, random) && made != nullptr) made->push_back(applied.change);
  }
  return page;
}

// A random page with a scenario, if it is right or wrong there.
std::optional<Case> random_case(sim::Random& random) {
  static const std::vector<Case> kScenarios = [] {
    std::vector<Case> cases(4);
    cases[0].scenario.apps = {"read", "write"};
    cases[1].scenario.apps = {"write", "write"};
    cases[2].scenario.apps = {"read", "write"};
    cases[2].scenario.cached = true;
    cases[3].scenario.apps = {"write"};
    cases[3].scenario.cached = true;
    cases[3].scenario.faults = {"lost-message=1"};
    return cases;
  }();
  Case drawn = any_of(kScenarios, random);
  drawn.name = "a random page";
  drawn.property = random.below(4) == 0 ? "fresh-reads" : "coherent-at-rest";
  drawn.page = load(random_page()(rc::Random(random.next()), static_cast<int>(random.below(60))).value());
  const Answer answer = ask(print(drawn.page), drawn.scenario, drawn.property).answer;
  if (answer != Answer::kViolated && answer != Answer::kHolds) return {};
  drawn.violated = answer == Answer::kViolated;
  return drawn;
}

// By one seed: a page, one change that the seed counts out, and up to two more that change no meaning.
std::optional<Drawn> draw(std::uint64_t seed, const std::vector<Case>& cases, const std::vector<Change>& changes) {
  sim::Random random(seed, 0);
  std::vector<std::size_t> same;
  for (std::size_t i = 0; i < changes.size(); ++i)
    if (changes[i].meaning == Meaning::kSame) same.push_back(i);
  const std::size_t first = seed % changes.size();
  constexpr int kTriesMax = 200;
  for (int tries = 0; tries < kTriesMax; ++tries) {
    Drawn drawn;
    if (random.below(5) == 0) {
      std::optional<Case> found = random_case(random);
      if (!found) continue;
      drawn.on = std::move(*found);
    } else {
      drawn.on = any_of(cases, random);
    }
    drawn.changes = {{first, random.next()}};
    for (std::uint64_t more = random.below(3); more > 0; --more) {
      const std::size_t other = any_of(same, random);
      if (std::none_of(drawn.changes.begin(), drawn.changes.end(), [&](const Applied& a) { return a.change == other; }))
        drawn.changes.push_back({other, random.next()});
    }
    std::sort(drawn.changes.begin(), drawn.changes.end(),
              [](const Applied& a, const Applied& b) { return a.change < b.change; });
    std::vector<std::size_t> made;
    changed(drawn, changes, &made);
    if (std::find(made.begin(), made.end(), first) == made.end()) continue;
    std::erase_if(drawn.changes, [&](const Applied& applied) {
      return std::find(made.begin(), made.end(), applied.change) == made.end();
    });
    return drawn;
  }
  return {};
}

// What the page means now: at most one of its changes means anything.
Meaning meaning_of(const Drawn& drawn, const std::vector<Change>& changes) {
  for (const Applied& applied : drawn.changes)
    if (changes[applied.change].meaning != Meaning::kSame) return changes[applied.change].meaning;
  return Meaning::kSame;
}

bool wrongly_answered(const Drawn& drawn, const std::vector<Change>& changes, Answer answer) {
  const Meaning meaning = meaning_of(drawn, changes);
  if (meaning == Meaning::kNotModelled) return answer != Answer::kRefused;
  if (meaning == Meaning::kOther) return answer == Answer::kHolds;
  if (meaning == Meaning::kWorse) return drawn.on.violated && answer == Answer::kHolds;
  return answer == (drawn.on.violated ? Answer::kHolds : Answer::kViolated);
}

Answered answer_to(const Drawn& drawn, const std::vector<Change>& changes) {
  return ask(print(changed(drawn, changes)), drawn.on.scenario, drawn.on.property);
}

// The fewest changes that still lead to a wrong answer.
Drawn shrink(Drawn drawn, const std::vector<Change>& changes) {
  for (std::size_t i = 0; i < drawn.changes.size();) {
    Drawn fewer = drawn;
    fewer.changes.erase(fewer.changes.begin() + static_cast<std::ptrdiff_t>(i));
    if (!fewer.changes.empty() && wrongly_answered(fewer, changes, answer_to(fewer, changes).answer))
      drawn = std::move(fewer);
    else
      ++i;
  }
  return drawn;
}

std::string tell(const Drawn& drawn, const std::vector<Change>& changes, std::uint64_t seed) {
  std::string names;
  for (const Applied& applied : drawn.changes) names += (names.empty() ? "" : "; ") + changes[applied.change].name;
  return fmt::format(
      "{} ({} {}), changed: {}\nanswered: {}\n{}\n{}\nagain: RC_PARAMS='seed={} max_success=1' "
      "model_tests --gtest_filter='FalseGreen.*'\n",
      drawn.on.name, drawn.on.violated ? "violates" : "holds", drawn.on.property, names,
      to_string(answer_to(drawn, changes).answer), print(changed(drawn, changes)), describe(drawn.on.scenario), seed);
}

// A number that RC_PARAMS gives by this name.
std::uint64_t parameter(const std::string& name, std::uint64_t otherwise) {
  const char* const given = std::getenv("RC_PARAMS");
  const std::string text = std::string(" ") + (given == nullptr ? "" : given);
  const std::size_t at = text.find(" " + name + "=");
  return at == std::string::npos ? otherwise : std::stoull(text.substr(at + name.size() + 2));
}

struct Figures {
  std::size_t wrong = 0, wrong_violated = 0, right = 0, right_holds = 0, refused = 0;
  std::set<std::string> reasons = {};  // why it was not answered
};

std::string told(const Figures& figures) {
  std::string text;
  for (const std::string& reason : figures.reasons) text += "\n  " + reason;
  return text;
}

std::string percent(std::size_t part, std::size_t of) {
  return of == 0 ? "-" : fmt::format("{}% of {}", 100 * part / of, of);
}

TEST(FalseGreen, the_pages_that_are_drawn_otherwise_are_right_and_wrong_as_they_stand) {
  for (const Case& each : stored_cases()) {
    const Answered answered = ask(print(each.page), each.scenario, each.property);
    EXPECT_EQ(to_string(answered.answer), to_string(each.violated ? Answer::kViolated : Answer::kHolds))
        << each.name << ": " << answered.why;
  }
}

TEST(FalseGreen, a_page_that_is_drawn_otherwise_is_never_said_to_hold_where_it_is_wrong_nor_the_other_way_round) {
  constexpr std::size_t kPages = 5000;
  constexpr std::size_t kEnough = 40;  // of a kind, before its share says something
  constexpr std::size_t kToldMax = 5;
  constexpr std::size_t kReasonsMax = 6;
  const std::vector<Case> cases = stored_cases();
  const std::vector<Change> changes = all_changes();
  const std::uint64_t first = parameter("seed", 1);
  const std::uint64_t pages = parameter("max_success", kPages);
  std::vector<Figures> figures(changes.size());
  std::map<std::string, std::size_t> failures;
  for (std::uint64_t seed = first; seed < first + pages; ++seed) {
    const std::optional<Drawn> drawn = draw(seed, cases, changes);
    if (!drawn) continue;
    const Answered answered = answer_to(*drawn, changes);
    if (wrongly_answered(*drawn, changes, answered.answer)) {
      const Drawn smallest = shrink(*drawn, changes);
      std::string kinds;
      for (const Applied& applied : smallest.changes) kinds += changes[applied.change].name + "; ";
      if (++failures[kinds] == 1 && failures.size() <= kToldMax) ADD_FAILURE() << tell(smallest, changes, seed);
    }
    const Meaning meaning = meaning_of(*drawn, changes);
    for (const Applied& applied : drawn->changes) {
      if (meaning != changes[applied.change].meaning) continue;
      Figures& figure = figures[applied.change];
      ++(drawn->on.violated ? figure.wrong : figure.right);
      figure.wrong_violated += drawn->on.violated && answered.answer == Answer::kViolated;
      figure.right_holds += !drawn->on.violated && answered.answer == Answer::kHolds;
      figure.refused += answered.answer == Answer::kRefused;
      if (figure.reasons.size() < kReasonsMax) figure.reasons.insert(answered.why);
    }
  }
  for (const auto& [kinds, count] : failures) ADD_FAILURE() << count << " wrong answers after: " << kinds;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Figures& figure = figures[i];
    const std::size_t all = figure.wrong + figure.right;
    if (changes[i].meaning == Meaning::kWorse) {
      std::cout << fmt::format("{:<55} wrong: violated {}\n", changes[i].name,
                               percent(figure.wrong_violated, figure.wrong));
      if (figure.wrong >= kEnough) {
        EXPECT_GE(10 * figure.wrong_violated, 6 * figure.wrong) << changes[i].name << told(figure);
      }
      continue;
    }
    if (changes[i].meaning != Meaning::kSame) {
      std::cout << fmt::format("{:<55} refused {}\n", changes[i].name, percent(figure.refused, all));
      continue;
    }
    std::cout << fmt::format("{:<55} wrong: violated {:<14} right: holds {}\n", changes[i].name,
                             percent(figure.wrong_violated, figure.wrong), percent(figure.right_holds, figure.right));
    if (figure.wrong >= kEnough) {
      EXPECT_GE(10 * figure.wrong_violated, 6 * figure.wrong) << changes[i].name << told(figure);
    }
    if (figure.right >= kEnough) {
      EXPECT_GE(10 * figure.right_holds, 8 * figure.right) << changes[i].name << told(figure);
    }
  }
}

}  // namespace
}  // namespace stalemate::model::false_green
