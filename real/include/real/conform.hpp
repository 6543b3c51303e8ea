// Conformance: does the model say what real servers do? Samples (model/sample.hpp) are replayed, many in a row over
// warm servers; the first that diverges is made as small as it gets. A divergence is a defect of the model.
//
// The samples and their order depend on the seed alone; of several that diverge the lowest number is reported, whatever
// number runs at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "real/replay.hpp"

namespace stalemate::real {

struct ConformProgress {
  std::uint64_t runs = 0;
  std::uint64_t steps = 0;
  bool shrinking = false;
};

struct ConformOptions {
  std::uint64_t runs = 1000;
  std::uint64_t seed = 0;
  int jobs = 1;
  // After each run, one call at a time; true: stop.
  std::function<bool(const ConformProgress&)> on_progress;
};

struct Disagreement {
  std::uint64_t run = 0;  // from 0: of the sample as it was drawn
  traces::Trace drawn;
  traces::Trace shrunk;
  Conformance conformance;  // of the shrunk one
};

struct ConformReport {
  std::uint64_t runs = 0;   // that were replayed
  std::uint64_t steps = 0;  // of them
  std::uint64_t round_trips = 0;
  bool stopped = false;                        // on_progress said so
  std::map<std::string, std::uint64_t> kinds;  // how many steps of each kind
  // Samples that no replay was made of, by the reason: what a limit of replaying is.
  std::map<std::string, std::uint64_t> left_out;
  std::optional<Disagreement> disagreement;
};

// Throws traces::EnvironmentError (servers missing or lost) and Interrupted.
ConformReport conform(const ReplayPlace& where, const ConformOptions& options);

// The report for people. A function of the report.
std::string describe(const ConformReport& report);

}  // namespace stalemate::real
