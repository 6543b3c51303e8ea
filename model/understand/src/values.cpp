// A walk over all ways through a Write at once: what a set of the cache may store at each place. Failures aside, it
// says what the compiler (program.cpp) does way by way.
#include "values.hpp"

#include <map>
#include <set>

namespace stalemate::model {
namespace {

// What may be stored: both, where it depends on the way.
struct Sources {
  bool own = false;
  bool received = false;
  Sources operator|(Sources other) const { return {own || other.own, received || other.received}; }
};
constexpr Sources kOwn = {.own = true, .received = false};
constexpr Sources kReceived = {.own = false, .received = true};

class Walk {
 public:
  // `changes`: the operation changes what is there.
  explicit Walk(bool changes) : changes_(changes) {}

  std::map<int, Sources> of_arrow;

  // What may be stored behind `body`, given what may be before it.
  Sources through(const std::vector<Act>& body, Sources before) {
    for (const Act& act : body) {
      if (const auto* request = std::get_if<Request>(&act.node))
        before = behind(*request, before);
      else if (const auto* choice = std::get_if<Choice>(&act.node))
        before = through(*choice, before);
    }
    return before;
  }

 private:
  Sources behind(const Request& request, Sources before) {
    outcomes_[request.arrow] = normal_outcomes(request);
    if (request.verb == Verb::kGet) return request.to == Role::kDatabase || changes_ ? kReceived : before;
    if (!stores(request.verb)) return before;
    if (makes_change(request)) {
      of_arrow[request.arrow] = kOwn;
      return request.adds || (request.to == Role::kDatabase && request.awaited) ? kReceived : before;
    }
    if (changes_) {
      of_arrow[request.arrow] = request.to == Role::kDatabase ? kOwn : before;
      return before;
    }
    const Sources stored = request.to == Role::kDatabase || request.stores_new ? kOwn : before;
    of_arrow[request.arrow] = stored;
    return stored;
  }

  Sources through(const Choice& choice, Sources before) {
    Sources after;
    Outcomes left = choice.free ? Outcomes{} : outcomes_[choice.about];
    bool always_taken = choice.free && !choice.may_take_none;
    for (const Branch& branch : choice.branches) {
      const Sources behind = through(branch.body, before);
      if (!branch.ends_operation) after = after | behind;
      left = without(left, branch.tests);
      always_taken = always_taken || branch.is_else;
    }
    if (!always_taken && (choice.free || !left.empty())) after = after | before;
    return after;
  }

  bool changes_;
  std::map<int, Outcomes> outcomes_;
};

}  // namespace

namespace {

// Notes at each request what it may store.
void note_values(std::vector<Act>& body, bool read, std::map<int, Sources>& of_arrow) {
  for (Act& act : body) {
    if (auto* request = std::get_if<Request>(&act.node); request != nullptr && stores(request->verb)) {
      const Sources stored = read ? kReceived : of_arrow[request->arrow];
      request->carries_own = stored.own;
      request->carries_received = stored.received;
    }
    auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (Branch& branch : choice->branches) note_values(branch.body, read, of_arrow);
  }
}

}  // namespace

void say_values(Segment& segment, Reading& reading) {
  const bool read = segment.operation.kind == OperationKind::kRead;
  bool changes = false;
  std::set<int> added;  // arrows
  visit_requests(segment.operation.body, [&](const Request& request) {
    changes = changes || makes_change(request);
    if (request.adds) added.insert(request.arrow);
  });
  Walk walk(changes);
  walk.through(segment.operation.body, kOwn);
  note_values(segment.operation.body, read, walk.of_arrow);
  for (const ValuePlace& place : segment.value_places) {
    const Sources stored = read ? kReceived : walk.of_arrow[place.arrow];
    if (added.count(place.arrow) != 0) {
      reading.insert(place.line, place.offset, " to the value it received, with a change of its own");
      continue;
    }
    reading.insert(place.line, place.offset,
                   !stored.received ? " to the new value"
                   : !stored.own    ? " to the value it received"
                                    : " to the value it received from the database, where it did, else to the new one");
    if (!read && stored.received && !changes)
      reading.also_assumed(place.line,
                           "a Write stores what it read until it has written a value of its own; say so in "
                           "the label (\"set new value\") if it stores the new one here");
  }
}

}  // namespace stalemate::model
