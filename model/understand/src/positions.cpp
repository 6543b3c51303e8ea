// See positions.hpp. An answer is a message back to who asked: a dotted arrow, or a solid one by somebody who asks
// nobody anything.
#include "positions.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "read/statements.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

using Names = std::map<std::string, std::string>;  // of one diagram: who_is(), by id

// Who of a diagram sends only to those that had sent it something before.
std::set<std::string> only_answering(const Diagram& diagram) {
  std::map<std::string, std::set<std::string>> askers;
  std::set<std::string> asking;
  visit_messages(diagram.statements, [&](const Message& message) {
    if (message.from == message.to) return;
    if (askers[message.from].count(message.to) == 0) asking.insert(message.from);
    askers[message.to].insert(message.from);
  });
  std::set<std::string> result;
  for (const auto& [id, who] : askers) {
    if (!who.empty() && asking.count(id) == 0) result.insert(id);
  }
  return result;
}

bool speaks_of_cache(std::string_view label) {
  const std::vector<std::string> words = split_words(label);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) {
    const RequestWords asks = request_words(word);
    const bool deletes = asks.kind == RequestWords::Kind::kVerb && asks.verb == Verb::kDelete;
    return deletes || role_words(word).role == Role::kCache || is_in(std::array{"cached", "ttl", "stale"}, word);
  });
}

// "allowed", "access denied": nothing that is kept.
bool says_rights(std::string_view reply) {
  constexpr std::string_view kRights[] = {"allow", "allowed", "deny", "denied", "permit", "permitted", "forbidden"};
  const std::vector<std::string> words = split_words(reply);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kRights, word); });
}

// Gets, and then what is stored, in the order of one diagram: who is a cache by it, and who what is cached.
class Fills {
 public:
  void asked(const std::string& who, Verb verb, std::map<std::string, Part>& parts) {
    if (verb == Verb::kGet) {
      gets_.push_back(who);
    } else if (stores(verb)) {
      const auto got = std::find(gets_.begin(), gets_.end(), who);
      if (got == gets_.end()) return;
      bool between = false;
      for (auto other = got + 1; other != gets_.end(); ++other) {
        if (*other == who) continue;
        parts[*other].asked_between = true;
        between = true;
      }
      if (between) parts[who].filled_after_get = true;
    }
  }

 private:
  std::vector<std::string> gets_;
};

void add_diagram(const Diagram& diagram, const Names& names, std::map<std::string, Part>& parts) {
  const std::set<std::string> answering = only_answering(diagram);
  std::map<std::string, std::set<std::string>> askers;
  Fills fills;
  std::set<std::string> seen;
  visit_messages(diagram.statements, [&](const Message& message) {
    if (message.from == message.to) parts[names.at(message.from)].works_itself = true;
    if (message.from == message.to) return;
    const std::string& from = names.at(message.from);
    const std::string& to = names.at(message.to);
    const bool asked_before = askers[message.from].count(message.to) != 0;
    const bool is_answer = asked_before && (message.arrow.dotted || answering.count(message.from) != 0);
    const bool sent_off = message.arrow.dotted && message.arrow.head == ArrowHead::kOpen;
    parts[from].sends = parts[from].sends || !message.arrow.dotted || sent_off;
    if (seen.insert(message.from).second && !message.arrow.dotted) parts[from].starts = true;
    seen.insert(message.to);
    askers[message.to].insert(message.from);
    parts[from].says_rights = parts[from].says_rights || (is_answer && says_rights(message.text));
    if (is_answer || (message.arrow.dotted && !sent_off)) return;
    parts[from].asks.insert(to);
    Part& asked = parts[to];
    asked.asked_by.insert(from);
    asked.hears_of_cache = asked.hears_of_cache || speaks_of_cache(message.text);
    const bool works = asks_for_work(message.text);
    asked.asked_for_work = asked.asked_for_work || works;
    asked.asked_otherwise = asked.asked_otherwise || !works;
    if (works) return;
    if (calls_over_http(message.text)) {
      // What a cache is filled with may be asked for so, too.
      if (lower(message.text).starts_with("get")) fills.asked(to, Verb::kGet, parts);
      return;
    }
    const RequestWords words = request_words(message.text);
    // Two steps in one label: one of them may store something.
    asked.asked_to_store = asked.asked_to_store || words.kind == RequestWords::Kind::kAmbiguous;
    if (words.kind != RequestWords::Kind::kVerb) return;
    asked.asked_to_get = asked.asked_to_get || words.verb == Verb::kGet;
    asked.asked_to_store = asked.asked_to_store || stores(words.verb);
    asked.asked_to_delete = asked.asked_to_delete || words.verb == Verb::kDelete;
    fills.asked(to, words.verb, parts);
  });
}

}  // namespace

std::string who_is(const Participant& participant) { return lower(trim(participant.alias)); }

std::map<std::string, Part> parts_of(const Document& document, const std::vector<bool>& passed_over) {
  std::map<std::string, Part> parts;
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    if (passed_over[i]) continue;
    Names names;
    for (const Participant& participant : document.diagrams[i].diagram.participants) {
      names[participant.id] = who_is(participant);
      parts.try_emplace(who_is(participant));
    }
    add_diagram(document.diagrams[i].diagram, names, parts);
  }
  return parts;
}

bool asks_for_work(std::string_view label) {
  constexpr std::string_view kWork[] = {"evaluate", "calculate", "compute",   "analyze",   "analyse",   "predict",
                                        "infer",    "simulate",  "classify",  "summarize", "summarise", "translate",
                                        "encrypt",  "decrypt",   "authorize", "authorise", "decide",    "convert"};
  constexpr std::string_view kWorkAsNoun[] = {"analysis",  "evaluation", "calculation", "computation", "prediction",
                                              "inference", "simulation", "scoring",     "ranking",     "embedding"};
  const std::vector<std::string> words = split_words(label);
  if (words.empty()) return false;
  const RequestWords asks = request_words(label);
  const bool over_http = calls_over_http(label) && words.front() == "post";
  const bool changes_more = asks.kind == RequestWords::Kind::kVerb && changes(asks.verb) && !over_http;
  // The verb that leads, or what is called last: "POST /reports/{id}/analysis".
  const bool called = over_http && (is_in(kWork, words.back()) || is_in(kWorkAsNoun, words.back()));
  // Who may do what: "check permission", "can she read it?", "verify token".
  constexpr std::string_view kRights[] = {"permission", "permissions",   "allowed",    "authorized",
                                          "authorised", "authorization", "policy",     "policies",
                                          "token",      "jwt",           "credentials"};
  constexpr std::string_view kLooking[] = {"check", "checks", "verify", "validate", "introspect", "is", "may", "can"};
  const bool of_rights =
      is_in(kLooking, words.front()) &&
      std::any_of(words.begin(), words.end(), [&](const auto& word) { return is_in(kRights, word); });
  const bool may_do = (words.front() == "can" || words.front() == "may") && trim(label).ends_with('?');
  const bool works = called || of_rights || may_do || is_in(kWork, words.front());
  return works && !changes_more &&
         (asks.kind == RequestWords::Kind::kVerb || asks.kind == RequestWords::Kind::kNothing);
}

bool calls_over_http(std::string_view label) {
  constexpr std::string_view kMethods[] = {"get", "put", "post", "patch", "delete", "head", "options"};
  const std::string_view text = trim(label);
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos || !is_in(kMethods, lower(text.substr(0, space)))) return false;
  const std::string_view path = trim(text.substr(space));
  return path.starts_with("/") || path.starts_with("http://") || path.starts_with("https://");
}

}  // namespace stalemate::model
