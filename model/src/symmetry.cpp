// The representative of a state: values renamed and instances reordered, in every way that what does not name a value
// leaves open; the smallest outcome.
//
// A session is packed into one word, values renamed; sessions of a class without values are then just sorted. Of
// classes that write, an order fixes how values are renamed, so orders are tried: first the instances are sorted by all
// that can be said without naming a value (their own plain bits; where and how often their values stand), and only
// those that are still alike are permuted.
#include "model/symmetry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

#include "sim/invariant.hpp"

namespace stalemate::model {
namespace {

constexpr unsigned kValuesMax = kWritesMax + 1;
using ValueMap = std::array<std::uint8_t, kValuesMax>;

std::uint64_t renamed(std::uint64_t content, Meaning meaning, const ValueMap& map) {
  switch (meaning) {
    case Meaning::kPlain:
      return content;
    case Meaning::kValue:
      return map[content];
    case Meaning::kCoded:
      return content == 0 ? 0 : map[content - 1] + std::uint64_t{1};
    case Meaning::kSet: {
      std::uint64_t set = 0;
      for (unsigned value = 0; content >> value != 0; ++value)
        if ((content >> value & 1) != 0) set |= std::uint64_t{1} << map[value];
      return set;
    }
  }
  STALEMATE_INVARIANT(false, "every meaning is renamed");
  return 0;
}

unsigned width_of(const std::vector<PlacedField>& fields) {
  unsigned width = 0;
  for (const PlacedField& placed : fields) width += placed.field.width;
  return width;
}

// What two sessions must have in common to be exchanged.
using Script = std::vector<std::tuple<OperationKind, std::vector<std::uint16_t>, int>>;

Script script_of(const Session& session) {
  Script script;
  for (const ScriptedOperation& operation : session.operations)
    script.emplace_back(operation.kind, operation.candidates, operation.key);
  return script;
}

std::vector<unsigned> values_of(const Session& session) {
  std::vector<unsigned> values;
  for (const ScriptedOperation& operation : session.operations)
    if (operation.kind == OperationKind::kWrite) values.push_back(operation.value);
  return values;
}

}  // namespace

std::variant<Symmetry, std::string> Symmetry::of(const Machine& machine) {
  const std::vector<Session>& sessions = machine.scenario().sessions;
  std::map<int, int> sessions_of_app;
  for (const Session& session : sessions) ++sessions_of_app[session.app];
  std::map<Script, Class> by_script;
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    if (sessions_of_app[sessions[s].app] != 1) continue;
    Class& members = by_script[script_of(sessions[s])];
    members.sessions.push_back(s);
    members.values.push_back(values_of(sessions[s]));
  }
  Symmetry symmetry;
  for (auto& [script, members] : by_script)
    if (members.sessions.size() > 1) symmetry.classes_.push_back(std::move(members));
  if (symmetry.classes_.empty()) return "no two app instances have the same script and one session each";
  for (const PlacedField& placed : machine.layout().shared())
    if (placed.meaning != Meaning::kPlain) symmetry.shared_.push_back(placed);
  for (const auto& fields : machine.layout().sessions()) {
    if (width_of(fields) > 64) return "the state of a session is wider than 64 bits";
    symmetry.packings_.push_back(packing_of(fields));
  }
  symmetry.values_ = machine.scenario().values;
  return symmetry;
}

Symmetry::Packing Symmetry::packing_of(const std::vector<PlacedField>& fields) {
  Packing packing;
  unsigned offset = 0;
  for (const auto& [field, meaning] : fields) {
    if (field.width == 0) continue;
    Run* last = packing.runs.empty() ? nullptr : &packing.runs.back();
    if (last != nullptr && last->field.word == field.word && last->field.shift + last->field.width == field.shift)
      last->field.width = static_cast<std::uint8_t>(last->field.width + field.width);
    else
      packing.runs.push_back({field, offset});
    if (meaning == Meaning::kPlain)
      packing.plain |= field.mask() << offset;
    else
      packing.naming.push_back({offset, field.width, meaning});
    offset += field.width;
  }
  return packing;
}

// One state on its way to its representative.
class Symmetry::Work {
 public:
  Work(const Symmetry& symmetry, std::uint64_t* words) : symmetry_(symmetry), words_(words) {
    for (std::size_t s = 0; s < sessions(); ++s) {
      before_[s] = 0;
      for (const Run& run : symmetry.packings_[s].runs) before_[s] |= get(words, run.field) << run.offset;
      order_[s] = static_cast<std::uint8_t>(s);
    }
    for (unsigned value = 0; value < symmetry.values_; ++value) map_[value] = static_cast<std::uint8_t>(value);
    find_values();
  }

  void canonicalize() {
    arrange_writers(0);
    write();
  }

 private:
  // What can be said of a writing session without naming a value.
  struct Signature {
    std::uint64_t plain;
    std::uint64_t values;
    bool operator==(const Signature&) const = default;
    bool operator<(const Signature& other) const {
      return std::tie(plain, values) < std::tie(other.plain, other.values);
    }
  };
  struct Outcome {
    std::array<std::uint64_t, 2 * kKeysMax + kSessionsMax> shared;
    std::array<std::uint64_t, kSessionsMax> packed;
  };
  using Members = std::array<std::uint8_t, kSessionsMax>;

  std::size_t sessions() const { return symmetry_.packings_.size(); }

  // Where and how often each value stands: in which of the shared fields, in how many fields of sessions.
  void find_values() {
    for (unsigned value = 0; value < symmetry_.values_; ++value) standing_[value] = 0;
    std::uint64_t place = 1;
    for (const PlacedField& placed : symmetry_.shared_) {
      count(get(words_, placed.field), placed.meaning, place);
      place *= 3;
    }
    for (std::size_t s = 0; s < sessions(); ++s)
      for (const Naming& naming : symmetry_.packings_[s].naming)
        count(content(before_[s], naming), naming.meaning, std::uint64_t{1} << 40);
  }
  void count(std::uint64_t content, Meaning meaning, std::uint64_t weight) {
    if (meaning == Meaning::kSet) {
      for (; content != 0; content &= content - 1)
        standing_[static_cast<unsigned>(std::countr_zero(content))] += weight;
    } else if (meaning == Meaning::kValue) {
      standing_[content] += weight;
    } else if (content != 0) {
      standing_[content - 1] += weight;
    }
  }

  static std::uint64_t content(std::uint64_t packed, const Naming& naming) {
    return packed >> naming.offset & (naming.width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << naming.width) - 1);
  }

  // Chooses an order for the writing classes from this one on, then looks at the outcome.
  void arrange_writers(std::size_t number) {
    while (number < symmetry_.classes_.size() && !symmetry_.classes_[number].writes()) ++number;
    if (number == symmetry_.classes_.size()) return consider();
    const Class& members = symmetry_.classes_[number];
    std::array<Signature, kSessionsMax> signatures;
    Members arrangement;
    for (std::size_t i = 0; i < members.sessions.size(); ++i) {
      const std::size_t session = members.sessions[i];
      signatures[i] = {before_[session] & symmetry_.packings_[session].plain, 0};
      for (const unsigned value : members.values[i])
        signatures[i].values = signatures[i].values * 0x9e3779b97f4a7c15 + standing_[value];
      std::size_t at = i;
      for (; at > 0 && signatures[i] < signatures[arrangement[at - 1]]; --at) arrangement[at] = arrangement[at - 1];
      arrangement[at] = static_cast<std::uint8_t>(i);
    }
    permute_alike(number, signatures, arrangement, 0);
  }

  // Every order of the members from `from` on that only exchanges those with the same signature.
  void permute_alike(std::size_t number, const std::array<Signature, kSessionsMax>& signatures, Members& arrangement,
                     std::size_t from) {
    const Class& members = symmetry_.classes_[number];
    if (from == members.sessions.size()) {
      for (std::size_t place = 0; place < from; ++place) {
        const std::size_t member = arrangement[place];
        order_[members.sessions[place]] = static_cast<std::uint8_t>(members.sessions[member]);
        for (std::size_t i = 0; i < members.values[place].size(); ++i)
          map_[members.values[member][i]] = static_cast<std::uint8_t>(members.values[place][i]);
      }
      return arrange_writers(number + 1);
    }
    for (std::size_t i = from; i < members.sessions.size(); ++i) {
      if (signatures[arrangement[i]] != signatures[arrangement[from]]) break;
      std::swap(arrangement[from], arrangement[i]);
      permute_alike(number, signatures, arrangement, from + 1);
      std::swap(arrangement[from], arrangement[i]);
    }
  }

  // The outcome of the order and the names chosen for the writers, the readers sorted; kept if it is the smallest.
  void consider() {
    Outcome& outcome = outcomes_[1 - best_];
    for (std::size_t i = 0; i < symmetry_.shared_.size(); ++i) {
      const PlacedField& placed = symmetry_.shared_[i];
      outcome.shared[i] = renamed(get(words_, placed.field), placed.meaning, map_);
    }
    for (std::size_t s = 0; s < sessions(); ++s) outcome.packed[s] = renamed_session(order_[s]);
    for (const Class& members : symmetry_.classes_)
      if (!members.writes()) sort(outcome.packed, members.sessions);
    if (considered_ && !smaller(outcome, outcomes_[best_])) return;
    considered_ = true;
    best_ = 1 - best_;
  }

  std::uint64_t renamed_session(std::size_t session) const {
    std::uint64_t packed = before_[session] & symmetry_.packings_[session].plain;
    for (const Naming& naming : symmetry_.packings_[session].naming)
      packed |= renamed(content(before_[session], naming), naming.meaning, map_) << naming.offset;
    return packed;
  }

  static void sort(std::array<std::uint64_t, kSessionsMax>& packed, const std::vector<std::size_t>& places) {
    for (std::size_t i = 1; i < places.size(); ++i) {
      const std::uint64_t moved = packed[places[i]];
      std::size_t at = i;
      for (; at > 0 && packed[places[at - 1]] > moved; --at) packed[places[at]] = packed[places[at - 1]];
      packed[places[at]] = moved;
    }
  }

  bool smaller(const Outcome& a, const Outcome& b) const {
    const auto shared = static_cast<std::ptrdiff_t>(symmetry_.shared_.size());
    const auto packed = static_cast<std::ptrdiff_t>(sessions());
    const auto differ = std::mismatch(a.shared.begin(), a.shared.begin() + shared, b.shared.begin());
    if (differ.first != a.shared.begin() + shared) return *differ.first < *differ.second;
    return std::lexicographical_compare(a.packed.begin(), a.packed.begin() + packed, b.packed.begin(),
                                        b.packed.begin() + packed);
  }

  void write() {
    const Outcome& outcome = outcomes_[best_];
    for (std::size_t i = 0; i < symmetry_.shared_.size(); ++i)
      set(words_, symmetry_.shared_[i].field, outcome.shared[i]);
    for (std::size_t s = 0; s < sessions(); ++s)
      for (const Run& run : symmetry_.packings_[s].runs)
        set(words_, run.field, outcome.packed[s] >> run.offset & run.field.mask());
  }

  const Symmetry& symmetry_;
  std::uint64_t* words_;
  std::array<std::uint64_t, kSessionsMax> before_;  // by session, packed
  std::array<std::uint64_t, kValuesMax> standing_;  // by value
  std::array<std::uint8_t, kSessionsMax> order_;    // by place: the session that comes there
  ValueMap map_;
  std::array<Outcome, 2> outcomes_;
  std::size_t best_ = 0;
  bool considered_ = false;
};

void Symmetry::canonicalize(std::uint64_t* words) const { Work(*this, words).canonicalize(); }

}  // namespace stalemate::model
