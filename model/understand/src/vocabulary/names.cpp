// What headings and labels are about: the nouns of an application ("recipe", "rating") and the entries of a cache
// ("product:42", "the list"). English without a grammar: a noun is what is left when all words are taken away that say
// something else, so that an unknown adjective counts as one. Whoever compares must therefore look for what two texts
// have in common before it makes anything of what they have not. A long file: most of it is tables.
#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Names of entries, not of what the application is about; those of one line are of one shape.
struct Shape {
  std::string_view word;
  std::string_view shape;
};
constexpr Shape kShapes[] = {{"list", "list"},     {"lists", "list"},     {"all", "list"},      {"collection", "list"},
                             {"index", "list"},    {"feed", "list"},      {"object", "object"}, {"objects", "object"},
                             {"item", "object"},   {"items", "object"},   {"detail", "object"}, {"details", "object"},
                             {"entity", "object"}, {"one", "object"},     {"row", "object"},    {"rows", "object"},
                             {"entry", "object"},  {"entries", "object"}, {"record", "object"}, {"records", "object"},
                             {"single", "object"}, {"page", "page"},      {"pages", "page"},    {"summary", "summary"},
                             {"count", "count"},   {"counts", "count"},   {"total", "count"}};

// Say nothing of what a text is about: what things are called at large, and small words.
constexpr std::string_view kPlain[] = {
    "name",    "names",    "number",   "type",   "look",     "looks",     "looking", "keep",        "keeps",  "value",
    "values",  "data",     "key",      "keys",   "id",       "ids",       "field",   "fields",      "column", "columns",
    "tb",      "tbl",      "table",    "tables", "resource", "resources", "thing",   "things",      "result", "results",
    "content", "contents", "response", "copy",   "copies",   "version",   "info",    "information", "state",  "some",
    "new",     "old",      "current",  "latest", "fresh",    "stale",     "cached",  "uncached",    "stored", "updated",
    "changed", "modified", "own",      "same",   "other",    "first",     "second",  "third",       "last",   "next",
    "again",   "once",     "now",      "then",   "the",      "a",         "an",      "this",        "that",   "these",
    "those",   "its",      "it",       "their",  "his",      "her",       "our",     "my",          "your",   "we",
    "i",       "you",      "they",     "them",   "us",       "me",        "who",     "what",        "which",  "of",
    "in",      "on",       "at",       "to",     "into",     "onto",      "from",    "for",         "by",     "with",
    "without", "via",      "through",  "under",  "over",     "up",        "out",     "off",         "down",   "and",
    "or",      "but",      "not",      "no",     "if",       "when",      "while",   "unless",      "until",  "as",
    "is",      "are",      "was",      "be",     "been",     "has",       "have",    "had",         "do",     "does",
    "did",     "can",      "may",      "must",   "will",     "would",     "should",  "how",         "why",    "where",
    "there",   "here",     "more",     "most",   "only",     "also",      "too",     "both",        "each",   "every",
    "any",     "using",    "use",      "uses",   "used",     "so",        "than",    "about",       "after",  "before",
    "during",  "between",  "against",  "along",  "per",      "s",         "t",       "etc",         "eg",     "ie",
    "null",    "nil",      "true",     "false",  "http",     "https",     "rest",    "url",         "json",   "id",
    "where",   "set",      "values",   "and",    "or",       "limit",     "join",    "inner",       "left",   "ttl",
    "ex",      "px",       "nx",       "xx",     "seconds",  "sec",       "ms",      "min",         "minute", "minutes",
    "hour",    "hours",    "day",      "days",   "expires",  "expire",    "expiry",  "max",         "age"};
// Said of ways to keep a cache, and of parts of a page.
constexpr std::string_view kTrade[] = {"path",           "paths",        "flow",        "flows",
                                       "scenario",       "scenarios",    "case",        "cases",
                                       "step",           "steps",        "sequence",    "diagram",
                                       "diagrams",       "example",      "examples",    "protocol",
                                       "pattern",        "patterns",     "strategy",    "approach",
                                       "design",         "architecture", "overview",    "introduction",
                                       "summary",        "section",      "chapter",     "part",
                                       "variant",        "option",       "version",     "way",
                                       "ways",           "problem",      "solution",    "fix",
                                       "side",           "aside",        "look",        "behind",
                                       "around",         "back",         "ahead",       "lazy",
                                       "eager",          "cold",         "warm",        "hot",
                                       "happy",          "sad",          "naive",       "simple",
                                       "simplification", "basic",        "normal",      "usual",
                                       "typical",        "common",       "plain",       "slow",
                                       "fast",           "quick",        "race",        "racing",
                                       "late",           "early",        "double",      "delayed",
                                       "delay",          "invalidation", "consistency", "coherence",
                                       "consistent",     "caching",      "cacheable",   "retry",
                                       "retries",        "fallback",     "concurrent",  "parallel",
                                       "operation",      "operations",   "op",          "request",
                                       "requests",       "call",         "calls",       "event",
                                       "trigger",        "handler",      "handling",    "endpoint",
                                       "method",         "function",     "route",       "side",
                                       "good",           "bad",          "right",       "wrong",
                                       "correct",        "broken",       "start",       "end",
                                       "begin",          "beginning",    "finish",      "works",
                                       "work",           "working",      "happens",     "happen",
                                       "goes",           "comes",        "gets",        "someone",
                                       "somebody",       "everyone",     "nobody",      "lock",
                                       "locking",        "transaction",  "commit",      "distributed",
                                       "optimistic",     "pessimistic",  "lesen",       "schreiben",
                                       "leer",           "escribir",     "leitura",     "escrita",
                                       "lecture",        "ecriture",     "lettura",     "scrittura",
                                       "instead",        "full",         "partial",     "main",
                                       "primary",        "system",       "storage",     "persistence",
                                       "layer",          "backend",      "memory",      "together",
                                       "once",           "atomic",       "synchronous", "asynchronous",
                                       "sync",           "async"};
// Nouns among the words in "ly", which else say how something is done.
constexpr std::string_view kNounsInLy[] = {"family", "assembly", "supply",    "reply", "fly",   "ally",
                                           "july",   "anomaly",  "butterfly", "belly", "jelly", "monopoly"};

// What people do, other than reading and writing.
constexpr std::string_view kActions[] = {
    "buy",      "sell",        "restock",     "checkout", "cancel",  "confirm", "pay",       "ship",    "reserve",
    "purchase", "rename",      "move",        "publish",  "approve", "reject",  "submit",    "edit",    "register",
    "login",    "logout",      "open",        "close",    "show",    "display", "browse",    "visit",   "serve",
    "place",    "adjust",      "correct",     "reassign", "assign",  "look",    "see",       "enter",   "give",
    "take",     "send",        "receive",     "return",   "answer",  "reply",   "reserve",   "release", "accept",
    "apply",    "arrive",      "come",        "want",     "need",    "try",     "keep",      "hold",    "press",
    "click",    "type",        "find",        "move",     "copy",    "upload",  "download",  "import",  "export",
    "sync",     "synchronize", "synchronise", "build",    "render",  "compute", "calculate", "handle"};

// "buys", "buying", "reserved" are "buy" and "reserve".
bool is_action(std::string_view word) {
  const auto known = [](std::string_view stem) {
    return is_in(kActions, stem) || is_in(kActions, std::string(stem) + "e");
  };
  if (known(word)) return true;
  for (const std::string_view end : {"s", "es", "ed", "d", "ing"}) {
    if (word.ends_with(end) && known(word.substr(0, word.size() - end.size()))) return true;
  }
  return false;
}

bool holds_digit(std::string_view word) { return std::any_of(word.begin(), word.end(), is_digit); }

std::string_view shape_of(std::string_view word) {
  for (const Shape& entry : kShapes) {
    if (entry.word == word) return entry.shape;
  }
  return {};
}

// Words that a text on another level says: what is asked, how it turned out, who takes part.
bool says_something_else(const std::string& word, NamesIn where) {
  if (word.size() < 2 || holds_digit(word) || is_in(kPlain, word) || !shape_of(word).empty()) return true;
  if (request_words(word).kind != RequestWords::Kind::kNothing) return true;
  const OperationWords operation = operation_words(word);
  if (operation.read || operation.write || !reply_words(word, Verb::kGet).outcomes.empty()) return true;
  const auto role = role_words(word).role;
  const bool person = role == Role::kOutside || role == Role::kThirdParty || role == Role::kQueue;
  if (role && (!person || (where == NamesIn::kHeading && role == Role::kOutside))) return true;
  const bool how = word.ends_with("ly") && !is_in(kNounsInLy, word);  // "instantly"
  return where == NamesIn::kHeading && (how || is_in(kTrade, word) || is_action(word));
}

}  // namespace

std::string singular(const std::string& word) {
  const auto ends = [&](std::string_view end) { return word.size() > end.size() + 1 && word.ends_with(end); };
  if (ends("ies") && word.size() > 4) return word.substr(0, word.size() - 3) + "y";
  for (const std::string_view end : {"sses", "xes", "ches", "shes", "zes"}) {
    if (ends(end)) return word.substr(0, word.size() - 2);
  }
  if (ends("s") && !ends("ss") && !ends("us") && !ends("is")) return word.substr(0, word.size() - 1);
  return word;
}

namespace {

void add_thing(std::vector<std::string>& things, std::string thing) {
  if (!is_in(things, thing)) things.push_back(std::move(thing));
}

// A label up to what only goes on about it: "set the price (for 5 min)", "put week, TTL 60".
std::string_view main_clause(std::string_view label) {
  std::size_t end = std::min(label.find('('), label.size());
  if (end > 0 && end < label.size() && label[end - 1] != ' ') end = label.size();  // "get(key)"
  for (const std::string_view from :
       {", ", "; ", " if ", " unless ", " when ", " for ", " because ", " so ", " from ", " after ", " before ",
        " with ", " on ", " in ", " into ", " to ", " = ", " -> "}) {
    end = std::min(end, label.find(from));
  }
  return label.substr(0, end);
}

constexpr std::string_view kIdWords[] = {"id", "key", "k", "uuid", "sku", "slug"};

// The segments of a key: "#" for what stands for any value. What is written for those goes into `entry`.
std::vector<std::string> key_pattern(std::string_view key, EntryName& entry) {
  std::vector<std::string> segments;
  std::string segment;
  std::string placeholder;
  bool any = false;
  const auto flush = [&] {
    if (segment.empty() && !any) return;
    const bool number = !segment.empty() && std::all_of(segment.begin(), segment.end(), is_digit);
    if (number) entry.numbers.push_back(segment);
    const bool stands_for = any || number || (!segments.empty() && is_in(kIdWords, segment));
    segments.push_back(stands_for ? "#" : segment);
    if (stands_for) entry.placeholders.push_back(number ? "" : placeholder + segment);
    segment.clear();
    placeholder.clear();
    any = false;
  };
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char c = key[i];
    if (c == '$' && i + 1 < key.size() && key[i + 1] == '{') continue;
    if (c == '{' || c == '<') {
      flush();
      any = true;
      const std::size_t close = key.find(c == '{' ? '}' : '>', i);
      const std::string_view inside = key.substr(i + 1, close == std::string_view::npos ? close : close - i - 1);
      if (!inside.empty() && std::all_of(inside.begin(), inside.end(), is_digit))
        entry.numbers.emplace_back(inside);
      else
        placeholder = inside;
      i = close == std::string_view::npos ? key.size() : close;
    } else if (c == '$' || c == '*' || c == '%' || c == '?') {
      any = true;
    } else if (!is_word_byte(c) || c == '_') {
      flush();
      segments.emplace_back(1, c);
    } else {
      segment += lower(c);
    }
  }
  flush();
  return segments;
}

// "product:42" is what a label without a number calls "product".
bool is_without_its_id(const std::vector<std::string>& shorter, std::vector<std::string> key) {
  if (key.empty() || key.back() != "#" || is_in(shorter, "#")) return false;
  while (!key.empty() && (key.back() == "#" || !is_word_byte(key.back().front()))) key.pop_back();
  return key == shorter;
}

bool subset(const std::vector<std::string>& of, const std::vector<std::string>& in) {
  return std::all_of(of.begin(), of.end(), [&](const std::string& word) { return is_in(in, word); });
}

// Which of several a placeholder stands for: "{newEmail}" is another than "{email}".
constexpr std::string_view kWhichOne[] = {"old",  "previous", "prior", "former", "new",  "next", "current",
                                          "last", "other",    "first", "second", "from", "to",   "parent"};
constexpr std::string_view kAnyName[] = {"n",   "x",      "i",  "s",   "d",    "nr", "no",
                                         "num", "number", "pk", "ref", "guid", "uid"};

// Whether two placeholders at one place of a key may stand for two things: "{id}" and "{email}". "{userId}" is what
// "{id}" is in a key "user:{id}".
bool are_other_placeholders(const std::string& a, const std::string& b, const std::vector<std::string>& key) {
  struct Name {
    std::vector<std::string> words;  // without those that say that it is an id
    bool is_id = false;
  };
  const auto name_of = [](const std::string& text) {
    Name name;
    for (std::string& word : split_words(text)) {
      const bool id = is_in(kIdWords, word) || is_in(kAnyName, word);
      name.is_id = name.is_id || id;
      if (!id) name.words.push_back(std::move(word));
    }
    return name;
  };
  if (split_words(a).empty() || split_words(b).empty()) return false;
  Name one = name_of(a);
  Name other = name_of(b);
  if (one.words.size() > other.words.size()) std::swap(one, other);
  if (!subset(one.words, other.words)) return true;
  const bool which = std::any_of(other.words.begin(), other.words.end(), [&](const std::string& word) {
    return is_in(kWhichOne, word) && !is_in(one.words, word);
  });
  return which || (one.words.empty() && !other.is_id && !subset(other.words, key));
}

bool have_other_placeholders(const EntryName& a, const EntryName& b) {
  if (a.placeholders.size() != b.placeholders.size()) return false;
  for (std::size_t i = 0; i < a.placeholders.size(); ++i) {
    if (are_other_placeholders(a.placeholders[i], b.placeholders[i], a.key)) return true;
  }
  return false;
}

// "EU" of "user (EU)"; empty where the brackets say something else.
std::string qualifier_of(std::string_view label) {
  constexpr std::string_view kOfTrade[] = {
      "TTL",  "NX",  "XX",  "EX",  "PX",  "OK",   "LRU", "LFU", "SQL", "DB", "RO", "RW",  "ACK",  "JSON", "NEW", "OLD",
      "NULL", "NIL", "SET", "GET", "DEL", "MISS", "HIT", "API", "APP", "PK", "ID", "TCP", "HTTP", "MAX",  "MIN"};
  const std::size_t open = label.find(" (");
  const std::size_t close = open == std::string_view::npos ? open : label.find(')', open);
  if (close == std::string_view::npos) return {};
  const std::string_view inside = label.substr(open + 2, close - open - 2);
  if (inside.empty() ||
      !std::all_of(inside.begin(), inside.end(), [](char c) { return is_word_byte(c) && !is_digit(c); }))
    return {};
  constexpr std::size_t kShort = 4;
  const bool capitals = std::all_of(inside.begin(), inside.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (capitals && inside.size() <= kShort) return is_in(kOfTrade, inside) ? std::string() : lower(inside);
  const std::string word = lower(inside);
  return says_something_else(word, NamesIn::kCacheLabel) || word.ends_with("ly") ? std::string() : word;
}

// Whether a get or delete names the value of now or the one of before: "current price", "old price".
std::string_view age_of(std::string_view label) {
  constexpr std::string_view kNow[] = {"current", "latest", "new", "actual"};
  constexpr std::string_view kBefore[] = {"old", "previous", "prior", "former"};
  for (const std::string& word : split_words(main_clause(label))) {
    if (is_in(kNow, word)) return "current";
    if (is_in(kBefore, word)) return "old";
  }
  return {};
}

bool contradict(std::string_view a, std::string_view b) { return !a.empty() && !b.empty() && a != b; }

// Whether two keys, as one request names them, differ in nothing but the row: "hive:3", "hive:8".
bool is_of_other_row(const EntryName& a, const EntryName& b) {
  return !a.key.empty() && a.key == b.key && a.placeholders == b.placeholders;
}

// The keys of which a request may be: what stands beside that of a set is what is stored, unless it is a set of
// several.
std::vector<std::string> keys_asked_for(std::string_view label, Verb verb) {
  if (verb == Verb::kGet || verb == Verb::kDelete || verb == Verb::kMarkStale) return keys_named(label);
  const std::vector<std::string> words = split(label, ' ');
  if (verb != Verb::kSet || words.empty() || lower(words.front()) != "mset") return {};
  std::vector<std::string> keys = keys_named(label);
  if (keys.size() + 1 == words.size()) return keys;  // no value is written
  keys.clear();
  for (std::size_t i = 1; i < words.size(); i += 2) keys.push_back(words[i]);
  return keys;
}

}  // namespace

std::vector<std::string> tables_named(std::string_view label) {
  std::vector<std::string> tables;
  std::vector<std::string> tokens;
  for (const std::string& part : split(label, ' ')) {
    if (!part.empty()) tokens.push_back(lower(part));
  }
  if (tokens.empty()) return tables;
  constexpr std::string_view kStatements[] = {"select", "update", "insert", "delete", "upsert", "replace", "merge"};
  const auto add_table = [&](std::string_view name) {
    constexpr std::string_view kPrefixes[] = {"tb", "tbl", "tab", "vw"};  // "TB_USER"
    for (const std::string& word : split_words(name))
      if (word.size() > 1 && !holds_digit(word) && !is_in(kPrefixes, word)) add_thing(tables, singular(word));
  };
  const std::string_view first = trim(label).substr(0, tokens.front().size());
  const bool in_capitals = std::none_of(first.begin(), first.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  if (tokens.size() > 1 && in_capitals && first.find('_') != std::string_view::npos && is_in(kStatements, tokens[1]))
    add_table(first);  // "TB_USER UPDATE name"
  if (!is_in(kStatements, tokens.front())) return tables;
  for (std::size_t i = 1; i < tokens.size(); ++i) {
    const std::string& before = tokens[i - 1];
    const bool updated = before == "update" && i == 1 && i + 1 < tokens.size() && tokens[i + 1] == "set";
    if (before != "from" && before != "into" && before != "join" && !updated) continue;
    const std::string name = tokens[i].substr(tokens[i].rfind('.') == std::string::npos ? 0 : tokens[i].rfind('.') + 1);
    add_table(name);
  }
  return tables;
}

std::vector<std::string> things_named(std::string_view text, NamesIn where) {
  if (where == NamesIn::kDatabaseLabel) {
    if (std::vector<std::string> tables = tables_named(text); !tables.empty()) return tables;
    text = main_clause(text);
  }
  std::vector<std::string> things;
  const std::vector<std::string> words = split_words(text);
  for (const std::string& word : words) {
    const bool asks =
        where != NamesIn::kHeading && &word == &words.front() && words.size() > 1 && is_leading_verb(word);
    if (!asks && !says_something_else(word, where)) add_thing(things, singular(word));
  }
  // A sentence without a word that is known is of another language.
  const bool foreign = where == NamesIn::kHeading && words.size() > 2 && things.size() == words.size();
  return foreign ? std::vector<std::string>() : things;
}

EntryName entry_named(std::string_view label) {
  EntryName entry;
  if (const auto key = key_named(label)) return entry_of_key(*key);
  const std::vector<std::string> words = split_words(main_clause(label));
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "by" && i + 1 < words.size()) {
      entry.by = words[i + 1];
      entry.shown += " by " + entry.by;
      break;
    }
    const bool found_many = word == "results" && i > 0 && words[i - 1] == "search";
    const std::string_view shape = found_many ? "list" : shape_of(word);
    if (!shape.empty() && entry.shape.empty()) entry.shape = shape;
    const bool asks = i == 0 && is_leading_verb(word) && leading_request(label).kind == RequestWords::Kind::kVerb;
    const bool thing = !asks && shape.empty() && !says_something_else(word, NamesIn::kCacheLabel);
    if (thing) entry.things.push_back(word);
    if (thing || !shape.empty()) entry.shown += (entry.shown.empty() ? "" : " ") + word;
  }
  return entry;
}

EntryName entry_of_key(std::string_view key) {
  EntryName entry;
  entry.shown = key;
  entry.key = key_pattern(key, entry);
  while (!entry.key.empty() && !is_word_byte(entry.key.back().front()) && entry.key.back() != "#") entry.key.pop_back();
  if (entry.key.empty() || (entry.key.size() == 1 && (entry.key[0] == "#" || is_in(kIdWords, entry.key[0])))) return {};
  for (const std::string& segment : entry.key) {
    if (segment == "#" || !is_word_byte(segment.front()) || segment == "_") continue;
    const std::string_view shape = shape_of(segment);
    if (!shape.empty()) entry.shape = shape;
    if (shape.empty() && !is_in(kPlain, segment)) entry.things.push_back(segment);
  }
  return entry;
}

std::vector<EntryName> entries_named(std::string_view label, Verb verb) {
  std::vector<EntryName> entries;
  for (const std::string& key : keys_asked_for(label, verb)) {
    EntryName entry = entry_of_key(key);
    const bool other_row = std::any_of(entries.begin(), entries.end(),
                                       [&](const EntryName& before) { return is_of_other_row(before, entry); });
    if (!other_row) entries.push_back(std::move(entry));
  }
  if (entries.size() >= 2) return entries;
  EntryName entry = entry_named(label);
  if (!entry.shown.empty()) {
    entry.qualifier = qualifier_of(label);
    if (!entry.qualifier.empty()) entry.shown += " (" + entry.qualifier + ")";
    entry.field = field_named(label, verb);
    if (!entry.field.empty() && entry.field != kWholeEntry) entry.shown += " " + entry.field;
    if (entry.key.empty() && (verb == Verb::kGet || verb == Verb::kDelete)) entry.age = age_of(label);
    if (!entry.age.empty()) entry.shown = entry.age + " " + entry.shown;
  }
  return {entry};
}

bool names_several_rows(std::string_view label) {
  constexpr std::string_view kOfSeveral[] = {"mget", "mset", "multiget", "getmany"};
  const std::vector<std::string> words = split(lower(trim(label)), ' ');
  if (!words.empty() && is_in(kOfSeveral, words.front())) return true;
  const std::vector<std::string> keys = keys_named(label);
  for (std::size_t i = 1; i < keys.size(); ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (keys[i] != keys[j] && is_of_other_row(entry_of_key(keys[i]), entry_of_key(keys[j]))) return true;
  return false;
}

bool are_other_entries(const EntryName& a, const EntryName& b) {
  if (a.shown.empty() || b.shown.empty()) return false;
  if (contradict(a.qualifier, b.qualifier) || contradict(a.field, b.field)) return true;
  if (contradict(a.age, b.age)) return true;
  if (!a.key.empty() && !b.key.empty()) {
    const bool numbers = !a.numbers.empty() && !b.numbers.empty() && a.numbers != b.numbers;
    if (numbers || (a.key == b.key && have_other_placeholders(a, b))) return true;
    return a.key != b.key && !is_without_its_id(a.key, b.key) && !is_without_its_id(b.key, a.key);
  }
  if (!a.by.empty() && !b.by.empty() && a.by != b.by) return true;
  const auto shape = [](const EntryName& entry) {
    return entry.shape.empty() && !entry.things.empty() ? std::string_view("object") : std::string_view(entry.shape);
  };
  if (!shape(a).empty() && !shape(b).empty() && shape(a) != shape(b)) return true;
  if (a.things.empty() || b.things.empty()) return false;
  return !subset(a.things, b.things) && !subset(b.things, a.things);
}

}  // namespace stalemate::model
