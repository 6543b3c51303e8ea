// A text separates where it names an operation and what follows could be one and starts over; where only some of that
// holds, a person would have to think, so it is asked.
#include "sections.hpp"

#include <algorithm>

#include "directives.hpp"
#include "verbs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

void add_asks(const std::vector<Act>& body, Flow& flow) {
  for (const Act& act : body) {
    if (const auto* request = std::get_if<Request>(&act.node)) {
      flow.asks.push_back({request->to, request->verb, request->cache, request->adds});
      for (const Request& next : request->passes_on) flow.asks.push_back({next.to, next.verb});
    }
    if (const auto* choice = std::get_if<Choice>(&act.node)) {
      for (const Branch& branch : choice->branches) add_asks(branch.body, flow);
    }
  }
}

// Adds what the message asks; `said`: by a directive before it.
void add_message(const Message& message, const std::optional<Override>& said, const RolesOfDiagram& roles, Flow& flow) {
  const Role from = roles.at(message.from);
  const Role to = roles.at(message.to);
  const bool both = message.arrow.head == ArrowHead::kBoth && is_server(from);
  if (!is_server(to) && !both) return;
  if (is_server(from) && is_server(to) && !(from == Role::kCache && to == Role::kDatabase)) return;
  if (said && said->local) return;
  const RequestWords words = leading_request(message.text);
  const Role asked = both ? from : to;
  const std::size_t cache = asked == Role::kCache ? roles.cache_at(both ? message.from : message.to) : 0;
  if (said && said->verb) {
    flow.asks.push_back({asked, verb_at(asked, *said->verb), cache});
  } else if (words.kind == RequestWords::Kind::kVerb && (!words.of_row || asked == Role::kDatabase)) {
    flow.asks.push_back({asked, verb_at(asked, words.verb), cache, words.adds});
  } else if (is_server(from) && says_handing_on(message.text)) {
    flow.asks.push_back({asked, Verb::kSet, cache});
  }
}

bool comes_from_outside(const Message& message, const RolesOfDiagram& roles) {
  return roles.at(message.from) == Role::kOutside && roles.at(message.to) == Role::kApp && !message.arrow.dotted;
}

constexpr int kStatementsAhead = 64;  // looked at, so that a long diagram with many notes is read fast

void add_statements(const std::vector<Statement>& list, std::size_t index, bool top, const RolesOfDiagram& roles,
                    int& left, Flow& flow) {
  std::optional<Override> said;
  for (std::size_t i = index; i < list.size() && left > 0; ++i, --left) {
    if (const auto* block = std::get_if<Block>(&list[i].node)) {
      if (top && block->kind == BlockKind::kRect && !flow.empty()) return;
      for (const Section& section : block->sections) {
        add_statements(section.body, 0, top && block->kind == BlockKind::kRect, roles, left, flow);
      }
      if (top && block->kind == BlockKind::kRect && !flow.empty()) return;
    } else if (const auto* message = std::get_if<Message>(&list[i].node)) {
      if (top && comes_from_outside(*message, roles)) {
        if (flow.empty()) flow.from_outside = true;
        return;
      }
      add_message(*message, said, roles, flow);
      said.reset();
    } else if (const auto* note = std::get_if<Note>(&list[i].node)) {
      if (top && !flow.empty() && operation_words(note->text).kind()) return;
    } else if (const auto* directive = std::get_if<Directive>(&list[i].node)) {
      const Override read = read_directive("", list[i].at, directive->text);
      if (top && read.kind == Override::Kind::kOperation && i > index) return;
      if (read.kind == Override::Kind::kMeans) said = read;
    }
  }
}

// Whether who started the operation has been answered, whichever way was taken.
bool is_acknowledged(const std::vector<Act>& body) {
  return std::any_of(body.begin(), body.end(), [](const Act& act) {
    if (const auto* choice = std::get_if<Choice>(&act.node)) {
      return choice->kind == BlockKind::kAlt && choice->branches.size() > 1 &&
             std::all_of(choice->branches.begin(), choice->branches.end(),
                         [](const Branch& branch) { return is_acknowledged(branch.body); });
    }
    return std::holds_alternative<Acknowledge>(act.node);
  });
}

}  // namespace

bool Flow::has(Role to, Verb verb) const {
  return std::any_of(asks.begin(), asks.end(), [&](const Ask& ask) { return ask.to == to && ask.verb == verb; });
}

bool Flow::writes_row() const {
  return std::any_of(asks.begin(), asks.end(),
                     [](const Ask& ask) { return ask.to == Role::kDatabase && stores(ask.verb); });
}

bool Flow::changes_cache() const {
  return std::any_of(asks.begin(), asks.end(),
                     [](const Ask& ask) { return ask.to == Role::kCache && model::changes(ask.verb); });
}

bool Flow::changes() const { return changes_cache() || writes_row(); }

bool Flow::is_caching_read() const {
  const auto gets = [](const Ask& ask) { return ask.verb == Verb::kGet; };
  const auto fills = [](const Ask& ask) { return ask.to == Role::kCache && stores(ask.verb); };
  const auto get = std::find_if(asks.begin(), asks.end(), gets);
  return std::any_of(get, asks.end(), fills) && !writes_row();
}

Flow flow_of(const std::vector<Act>& body) {
  Flow flow;
  add_asks(body, flow);
  flow.acknowledges = is_acknowledged(body);
  flow.found = !body.empty() && std::holds_alternative<Guard>(body.back().node) &&
               std::get<Guard>(body.back().node).outcomes == Outcomes{Outcome::kValue} && !flow.asks.empty() &&
               flow.asks.back().to == Role::kCache;
  return flow;
}

Flow flow_from(const std::vector<Statement>& list, std::size_t index, const RolesOfDiagram& roles) {
  Flow flow;
  int left = kStatementsAhead;
  add_statements(list, index, true, roles, left, flow);
  return flow;
}

bool starts_over(const Flow& so_far, const Flow& next) {
  if (so_far.empty() || next.empty()) return false;
  const Flow::Ask& first = next.asks.front();
  const bool set_database = so_far.writes_row();
  if (first.verb == Verb::kGet) {
    if (so_far.changes() || so_far.acknowledges) return true;
    return first.to == Role::kCache && std::find(so_far.asks.begin(), so_far.asks.end(), first) != so_far.asks.end();
  }
  if (so_far.is_caching_read()) return true;
  return next.writes_row() && (set_database || so_far.acknowledges);
}

bool may_start_over_unsaid(const Flow& so_far, const Flow::Ask& next, std::optional<OperationKind> said_above) {
  if (next.to == Role::kCache && next.verb == Verb::kGet) {
    return so_far.acknowledges || so_far.writes_row() || so_far.has(Role::kCache, Verb::kDelete) ||
           so_far.is_caching_read() || so_far.found;
  }
  if (next.verb == Verb::kGet) return false;
  const bool may_be_read = said_above != OperationKind::kWrite;
  if (so_far.is_caching_read() && may_be_read) return true;
  if (next.to != Role::kDatabase) return false;
  if (so_far.writes_row()) return so_far.acknowledges || so_far.changes_cache();
  const bool gets = so_far.has(Role::kCache, Verb::kGet) || so_far.has(Role::kDatabase, Verb::kGet);
  return so_far.acknowledges && gets && may_be_read;
}

bool starts_over_unsaid(const Flow& so_far, const Flow& next, std::optional<OperationKind> said_above) {
  if (so_far.empty() || next.empty() || !may_start_over_unsaid(so_far, next.asks.front(), said_above)) return false;
  // A Write that reads what it then changes goes on.
  const bool changes_read =
      std::any_of(next.asks.begin(), next.asks.end(), [](const Flow::Ask& ask) { return ask.adds; });
  if (changes_read && !next.writes_row()) return false;
  return next.asks.front().verb == Verb::kGet || next.writes_row();
}

Parting parting_by(const PartingText& text, const Flow& so_far, const Flow& next) {
  if (so_far.empty() || next.empty() || next.from_outside) return Parting::kNone;
  const OperationWords words = operation_words(text.text);
  const auto kind = words.kind();
  const bool over = starts_over(so_far, next);
  const bool sets_database = next.writes_row();
  const Flow::Ask& first = next.asks.front();
  const bool begins_by_get = first.verb == Verb::kGet;
  const bool begun_by_get = so_far.asks.front().verb == Verb::kGet;
  const bool has_set = so_far.writes_row();
  if (!kind) {
    if (!over) return Parting::kNone;
    // Two texts, each before a part of its own kind.
    const bool other_kind = has_set ? begins_by_get && first.to == Role::kCache && !sets_database : sets_database;
    const bool both = words.read || words.write;
    return !text.text.empty() && !text.before.empty() && other_kind && !both ? Parting::kSeparates : Parting::kAsk;
  }
  if (*kind == OperationKind::kRead) {
    if (!over) return Parting::kNone;
    // Who reads again what was just written looks into the database; a read looks into the cache first.
    const bool no_cache = first.to == Role::kDatabase && !so_far.changes_cache() && !next.changes_cache();
    const bool fits = begins_by_get && !sets_database && (first.to == Role::kCache || no_cache);
    return fits ? Parting::kSeparates : Parting::kAsk;
  }
  const bool said_write = text.said_above == OperationKind::kWrite && text.before.empty();
  if (!sets_database) return over || words.only ? Parting::kAsk : Parting::kNone;
  if (over) return said_write ? Parting::kAsk : Parting::kSeparates;
  if (has_set || !begun_by_get) return words.only ? Parting::kAsk : Parting::kNone;
  // A read that fills nothing, or what a write looks up first.
  if (words.only || operation_words(text.before).kind() == OperationKind::kRead) return Parting::kSeparates;
  return said_write ? Parting::kNone : Parting::kAsk;
}

bool is_operation_of(OperationKind kind, const Flow& so_far, const Flow& next) {
  if (next.empty()) return false;
  const bool sets_database = next.writes_row();
  const bool begins_by_get = next.asks.front().verb == Verb::kGet;
  const bool fits = kind == OperationKind::kWrite ? sets_database : begins_by_get && !sets_database;
  return fits && (so_far.empty() || starts_over(so_far, next));
}

}  // namespace stalemate::model
