// `compare`: what a change wins and loses. Two protocols, before and after, are judged in the same scenario, without
// faults and with each fault alone; a property that was broken and is not any more is won, one that was not and is now
// is lost. A function of protocols and options alone, as a check is (ask/check.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ask/check.hpp"
#include "understand/protocol.hpp"
#include "understand/wanted.hpp"

namespace stalemate::model {

// Up to so many states, orders are counted that nobody asked to be.
inline constexpr std::uint64_t kOrdersStatesMax = 200'000;

struct CompareOptions {
  // The scenario of both; what it leaves open, the lines of the page after the change may say. Its faults are the rows,
  // each with what stands with it; none: each kind that can strike either side.
  ScenarioWords given;
  std::vector<std::string> properties;  // empty: the default ones that apply to either side
  bool count_schedules = false;         // of every row; else of the one without faults, where it has few states
  CheckOptions check;                   // how to search; what else it holds is not heeded
};

// How a property stands: it says nothing where it does not apply, or what it speaks of is never reached.
enum class Standing : std::uint8_t { kHolds, kViolated, kSaysNothing, kUnknown };
std::string_view to_string(Standing standing);

struct Judgement {
  Standing standing = Standing::kSaysNothing;
  std::string why = {};                     // where it says nothing or is not known
  std::optional<traces::Trace> trace = {};  // a shortest one, where only this side is violated
};

enum class Change : std::uint8_t { kNone, kWon, kLost, kUndecided };
std::string_view to_string(Change change);

struct ComparedCell {
  std::string property;
  Judgement before, after;
  Change change = Change::kNone;
};

struct ComparedRow {
  std::string fault;  // "": none
  // Whether it can strike there. What it cannot strike stands as without faults.
  bool strikes_before = true;
  bool strikes_after = true;
  std::vector<ComparedCell> cells;  // in the order of Comparison::properties
  std::optional<Schedules> orders_before, orders_after;
};

struct Comparison {
  std::string before, after;  // names of the files
  traces::Scenario scenario;  // without faults
  std::vector<std::string> properties;
  std::vector<ComparedRow> rows;
  std::vector<std::string> limits;  // that were hit

  // Of the cells with that change the one whose trace is shortest, of those without faults where there is any; of
  // several the first. Null: there is none.
  const ComparedCell* simplest(Change change) const;
  bool has(Change change) const { return simplest(change) != nullptr; }
};

// Throws InputError: what the two do cannot be matched, or a scenario or property that fits neither.
Comparison compare(const Protocol& before, const Protocol& after, const CompareOptions& options);

// For people, as Markdown to paste into a pull request, and as one JSON object.
std::string describe(const Comparison& comparison);
std::string to_markdown(const Comparison& comparison);
std::string to_json(const Comparison& comparison);

}  // namespace stalemate::model
