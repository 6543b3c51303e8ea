// Where the walk meets what may begin another operation: notes, comments, rectangles, and arrows that start over.
#include "answers.hpp"
#include "base/invariant.hpp"
#include "base/text.hpp"
#include "sections.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

const Block* rectangle_at(const std::vector<Statement>& list, std::size_t index) {
  const auto* block = std::get_if<Block>(&list[index].node);
  return block != nullptr && block->kind == BlockKind::kRect ? block : nullptr;
}

bool begins_with_note(const Block& block) {
  const std::vector<Statement>& body = block.sections.front().body;
  return !body.empty() && std::holds_alternative<Note>(body.front().node);
}

const Message* message_behind(const std::vector<Statement>& list, std::size_t index) {
  return index + 1 < list.size() ? std::get_if<Message>(&list[index + 1].node) : nullptr;
}

// What a request says that begins here: "next read", "UPDATE (write path)".
std::optional<OperationKind> operation_said_by(std::string_view label) {
  constexpr std::string_view kFollowing[] = {"next", "second", "another", "later", "subsequent", "following"};
  constexpr std::string_view kOperations[] = {"path", "flow", "side", "request", "call", "operation"};
  const std::vector<std::string> words = split_words(label);
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    const bool follows = is_in(kFollowing, words[i]);
    const auto kind = operation_words(words[follows ? i + 1 : i]).kind();
    if (kind && (follows || is_in(kOperations, words[i + 1]))) return kind;
  }
  return std::nullopt;
}

bool is_note(const std::vector<Statement>& list, std::size_t index) {
  return index < list.size() && std::holds_alternative<Note>(list[index].node);
}

}  // namespace

void StepWalk::ask_whether_parted(Position at, const std::string& by, const Flow& next) const {
  const bool writes = next.writes_row();
  ask_at(name(), at, "operation-begins",
         "does another operation begin here" + (by.empty() ? "" : ", with " + by) +
             "? What follows starts over; write %% stalemate: operation = NAME before it if so, and %% stalemate: "
             "operation continues if not",
         answers_parting(at, writes ? OperationKind::kWrite : OperationKind::kRead));
}

// What starts over, with nothing said between: whether another operation begins all the same. It does where the request
// says so ("next read"), and in a race, whose instances do one operation after another: where a Write is done with both
// stores, or a Read has filled the cache, and the cache is asked again.
bool StepWalk::begins_unsaid(const Flow& so_far, const Flow& next, const Message* first) const {
  const bool written = so_far.writes_row() && so_far.changes_cache();
  if (!written && !so_far.is_caching_read()) return false;
  const Flow::Ask& asks = next.asks.front();
  const bool looks = asks.to == Role::kCache && asks.verb == Verb::kGet && !next.writes_row();
  if (column_ && looks) return true;
  const auto said = first == nullptr ? std::nullopt : operation_said_by(first->text);
  return said && (*said == OperationKind::kRead ? looks : asks.to == Role::kDatabase && next.writes_row());
}

// "Cache hit" above one look-up, "Cache miss" above the same once more: the two ways of one operation, each drawn on
// its own.
bool StepWalk::is_other_way(const std::string& text, const std::string& before, const Flow& so_far,
                            const Flow& next) const {
  if (so_far.empty() || next.empty() || !(so_far.asks.front() == next.asks.front())) return false;
  const Flow::Ask& first = next.asks.front();
  const Outcomes one = outcome_of_way(before);
  const Outcomes other = outcome_of_way(text);
  return first.to == Role::kCache && first.verb == Verb::kGet && !one.empty() && !other.empty() && !(one == other);
}

bool StepWalk::parted(const PartedBy& by, const std::vector<Statement>& list, std::size_t index, Scope& scope) {
  Segment& segment = current();
  const Flow so_far = flow_of(segment.operation.body);
  const Flow next = flow_from(list, index, roles_);
  const std::string& before = segment.note.empty() ? segment.title : segment.note;
  const OperationWords words = operation_words(by.text);
  const bool ends = next.empty() && is_note(list, index);
  const bool names_first = so_far.empty() && words.only && words.kind();
  const bool other_way = is_other_way(by.text, before, so_far, next);
  switch (other_way ? Parting::kSeparates : parting_by({by.text, before, said_above_}, so_far, next)) {
    case Parting::kNone:
      if (names_first || (words.only && words.kind() && (next.from_outside || ends))) break;
      if (so_far.empty() && segment.title.empty()) segment.title = by.text;
      return false;
    case Parting::kAsk:
      if (is_note(list, index + 1) || begins_unsaid(so_far, next, message_behind(list, index)))
        return false;  // decides
      ask_whether_parted(by.at, by.text.empty() ? by.what : by.what + " " + reading_.quoted(by.text), next);
    case Parting::kSeparates:
      break;
  }
  begin_segment(by.at, scope);
  current().note = by.text;
  const std::size_t line = reading_.add(by.at, "");
  if (segments_.size() > 1) current().heading_line = line;
  reading_.also(line, by.what + " names the operation that follows");
  if (!words.kind()) {
    reading_.also_assumed(line,
                          "another operation begins here; write %% stalemate: operation continues before it if "
                          "none does");
  }
  return true;
}

void StepWalk::part(const std::vector<Statement>& list, std::size_t index, Scope& scope) {
  const Statement& statement = list[index];
  if (continues_ || std::holds_alternative<Directive>(statement.node)) return;
  const bool first_of_line = index == 0 || list[index - 1].at.line != statement.at.line;
  const Comment comment = first_of_line ? reading_.comment_above(statement.at) : Comment{};
  const Block* rectangle = rectangle_at(list, index);
  if (!comment.text.empty()) {
    parted({comment.at, "the comment", comment.text}, list, index, scope);
  } else if (rectangle != nullptr ? !begins_with_note(*rectangle)
                                  : index > 0 && rectangle_at(list, index - 1) != nullptr && !is_note(list, index)) {
    parted({statement.at, "the rectangle", ""}, list, index, scope);
  }
  const bool is_message = std::holds_alternative<Message>(statement.node);
  const bool is_block = std::holds_alternative<Block>(statement.node) && rectangle == nullptr;
  if ((!is_message && !is_block) || current().operation.body.empty()) return;
  const Flow so_far = flow_of(current().operation.body);
  if (is_message) {
    const Flow own = flow_from({statement}, 0, roles_);
    if (own.empty() || !may_start_over_unsaid(so_far, own.asks.front(), said_above_)) return;
  }
  const Flow next = flow_from(list, index, roles_);
  if (!starts_over_unsaid(so_far, next, said_above_)) return;
  if (!begins_unsaid(so_far, next, std::get_if<Message>(&statement.node))) ask_whether_parted(statement.at, "", next);
  begin_segment(statement.at, scope);
  begins_with_next_ = true;
}

void StepWalk::note(const std::vector<Statement>& list, std::size_t index, Scope& scope) {
  const Position at = list[index].at;
  const std::string& text = std::get<Note>(list[index].node).text;
  if (refuse_unmodelled(name(), at, text, false)) happens_after_commit(at, scope);
  const bool begins = scope.at_top() && !continues_ && parted({at, "the note", text}, list, index, scope);
  ask_about_whose(at, text);
  if (begins) return;
  remark(at, text, reading_.add(at, "a note: no meaning"), scope);
}

// Branches that do what operations do from the beginning, and are called so, or of which one reads and one writes.
void StepWalk::ask_about_operations_in(const Block& block) const {
  const Flow so_far = flow_of(segments_.back().operation.body);
  bool reads = false;
  bool writes = false;
  for (const Section& section : block.sections) {
    const Flow flow = flow_from(section.body, 0, roles_);
    const auto kind = operation_words(section.label).kind();
    const bool read = is_operation_of(OperationKind::kRead, so_far, flow);
    const bool write = is_operation_of(OperationKind::kWrite, so_far, flow);
    reads = reads || (so_far.empty() && read);
    writes = writes || (so_far.empty() && write);
    const bool called_so = kind && (*kind == OperationKind::kRead ? read : write);
    if (!called_so && !(reads && writes)) continue;
    ask_at(
        name(), section.at, "branch-is-operation",
        "is " + (section.label.empty() ? "this branch" : reading_.quoted(section.label)) +
            " an operation of its own? Then draw it without the block, behind %% stalemate: operation = NAME; where it "
            "is "
            "one way of this operation, write %% stalemate: operation continues before the block");
  }
}

}  // namespace stalemate::model
