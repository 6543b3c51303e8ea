// What a request asks by what stands around it, where its own words say nothing that is known, or two things at once.
// Only where nothing else would fit: what is taken so is told as an assumption.
#include <algorithm>

#include "steps.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Words by which a request may change something, although no table reads them as a verb.
constexpr std::string_view kMayChange[] = {
    "provision",   "init",      "initialize", "initialise", "register", "allocate", "reserve",     "assign",
    "link",        "attach",    "issue",      "mark",       "migrate",  "sync",     "synchronize", "seed",
    "apply",       "enqueue",   "procedure",  "function",   "trigger",  "process",  "send",        "notify",
    "submit",      "commit",    "lock",       "claim",      "rotate",   "renew",    "generate",    "transfer",
    "move",        "increment", "swap",       "exchange",   "bump",     "touch",    "log",         "record",
    "acquire",     "book",      "charge",     "pay",        "merge",    "rebuild",  "regenerate",  "materialize",
    "materialise", "reindex",   "snapshot",   "clone",      "copy",     "import",   "export",      "ping",
    "restore",     "reset",     "fix",        "repair",     "adjust",   "correct",  "open",        "close",
    "start",       "finish",    "complete",   "confirm",    "publish",  "push",     "emit",        "drain",
    "consume",     "prepare",   "ensure"};

bool may_change(const std::string& label) {
  const std::vector<std::string> words = split_words(label);
  return std::any_of(words.begin(), words.end(), [](const std::string& word) { return is_in(kMayChange, word); });
}

// "saved", "3 rows affected": what is answered to a change alone.
bool says_done(const std::string& reply) {
  constexpr std::string_view kConfirming[] = {"affected", "saved",   "stored",  "created",  "updated", "inserted",
                                              "deleted",  "changed", "applied", "accepted", "written", "done"};
  const std::vector<std::string> words = split_words(reply);
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(kConfirming, word); });
}

// Likewise "OK", which may be answered to anything.
bool confirms_change(const std::string& reply) {
  const ReplyWords says = reply_words(reply, Verb::kSet);
  return split_words(reply).empty() || says.outcomes.has(Outcome::kOk) || says.outcomes.has(Outcome::kError) ||
         says_done(reply);
}

}  // namespace

// "run SQL", "graph resolution": the database is asked in words that nobody knows, where the cache has missed; it
// answers with something, and the cache is filled with that.
bool StepWalk::is_look_before_fill(const Place& place, const Message& message, const Scope& scope) const {
  const bool of_cache =
      scope.tested.known() && scope.tested.request().to == Role::kCache && scope.tested.request().verb == Verb::kGet;
  if (!scope.tests_miss || !of_cache || role(message.to) != Role::kDatabase || may_change(message.text)) return false;
  if (request_words(message.text).kind != RequestWords::Kind::kNothing) return false;
  const std::string& database = message.to;
  bool answered = false;
  for (std::size_t i = place.index + 1; i < place.siblings.size(); ++i) {
    if (std::holds_alternative<Block>(place.siblings[i].node)) return false;
    const auto* next = std::get_if<Message>(&place.siblings[i].node);
    if (next == nullptr || next->from == next->to) continue;
    const bool of_servers = is_server(role(next->from)) || is_server(role(next->to));
    if (!of_servers) continue;
    if (!answered) {
      answered = next->from == database && next->arrow.dotted && !confirms_change(next->text);
      if (!answered) return false;
      continue;
    }
    const RequestWords asks = request_words(next->text);
    return role(next->to) == Role::kCache && asks.kind == RequestWords::Kind::kVerb && stores(asks.verb);
  }
  return false;
}

// "verify the address", answered by "updated": it did not only look.
bool StepWalk::is_answered_as_change(const Place& place, const Message& message) const {
  for (std::size_t i = place.index + 1; i < place.siblings.size(); ++i) {
    const auto* next = std::get_if<Message>(&place.siblings[i].node);
    if (next == nullptr) continue;
    if (next->from != message.to || next->to != message.from) return false;
    return says_done(next->text);
  }
  return false;
}

// "remember(key)", "getOrCreate(key)": the cache is asked and filled in one step; where what is drawn behind it
// is the filling, it is the look before that.
bool StepWalk::is_filled_by_hand(const Place& place, const Message& message) const {
  if (!is_server(role(message.to)) || role(message.to) != Role::kCache) return false;
  const std::string label = [&] {
    std::string joined;
    for (const std::string& word : split_words(message.text))
      if (!joined.empty() || word != "cache") joined += word + " ";  // "Cache::remember"
    return joined;
  }();
  constexpr std::string_view kGetOrFill[] = {"remember ",    "remember forever ", "get or create ",  "get or set ",
                                             "get or add ",  "get or load ",      "get or compute ", "get or fetch ",
                                             "get or else ", "get or put "};
  const bool fills = std::any_of(std::begin(kGetOrFill), std::end(kGetOrFill),
                                 [&](std::string_view said) { return label.starts_with(said); });
  if (!fills || place.index + 1 >= place.siblings.size()) return false;
  if (unmodelled_in(commit_words(message.text).rest)) return false;  // "with a lock"
  const auto is_filling = [&](const Statement& statement) {
    const auto* next = std::get_if<Message>(&statement.node);
    if (next == nullptr) return false;
    const RequestWords asks = request_words(next->text);
    if (asks.kind != RequestWords::Kind::kVerb) return false;
    const bool asks_itself = next->from == message.to && role(next->to) == Role::kDatabase;
    return asks_itself ? asks.verb == Verb::kGet : next->to == message.to && stores(asks.verb);
  };
  const Statement& behind = place.siblings[place.index + 1];
  const auto* block = std::get_if<Block>(&behind.node);
  if (block == nullptr) {
    const auto* next = std::get_if<Message>(&behind.node);
    return next != nullptr && next->from == message.to && is_filling(behind);
  }
  if (block->kind != BlockKind::kAlt && block->kind != BlockKind::kOpt) return false;
  return std::any_of(block->sections.begin(), block->sections.end(), [&](const Section& section) {
    const ReplyWords says = reply_words(section.label, Verb::kGet);
    const bool miss = says.outcomes == Outcomes{Outcome::kMiss} && !says.unclear;
    return miss && std::any_of(section.body.begin(), section.body.end(), is_filling);
  });
}

}  // namespace stalemate::model
