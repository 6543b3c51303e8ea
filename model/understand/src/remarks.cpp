// What can only be said of a request when the whole operation is known: what comes after it. Changes the reading, never
// the protocol.
#include <algorithm>

#include "steps.hpp"

namespace stalemate::model {
namespace {

std::string arrows(const std::vector<int>& numbers) {
  std::string text = numbers.size() == 1 ? "arrow " : "arrows ";
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text += (i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ") + std::to_string(numbers[i]);
  return text;
}

// Which failures do not lead to a branch about `tested`, although it might be meant for them; empty where there are
// none.
std::string not_covered(const Branch& branch, const std::vector<const Request*>& asked,
                        std::vector<const Request*>::const_iterator tested) {
  if (tested + 1 != asked.end())
    return "arrow " + std::to_string(asked.back()->arrow) + " is awaited in between, so a failure of arrow " +
           std::to_string((*tested)->arrow) + " does not lead here; draw the block right behind arrow " +
           std::to_string((*tested)->arrow) + " if it should";
  const Role server = (*tested)->to;
  std::vector<int> others;
  for (auto request = asked.begin(); request != tested; ++request)
    if ((*request)->to == server || !names_server(branch.label, server)) others.push_back((*request)->arrow);
  if (others.empty()) return "";
  return "a failure of " + arrows(others) + " does not lead here; draw the block behind " +
         (others.size() == 1 ? "that one" : "those") + ", too, if it should";
}

}  // namespace

void StepWalk::remark_on(Segment& segment, const std::vector<Act>& body, bool followed) {
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto happens = [](const Act& act) { return !std::holds_alternative<Guard>(act.node); };
    const auto after = body.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const bool goes_on = followed || std::any_of(after, body.end(), happens);
    if (const auto* request = std::get_if<Request>(&body[i].node)) {
      if (!goes_on || segment.silent_gets.count(request->arrow) == 0) continue;
      reading_.also_assumed(segment.line_of_arrow.at(request->arrow),
                            "no reply is drawn: what follows happens on a hit and on a miss; draw cache-->>app: miss "
                            "to say otherwise");
    } else if (const auto* answer = std::get_if<Acknowledge>(&body[i].node)) {
      segment.answers.push_back({segment.line_of_arrow.at(answer->arrow), goes_on, answer->fails});
    } else if (const auto* choice = std::get_if<Choice>(&body[i].node)) {
      for (const Branch& branch : choice->branches) {
        remark_on(segment, branch.body, goes_on && !branch.ends_operation);
      }
    }
  }
}

// A branch that a failure leads to, and may be meant for others than the request it is about.
void StepWalk::remark_on_failures(const Segment& segment, const std::vector<Act>& body,
                                  std::vector<const Request*> asked) {
  for (const Act& act : body) {
    if (const auto* request = std::get_if<Request>(&act.node); request != nullptr && request->awaited)
      asked.push_back(request);
    const auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    const auto tested = std::find_if(asked.begin(), asked.end(),
                                     [&](const Request* request) { return request->arrow == choice->about; });
    std::vector<const Request*> uncovered = asked;
    if (!choice->free && tested != asked.end()) {
      Outcomes left = normal_outcomes(**tested);
      bool covers = false;
      for (const Branch& branch : choice->branches) {
        const bool named = !common(branch.tests, kFailures).empty();
        covers = covers || named || branch.is_else;
        if (named || (branch.is_else && left.empty()))
          reading_.also_assumed(segment.line_of_branch.at({branch.at.line, branch.at.column}),
                                not_covered(branch, asked, tested));
        left = without(left, branch.tests);
      }
      if (covers) uncovered.erase(uncovered.begin() + (tested - asked.begin()));
    }
    for (const Branch& branch : choice->branches) remark_on_failures(segment, branch.body, uncovered);
    asked = std::move(uncovered);
  }
}

}  // namespace stalemate::model
