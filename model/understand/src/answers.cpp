// See answers.hpp.
#include "answers.hpp"

#include <utility>

#include "base/text.hpp"

namespace stalemate::model {
namespace {

Edit edit(int before, const std::string& said, std::string means) {
  return {before, "%% stalemate: " + said, std::move(means), false};
}

// Calls `visit` with each of them.
template <typename Visit>
void each(Outcomes outcomes, const Visit& visit) {
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcomes.has(outcome)) visit(std::string(to_string(outcome)));
  }
}

}  // namespace

std::vector<Edit> answers_request(Position at) {
  return {edit(at.line, "means get", "it asks for the value"),
          edit(at.line, "means set", "it stores a value, or changes what is stored"),
          edit(at.line, "means delete", "it deletes the entry"),
          edit(at.line, "means local", "it asks for nothing and changes nothing there")};
}

std::vector<Edit> answers_reply(Position at, Outcomes outcomes) {
  std::vector<Edit> answers;
  each(outcomes, [&](const std::string& outcome) {
    answers.push_back(edit(at.line, "means " + outcome, "the reply says: " + outcome));
  });
  return answers;
}

std::vector<Edit> answers_branch(const Section& section, Outcomes outcomes) {
  if (section.body.empty()) return {};
  const int before = section.body.front().at.line;
  std::vector<Edit> answers;
  each(outcomes, [&](const std::string& outcome) {
    answers.push_back(edit(before, "branch = " + outcome, "this is what happens on: " + outcome));
  });
  answers.push_back(edit(before, "branch = free", "something else decides: it may happen or not"));
  return answers;
}

std::vector<Edit> answers_parting(Position at, OperationKind kind) {
  const std::string name = kind == OperationKind::kRead ? "Read" : "Write";
  return {edit(at.line, "operation = " + name + " of line " + std::to_string(at.line), "another operation begins here"),
          edit(at.line, "operation continues", "it is still the operation above")};
}

Edit answer_role(const Participant& participant, Role role, const std::string& means, bool safe) {
  const std::string& id = participant.id;
  Edit said = edit(participant.at.line, "role " + id + " = " + std::string(to_string(role)), id + " " + means);
  said.safe = safe;
  return said;
}

Edit answer_same(int before, const std::string& one, const std::string& other) {
  return edit(before, "same = " + one + ", " + other, in_quotes(one) + " and " + in_quotes(other) + " are one");
}

Edit answer_entries(int before, const std::string& one, const std::string& other) {
  return edit(before, "entries = " + one + ", " + other, "they are two entries, both made of the same row");
}

}  // namespace stalemate::model
