// Where in a server a replay works: a schema `stalemate_RUN`, keys `stalemate:RUN:...`; and with which statements.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "understand/mapping.hpp"

namespace stalemate::real {

struct WorkArea {
  // NOLINTNEXTLINE(google-explicit-constructor): a run alone is an area of the tutorial's table and keys.
  WorkArea(std::string the_run) : run(std::move(the_run)) {}
  WorkArea(const char* the_run) : run(the_run) {}  // NOLINT(google-explicit-constructor)

  std::string run;
  // Statements of the user's own, and what the scenario's keys are called in them. Null: the tutorial's.
  std::shared_ptr<const model::Mapping> mapping;
  std::vector<std::string> names;
};

}  // namespace stalemate::real
