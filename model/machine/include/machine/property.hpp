// Properties: named claims about every run. Each is one file in src/properties/ and one line in the table in
// src/property.cpp. A property watches through a monitor: it hears the events of a step, may keep fields in the state
// (only when it is checked), and judges states at rest. Of values it may ask whether two are the same, never which one
// it is, and of sessions never which: symmetry exchanges them (reduce/symmetry.hpp).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "machine/layout.hpp"
#include "machine/program.hpp"
#include "machine/scenario.hpp"

namespace stalemate::model {

class Machine;

enum class EventKind : std::uint8_t {
  kInvoked,        // the session's operation starts, on `key`
  kCommitted,      // the database's value of `key` is now `value`
  kWriteAsked,     // a Write asks something that carries its own value; heard where Program::may_tell_early
  kWriteAnswered,  // the session learned that its database write was done
  kWriteInDoubt,   // the session's database write timed out
  kTold,           // who started the operation is told that it is done, by a reply outward or by its end
  kReturned,       // a Read returns `value` (received: one was received); together with kTold, before it
  kEnded,          // the operation is over, done or failed
};

struct Event {
  EventKind kind = EventKind::kInvoked;
  std::size_t session = 0;
  OperationKind operation = OperationKind::kRead;
  std::size_t key = 0;
  unsigned value = 0;  // of kCommitted, kReturned
  unsigned write = 0;  // the number of the Write that it is about; 0: a Read. Its value, where it writes one of its own
  bool received = false;
  bool awaited = true;               // kWriteAsked: it is a database write whose answer is awaited
  bool counts = true;                // kCommitted: for its Write; not what comes late or twice of an awaited request
  bool under_way = true;             // kCommitted: the operation that asked for it is still under way
  bool write_stands_behind = false;  // kTold: a database write may follow
};

// What a monitor finds out by one event or state.
struct Observation {
  bool violated = false;
  bool relevant = false;  // the claim's antecedent was met: holding is not vacuous
};

class Monitor {
 public:
  virtual ~Monitor() = default;
  virtual Observation on(const Event& event, StateRef words) const = 0;
  // REQUIRES: not violated before the first step, where nothing is invoked yet (StoreFields::operation).
  virtual Observation at_rest(StateView words) const = 0;
};

struct MonitorSetting {
  const Program& program;
  const Scenario& scenario;
  const StoreFields& fields;
  LayoutBuilder& layout;  // for fields of its own
};

struct PropertyKind {
  std::string_view name;
  std::string_view claim;       // completes "X: "
  std::string_view antecedent;  // what must occur for the claim to say anything
  bool (*applies)(const Program& program);
  bool hears_events = true;  // false: it looks at states at rest only
  // Whether a scenario can say anything about it; where it cannot, it is not checked unless it is named, and a lesson
  // and an explanation say so.
  bool (*says_something)(const Scenario& scenario);
  // What the page would have to say before anything can be said of the property, with the line; empty: nothing. Then it
  // is not checked unless it is named, which is an error. Null: nothing is ever missing.
  std::string (*not_said)(const Program& program) = nullptr;
  std::unique_ptr<Monitor> (*make)(const MonitorSetting& setting);
  // False: it is checked only when it is named, for whatever breaks it breaks another one, too, or it is a liveness
  // one.
  bool by_default = true;
  // False: what happens between a handle and the receipt of its reply may break it, so the two are never fused.
  bool fuses = true;
  // About whole runs, where it is there: once no operation is invoked and no fault happens any more, every fair run
  // comes to states that are good, and stays there. No step or state breaks it, the monitor only sees the antecedent,
  // and ask/convergence.hpp decides it. `goal` is what such a run reaches.
  bool (*is_good)(const Machine& machine, StateView words) = nullptr;
  std::string_view goal = "";

  bool is_liveness() const { return is_good != nullptr; }
};

// The liveness property of the caches: a run that stays as it is breaks it where it breaks coherent-at-rest.
inline constexpr std::string_view kConverges = "converges";

// All properties, in the order that breaks ties between equally short violations.
std::span<const PropertyKind> property_kinds();

// The properties named, or those by default that apply to the program and of which the scenario can say something. In
// table order, without duplicates. Throws InputError for an unknown name, or where the page leaves open what a named
// one needs to know.
std::vector<const PropertyKind*> select_properties(const std::vector<std::string>& names, const Program& program,
                                                   const Scenario& scenario);

// The liveness property of that name; null where there is none.
const PropertyKind* find_liveness(std::string_view name);

// Those that are checked only when they are named.
std::vector<std::string_view> named_only();

// For what looks at steps and states one by one. Throws InputError where a liveness property is named.
void refuse_liveness(const std::vector<std::string>& names);

}  // namespace stalemate::model
