// The representative of a state: values renamed and instances reordered, in every way that what does not name a value
// leaves open; the smallest outcome.
//
// A session is packed into one word, values renamed; sessions of a class without values are then just sorted. Of
// classes that write, an order fixes how values are renamed, so orders are tried: first the instances are sorted by all
// that can be said without naming a value (their own plain bits; where and how often their values stand), and only
// those that are still alike, a cell, are permuted. A cell whose values stand nowhere is sorted like readers: what its
// values are called shows nowhere.
//
// Where many orders are left, twins are looked for: two sessions whose exchange, with that of their values, leaves the
// state as it is; of the orders that exchange twins one is enough. Then cells are refined (colour refinement; McKay,
// "Practical Graph Isomorphism", Congressus Numerantium 30, 1981): a session by the colours of the values it names, a
// value by the colours of the sessions that name it, until no cell splits. Colours are hashes: two that collide make a
// larger cell and no mistake, because every state of the orbit has the same. A long
// file, because all of it works on the arrays of one state.
#include "reduce/symmetry.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <tuple>
#include <utility>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

constexpr unsigned kValuesMax = kWritesMax + 1;
static_assert(kValuesMax <= 64, "a set of values fits a word");
using ValueMap = std::array<std::uint8_t, kValuesMax>;

// At most this many shared fields name values: each takes a bit of the state or more.
constexpr std::size_t kSharedMax = 64 * kWordsMax;

constexpr std::uint64_t kOrdersFew = 6;  // so many are tried sooner than made fewer

unsigned lowest_of(std::uint64_t set) { return static_cast<unsigned>(std::countr_zero(set)); }

// Order matters.
std::uint64_t mixed(std::uint64_t colour, std::uint64_t with) {
  colour = (colour ^ with) * 0x9e3779b97f4a7c15;
  return colour ^ colour >> 29;
}

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
      for (; content != 0; content &= content - 1) set |= std::uint64_t{1} << map[lowest_of(content)];
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

std::variant<Symmetry, std::string> Symmetry::of(const Machine& machine, std::uint64_t orders_max) {
  const std::vector<Session>& sessions = machine.scenario().sessions;
  std::map<int, int> sessions_of_app;
  for (const Session& session : sessions) ++sessions_of_app[session.app];
  std::map<Script, Class> by_script;
  for (std::size_t s = 0; s < sessions.size(); ++s) {
    if (sessions_of_app[sessions[s].app] != 1) continue;
    Class& members = by_script[script_of(sessions[s])];
    members.sessions.push_back(s);
    members.writes = !values_of(sessions[s]).empty();
  }
  // What is in a value where Writes change what is there is not renamed.
  if (machine.scenario().amounts.any()) std::erase_if(by_script, [](const auto& one) { return one.second.writes; });
  Symmetry symmetry;
  symmetry.orders_max_ = orders_max;
  symmetry.words_ = machine.words();
  for (auto& [script, members] : by_script)
    if (members.sessions.size() > 1) symmetry.classes_.push_back(std::move(members));
  if (symmetry.classes_.empty()) return "no two app instances have the same script and one session each";
  for (const Session& session : sessions) symmetry.own_values_.push_back(values_of(session));
  for (const PlacedField& placed : machine.layout().shared())
    if (placed.meaning != Meaning::kPlain && placed.field.width != 0) symmetry.shared_.push_back(placed);
  for (const auto& fields : machine.layout().sessions()) {
    if (width_of(fields) > 64) return "the state of a session is wider than 64 bits";
    symmetry.packings_.push_back(packing_of(fields));
  }
  symmetry.values_ = machine.scenario().values;
  STALEMATE_INVARIANT(symmetry.packings_.size() <= kSessionsMax, "a scenario has no more sessions");
  STALEMATE_INVARIANT(symmetry.values_ <= kValuesMax, "a scenario has no more values");
  STALEMATE_INVARIANT(symmetry.shared_.size() <= kSharedMax, "a field takes a bit of a state, and those are no more");
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
  }

  // False: there are too many orders, and the state stays as it is.
  bool canonicalize() {
    look_at_values();
    find_cells();
    if (orders_ > kOrdersFew) {
      find_twins();
      sort_into_cells();
    }
    for (bool split = true; split && orders_ > kOrdersFew;) split = refine();
    if (orders_ > symmetry_.orders_max_) return false;
    permute(0, 0);
    write();
    return true;
  }

  // The same for all states of an orbit, and for few others.
  std::uint64_t colour() {
    look_at_values();
    find_cells();
    while (refine()) continue;
    std::uint64_t sum = 0;
    for (std::size_t s = 0; s < sessions(); ++s) sum += mixed(session_colours_[s], 1);
    for (unsigned value = 0; value < symmetry_.values_; ++value) sum += mixed(value_colours_[value], 2);
    std::array<std::uint64_t, kWordsMax> rest;  // what no exchange changes
    std::copy_n(words_, symmetry_.words_, rest.begin());
    for (const PlacedField& placed : symmetry_.shared_) set(rest.data(), placed.field, 0);
    for (std::size_t s = 0; s < sessions(); ++s)
      for (const Run& run : symmetry_.packings_[s].runs) set(rest.data(), run.field, 0);
    for (std::size_t word = 0; word < symmetry_.words_; ++word) sum = mixed(sum, rest[word]);
    return sum;
  }

 private:
  // Sessions of a class that writes, of which nothing is known that tells them apart: places begin to end - 1 of it.
  struct Cell {
    const Class* of;
    std::uint8_t begin;
    std::uint8_t end;
    bool standing;  // some of their values stand somewhere
  };
  struct Outcome {
    std::array<std::uint64_t, kSharedMax> shared;
    std::array<std::uint64_t, kSessionsMax> packed;
  };

  std::size_t sessions() const { return symmetry_.packings_.size(); }
  std::uint64_t plain(std::size_t session) const { return before_[session] & symmetry_.packings_[session].plain; }

  // Where and how often each value stands: in which of the shared fields, in how many fields of sessions.
  void look_at_values() {
    for (unsigned value = 0; value < symmetry_.values_; ++value) value_colours_[value] = 0;
    std::uint64_t place = 1;
    for (const PlacedField& placed : symmetry_.shared_) {
      note(get(words_, placed.field), placed.meaning, place);
      place *= 3;
    }
    for (std::size_t s = 0; s < sessions(); ++s) {
      for (const Naming& naming : symmetry_.packings_[s].naming)
        note(content(before_[s], naming), naming.meaning, std::uint64_t{1} << 40);
    }
  }
  // Bit v: value v.
  static std::uint64_t named_in(std::uint64_t content, Meaning meaning) {
    if (meaning == Meaning::kSet) return content;
    if (meaning == Meaning::kValue) return std::uint64_t{1} << content;
    return content == 0 ? 0 : std::uint64_t{1} << (content - 1);
  }
  // What is named stands somewhere, and gets this in addition to its colour.
  void note(std::uint64_t content, Meaning meaning, std::uint64_t colour) {
    if (meaning == Meaning::kSet) {
      standing_ |= content;
      for (; content != 0; content &= content - 1) value_colours_[lowest_of(content)] += colour;
    } else if (meaning == Meaning::kValue || content != 0) {
      const std::uint64_t value = meaning == Meaning::kValue ? content : content - 1;
      standing_ |= std::uint64_t{1} << value;
      value_colours_[value] += colour;
    }
  }

  static std::uint64_t content(std::uint64_t packed, const Naming& naming) {
    return packed >> naming.offset & (naming.width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << naming.width) - 1);
  }

  // The sessions of each class that writes, sorted by what is known of them; and the cells that this leaves.
  void find_cells() {
    for (const Class& members : symmetry_.classes_) {
      if (!members.writes) continue;
      for (const std::size_t s : members.sessions) {
        plain_[s] = plain(s);
        stands_[s] = false;
        std::uint64_t colour = plain_[s];
        for (const unsigned value : symmetry_.own_values_[s]) {
          colour = colour * 0x9e3779b97f4a7c15 + value_colours_[value];
          stands_[s] |= (standing_ >> value & 1) != 0;
        }
        session_colours_[s] = colour;
      }
    }
    sort_into_cells();
  }

  void sort_into_cells() {
    cells_size_ = 0;
    orders_ = 1;
    for (const Class& members : symmetry_.classes_) {
      if (!members.writes) continue;
      const std::vector<std::size_t>& places = members.sessions;
      for (std::size_t i = 1; i < places.size(); ++i) {
        const std::uint8_t moved = order_[places[i]];
        std::size_t at = i;
        for (; at > 0 && is_before(moved, order_[places[at - 1]]); --at) order_[places[at]] = order_[places[at - 1]];
        order_[places[at]] = moved;
      }
      for (std::size_t begin = 0, end = 0; begin < places.size(); begin = end) {
        const std::uint8_t first = order_[places[begin]];
        for (end = begin + 1; end < places.size() && !is_before(first, order_[places[end]]); ++end) continue;
        if (end - begin < 2) continue;
        const bool standing = stands_[first];
        cells_[cells_size_++] = {&members, static_cast<std::uint8_t>(begin), static_cast<std::uint8_t>(end), standing};
        if (standing) count_orders(cells_[cells_size_ - 1]);
      }
    }
  }
  // Those of a cell, in which twins are not told apart.
  void count_orders(const Cell& cell) {
    if (!twins_known_) {
      for (std::size_t members = 2; members + cell.begin <= cell.end && orders_ <= symmetry_.orders_max_; ++members)
        orders_ *= members;
      return;
    }
    std::array<std::uint8_t, kSessionsMax> met;  // of each kind of twins, by the first of them
    for (std::size_t i = cell.begin; i < cell.end; ++i) met[twin_[order_[cell.of->sessions[i]]]] = 0;
    for (std::size_t i = cell.begin; i < cell.end && orders_ <= symmetry_.orders_max_; ++i)
      orders_ = orders_ * (i - cell.begin + 1) / ++met[twin_[order_[cell.of->sessions[i]]]];
  }

  void find_twins() {
    twins_known_ = true;
    for (std::size_t c = 0; c < cells_size_; ++c) {
      const Cell& cell = cells_[c];
      if (!cell.standing) continue;
      for (std::size_t i = cell.begin; i < cell.end; ++i) {
        const std::size_t one = order_[cell.of->sessions[i]];
        twin_[one] = static_cast<std::uint8_t>(one);
        for (std::size_t j = cell.begin; j < i; ++j) {
          const std::size_t other = order_[cell.of->sessions[j]];
          if (twin_[other] != other || !are_twins(one, other)) continue;
          twin_[one] = static_cast<std::uint8_t>(other);
          break;
        }
      }
    }
  }
  // REQUIRES: both are of one class, and their plain bits are equal.
  bool are_twins(std::size_t a, std::size_t b) const {
    ValueMap exchange = map_;
    for (std::size_t i = 0; i < symmetry_.own_values_[a].size(); ++i) {
      exchange[symmetry_.own_values_[a][i]] = static_cast<std::uint8_t>(symmetry_.own_values_[b][i]);
      exchange[symmetry_.own_values_[b][i]] = static_cast<std::uint8_t>(symmetry_.own_values_[a][i]);
    }
    for (const PlacedField& placed : symmetry_.shared_) {
      const std::uint64_t there = get(words_, placed.field);
      if (renamed(there, placed.meaning, exchange) != there) return false;
    }
    for (std::size_t s = 0; s < sessions(); ++s)
      if (renamed_session(s, exchange) != before_[s == a ? b : s == b ? a : s]) return false;
    return true;
  }

  bool is_before(std::size_t a, std::size_t b) const {
    if (plain_[a] != plain_[b]) return plain_[a] < plain_[b];
    if (session_colours_[a] != session_colours_[b]) return session_colours_[a] < session_colours_[b];
    return stands_[a] && !stands_[b];
  }

  // Colours every session anew by the values it names and writes, and every value by the sessions that name or write
  // it. False: that told nothing more apart.
  bool refine() {
    if (!refined_) {
      refined_ = true;
      paint();
    }
    const std::size_t told_apart = count_colours();
    std::array<std::uint64_t, kValuesMax> values;
    for (unsigned value = 0; value < symmetry_.values_; ++value) values[value] = 0;
    for (std::size_t s = 0; s < sessions(); ++s) {
      std::uint64_t colour = session_colours_[s];
      std::uint64_t role = 0;
      const auto meet = [&](unsigned value) {
        colour = mixed(colour, value_colours_[value]);
        values[value] += mixed(session_colours_[s], ++role);
      };
      for (const unsigned value : symmetry_.own_values_[s]) meet(value);
      for (const Naming& naming : symmetry_.packings_[s].naming) {
        ++role;
        std::uint64_t named_colours = 0;  // of a set, in no order
        for (std::uint64_t named = named_in(content(before_[s], naming), naming.meaning); named != 0;
             named &= named - 1) {
          const unsigned value = lowest_of(named);
          named_colours += mixed(value_colours_[value], 1);
          values[value] += mixed(session_colours_[s], role);
        }
        colour = mixed(colour, named_colours);
      }
      new_session_colours_[s] = colour;
    }
    session_colours_ = new_session_colours_;
    for (unsigned value = 0; value < symmetry_.values_; ++value)
      value_colours_[value] = mixed(value_colours_[value], values[value]);
    sort_into_cells();
    return count_colours() > told_apart;
  }

  // Before anything is refined: what is never exchanged has a colour of its own.
  void paint() {
    std::uint64_t exchanged = 0;
    std::array<bool, kSessionsMax> fixed;
    for (std::size_t s = 0; s < sessions(); ++s) fixed[s] = true;
    for (std::size_t number = 0; number < symmetry_.classes_.size(); ++number) {
      for (const std::size_t s : symmetry_.classes_[number].sessions) {
        fixed[s] = false;
        session_colours_[s] = mixed(number, plain(s));
        for (const unsigned value : symmetry_.own_values_[s]) exchanged |= std::uint64_t{1} << value;
      }
    }
    for (std::size_t s = 0; s < sessions(); ++s)
      if (fixed[s]) session_colours_[s] = mixed(~std::uint64_t{0}, s);
    for (unsigned value = 0; value < symmetry_.values_; ++value)
      value_colours_[value] = mixed(value_colours_[value], (exchanged >> value & 1) != 0 ? 0 : value + 1);
  }

  std::size_t count_colours() const {
    std::array<std::uint64_t, kSessionsMax + kValuesMax> colours;
    auto* end = std::copy_n(session_colours_.begin(), sessions(), colours.begin());
    end = std::copy_n(value_colours_.begin(), symmetry_.values_, end);
    std::sort(colours.begin(), end);
    return static_cast<std::size_t>(std::unique(colours.begin(), end) - colours.begin());
  }

  // Every order of the cells from `number` on, the first of which is settled up to its place `settled`.
  void permute(std::size_t number, std::size_t settled) {
    while (number < cells_size_ &&
           (!cells_[number].standing || cells_[number].begin + settled + 1 >= cells_[number].end)) {
      ++number;
      settled = 0;
    }
    if (number == cells_size_) return consider();
    const Cell& cell = cells_[number];
    const std::vector<std::size_t>& places = cell.of->sessions;
    std::uint8_t& here = order_[places[cell.begin + settled]];
    for (std::size_t i = cell.begin + settled; i < cell.end; ++i) {
      if (twins_known_ && has_twin_between(places, cell.begin + settled, i)) continue;
      std::swap(here, order_[places[i]]);
      permute(number, settled + 1);
      std::swap(here, order_[places[i]]);
    }
  }

  // Whether a twin of the session that comes to place `to` comes to one from `from` on and before it.
  bool has_twin_between(const std::vector<std::size_t>& places, std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i)
      if (twin_[order_[places[i]]] == twin_[order_[places[to]]]) return true;
    return false;
  }

  // The outcome of the order chosen for the writers, who give the values their names; all others sorted. Kept if it is
  // the smallest.
  void consider() {
    for (const Class& members : symmetry_.classes_)
      for (std::size_t at = 0; members.writes && at < members.sessions.size(); ++at) {
        const std::size_t place = members.sessions[at];
        for (std::size_t i = 0; i < symmetry_.own_values_[place].size(); ++i)
          map_[symmetry_.own_values_[order_[place]][i]] = static_cast<std::uint8_t>(symmetry_.own_values_[place][i]);
      }
    Outcome& outcome = outcomes_[1 - best_];
    const Outcome& best = outcomes_[best_];
    bool smaller = !considered_;
    for (std::size_t i = 0; i < symmetry_.shared_.size(); ++i) {
      const PlacedField& placed = symmetry_.shared_[i];
      outcome.shared[i] = renamed(get(words_, placed.field), placed.meaning, map_);
      if (!smaller && outcome.shared[i] > best.shared[i]) return;
      smaller |= considered_ && outcome.shared[i] < best.shared[i];
    }
    for (std::size_t s = 0; s < sessions(); ++s) outcome.packed[s] = renamed_session(order_[s], map_);
    for (const Class& members : symmetry_.classes_)
      if (!members.writes) sort(outcome.packed, members.sessions, 0, members.sessions.size());
    for (std::size_t c = 0; c < cells_size_; ++c)
      if (!cells_[c].standing) sort(outcome.packed, cells_[c].of->sessions, cells_[c].begin, cells_[c].end);
    if (!smaller && !std::lexicographical_compare(outcome.packed.begin(), outcome.packed.begin() + count(),
                                                  best.packed.begin(), best.packed.begin() + count()))
      return;
    considered_ = true;
    best_ = 1 - best_;
  }

  std::uint64_t renamed_session(std::size_t session, const ValueMap& map) const {
    std::uint64_t packed = plain(session);
    for (const Naming& naming : symmetry_.packings_[session].naming)
      packed |= renamed(content(before_[session], naming), naming.meaning, map) << naming.offset;
    return packed;
  }

  static void sort(std::array<std::uint64_t, kSessionsMax>& packed, const std::vector<std::size_t>& places,
                   std::size_t begin, std::size_t end) {
    for (std::size_t i = begin + 1; i < end; ++i) {
      const std::uint64_t moved = packed[places[i]];
      std::size_t at = i;
      for (; at > begin && packed[places[at - 1]] > moved; --at) packed[places[at]] = packed[places[at - 1]];
      packed[places[at]] = moved;
    }
  }

  std::ptrdiff_t count() const { return static_cast<std::ptrdiff_t>(sessions()); }

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
  std::array<std::uint64_t, kSessionsMax> before_;                                 // by session, packed
  std::array<std::uint64_t, kSessionsMax> session_colours_, new_session_colours_;  // by session
  std::array<std::uint64_t, kValuesMax> value_colours_;                            // by value
  std::uint64_t standing_ = 0;                                                     // bit v: value v stands somewhere
  std::array<std::uint8_t, kSessionsMax> order_;   // by place: the session that comes there
  std::array<std::uint64_t, kSessionsMax> plain_;  // by session of a class that writes: its plain bits
  std::array<bool, kSessionsMax> stands_;          // likewise: some value of its own stands somewhere
  std::array<std::uint8_t, kSessionsMax> twin_;    // by session of a cell, once they are known: the first of its twins
  bool twins_known_ = false;
  std::array<Cell, kSessionsMax> cells_;
  std::size_t cells_size_ = 0;
  std::uint64_t orders_ = 1;  // of the cells to be permuted; no more is known above orders_max_
  bool refined_ = false;
  ValueMap map_;
  std::array<Outcome, 2> outcomes_;
  std::size_t best_ = 0;
  bool considered_ = false;
};

void Symmetry::canonicalize(std::uint64_t* words) const {
  if (!Work(*this, words).canonicalize()) gave_up_->store(true, std::memory_order_relaxed);
}

bool Symmetry::may_be_symmetric(const std::uint64_t* a, const std::uint64_t* b) const {
  std::array<std::uint64_t, kWordsMax> one;
  std::array<std::uint64_t, kWordsMax> other;
  std::copy_n(a, words_, one.begin());
  std::copy_n(b, words_, other.begin());
  return Work(*this, one.data()).colour() == Work(*this, other.data()).colour();
}

}  // namespace stalemate::model
