// Conformance: does the model say what real servers do? Samples (ask/sample.hpp) are replayed, many in a row over
// warm servers; the first that goes wrong (diverges, or is refused) is made as small as it gets. It is a defect of the
// model or of the replay.
//
// The samples and their order depend on the seed alone; of several that diverge the lowest number is reported, whatever
// number runs at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "replay/batch.hpp"

namespace stalemate::real {

struct ConformProgress {
  std::uint64_t runs = 0;                // that were replayed
  std::uint64_t tried = 0;               // smaller samples, once something was found
  std::optional<std::size_t> shrinking;  // how many steps what was found has by now
};

struct ConformOptions {
  std::uint64_t runs = 1000;
  std::uint64_t seed = 0;
  int jobs = 1;
  std::optional<traces::CacheServer> cache;  // that stands for every cache; none: one or the other, where both can
  // After each run, one call at a time.
  std::function<void(const ConformProgress&)> on_progress;
  // What the model is taken to say instead of the sample's trace: tests let it lie.
  std::function<traces::Trace(const traces::Trace&)> retell;
};

struct Disagreement {
  std::uint64_t run = 0;  // from 0: of the sample as it was drawn
  traces::Trace drawn;
  traces::Trace shrunk;
  Replayed replayed;  // what became of the shrunk one: a divergence, or the line by which it was refused
};

struct ConformReport {
  std::uint64_t seed = 0;
  std::uint64_t runs = 0;         // that were replayed
  std::uint64_t passed_over = 0;  // more that were drawn, and need what these servers cannot be asked for
  std::uint64_t steps = 0;        // of those that were replayed
  std::uint64_t round_trips = 0;
  std::string stopped;                         // by a signal, before all runs were done: one line; else empty
  std::string failed;                          // a server that is missing, lost, or where something may be left
  std::map<std::string, std::uint64_t> kinds;  // how many steps of each kind
  std::map<std::string, std::uint64_t>
      verbs;  // how many requests were handled of each: "redis set", "memcached get lease"
  std::optional<Disagreement> disagreement;
};

// A stop signal or a server that is lost ends it early, with what is known by then. Throws EnvironmentError
// (servers missing at the start).
ConformReport conform(const ReplayPlace& where, const ConformOptions& options);

// The report for people, and as one JSON object. Functions of the report.
std::string describe(const ConformReport& report);
std::string to_json(const ConformReport& report);

}  // namespace stalemate::real
