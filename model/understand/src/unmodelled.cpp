// What is not modelled, wherever a page speaks of it: in labels, notes, titles, messages of the app to itself. Also
// what such remarks say of commits and of changes: a lone statement is committed at once, and only arrows change
// anything.
#include <algorithm>
#include <optional>
#include <tuple>
#include <utility>

#include "base/text.hpp"
#include "read/statements.hpp"
#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// What a remark tells of a server.
struct Effect {
  Role server = Role::kCache;
  Verb verb = Verb::kSet;
};

constexpr std::string_view kCacheWords[] = {"key", "entry", "entries", "cached"};
constexpr std::string_view kDatabaseWords[] = {"row", "rows", "table"};
constexpr std::string_view kPassives[] = {"is", "are", "was", "were", "gets", "be", "been", "being", "now"};
struct Participle {
  std::string_view word;
  Verb verb;
};
constexpr Participle kParticiples[] = {
    {"deleted", Verb::kDelete},  {"removed", Verb::kDelete}, {"invalidated", Verb::kDelete},
    {"purged", Verb::kDelete},   {"cleared", Verb::kDelete}, {"dropped", Verb::kDelete},
    {"set", Verb::kSet},         {"updated", Verb::kSet},    {"refreshed", Verb::kSet},
    {"filled", Verb::kSet},      {"populated", Verb::kSet},  {"stored", Verb::kSet},
    {"overwritten", Verb::kSet}, {"written", Verb::kSet},    {"repopulated", Verb::kSet},
};
constexpr std::string_view kLifeWords[] = {"ttl", "expire", "expires", "expiry", "expiration", "expired"};

std::optional<Role> server_in(const std::vector<std::string>& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (i == 0 && is_request_verb(word)) continue;  // "store the result" names no store
    const auto role = role_words(word).role;
    if (role == Role::kCache || is_in(kCacheWords, word)) return Role::kCache;
    if (role == Role::kDatabase || is_in(kDatabaseWords, word)) return Role::kDatabase;
  }
  return std::nullopt;
}

// "delete the cached entry", "the cache is updated"; none where it names no server or changes nothing.
std::optional<Effect> effect_of(const std::string& text) {
  const std::vector<std::string> words = split_words(text);
  const auto server = server_in(words);
  // What the next read does is another operation's.
  if (!server || has_phrase(words, "next read") || has_phrase(words, "next request")) return std::nullopt;
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!is_in(kPassives, words[i - 1])) continue;
    for (const Participle& participle : kParticiples) {
      if (participle.word == words[i]) return Effect{*server, participle.verb};
    }
  }
  const RequestWords asks = request_words(text);
  const bool leads = is_request_verb(words.front()) || words.front() == "cache";
  if (asks.kind != RequestWords::Kind::kVerb || asks.verb == Verb::kGet || !leads) return std::nullopt;
  return Effect{*server, asks.verb};
}

// What says that the arrows do not happen as they are drawn, or that others have a part in it.
constexpr std::string_view kOtherwiseThanDrawn[] = {
    "only when",       "only if",        "only for",        "only on",         "is optional", "skip this",
    "skipped for",     "is disabled",    "may fail",        "fire and forget", "not awaited", "in parallel",
    "happens before",  "happens after",  "not implemented", "own cache",       "own copy",    "per region",
    "another service", "other services", "also cached",     "reads go to"};
// Likewise, but where a cache is drawn to pass on what it has answered before.
constexpr std::string_view kLaterThanDrawn[] = {"write behind", "write back", "asynchronously", "in the background"};

std::string told_otherwise(const std::vector<std::string>& words, const Segment& segment) {
  bool later = false;
  visit_requests(segment.operation.body, [&](const Request& request) {
    later = later || (!request.passes_on.empty() && !request.passes_on.front().awaited);
  });
  const std::string phrase = phrase_in(kOtherwiseThanDrawn, words);
  return phrase.empty() && !later ? phrase_in(kLaterThanDrawn, words) : phrase;
}

// "responds 200 here", "return the result to the user".
bool tells_caller(const std::string& text) {
  constexpr std::string_view kAnswers[] = {"respond", "responds", "reply",   "replies",     "return",
                                           "returns", "answer",   "answers", "acknowledge", "acknowledges"};
  constexpr std::string_view kSuccess[] = {"200", "201", "202", "204", "ok", "success", "immediately"};
  const std::vector<std::string> words = split_words(text);
  const auto any = [&](const auto& is) { return std::any_of(words.begin(), words.end(), is); };
  return any([&](const std::string& word) { return is_in(kAnswers, word); }) && any([&](const std::string& word) {
           return is_in(kSuccess, word) || word == "caller" || role_words(word).role == Role::kOutside;
         });
}

bool asks_anything(const std::vector<Act>& body, std::size_t from) {
  const std::vector<Act> rest(body.begin() + static_cast<std::ptrdiff_t>(from), body.end());
  bool asks = false;
  visit_requests(rest, [&](const Request&) { asks = true; });
  return asks;
}

// Whether a server may still be asked behind a remark that stands in `body`, or in a block of it; none where it does
// not stand there.
std::optional<bool> goes_on_behind(const Remark& remark, const std::vector<Act>& body, Position branch_at) {
  const auto at_of = [](const Act& act) { return std::visit([](const auto& node) { return node.at; }, act.node); };
  if (remark.branch == branch_at) {
    const auto behind = std::find_if(body.begin(), body.end(), [&](const Act& act) {
      const Position at = at_of(act);
      return std::tie(remark.at.line, remark.at.column) < std::tie(at.line, at.column);
    });
    return asks_anything(body, static_cast<std::size_t>(behind - body.begin()));
  }
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto* choice = std::get_if<Choice>(&body[i].node);
    if (choice == nullptr) continue;
    for (const Branch& branch : choice->branches) {
      const auto inside = goes_on_behind(remark, branch.body, branch.at);
      if (inside) return *inside || (!branch.ends_operation && asks_anything(body, i + 1));
    }
  }
  return std::nullopt;
}

// Whether the caller is told by a remark, and not by the end of the operation: where nothing is asked any more behind
// it, the two are one.
bool tells_before_end(const Remark& remark, const Segment& segment) {
  constexpr std::string_view kEarlier[] = {"already", "before", "earlier", "meanwhile", "first", "while"};
  if (!segment.answers.empty() || !tells_caller(remark.text)) return false;
  const std::vector<std::string> words = split_words(remark.text);
  const bool earlier =
      std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kEarlier, word); });
  return earlier || goes_on_behind(remark, segment.operation.body, {}).value_or(true);
}

// Whatever is said beside the arrows is a person's own words: that they change nothing is an assumption, one a diagram.
void tell_what_is_passed_over(const std::vector<Segment>& segments, Reading& reading) {
  std::size_t line = 0;  // of the reading, at the first
  std::size_t count = 0;
  std::string texts;
  for (const Segment& segment : segments) {
    for (const Remark& remark : segment.remarks) {
      if (split_words(remark.text).empty()) continue;
      if (count == 0) line = remark.line;
      texts += (count++ == 0 ? "" : ", ") + reading.quoted(remark.text);
    }
  }
  if (count == 0) return;
  reading.also_assumed(line, texts + (count == 1 ? " is" : " are") + " taken to change nothing of what the arrows do");
}

}  // namespace

void refuse_role_not_modelled(const std::string& name, Position at, Role role) {
  if (role == Role::kReplica || role == Role::kQueue || role == Role::kWorker)
    refuse_not_modelled(name, at, "a message of a " + std::string(to_string(role)));
}

bool refuse_unmodelled(const std::string& name, Position at, const std::string& text, bool certain_only) {
  const CommitWords commit = commit_words(text);
  if (const auto found = unmodelled_in(commit.rest, certain_only)) {
    refuse_not_modelled(
        name, at, std::string(found->meaning),
        "by " + in_quotes(found->word) +
            (found->certain ? "" : "; if that is the name of something of yours, say it in other words"));
  }
  return commit.after;
}

namespace {

// A title without what is drawn under it: levels of caches by their names ("L2"), a channel, a lease.
std::string without_drawn(std::string title, const Diagram& diagram) {
  const auto take_away = [&](std::string_view name) {
    const std::size_t at = lower(title).find(name);
    const auto is_word = [&](std::size_t i) { return i < title.size() && is_word_byte(title[i]); };
    if (at != std::string::npos && !(at > 0 && is_word(at - 1)) && !is_word(at + name.size()))
      title.replace(at, name.size(), " ");
  };
  const auto names = [&](std::string_view word) { return lower(title).find(word) != std::string::npos; };
  const bool channel =
      names("pub") && std::any_of(diagram.participants.begin(), diagram.participants.end(),
                                  [](const Participant& one) { return role_words(one.alias).channel; });
  for (const Participant& participant : diagram.participants) {
    const bool is_level = participant.id.size() == 2 && is_digit(participant.id[1]);
    if (is_level) take_away(lower(participant.id));
  }
  if (channel)
    for (const std::string_view name : {"pub/sub", "pub-sub", "pubsub", "pub sub"}) take_away(name);
  bool leases = false;
  if (names("lease"))
    visit_messages(diagram.statements, [&](const Message& message) {
      leases = leases || request_words(message.text).watch == Watch::kLease;
    });
  if (leases) take_away("leases");
  if (leases) take_away("lease");
  return title;
}

}  // namespace

void refuse_unmodelled_titles(const Document::Entry& entry, const Reading& reading) {
  const std::string& name = reading.name();
  const auto without_caches = [&](const std::string& title) {
    std::string text = without_drawn(title, entry.diagram);
    const std::vector<DrawnCache>& caches = reading.caches();
    if (std::none_of(caches.begin(), caches.end(), [](const DrawnCache& drawn) { return drawn.local; })) return text;
    for (const DrawnCache& drawn : caches) text = without_name_of_cache(text, drawn.local);
    return text;
  };
  refuse_unmodelled(name, entry.diagram.at, without_caches(entry.diagram.title), true);
  const auto nearest = std::find_if(entry.context.rbegin(), entry.context.rend(),
                                    [](const Context& context) { return context.is_heading; });
  if (nearest != entry.context.rend()) refuse_unmodelled(name, nearest->at, without_caches(nearest->text), true);
}

void SinceWrite::join(const SinceWrite& branch) {
  write = std::max(write, branch.write);
  request = std::max(request, branch.request);
  after_commit = std::max(after_commit, branch.after_commit);
}

void StepWalk::happens_after_commit(Position at, Scope& scope) const {
  SinceWrite& since = scope.since_write;
  if (since.write == 0) {
    ask_at(name(), at, "commit-of-nothing",
           "this happens after the commit, but no write of the database is drawn before it; draw the write first");
  }
  if (since.request != 0 && since.after_commit == 0) {
    refuse_not_modelled(name(), at, "commit a transaction",
                        "what line " + std::to_string(since.request) + " asks stands before the commit");
  }
  if (since.after_commit == 0) since.after_commit = at.line;
}

void StepWalk::remark(Position at, const std::string& text, std::size_t line, const Scope& scope) {
  current().remarks.push_back({at, line, text, scope.at_top() ? Position{} : scope.branch});
}

void StepWalk::to_itself(Position at, const Message& message, Scope& scope) {
  if (refuse_unmodelled(name(), at, message.text, false)) happens_after_commit(at, scope);
  if (keeps_for_caller(at, message, scope)) return;
  const std::vector<std::string> words = split_words(message.text);
  const auto says = [&](std::string_view word) { return is_in(words, word); };
  if (says("wait") || says("waits") || says("sleep") || says("sleeps") || says("delay")) {
    local(at, "a wait takes no time in this model: whatever others can do meanwhile is explored");
    return;
  }
  const bool asks = role(message.from) == Role::kApp && request_words(message.text).kind == RequestWords::Kind::kVerb;
  const std::size_t line = local(at, asks ? "an arrow from the app to itself asks no server" : "");
  if (says("memory") || says("memoize") || says("locally")) {
    refuse_not_modelled(name(), at, "use another cache beside the one drawn");
  }
  remark(at, message.text, line, scope);
}

void judge_remarks(const std::vector<std::vector<Segment>>& segments, Reading& reading) {
  std::set<std::pair<Role, Verb>> asked;
  bool lives = false;
  for (const std::vector<Segment>& of_diagram : segments) {
    for (const Segment& segment : of_diagram) {
      asked.insert(segment.asked.begin(), segment.asked.end());
      lives = lives || segment.lives;
    }
  }
  const auto is_drawn = [&](const Effect& effect) {
    return std::any_of(asked.begin(), asked.end(), [&](const auto& request) {
      const auto& [server, verb] = request;
      return server == effect.server && (verb == effect.verb || (stores(effect.verb) && stores(verb)));
    });
  };
  for (const std::vector<Segment>& of_diagram : segments) {
    tell_what_is_passed_over(of_diagram, reading);
    for (const Segment& segment : of_diagram) {
      for (const Remark& remark : segment.remarks) {
        if (tells_before_end(remark, segment)) {
          ask_at(reading.name(), remark.at, "caller-answered-in-words",
                 reading.quoted(remark.text) +
                     " tells that the caller is answered, but no arrow does it, and what may be read "
                     "from then on depends on when; draw it as an arrow, such as app-->>user: done");
        }
        if (const std::string phrase = told_otherwise(split_words(remark.text), segment); !phrase.empty()) {
          ask_at(reading.name(), remark.at, "otherwise-than-drawn",
                 in_quotes(phrase) +
                     " says that something happens otherwise than the arrows show; draw it (opt, alt, -), "
                     "an arrow of its own), or say it in other words if the arrows are right");
        }
        const auto effect = effect_of(remark.text);
        if (effect && !is_drawn(*effect)) {
          ask_at(reading.name(), remark.at, "change-in-words",
                 reading.quoted(remark.text) + " tells that something is changed, but no arrow asks " +
                     the(effect->server) + " to; draw it as an arrow, or say it in other words if nothing is changed");
        }
        const std::vector<std::string> words = split_words(remark.text);
        const bool speaks_of_life =
            std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kLifeWords, word); });
        if (speaks_of_life && !lives && remark.line != 0) {
          reading.also_assumed(remark.line,
                               "no arrow gives a time to live, so nothing expires by itself; write TTL 300 into the "
                               "label that stores it to say so");
        }
      }
    }
  }
}

}  // namespace stalemate::model
