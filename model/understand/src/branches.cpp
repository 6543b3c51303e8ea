// What the branches of a block test: the latest request, by a label, or by the reply that a branch begins with; one
// whose label says nothing of it is everything the others are not; where none says anything, the choice is free.
#include <algorithm>

#include "answers.hpp"
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// A label that names another server speaks of something that is long past.
bool speaks_of_other_server(const std::string& label, const Request& asks) {
  const Role other = asks.to == Role::kCache ? Role::kDatabase : Role::kCache;
  const std::string says = outcome_clauses(label, asks.verb);
  return names_server(says, other) && !names_server(says, asks.to);
}

// What a label or a reply says of `asks`: "yes" to a question whether something is there, too.
ReplyWords says_of(const std::string& text, const Request& asks) {
  const std::vector<std::string> words = split_words(text);
  if (!changes(asks.verb) && words.size() == 1 && asks_whether_there(asks.label)) {
    if (words.front() == "yes" || words.front() == "true") return reply_words("found", asks.verb);
    if (words.front() == "no" || words.front() == "false") return reply_words("not found", asks.verb);
  }
  return reply_words(text, asks.verb, asks.finds);
}

// "missing" of "some missing or stale", of a get of several rows: what is there counts as missing at times anyway (R7).
Section without_number_and_age(Section section) {
  std::string& label = section.label;
  for (const char* age : {" or stale", " or expired", " or outdated"}) label = label.substr(0, label.find(age));
  for (const char* number : {"some are ", "all are ", "some ", "any ", "all ", "both ", "one is "})
    if (equals_ignoring_case(label.substr(0, std::string_view(number).size()), number))
      label = label.substr(std::string_view(number).size());
  return section;
}

// Of "cached and valid" beside "missing or expired", about a get of the cache, the label without what says that an
// entry is valid; empty where it is not told so, or where more is said.
std::string valid_while_there(const Block& block, std::size_t index, const Request& asks) {
  constexpr std::string_view kValid[] = {"valid", "unexpired"};
  constexpr std::string_view kJoining[] = {"and", "but", "still"};
  const bool of_cache = asks.to == Role::kCache && asks.verb == Verb::kGet && asks.watch == Watch::kNothing;
  if (!of_cache || block.kind != BlockKind::kAlt || block.sections.size() != 2) return "";
  const std::vector<std::string> words = split_words(block.sections[index].label);
  std::string rest;
  bool valid = false;
  for (const std::string& word : words) {
    if (is_in(kValid, word))
      valid = true;
    else if (!is_in(kJoining, word))
      rest += (rest.empty() ? "" : " ") + word;
  }
  const ReplyWords there = reply_words(rest, Verb::kGet);
  if (!valid || there.weak || there.unclear || !(there.outcomes == Outcomes{Outcome::kValue})) return "";
  const std::string& other = block.sections[1 - index].label;
  const std::vector<std::string> others = split_words(other);
  constexpr std::string_view kThereAllTheSame[] = {"stale", "old", "invalid", "dirty", "outdated", "soon", "soft"};
  const bool aged =
      std::any_of(others.begin(), others.end(), [&](const std::string& word) { return is_in(kThereAllTheSame, word); });
  const ReplyWords gone = reply_words(other, Verb::kGet);
  return gone.outcomes == Outcomes{Outcome::kMiss} && !gone.unclear && !aged ? rest : "";
}

}  // namespace

std::optional<Override> branch_override(const std::string& name, const Section& section) {
  for (const Statement& statement : section.body) {
    const auto* directive = std::get_if<Directive>(&statement.node);
    if (directive == nullptr) return std::nullopt;
    const Override said = read_directive(name, statement.at, directive->text);
    if (said.kind == Override::Kind::kBranch) return said;
  }
  return std::nullopt;
}

bool names_server(const std::string& label, Role server) {
  const std::vector<std::string> words = split_words(label);
  return std::any_of(words.begin(), words.end(),
                     [&](const std::string& word) { return role_words(word).role == server; });
}

const Message* StepWalk::first_reply(const std::vector<Statement>& body, const Request& asks) const {
  for (const Statement& statement : body) {
    if (std::holds_alternative<Block>(statement.node)) return nullptr;
    const auto* message = std::get_if<Message>(&statement.node);
    if (message == nullptr) continue;
    const bool is_reply =
        is_asked(asks, message->from) && role(message->to) == Role::kApp && message->arrow.head != ArrowHead::kBoth;
    return is_reply ? message : nullptr;
  }
  return nullptr;
}

// What a directive says that a branch tests.
BranchTest StepWalk::test_as_said(const Section& section, const Override& said, const Request& asks) const {
  BranchTest test;
  test.free = said.free;
  test.otherwise = said.otherwise;
  test.outcomes = said.tests;
  test.why = "as said";
  const Outcomes possible = normal_outcomes(asks) | kFailures;
  if (!without(said.tests, possible).empty()) {
    fail_at(name(), section.at,
            "a " + std::string(to_string(asks.verb)) + " cannot turn out as " + list_of(without(said.tests, possible)) +
                ", but as " + list_of(possible));
  }
  return test;
}

// Of a label that says an outcome, and of the reply that the branch begins with: whether that says another.
bool StepWalk::contradicts(const Section& section, const Request& asks, const ReplyWords& label,
                           const ReplyWords& reply) const {
  if (reply.outcomes.empty() || !common(label.outcomes, reply.outcomes).empty()) return false;
  if (!label.weak) {
    ask_at(name(), section.at, "outcome-contradicts-reply",
           "the label says " + in_words(label.outcomes, asks) + ", but the reply the branch begins with says " +
               in_words(reply.outcomes, asks) + "; make them agree");
  }
  return true;
}

// Of a branch whose label and reply say no outcome that its request may have.
void StepWalk::refuse_other_outcome(const Section& section, const Request& asks, const ReplyWords& label) const {
  if (!label.outcomes.empty() && !label.weak && speaks_of_other_server(section.label, asks)) {
    ask_at(name(), section.at, "outcome-of-other-server",
           "the label speaks of another server, but the latest request (line " + std::to_string(asks.at.line) +
               ") went to " + called(asks) + "; move the block behind the reply it is about");
  }
  if (label.impossible) {
    ask_at(name(), section.at, "outcome-impossible",
           "a " + std::string(to_string(asks.verb)) + " cannot turn out as " + label.impossible_what + ", but as " +
               list_of(normal_outcomes(asks) | kFailures) +
               "; reword the label, or write %% stalemate: branch = free in the branch");
  }
}

BranchTest StepWalk::test_of(const Block& block, std::size_t index, const Latest& latest) const {
  const Section& drawn = block.sections[index];
  const Request& asks = latest.request();
  const Message* const first = first_reply(drawn.body, asks);
  BranchTest test;
  if (const auto said = branch_override(name(), drawn)) {
    test = test_as_said(drawn, *said, asks);
    test.reply = first;
    return test;
  }
  test.reply = first;
  Section section = asks.finds.beside_others ? without_number_and_age(drawn) : drawn;
  const std::string there = valid_while_there(block, index, asks);
  section.label = there.empty() ? calling_it_cache(section.label, asks) : there;
  ReplyWords label = says_of(section.label, asks);
  const ReplyWords reply = first == nullptr ? ReplyWords{} : says_of(first->text, asks);
  if (label.unclear || (label.outcomes.empty() && reply.unclear)) {
    ask_at(name(), section.at, "outcome-unclear",
           "cannot tell whether " + reading_.quoted(label.unclear ? section.label : first->text) +
               " is a hit or a miss; write %% stalemate: branch = value (miss, else, free) in the branch",
           answers_branch(section, normal_outcomes(asks)));
  }
  const BesideOutcome beside = beside_of(section, asks);
  ask_about_age(section, asks, beside, label);
  // "stock available" is more likely about what was found than about whether anything was.
  if (asks.verb == Verb::kGet && label.weak && !label.plain) label = ReplyWords{};
  const bool by_label = !label.outcomes.empty() && !speaks_of_other_server(section.label, asks) &&
                        !contradicts(section, asks, label, reply);
  if (by_label) {
    ask_about_old_value(section, asks, first, label.outcomes);
    test.outcomes = label.outcomes;
    test.why = "by its label";
    const std::string assumed = ask_about_rest(section, asks, beside);
    const bool is_open = label.weak && !(label.outcomes == normal_outcomes(asks)) && asks.verb == Verb::kGet;
    test.assumed = is_open ? reading_.quoted(section.label) +
                                 " is taken to be about the reply; say %% stalemate: branch = free in the branch if "
                                 "it is not"
                           : assumed;
  } else if (!reply.outcomes.empty()) {
    ask_about_label_of_reply(section, asks, beside, reply.outcomes);
    test.outcomes = reply.outcomes;
    test.why = "by the reply it begins with";
  } else {
    refuse_other_outcome(section, asks, label);
  }
  if (!there.empty())
    test.assumed =
        "an entry that is there is taken to be valid, for one that has expired is gone; say %% stalemate: "
        "branch = free in both branches if one that is there may not be good enough";
  test.either_failure = common(test.outcomes, kFailures) == kFailures;
  return test;
}

// What a branch says by its label alone.
Outcomes StepWalk::said_by(const Section& section, const Latest& tested) {
  return says_of(section.label, tested.request()).outcomes;
}

// Whether a label names an outcome although no request is known that it could be one of.
bool StepWalk::names_outcome_of_none(const Section& section, const Latest& latest) const {
  const auto said = branch_override(name(), section);
  if (said && said->free) return false;
  const ReplyWords of_get = reply_words(section.label, Verb::kGet);
  // "OK" before any request is seldom about one; behind a block with requests it may be about any of them.
  const ReplyWords of_set = latest.depends_on_branch ? reply_words(section.label, Verb::kSet) : ReplyWords{};
  const bool names_outcome = said || (!of_get.outcomes.empty() && !of_get.weak) ||
                             (!of_set.outcomes.empty() && (!of_set.weak || of_set.plain));
  return names_outcome;
}

void StepWalk::refuse_outcome_without_request(const Section& section, const Latest& latest) const {
  if (!names_outcome_of_none(section, latest)) return;
  ask_at(
      name(), section.at, "outcome-without-request",
      latest.depends_on_branch
          ? "cannot tell which request this is about: it depends on the branch taken before; move it into the branches"
          : "this is about the outcome of a request, but none was drawn yet; draw the request and then the block");
}

bool StepWalk::only_answers(const Block& block) const {
  if (block.kind != BlockKind::kAlt || block.sections.size() < 2) return false;
  const auto answers = [&](const Statement& statement) {
    const auto* message = std::get_if<Message>(&statement.node);
    const bool inner = std::holds_alternative<Block>(statement.node);
    return inner || (message != nullptr && message->from != message->to && role(message->from) == Role::kApp);
  };
  const auto is_free_of_servers = [&](const Statement& statement) {
    if (const auto* inner = std::get_if<Block>(&statement.node)) return only_answers(*inner);
    if (std::holds_alternative<Directive>(statement.node)) return false;
    const auto* message = std::get_if<Message>(&statement.node);
    if (message == nullptr) return true;
    const auto asks_nothing = [](Role role) {
      return role == Role::kApp || role == Role::kOutside || role == Role::kThirdParty;
    };
    return asks_nothing(role(message->from)) && asks_nothing(role(message->to));
  };
  return std::all_of(block.sections.begin(), block.sections.end(), [&](const Section& section) {
    return std::any_of(section.body.begin(), section.body.end(), answers) &&
           std::all_of(section.body.begin(), section.body.end(), is_free_of_servers);
  });
}

bool StepWalk::tested_next(const std::vector<Statement>& siblings, std::size_t index, Outcomes says,
                           const Latest& latest) const {
  for (std::size_t i = index + 1; i < siblings.size(); ++i) {
    if (const auto* message = std::get_if<Message>(&siblings[i].node)) {
      if (message->from == message->to) continue;
      return false;
    }
    const auto* block = std::get_if<Block>(&siblings[i].node);
    if (block == nullptr) continue;
    const bool chooses =
        block->kind == BlockKind::kAlt || block->kind == BlockKind::kOpt || block->kind == BlockKind::kBreak;
    if (!chooses) return false;
    for (const Section& section : block->sections) {
      const auto branch = static_cast<std::size_t>(&section - block->sections.data());
      const Outcomes tests = common(test_of(*block, branch, latest).outcomes, normal_outcomes(latest.request()));
      if (!without(tests, says).empty()) return true;
    }
    return false;
  }
  return false;
}

// The outcomes that the branches of a block name, which no two may name; with "timeout" in one of them, "failure" in
// another is what is left of that.
Outcomes StepWalk::settle_named(Position at, const Block& block, const Latest& latest,
                                std::vector<BranchTest>& tests) const {
  const bool timeout_alone = std::any_of(tests.begin(), tests.end(), [](const BranchTest& t) {
    return t.outcomes.has(Outcome::kTimeout) && !t.either_failure;
  });
  Outcomes taken;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    BranchTest& test = tests[i];
    if (test.free) {
      fail_at(name(), block.sections[i].at,
              "this branch is said to be free, but others of the block test the reply; make "
              "all free, or none");
    }
    if (test.either_failure && timeout_alone) test.outcomes = without(test.outcomes, {Outcome::kTimeout});
    if (!common(taken, test.outcomes).empty()) {
      ask_at(name(), i == 0 ? at : block.sections[i].at, "outcome-twice",
             "another branch of this block tests " + in_words(common(taken, test.outcomes), latest.request()) +
                 " already; say what tells them apart with %% stalemate: branch = OUTCOME");
    }
    taken = taken | test.outcomes;
  }
  return taken;
}

// I3 and I4 of Branch hold afterwards: all free or none, and at most the last is everything else.
bool StepWalk::resolve(Position at, const Block& block, const Latest& latest, std::vector<BranchTest>& tests) const {
  const bool free = std::all_of(tests.begin(), tests.end(), [](const BranchTest& t) { return t.outcomes.empty(); });
  if (free) {
    for (std::size_t i = 0; i < tests.size(); ++i) {
      if (!tests[i].otherwise) continue;
      fail_at(name(), block.sections[i].at, "everything else than what? no other branch tests the reply");
    }
    return true;
  }
  const Request& asks = latest.request();
  const Outcomes taken = settle_named(at, block, latest, tests);
  bool one_silent = false;
  for (std::size_t i = 0; i < tests.size(); ++i) {
    BranchTest& test = tests[i];
    if (!test.outcomes.empty()) continue;
    const bool last = i + 1 == tests.size();
    const std::string& label = block.sections[i].label;
    if (one_silent || (test.otherwise && !last)) {
      ask_at(name(), block.sections[i].at, "branch-unclear",
             "cannot tell when this branch is taken; name the outcome (" + list_of(normal_outcomes(asks)) +
                 ", error or timeout) in its label, or with %% stalemate: branch = OUTCOME",
             answers_branch(block.sections[i], normal_outcomes(asks) | kFailures));
    }
    one_silent = true;
    if (last) {
      test.otherwise = true;
      if (!label.empty() && test.why.empty()) {
        test.assumed = reading_.quoted(label) +
                       " says nothing of the reply, so it is taken as everything the other branches are "
                       "not";
      }
      continue;
    }
    test.outcomes = without(normal_outcomes(asks), taken);
    if (test.outcomes.empty()) {
      ask_at(name(), block.sections[i].at, "branch-left-nothing",
             "nothing is left for this branch: the others test " + list_of(taken) +
                 " already; name an outcome in its label");
    }
    test.why = "what the others leave";
    test.assumed =
        "its label says nothing of the reply, so it is taken as " + in_words(test.outcomes, latest.request());
  }
  return false;
}

// A request that nobody waits for comes into question only where no other does, or where a branch names its server or
// begins with a reply from there.
Latest StepWalk::tested_by(const Block& block, const Scope& scope) const {
  if (scope.latest.known() && scope.latest.request().awaited) return scope.latest;
  if (!scope.awaited.known()) return scope.awaited.depends_on_branch ? scope.awaited : scope.latest;
  if (!scope.latest.known()) return scope.awaited;
  const bool named = std::any_of(block.sections.begin(), block.sections.end(), [&](const Section& section) {
    return first_reply(section.body, scope.latest.request()) != nullptr ||
           speaks_of_other_server(section.label, scope.awaited.request());
  });
  return named && !of_one_server(scope.latest.request(), scope.awaited.request()) ? scope.latest : scope.awaited;
}

// A hit or a miss is a get's; a set or delete that was asked since stands between.
bool StepWalk::is_about_earlier_get(const Section& section, const Latest& latest, const Scope& scope) const {
  const Verb verb = latest.request().verb;
  if (scope.get_line == 0 || (verb != Verb::kSet && verb != Verb::kDelete)) return false;
  if (branch_override(name(), section)) return false;
  const ReplyWords words = reply_words(section.label, Verb::kGet);
  const bool of_get = !common(words.outcomes, normal_outcomes(Verb::kGet)).empty() &&
                      !(words.outcomes == normal_outcomes(Verb::kGet)) && !words.weak;
  return of_get;
}

void StepWalk::refuse_outcome_of_earlier_get(const Section& section, const Latest& latest, const Scope& scope) const {
  if (!is_about_earlier_get(section, latest, scope)) return;
  refuse_not_modelled(name(), section.at,
                      "a branch about the get in line " + std::to_string(scope.get_line) + " behind the " +
                          std::string(to_string(latest.request().verb)) + " in line " +
                          std::to_string(latest.request().at.line),
                      "write %% stalemate: branch = OUTCOME in the branch if it is about the latest request");
}

// Whether a block right behind others, of which some ended with requests of their own, is about the same request as
// they are: it names outcomes that no block before took, and that none of those requests can turn out as, but for
// failures.
bool StepWalk::continues_row(const Block& block, const BlockRow& row) const {
  if (!row.tested.known()) return false;
  const Request& tested = row.tested.request();
  return std::all_of(block.sections.begin(), block.sections.end(), [&](const Section& section) {
    constexpr std::string_view kOfCaches[] = {"cached", "hit", "miss", "uncached"};  // nobody says so of a database
    const std::vector<std::string> words = split_words(section.label);
    const bool speaks_of_cache =
        tested.to == Role::kCache &&
        std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kOfCaches, word); });
    const Outcomes says = reply_words(section.label, tested.verb, tested.finds).outcomes;
    if (says.empty() || !common(says, row.taken).empty() || speaks_of_other_server(section.label, tested)) return false;
    return std::all_of(row.inner.begin(), row.inner.end(), [&](const Request& inner) {
      const bool answered = stores(inner.verb) && says == Outcomes{Outcome::kValue} &&
                            first_reply(section.body, tested) != nullptr;  // with what the get found
      const bool apart = inner.to == tested.to ? answered : names_server(section.label, tested.to) || speaks_of_cache;
      return apart || without(reply_words(section.label, inner.verb, inner.finds).outcomes, kFailures).empty();
    });
  });
}

}  // namespace stalemate::model
