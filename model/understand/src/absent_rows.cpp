// See absent_rows.hpp. Until it is known whether rows may not be there, a branch of a get of one says a miss.
#include "absent_rows.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "outcomes.hpp"

namespace stalemate::model {
namespace {

// A branch that says what happens where a row is not there.
const Branch* branch_without_row(const std::vector<Act>& body, std::set<int>& gets) {
  for (const Act& act : body) {
    const auto* request = std::get_if<Request>(&act.node);
    if (request != nullptr && request->to == Role::kDatabase && request->verb == Verb::kGet)
      gets.insert(request->arrow);
    const auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (const Branch& branch : choice->branches) {
      if (!choice->free && gets.count(choice->about) != 0 && branch.tests.has(Outcome::kMiss)) return &branch;
      if (const Branch* const inner = branch_without_row(branch.body, gets)) return inner;
    }
  }
  return nullptr;
}

// Where rows may not be there, what a miss of a row is.
void say_no_row(std::vector<Act>& body, const std::set<int>& gets) {
  const auto replace = [](Outcomes& outcomes) {
    if (!outcomes.has(Outcome::kMiss)) return;
    outcomes = without(outcomes, {Outcome::kMiss});
    outcomes.add(Outcome::kNoRow);
  };
  for (Act& act : body) {
    if (auto* guard = std::get_if<Guard>(&act.node); guard != nullptr && gets.count(guard->about) != 0)
      replace(guard->outcomes);
    auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (Branch& branch : choice->branches) {
      if (!choice->free && gets.count(choice->about) != 0) replace(branch.tests);
      say_no_row(branch.body, gets);
    }
  }
}

void expect_absent_rows(Segment& segment, bool nobody_says, Reading& reading) {
  std::set<int> gets;
  visit_requests(segment.operation.body, [&](Request& request) {
    if (request.to != Role::kDatabase) return;
    if (request.verb == Verb::kRemove && nobody_says)
      reading.also_assumed(segment.line_of_arrow.at(request.arrow),
                           "no branch says what is done where a row is not there, so that is kept as a value is; a row "
                           "that is not there is shown as 0");
    if (request.verb != Verb::kGet) return;
    request.finds.absent = true;
    gets.insert(request.arrow);
  });
  say_no_row(segment.operation.body, gets);
}

}  // namespace

bool settle_absent_rows(std::vector<std::vector<Segment>>& segments, Reading& reading) {
  constexpr std::string_view kPuts[] = {"insert", "inserts", "upsert", "upserts", "create", "creates"};
  const Branch* without_row = nullptr;
  bool puts = false;
  bool only_puts = true;
  bool removes = false;
  for (const std::vector<Segment>& of_diagram : segments) {
    for (const Segment& segment : of_diagram) {
      std::set<int> gets;
      if (without_row == nullptr) without_row = branch_without_row(segment.operation.body, gets);
      visit_requests(segment.operation.body, [&](const Request& request) {
        removes = removes || request.verb == Verb::kRemove;
        if (!writes_row(request) || request.verb == Verb::kRemove) return;
        const std::vector<std::string> words = split_words(request.label);
        const bool put = std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_in(kPuts, word); });
        puts = puts || put;
        only_puts = only_puts && put;
      });
    }
  }
  const bool start_absent = without_row != nullptr && puts;
  if (start_absent && !only_puts)
    refuse_not_modelled(reading.name(), without_row->at, "a row that is not there at first beside one that is",
                        "where one write puts it there and another changes it, which comes first is not known");
  if (!start_absent && !removes) return false;
  for (std::vector<Segment>& of_diagram : segments)
    for (Segment& segment : of_diagram) expect_absent_rows(segment, without_row == nullptr, reading);
  return start_absent;
}

}  // namespace stalemate::model
