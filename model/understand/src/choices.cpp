// Blocks: alt, opt and break become choices, rect is only looks, the rest is not modelled yet. What a branch tests:
// branches.cpp.
#include <algorithm>
#include <utility>

#include "answers.hpp"
#include "base/text.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr Outcomes kAllOutcomes = {Outcome::kOk,     Outcome::kValue, Outcome::kMiss,   Outcome::kConflict,
                                   Outcome::kMarker, Outcome::kError, Outcome::kTimeout};

std::vector<std::string> labels_of(const Block& block) {
  std::vector<std::string> labels;
  for (const Section& section : block.sections) labels.push_back(section.label);
  return labels;
}

}  // namespace

void StepWalk::block(Position at, const Block& block, Scope& scope) {
  switch (block.kind) {
    case BlockKind::kRect:
      refuse_unmodelled(name(), at, block.sections.front().label, false);
      reading_.add(at, "how the diagram looks: no meaning");
      for (const Section& section : block.sections) statements(section.body, scope);
      return;
    case BlockKind::kLoop:
    case BlockKind::kPar:
    case BlockKind::kCritical:
      if (block.kind == BlockKind::kCritical) {
        for (const Section& section : block.sections) refuse_unmodelled(name(), section.at, section.label, false);
      }
      refuse_not_modelled(name(), at, std::string(to_string(block.kind)));
    case BlockKind::kAlt:
    case BlockKind::kOpt:
    case BlockKind::kBreak:
      choice(at, block, scope);
      return;
  }
}

// What each branch tests; nothing, where no request is known that they could be about.
std::vector<BranchTest> StepWalk::tests_of(const Choosing& choosing, const Scope& scope) const {
  std::vector<BranchTest> tests;
  for (std::size_t i = 0; i < choosing.block.sections.size(); ++i) {
    const Section& section = choosing.block.sections[i];
    if (scope.lost || choosing.about_others || choosing.about_earlier) {
      tests.emplace_back();
    } else if (choosing.tested.known()) {
      if (!choosing.in_row) refuse_outcome_of_earlier_get(section, choosing.tested, scope);
      tests.push_back(test_of(choosing.block, i, choosing.tested));
      ask_about_between(section, tests.back(), choosing.tested, scope.between);
    } else {
      refuse_outcome_without_request(section, choosing.tested);
      tests.emplace_back();
    }
  }
  return tests;
}

// Of a free branch: what was assumed.
std::string StepWalk::assumed_of_free(const Choosing& choosing, const Choice& choice, std::size_t index) {
  const Section& section = choosing.block.sections[index];
  std::string assumed;
  if (choosing.about_others)
    assumed = index == 0 ? "it is about what others answer, so it is free" : "";
  else if (choosing.about_earlier)
    assumed = index == 0 ? "it is about what was found before, and nothing but what is answered depends on it, so it "
                           "is free"
                         : "";
  else if (choosing.tests[index].free)
    assumed = "";
  else if (section.label.empty() || !choosing.tested.known())
    assumed = "it is about no reply, so it is free";
  else
    assumed = in_quotes(section.label) +
              " says nothing of the reply, so it is free; say %% stalemate: branch = OUTCOME in it if it does";
  std::vector<std::string_view> labels;
  for (const Section& each : choosing.block.sections) labels.push_back(each.label);
  if (index == 0 && !choice.may_take_none && !cover_every_case(labels))
    assumed += std::string(assumed.empty() ? "" : "; ") +
               "one of its ways is taken in every run; draw an else where none may be";
  return assumed;
}

// Notes in the reading when a branch is taken.
void StepWalk::note_branch(const Choosing& choosing, const Choice& choice, const Branch& branch, std::size_t index) {
  const BranchTest& test = choosing.tests[index];
  std::string meaning;
  std::string assumed = test.assumed;
  if (choice.free) {
    meaning = "may happen or not: a free choice, explored both ways";
    if (choice.kind == BlockKind::kAlt && choosing.tests.size() > 1)
      meaning = "one of " + std::to_string(choosing.tests.size()) + " ways: a free choice, all explored";
    assumed = assumed_of_free(choosing, choice, index);
  } else if (branch.is_else) {
    meaning = "in every other case";
  } else {
    const Request& asks = choosing.tested.request();
    meaning = "if arrow " + std::to_string(asks.arrow) + " turned out as " + in_words(test.outcomes, asks) + " (" +
              test.why + ")";
  }
  if (branch.ends_operation) meaning += "; the operation ends with it";
  if (choosing.in_row && !choice.free) {
    assumed += (assumed.empty() ? "" : "; ") +
               std::string("the block above is about arrow " + std::to_string(choice.about) +
                           ", so this one is taken to be, too; put it into the branches above if it is about what "
                           "they ask");
  }
  current().line_of_branch[{branch.at.line, branch.at.column}] =
      reading_.add(branch.at, std::move(meaning), std::move(assumed));
}

StepWalk::Joined::Joined(const Scope& entered, BlockRow the_row)
    : get_line(entered.get_line),
      since_write(entered.since_write),
      between(entered.between),
      returned(entered.returned),
      row(std::move(the_row)) {}

// What a branch leaves to what stands behind the block. `outer` is the scope of the block.
void StepWalk::join(const Branch& branch, const Scope& entered, const Scope& inside, Scope& outer, Joined& joined) {
  const auto leave = [&](const Latest& inner, const Latest& before, Latest& behind, bool& differs) {
    const bool same = inner.same_request(before);
    if (!branch.ends_operation && (!same || inner.depends_on_branch)) differs = true;
    behind.answered = behind.answered || (same && inner.answered);
  };
  leave(inside.latest, entered.latest, outer.latest, joined.latest_differs);
  leave(inside.awaited, entered.awaited, outer.awaited, joined.awaited_differs);
  joined.row.taken = joined.row.taken | (branch.is_else ? kAllOutcomes : branch.tests);
  if (branch.ends_operation) return;
  if (inside.awaited.known() && !inside.awaited.same_request(entered.awaited))
    joined.row.inner.push_back(inside.awaited.request());
  outer.lost = outer.lost || inside.lost;
  if (inside.between.is_answer) joined.between = inside.between;
  joined.get_line = std::max(joined.get_line, inside.get_line);
  joined.since_write.join(inside.since_write);
  joined.returned.insert(inside.returned.begin(), inside.returned.end());
}

void StepWalk::leave_block(Joined joined, Scope& scope) {
  const auto forget = [](Latest& request) {
    request = {};
    request.depends_on_branch = true;
  };
  if (joined.latest_differs) forget(scope.latest);
  if (joined.awaited_differs) forget(scope.awaited);
  scope.before_local = {};
  scope.get_line = joined.get_line;
  scope.row = std::move(joined.row);
  scope.since_write = joined.since_write;
  scope.between = std::move(joined.between);
  scope.returned = std::move(joined.returned);
}

// Whether a block looks at what an earlier request found, where nothing but what is answered depends on it.
bool StepWalk::is_about_earlier(const Choosing& choosing, const Scope& scope) const {
  if (!only_answers(choosing.block)) return false;
  const std::vector<Section>& sections = choosing.block.sections;
  if (choosing.tested.known()) {
    return std::any_of(sections.begin(), sections.end(),
                       [&](const Section& section) { return is_about_earlier_get(section, choosing.tested, scope); });
  }
  const auto is_said = [&](const Section& section) { return branch_override(name(), section).has_value(); };
  return choosing.tested.depends_on_branch && std::none_of(sections.begin(), sections.end(), is_said) &&
         std::any_of(sections.begin(), sections.end(),
                     [&](const Section& section) { return names_outcome_of_none(section, choosing.tested); });
}

// The only branch of a block behind a get of the cache fills it from the database: then hardly anything but a miss
// leads there, whatever its label says.
void StepWalk::ask_about_fill(const Choosing& choosing) const {
  const bool open = choosing.tested.known() && !choosing.tested.answered && choosing.block.sections.size() == 1 &&
                    !choosing.tests.front().free;
  if (!open || choosing.tested.request().to != Role::kCache || choosing.tested.request().verb != Verb::kGet) return;
  const Section& section = choosing.block.sections.front();
  const Flow flow = flow_from(section.body, 0, roles_);
  const auto fills = [](const Flow::Ask& ask) { return ask.to == Role::kCache && stores(ask.verb); };
  if (!flow.has(Role::kDatabase, Verb::kGet) || std::none_of(flow.asks.begin(), flow.asks.end(), fills)) return;
  ask_at(name(), section.at, "outcome-unclear",
         "cannot tell whether " + reading_.quoted(section.label) +
             " is a miss; what is done here fills the cache. Write %% stalemate: branch = miss (free) in the branch",
         answers_branch(section, {Outcome::kMiss}));
}

// What a row is now may be compared with what was read of it before, where it was.
bool StepWalk::is_compared(const Choosing& choosing, const Scope& scope) const {
  constexpr std::string_view kCompared[] = {"changed", "differs", "differ", "different", "newer", "unchanged", "same"};
  if (!choosing.tested.known() || choosing.tested.request().to != Role::kDatabase) return false;
  if (choosing.tested.request().verb != Verb::kGet || scope.gets_of_rows < 2) return false;
  const Section& first = choosing.block.sections.front();
  const std::vector<std::string> words = split_words(first.label);
  return !branch_override(name(), first) &&
         std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kCompared, word); });
}

// The latest get of a row only looks whether it is as it was: what was received stays what it was.
void StepWalk::look_again(Latest& latest, Scope& scope) {
  latest.request().verb = Verb::kLookAgain;
  await_after_all(latest);
  --scope.gets_of_rows;
  reading_.also(latest.line, ", and compares it with what was read before");
}

// A last branch with nothing but notes in it, whose outcomes the branches above have taken: no run comes there.
const Section* StepWalk::repeated_last(const Block& block, const Latest& tested) const {
  if (block.kind != BlockKind::kAlt || block.sections.size() < 3 || !tested.known()) return nullptr;
  const Section& last = block.sections.back();
  const auto is_note = [](const Statement& statement) { return std::holds_alternative<Note>(statement.node); };
  if (!std::all_of(last.body.begin(), last.body.end(), is_note)) return nullptr;
  Outcomes taken;
  for (std::size_t i = 0; i + 1 < block.sections.size(); ++i) taken = taken | said_by(block.sections[i], tested);
  const Outcomes says = said_by(last, tested);
  return !says.empty() && without(says, taken).empty() ? &last : nullptr;
}

// A branch, or a reply, that speaks of a lease says of the get what its own label does not: that it takes one.
void StepWalk::take_lease_as_said(const std::vector<std::string>& texts, Latest& tested) {
  if (!tested.known() || tested.request().to != Role::kCache || tested.request().verb != Verb::kGet) return;
  Request& get = tested.request();
  const bool says = std::any_of(texts.begin(), texts.end(), [](const std::string& text) {
    const std::vector<std::string> words = split_words(text);
    return is_in(words, "lease") && !says_of_lease(words, {.lease = true}).empty();
  });
  if (!says || get.watch != Watch::kNothing || get.finds.marker || !get.awaited) return;
  get.watch = Watch::kLease;
  get.finds.lease = true;
  get.finds.stale = reading_.marks_stale();
  current().takes_lease = true;
  refuse_of_cache(get);
  reading_.also_assumed(tested.line, "it takes a lease, since that is what it is answered");
}

// The scope of a branch, where it begins.
StepWalk::Scope StepWalk::Scope::within(Branch& taken, const Latest& about, const BranchTest& test) const {
  Scope inside = *this;
  inside.body = &taken.body;
  inside.branch = taken.at;
  inside.row = {};
  inside.before_local = {};
  inside.tested = about;
  inside.tested_reply = test.reply;
  inside.at_branch_start = true;
  const bool of_row = about.known() && about.request().to == Role::kDatabase && about.request().verb == Verb::kGet;
  inside.without_row = without_row || (of_row && test.outcomes == Outcomes{Outcome::kMiss});
  return inside;
}

// Whether a branch is taken only where the request that it is about missed.
bool StepWalk::takes_miss_alone(const Choosing& choosing, std::size_t index) {
  const Outcomes normal = normal_outcomes(choosing.tested.request());
  Outcomes taken = choosing.tests[index].outcomes;
  if (choosing.tests[index].otherwise) {
    taken = normal;
    for (const BranchTest& test : choosing.tests) taken = without(taken, test.outcomes);
  }
  return common(taken, normal) == Outcomes{Outcome::kMiss};
}

// "alt hit", a get of the cache, its reply, "else miss", the way of a miss: the get stands in the branch that it
// decides, and is asked before the block. The block without it; none where it is drawn otherwise.
std::optional<Block> StepWalk::ask_before(const Block& block, Scope& scope) {
  if (block.kind != BlockKind::kAlt || block.sections.size() < 2 || scope.lost) return std::nullopt;
  if (scope.latest.known() || scope.latest.depends_on_branch) return std::nullopt;
  const auto get_in = [&](const Section& section) -> const Message* {
    if (section.body.empty()) return nullptr;
    const auto* message = std::get_if<Message>(&section.body.front().node);
    if (message == nullptr || role(message->from) != Role::kApp || role(message->to) != Role::kCache) return nullptr;
    const RequestWords asks = words_for(message->to, message->text);
    return asks.kind == RequestWords::Kind::kVerb && asks.verb == Verb::kGet ? message : nullptr;
  };
  const Section& hit = block.sections.front();
  const ReplyWords says = reply_words(hit.label, Verb::kGet);
  const Message* const get = get_in(hit);
  const bool decides = says.outcomes == Outcomes{Outcome::kValue} && !says.weak && !says.unclear && get != nullptr &&
                       std::none_of(block.sections.begin() + 1, block.sections.end(), get_in) &&
                       branch_override(name(), hit) == std::nullopt;
  if (!decides) return std::nullopt;
  message({hit.body.front().at, hit.body, 0}, *get, scope);
  reading_.also_assumed(scope.latest.line, "it stands in the branch that it decides, so it is asked before the block");
  Block shorter = block;
  shorter.sections.front().body.erase(shorter.sections.front().body.begin());
  return shorter;
}

void StepWalk::choice(Position at, const Block& block, Scope& scope) {
  if (const Section* const last = repeated_last(block, tested_by(block, scope))) {
    Block shorter = block;
    shorter.sections.pop_back();
    choice(at, shorter, scope);
    constexpr std::string_view kNever = "no run comes here: a branch above takes what it says";
    reading_.add(last->at, std::string(kNever));
    for (const Statement& note : last->body) reading_.add(note.at, std::string(kNever));
    return;
  }
  refuse_branch_of_server(at, scope);
  Choosing choosing{block, tested_by(block, scope), false, is_about_others(block), false, {}};
  take_lease_as_said(labels_of(block), choosing.tested);
  choosing.in_row = !choosing.tested.known() && choosing.tested.depends_on_branch && continues_row(block, scope.row);
  if (choosing.in_row) choosing.tested = scope.row.tested;
  choosing.about_earlier = !choosing.in_row && !choosing.about_others && is_about_earlier(choosing, scope);
  for (const Section& section : block.sections) {
    const bool of_marker = choosing.tested.known() && says_only_marker(section.label, choosing.tested.request());
    std::string label = section.label;
    if (choosing.tested.known())
      label = without_name(label, choosing.tested.request().to, choosing.tested.request().cache);
    if (!of_marker) refuse_unmodelled(name(), section.at, label, true);
  }
  if (is_compared(choosing, scope)) look_again(choosing.tested, scope);
  choosing.tests = tests_of(choosing, scope);
  Choice choice;
  choice.at = at;
  choice.kind = block.kind;
  choice.free = resolve(at, block, choosing.tested, choosing.tests);
  choice.may_take_none = choice.free && (block.kind != BlockKind::kAlt || block.sections.size() == 1);
  if (choice.free) ask_about_fill(choosing);
  if (choice.free && scope.at_top() && !continues_) ask_about_operations_in(block);
  BlockRow row;
  if (!choice.free) {
    choice.about = choosing.tested.request().arrow;
    note_outcome_drawn(choosing.tested, scope, false);
    row.tested = choosing.tested;
    if (row.tested.same_request(scope.row.tested)) row = scope.row;
  }
  const Scope entered = scope;
  Joined joined(entered, std::move(row));
  for (std::size_t i = 0; i < block.sections.size(); ++i) {
    const Section& section = block.sections[i];
    const BranchTest& test = choosing.tests[i];
    Branch branch;
    branch.at = i == 0 ? at : section.at;
    branch.label = section.label;
    branch.tests = test.outcomes;
    branch.is_else = !choice.free && test.otherwise;
    branch.ends_operation = block.kind == BlockKind::kBreak;
    note_branch(choosing, choice, branch, i);
    Scope inside = entered.within(branch, choosing.tested, test);
    if (choice.free) inside.tested_reply = nullptr;
    inside.tests_miss = !choice.free && takes_miss_alone(choosing, i);
    statements(section.body, inside);
    join(branch, entered, inside, scope, joined);
    choice.branches.push_back(std::move(branch));
  }
  body_of(scope).push_back({std::move(choice)});
  leave_block(std::move(joined), scope);
}

}  // namespace stalemate::model
