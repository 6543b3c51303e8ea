// What is exported, whatever the language: the program and the scenario, checked to be covered, and the faults as each
// budget pays for them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "machine/program.hpp"
#include "machine/scenario.hpp"

namespace stalemate::model {

// Faults that strike messages, and those that strike the cache: by their names.
inline constexpr std::string_view kMessageFaults[] = {"lost-request", "lost-reply", "late-request", "duplicate",
                                                      "error",        "crash",      "cancel"};
inline constexpr std::string_view kCacheFaults[] = {"evict", "cache-restart", "expire", "lost-delivery"};

struct Outline {
  std::string page;  // "cache-aside"
  Program program;
  Scenario scenario;

  // Whether the cache stands in the process of each app instance; and so how often there is one.
  const DrawnServer& cache() const { return program.servers.front(); }
  std::size_t places() const { return cache().local ? apps() : 1; }

  // By app instance: what it runs.
  const ScriptedOperation& script(std::size_t app) const { return scenario.sessions[app].operations.front(); }
  const ProgramOperation& operation_of(std::size_t app) const {
    return program.operations[script(app).candidates.front()];
  }
  std::size_t apps() const { return scenario.sessions.size(); }

  // As a state holds values: 0 none, else value + 1. What a Write writes; the change that it makes.
  unsigned own(std::size_t app) const { return script(app).value + 1; }
  unsigned change(std::size_t app) const;
  unsigned no_row() const { return scenario.no_row ? *scenario.no_row + 1 : 0; }
  std::vector<std::size_t> filled_at_first() const;  // entries

  // Instructions whose messages a fault of this name, paid by that budget, may strike; whether it may strike the cache.
  std::vector<InstructionId> struck(const FaultBudget& budget, std::string_view fault) const;
  bool strikes_cache(const FaultBudget& budget, std::string_view fault) const;
};

// Throws NotModelledError for what is not covered.
Outline outline_of(const Protocol& protocol, const traces::Scenario& scenario);

// "cache", "database" or "channel"; of a budget's fault or an outcome: "lost_request", "no_row".
std::string_view store_of(const Program& program, const Instruction& instruction);
std::string identifier(std::string_view name);

// The comment that opens an export, line by line: the page, the scenario, what is claimed.
std::vector<std::string> about(const Outline& outline);

// A prelude, by the name of its file.
std::string_view prelude(std::string_view file);

}  // namespace stalemate::model
