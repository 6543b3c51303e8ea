// What is drawn for a sample, and the walk that it is.
#include "ask/sample.hpp"

#include <fmt/format.h>
#include <rapidcheck.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "ask/alphabet_pages.hpp"
#include "ask/random_page.hpp"
#include "ask/walk.hpp"
#include "base/error.hpp"
#include "base/invariant.hpp"
#include "machine/fault.hpp"
#include "machine/program.hpp"
#include "sim/random.hpp"
#include "traces/shapes.hpp"
#include "traces/verb.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kStepsMax = 60;
constexpr int kSize = 40;  // RapidCheck's: of pages
constexpr std::uint64_t kTriesMax = 1000;

// Which step of those enabled, in the words of the trace format.
struct Choice {
  traces::StepKind kind = traces::StepKind::kInvoke;
  int app = 0;
  int session = 0;
  bool is_ghost = false;
  // A smaller page or scenario may number these in another way.
  int operation = 0;
  int arrow = 0;
  int choice = 0;
  int budget = 0;
  std::string key;

  explicit Choice(const traces::Step& step)
      : kind(step.kind),
        app(step.app),
        session(step.session),
        is_ghost(step.is_ghost),
        operation(step.operation),
        arrow(step.arrow),
        choice(step.choice),
        budget(step.budget),
        key(step.key) {}
  bool operator==(const Choice&) const = default;
  bool is_like(const Choice& other) const {
    return kind == other.kind && app == other.app && session == other.session && is_ghost == other.is_ghost;
  }
};

struct Parts {
  std::vector<std::string> page;  // its lines
  traces::Scenario scenario;
  std::vector<Choice> steps;
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

std::string drawn_script() {
  return *rc::gen::weightedElement<std::string>({{6, "read"},
                                                 {6, "write"},
                                                 {2, "read k1"},
                                                 {2, "write k1"},
                                                 {2, "write; read"},
                                                 {2, "read; write"},
                                                 {2, "read | write"},
                                                 {1, "write k1 | write"}});
}

std::string drawn_fault() {
  std::vector<std::string> names;
  for (const FaultKind& kind : fault_kinds()) names.emplace_back(kind.name);
  names.emplace_back("cache-failover:3");
  names.push_back(fmt::format("{}=2", fmt::join(names, ",")));
  return *rc::gen::elementOf(names);
}

// More than half of the pages take more of the alphabet than values that are set and deleted.
std::string drawn_page() {
  std::string page = *random_page();
  const sim::Random random(*rc::gen::inRange<std::uint64_t>(0, 1'000'000), 0);
  using Change = std::string (*)(const std::string& drawn, sim::Random with);
  constexpr Change kEntries = [](const std::string& drawn, sim::Random with) { return with_entries(drawn, with); };
  constexpr Change kReplicaOfEntries = [](const std::string& drawn, sim::Random with) {
    return with_replica(with_entries(drawn, with), with);
  };
  constexpr Change kNone = [](const std::string& drawn, sim::Random) { return drawn; };
  const auto change = *rc::gen::weightedElement<Change>({{3, kEntries},
                                                         {2, with_watches},
                                                         {1, with_replica},
                                                         {1, kReplicaOfEntries},
                                                         {1, with_changes},
                                                         {1, with_rows},
                                                         {2, with_caches},
                                                         {3, kNone}});
  return change(page, random);
}

traces::Scenario drawn_scenario() {
  traces::Scenario scenario;
  const int apps = *rc::gen::inRange(1, 4);
  for (int app = 0; app < apps; ++app) scenario.apps.push_back(drawn_script());
  scenario.keys = *rc::gen::weightedElement<int>({{3, 1}, {1, 2}});
  scenario.cached = *rc::gen::weightedElement<bool>({{2, false}, {1, true}});
  if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) scenario.on_database_timeout = "continue";
  if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) scenario.on_cache_timeout = "fail";
  const int faults = *rc::gen::inRange(0, 4);
  for (int fault = 0; fault < faults; ++fault) scenario.faults.push_back(drawn_fault());
  return scenario;
}

// Faults of a cache that is not there are left out.
void fit(const Protocol& protocol, traces::Scenario& scenario) {
  if (compile(protocol, {}).has_cache) return;
  scenario.cached = false;
  std::erase_if(scenario.faults, [](const std::string& fault) {
    const auto kinds = fault_kinds();
    return std::any_of(kinds.begin(), kinds.end(), [&](const FaultKind& kind) {
      return kind.name == fault.substr(0, fault.find(':')) && kind.server() != nullptr;
    });
  });
}

using Chooser = std::function<std::optional<std::size_t>(const std::vector<traces::Step>& enabled)>;

// The walk that takes what `choose` says until it says nothing; none where the page or the scenario makes no sense.
std::optional<traces::Trace> walk_through(const std::string& page, traces::Scenario scenario, std::uint64_t seed,
                                          const Chooser& choose) {
  try {
    const Protocol protocol = read_protocol(page, "sample.md", {});
    fit(protocol, scenario);
    Walk walk(protocol, scenario, {});
    while (!walk.enabled().empty()) {
      const std::optional<std::size_t> chosen = choose(walk.enabled());
      if (!chosen) break;
      walk.take(*chosen);
    }
    traces::Trace trace = walk.trace();
    if (trace.steps.empty()) return std::nullopt;
    trace.seed = seed;
    return trace;
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::optional<traces::Trace> drawn_walk(const std::string& page, const traces::Scenario& scenario,
                                        const std::vector<unsigned>& numbers, std::uint64_t seed) {
  std::size_t next = 0;
  return walk_through(page, scenario, seed,
                      [&](const std::vector<traces::Step>& enabled) -> std::optional<std::size_t> {
                        if (next == numbers.size()) return {};
                        return numbers[next++] % enabled.size();
                      });
}

std::optional<std::size_t> find(const Choice& wanted, const std::vector<traces::Step>& enabled) {
  std::optional<std::size_t> like;
  for (std::size_t i = 0; i < enabled.size(); ++i) {
    const Choice offered(enabled[i]);
    if (offered == wanted) return i;
    if (!like && offered.is_like(wanted)) like = i;
  }
  return like;
}

// The walk along these steps; one that is not enabled any more is left out.
std::optional<traces::Trace> walk_along(const Parts& parts, std::uint64_t seed) {
  std::string page;
  for (const std::string& line : parts.page) page += line + "\n";
  std::size_t next = 0;
  return walk_through(page, parts.scenario, seed,
                      [&](const std::vector<traces::Step>& enabled) -> std::optional<std::size_t> {
                        while (next < parts.steps.size())
                          if (const auto found = find(parts.steps[next++], enabled)) return found;
                        return {};
                      });
}

Parts parts_of(const traces::Trace& trace) {
  Parts parts{lines_of(trace.protocol.text), trace.scenario, {}};
  for (const traces::Step& step : trace.steps) parts.steps.emplace_back(step);
  return parts;
}

Parts without_app(Parts parts, std::size_t index) {
  const int app = static_cast<int>(index) + 1;
  parts.scenario.apps.erase(parts.scenario.apps.begin() + static_cast<std::ptrdiff_t>(index));
  std::erase_if(parts.steps, [app](const Choice& step) { return step.app == app; });
  for (Choice& step : parts.steps)
    if (step.app > app) --step.app;
  return parts;
}

// With the first operation of the script alone, or one of its two sessions.
std::vector<Parts> with_less_of_a_script(const Parts& parts, std::size_t index) {
  std::vector<Parts> less;
  const std::string& script = parts.scenario.apps[index];
  const auto keep = [&](const std::string& what) {
    less.push_back(parts);
    less.back().scenario.apps[index] = what;
  };
  if (const std::size_t end = script.find(';'); end != std::string::npos) keep(script.substr(0, end));
  if (const std::size_t bar = script.find(" | "); bar != std::string::npos) {
    keep(script.substr(0, bar));
    keep(script.substr(bar + 3));
    for (Choice& step : less.back().steps) {
      if (step.app != static_cast<int>(index) + 1) continue;
      step.session = step.session == 2 ? 1 : 2;  // 2: not enabled any more
    }
  }
  return less;
}

// What is smaller in one way, the boldest ways first.
std::vector<Parts> smaller_parts(const Parts& parts) {
  std::vector<Parts> all;
  for (auto fewer = rc::shrink::removeChunks(parts.steps); auto steps = fewer.next();) {
    all.push_back(parts);
    all.back().steps = std::move(*steps);
  }
  for (std::size_t i = 0; i < parts.scenario.apps.size() && parts.scenario.apps.size() > 1; ++i)
    all.push_back(without_app(parts, i));
  for (std::size_t i = 0; i < parts.scenario.apps.size(); ++i)
    for (Parts& less : with_less_of_a_script(parts, i)) all.push_back(std::move(less));
  for (std::size_t i = 0; i < parts.scenario.faults.size(); ++i) {
    all.push_back(parts);
    auto& faults = all.back().scenario.faults;
    faults.erase(faults.begin() + static_cast<std::ptrdiff_t>(i));
  }
  const auto change = [&](bool is_needed, auto apply) {
    if (!is_needed) return;
    all.push_back(parts);
    apply(all.back().scenario);
  };
  change(parts.scenario.keys > 1, [](traces::Scenario& scenario) { scenario.keys = 1; });
  change(parts.scenario.cached, [](traces::Scenario& scenario) { scenario.cached = false; });
  change(parts.scenario.on_database_timeout != "fail",
         [](traces::Scenario& scenario) { scenario.on_database_timeout = "fail"; });
  change(parts.scenario.on_cache_timeout != "continue",
         [](traces::Scenario& scenario) { scenario.on_cache_timeout = "continue"; });
  for (auto fewer = rc::shrink::removeChunks(parts.page); auto page = fewer.next();) {
    all.push_back(parts);
    all.back().page = std::move(*page);
  }
  return all;
}

// Whether a store carries out more than what nearly every page has.
bool has_more_than_plain(const traces::Trace& trace) {
  constexpr traces::Verb kPlain[] = {traces::Verb::kGet, traces::Verb::kSet, traces::Verb::kAdd, traces::Verb::kDelete};
  return std::any_of(trace.steps.begin(), trace.steps.end(), [&](const traces::Step& step) {
    if (step.kind != traces::StepKind::kHandle || !step.request) return false;
    const traces::Verb verb = traces::find_verb(step.request->verb)->verb;
    return !step.request->watch.empty() || std::find(std::begin(kPlain), std::end(kPlain), verb) == std::end(kPlain);
  });
}

}  // namespace

Sample::Sample(std::uint64_t seed, std::uint64_t number) : seed_(seed) {
  // Every second one tries a while: most walks end before they come to what is rare in a page.
  constexpr std::uint64_t kTriesForMore = 12;
  struct Drawn {
    std::string page;
    traces::Scenario scenario;
    std::vector<unsigned> numbers;
  };
  const auto sample = rc::gen::exec([] {
    Drawn drawn;
    drawn.page = drawn_page();
    drawn.scenario = drawn_scenario();
    drawn.numbers = *rc::gen::container<std::vector<unsigned>>(kStepsMax, rc::gen::inRange(0U, 1'000'000U));
    return drawn;
  });
  for (std::uint64_t attempt = 0; attempt < kTriesMax; ++attempt) {
    const Drawn drawn = sample(rc::Random({seed, number, attempt, 0}), kSize).value();
    std::optional<traces::Trace> trace = drawn_walk(drawn.page, drawn.scenario, drawn.numbers, seed);
    if (!trace || !why_not_replayed(*trace).empty()) continue;
    if (number % 2 == 1 && attempt < kTriesForMore && !has_more_than_plain(*trace)) continue;
    trace_ = std::make_shared<const traces::Trace>(std::move(*trace));
    return;
  }
  STALEMATE_INVARIANT(false, "some page is understood");
}

std::vector<Sample> Sample::smaller() const {
  std::vector<Sample> found;
  for (const Parts& parts : smaller_parts(parts_of(*trace_))) {
    std::optional<traces::Trace> trace = walk_along(parts, seed_);
    if (!trace || *trace == *trace_ || !why_not_replayed(*trace).empty()) continue;
    Sample sample;
    sample.seed_ = seed_;
    sample.trace_ = std::make_shared<const traces::Trace>(std::move(*trace));
    found.push_back(std::move(sample));
  }
  return found;
}

}  // namespace stalemate::model
