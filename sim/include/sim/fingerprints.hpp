// What random walks have seen: a flat table of fingerprints that knows how many different things were observed, how
// many of them only once, and so how likely the next observation is to be new (Good, "The Population Frequencies of
// Species and the Estimation of Population Parameters", Biometrika 40, 1953).
//
// Determinism: every number is a function of the sequence of fingerprints. Bounded: once `entries_max` different ones
// are in, nothing more is counted, and full() says so. 63 bits of a fingerprint are kept: n things are confused with a
// chance of at most n^2 / 2^64.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace stalemate::sim {

class Fingerprints {
 public:
  // 12.6 million entries in at most 128 MiB, and half of that again while it grows.
  static constexpr std::uint64_t kEntriesMax = (std::uint64_t{1} << 24) / 4 * 3;

  explicit Fingerprints(std::uint64_t entries_max = kEntriesMax);

  // False: not counted, the table is full.
  bool observe(std::uint64_t fingerprint);

  // A hint to the processor that observe() comes soon.
  void prefetch(std::uint64_t fingerprint) const {
    __builtin_prefetch(&slots_[static_cast<std::size_t>(fingerprint >> 1) & (slots_.size() - 1)], 1);
  }

  std::uint64_t observations() const { return observations_; }
  std::uint64_t distinct() const { return distinct_; }
  std::uint64_t singletons() const { return singletons_; }  // observed exactly once
  bool full() const { return distinct_ == entries_max_; }

  // Good and Turing's estimate: the chance that one more observation, drawn as these were, is of something new.
  double unseen() const {
    return observations_ == 0 ? 1 : static_cast<double>(singletons_) / static_cast<double>(observations_);
  }

 private:
  void grow();
  std::uint64_t* find(std::uint64_t key);

  // I1: a slot is 0 (empty) or the fingerprint without its lowest bit, which says whether it was seen again; a
  //     fingerprint that would be 0 is kept as 2. I2: at least a quarter of the slots is empty.
  std::vector<std::uint64_t> slots_;
  std::uint64_t entries_max_;
  std::uint64_t observations_ = 0;
  std::uint64_t distinct_ = 0;
  std::uint64_t singletons_ = 0;
};

// A fingerprint of words, by their values: the same on machines of any byte order.
std::uint64_t fingerprint(std::uint64_t seed, const std::uint64_t* words, std::size_t count);

}  // namespace stalemate::sim
