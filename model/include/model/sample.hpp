// Samples: random walks through random protocols, in random scenarios with faults; what `stalemate conform` replays on
// real servers. Each sample is the root of a tree of smaller ones, so that one that goes wrong can be shrunk.
//
// Determinism: drawn by RapidCheck's splittable generator; a sample is a function of its seed and number alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "traces/trace.hpp"

namespace stalemate::model {

class Sample {
 public:
  // Sample `number` of the seed.
  Sample(std::uint64_t seed, std::uint64_t number);

  // The walk as a trace; its seed is the sample's. It may stop before anything comes to rest.
  const traces::Trace& trace() const { return *trace_; }
  // Samples that are smaller in one way each, at most this many, the boldest first.
  std::vector<Sample> smaller(std::size_t most) const;

 private:
  struct Drawn;
  Sample() = default;
  std::shared_ptr<const Drawn> drawn_;
  std::shared_ptr<const traces::Trace> trace_;
};

}  // namespace stalemate::model
