// What is drawn for a sample, and the walk that it is.
#include "model/sample.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "model/fault.hpp"
#include "model/program.hpp"
#include "model/protocol.hpp"
#include "model/random_page.hpp"
#include "model/walk.hpp"
#include "sim/invariant.hpp"
#include "traces/error.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kStepsMax = 60;
constexpr int kSize = 40;  // RapidCheck's: of pages
constexpr std::uint64_t kTriesMax = 1000;

// I1: a schedule's numbers each choose among what is enabled then.
struct Parts {
  std::string page;
  traces::Scenario scenario;
  std::vector<unsigned> schedule;
};

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
  names.emplace_back("any=2");
  return *rc::gen::elementOf(names);
}

rc::Gen<Parts> parts() {
  return rc::gen::exec([] {
    Parts drawn;
    drawn.page = *random_page();
    const int apps = *rc::gen::inRange(1, 4);
    for (int app = 0; app < apps; ++app) drawn.scenario.apps.push_back(drawn_script());
    drawn.scenario.keys = *rc::gen::weightedElement<int>({{3, 1}, {1, 2}});
    drawn.scenario.cached = *rc::gen::weightedElement<bool>({{2, false}, {1, true}});
    if (*rc::gen::weightedElement<bool>({{2, false}, {1, true}})) drawn.scenario.on_database_timeout = "continue";
    const int faults = *rc::gen::inRange(0, 4);
    for (int fault = 0; fault < faults; ++fault) drawn.scenario.faults.push_back(drawn_fault());
    drawn.schedule = *rc::gen::container<std::vector<unsigned>>(kStepsMax, rc::gen::inRange(0U, 1'000'000U));
    return drawn;
  });
}

// The walk; none where the page or the scenario makes no sense. Faults of a cache that is not there are left out.
std::optional<traces::Trace> walk_through(const Parts& parts, std::uint64_t seed) {
  try {
    const Protocol protocol = read_protocol(parts.page, "sample.md", {});
    traces::Scenario scenario = parts.scenario;
    if (!compile(protocol, {}).has_cache) {
      scenario.cached = false;
      std::erase_if(scenario.faults, [](const std::string& fault) {
        const auto kinds = fault_kinds();
        return std::any_of(kinds.begin(), kinds.end(),
                           [&](const FaultKind& kind) { return kind.name == fault && kind.strikes_cache(); });
      });
    }
    Walk walk(protocol, scenario, {});
    for (const unsigned number : parts.schedule) {
      if (walk.enabled().empty()) break;
      walk.take(number % walk.enabled().size());
    }
    traces::Trace trace = walk.trace();
    if (trace.steps.empty()) return std::nullopt;
    trace.seed = seed;
    return trace;
  } catch (const traces::InputError&) {
    return std::nullopt;
  }
}

}  // namespace

struct Sample::Drawn {
  rc::Shrinkable<Parts> parts;
  std::uint64_t seed = 0;
};

Sample::Sample(std::uint64_t seed, std::uint64_t number) {
  for (std::uint64_t attempt = 0; attempt < kTriesMax; ++attempt) {
    rc::Shrinkable<Parts> drawn = parts()(rc::Random({seed, number, attempt, 0}), kSize);
    std::optional<traces::Trace> trace = walk_through(drawn.value(), seed);
    if (!trace) continue;
    drawn_ = std::make_shared<const Drawn>(Drawn{std::move(drawn), seed});
    trace_ = std::make_shared<const traces::Trace>(std::move(*trace));
    return;
  }
  STALEMATE_INVARIANT(false, "some page is understood");
}

std::vector<Sample> Sample::smaller(std::size_t most) const {
  std::vector<Sample> found;
  rc::Seq<rc::Shrinkable<Parts>> shrinks = drawn_->parts.shrinks();
  while (found.size() < most) {
    rc::Maybe<rc::Shrinkable<Parts>> next = shrinks.next();
    if (!next) break;
    std::optional<traces::Trace> trace = walk_through(next->value(), drawn_->seed);
    if (!trace || trace->steps.size() > trace_->steps.size() || *trace == *trace_) continue;
    Sample sample;
    sample.drawn_ = std::make_shared<const Drawn>(Drawn{std::move(*next), drawn_->seed});
    sample.trace_ = std::make_shared<const traces::Trace>(std::move(*trace));
    found.push_back(std::move(sample));
  }
  return found;
}

}  // namespace stalemate::model
