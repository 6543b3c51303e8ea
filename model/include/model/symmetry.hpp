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
// The representative is exact: the same for every state of an orbit. Instances that nothing tells apart without naming
// values are tried in every order.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "model/machine.hpp"

namespace stalemate::model {

class Symmetry {
 public:
  // Or why there is none to use.
  static std::variant<Symmetry, std::string> of(const Machine& machine);

  // Replaces a state by the representative of its orbit.
  void canonicalize(std::uint64_t* words) const;

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
  // Sessions that are exchanged among each other, and for each the values that its operations write, in their order.
  struct Class {
    std::vector<std::size_t> sessions;
    std::vector<std::vector<unsigned>> values;
    bool writes() const { return !values.front().empty(); }
  };
  class Work;

  Symmetry() = default;
  static Packing packing_of(const std::vector<PlacedField>& fields);

  std::vector<Class> classes_;
  std::vector<PlacedField> shared_;  // those that name values
  std::vector<Packing> packings_;    // by session
  unsigned values_ = 0;              // how many there are
};

}  // namespace stalemate::model
