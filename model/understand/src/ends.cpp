// Branches that the operation may end with although they are not drawn as break: by their answer to the caller, or by
// what is said in them. Only where something follows that would then not happen.
#include <algorithm>
#include <span>
#include <tuple>

#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// How a request turned out on the way to a branch.
struct Known {
  int about = 0;
  Outcomes outcomes;
};
using Facts = std::vector<Known>;

Facts with(Facts facts, const Choice& choice, const Branch& branch) {
  if (choice.free) return facts;
  Outcomes outcomes = branch.tests;
  if (branch.is_else) {
    for (int outcome = 0; outcome < kOutcomeCount; ++outcome) outcomes.add(static_cast<Outcome>(outcome));
    for (const Branch& other : choice.branches) outcomes = without(outcomes, other.tests);
  }
  facts.push_back({choice.about, outcomes});
  return facts;
}

bool contradict(const Facts& facts, const Known& other) {
  return std::any_of(facts.begin(), facts.end(), [&](const Known& known) {
    return known.about == other.about && common(known.outcomes, other.outcomes).empty();
  });
}

// What follows a branch on the way that goes on behind it.
struct Following {
  const Acknowledge* answer = nullptr;
  const Request* request = nullptr;
  const Request* database_get = nullptr;
};

// False where the way cannot go on behind `acts`.
bool follow(std::span<const Act> acts, const Facts& facts, Following& following) {
  for (const Act& act : acts) {
    if (const auto* request = std::get_if<Request>(&act.node)) {
      if (following.request == nullptr) following.request = request;
      const bool gets = request->to == Role::kDatabase && request->verb == Verb::kGet;
      if (gets && following.database_get == nullptr) following.database_get = request;
    } else if (const auto* answer = std::get_if<Acknowledge>(&act.node)) {
      if (following.answer == nullptr) following.answer = answer;
    } else if (const auto* guard = std::get_if<Guard>(&act.node)) {
      if (contradict(facts, {guard->about, guard->outcomes})) return false;
    } else {
      const auto& choice = std::get<Choice>(act.node);
      for (const Branch& branch : choice.branches) {
        const Facts inside = with(facts, choice, branch);
        const bool never = !choice.free && contradict(facts, inside.back());
        if (!never) follow(branch.body, inside, following);
      }
    }
  }
  return true;
}

bool is_before(Position a, Position b) { return std::tie(a.line, a.column) < std::tie(b.line, b.column); }

class Ends {
 public:
  Ends(const std::string& name, const Segment& segment) : name_(name), segment_(segment) {}

  // `behind`: what follows the block that `acts` stand in, nearest first.
  void look_at(std::span<const Act> acts, const std::vector<std::span<const Act>>& behind, const Facts& facts) const {
    for (std::size_t i = 0; i < acts.size(); ++i) {
      const auto* choice = std::get_if<Choice>(&acts[i].node);
      if (choice == nullptr) continue;
      std::vector<std::span<const Act>> rest = {acts.subspan(i + 1)};
      rest.insert(rest.end(), behind.begin(), behind.end());
      for (const Branch& branch : choice->branches) {
        if (branch.ends_operation) continue;
        const Facts inside = with(facts, *choice, branch);
        look_at(branch.body, rest, inside);
        ask_about(*choice, branch, rest, inside);
      }
    }
  }

 private:
  void ask_about(const Choice& choice, const Branch& branch, const std::vector<std::span<const Act>>& rest,
                 const Facts& facts) const {
    Following following;
    for (const std::span<const Act> acts : rest) {
      if (!follow(acts, facts, following)) break;
    }
    for (const SaidEnd& said : segment_.ends) {
      if (said.branch.line != branch.at.line || said.branch.column != branch.at.column) continue;
      const auto behind = std::find_if(branch.body.begin(), branch.body.end(), [&](const Act& act) {
        return is_before(said.at, std::visit([](const auto& node) { return node.at; }, act.node));
      });
      Following in_branch;
      follow(std::span(branch.body).subspan(static_cast<std::size_t>(behind - branch.body.begin())), facts, in_branch);
      if (following.request == nullptr || in_branch.request != nullptr) continue;
      ask_at(name_, said.at, "end-unclear",
             in_quotes(said.text) + " may say that the operation ends here, but line " +
                 std::to_string(following.request->at.line) +
                 " would still be carried out; draw the branch as break … end if it ends, or what is left out in a "
                 "branch of its own, or say it in other words if everything follows");
    }
    if (branch.body.empty()) return;
    const auto* answer = std::get_if<Acknowledge>(&branch.body.back().node);
    if (answer == nullptr) return;
    if (following.answer != nullptr) {
      ask_at(name_, answer->at, "answered-twice",
             "the caller would be answered twice, here and in line " + std::to_string(following.answer->at.line) +
                 "; draw the branch as break … end if the operation ends here, else answer once");
    }
    if (answer->fails && following.request != nullptr) {
      ask_at(name_, answer->at, "goes-on-after-failure",
             "the caller is told of a failure, but line " + std::to_string(following.request->at.line) +
                 " would still be carried out; draw the branch as break … end if the operation ends here, else what "
                 "follows inside of the branches that it follows");
    }
    const bool only_hit = branch.tests == Outcomes{Outcome::kValue} && branch.body.size() == 1 &&
                          choice.branches.size() == 1 && following.database_get != nullptr;
    if (only_hit) {
      ask_at(name_, answer->at, "goes-on-after-hit",
             "the caller is answered with the value, but line " + std::to_string(following.database_get->at.line) +
                 " would still be carried out; draw the branch as break … end if the operation ends here, else what "
                 "follows inside of the branches that it follows");
    }
  }

  const std::string& name_;
  const Segment& segment_;
};

}  // namespace

void StepWalk::may_end(Position at, const std::string& text, const Scope& scope) {
  if (!scope.at_top() && says_end(text)) current().ends.push_back({scope.branch, at, text});
}

void StepWalk::ask_about_ends(const Segment& segment) const {
  Ends(name(), segment).look_at(segment.operation.body, {}, {});
}

}  // namespace stalemate::model
