// Samples: random walks through random protocols, in random scenarios with faults; what `stalemate conform` replays on
// real servers. Each sample is the root of a tree of smaller ones, so that one that goes wrong can be shrunk.
//
// Determinism: drawn by RapidCheck's splittable generator; a sample is a function of its seed and number alone.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::model {

class Sample {
 public:
  // Sample `number` of the seed.
  Sample(std::uint64_t seed, std::uint64_t number);

  // The walk as a trace, which can be replayed (traces/shapes.hpp); its seed is the sample's. It may stop before
  // anything comes to rest.
  const traces::Trace& trace() const { return *trace_; }
  // All that are smaller in one way (steps, app instances, operations, faults, keys, lines of the page), the boldest
  // first. Going on with any of them comes to an end.
  std::vector<Sample> smaller() const;

 private:
  Sample() = default;
  std::uint64_t seed_ = 0;
  std::shared_ptr<const traces::Trace> trace_;
};

}  // namespace stalemate::model
