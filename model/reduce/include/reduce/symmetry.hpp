// Symmetry: app instances with the same script are interchangeable, and so are the values they write.
//
// Why it changes no verdict. Let p exchange app instances of one session whose scripts are equal but for the values
// their Writes carry, and with them these values, wherever a state names one. The program, the keys, the fault targets
// (which name arrows, not actors) and the initial values are the same for all of them, so s -a-> t exactly if
// p(s) -p(a)-> p(t): p is an automorphism of the state space that maps the initial state to itself. Judging a state or
// a step looks at who holds the same value as whom, never at which value or instance it is, so s and p(s) are judged
// alike. Hence it is enough to keep one state of each orbit (Ip and Dill, "Better Verification Through Symmetry",
// Formal Methods in System Design 9, 1996). Not for properties about endless runs, whose fairness tells instances
// apart.
//
// The representative is the same for every state of an orbit: instances that nothing tells apart without naming values
// are tried in every order. A state with too many such orders stays as it is: then more than one state of its orbit may
// be kept, which costs room and changes no verdict.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "machine/machine.hpp"

namespace stalemate::model {

class Symmetry {
 public:
  static constexpr std::uint64_t kOrdersMax = 5040;  // that are tried of one state

  // Or why there is none to use.
  static std::variant<Symmetry, std::string> of(const Machine& machine, std::uint64_t orders_max = kOrdersMax);

  // Replaces a state by the representative of its orbit, in a bounded number of orders tried. Threads may do so at
  // once.
  void canonicalize(std::uint64_t* words) const;

  // True if the states are of one orbit; for other states it is true by a rare chance only.
  bool may_be_symmetric(const std::uint64_t* a, const std::uint64_t* b) const;

  // Whether some state was left as it is, by any thread so far: what is kept is then at least one state of each orbit.
  bool gave_up() const { return gave_up_->load(std::memory_order_relaxed); }

 private:
  // Bits of a word that stand, in the same order, in a packed session.
  struct Run {
    Field field;
    unsigned offset = 0;
  };
  // A field of a packed session that names values.
  struct Naming {
    unsigned offset = 0;
    unsigned width = 0;
    Meaning meaning = Meaning::kPlain;
  };
  struct Packing {
    std::vector<Run> runs;
    std::vector<Naming> naming;
    std::uint64_t plain = 0;  // the bits that name no value
  };
  // Sessions that are exchanged among each other.
  struct Class {
    std::vector<std::size_t> sessions;
    bool writes = false;
  };
  class Work;

  Symmetry() = default;
  static Packing packing_of(const std::vector<PlacedField>& fields);

  std::vector<Class> classes_;
  std::vector<PlacedField> shared_;                // those that name values
  std::vector<Packing> packings_;                  // by session
  std::vector<std::vector<unsigned>> own_values_;  // by session: what its operations write, in their order
  std::uint64_t orders_max_ = kOrdersMax;
  std::size_t words_ = 0;  // of a state
  unsigned values_ = 0;    // how many there are
  std::unique_ptr<std::atomic<bool>> gave_up_ = std::make_unique<std::atomic<bool>>(false);
};

}  // namespace stalemate::model
