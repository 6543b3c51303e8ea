// Words of roles and operations, and what all tables share. The words of requests and replies are in
// vocabulary_requests.cpp and vocabulary_replies.cpp. Tables are searched in order; nothing here depends on the locale.
#include "vocabulary.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "source_text.hpp"

namespace stalemate::model {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) { return is_lower(c) || is_upper(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80; }

constexpr std::string_view kCurlyApostrophe = "\xE2\x80\x99";

std::vector<std::string> split(std::string_view text, bool camel_case) {
  std::vector<std::string> words;
  std::string word;
  const auto flush = [&] {
    if (!word.empty()) words.push_back(word);
    word.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'' && !word.empty()) continue;
    if (!word.empty() && text.substr(i, kCurlyApostrophe.size()) == kCurlyApostrophe) {
      i += kCurlyApostrophe.size() - 1;
      continue;
    }
    if (!is_word(text[i])) {
      flush();
      continue;
    }
    if (camel_case && i > 0 && is_upper(text[i]) && is_lower(text[i - 1])) flush();
    word += lower(text[i]);
  }
  flush();
  return words;
}

struct RoleEntry {
  std::string_view word;
  Role role;
};
constexpr RoleEntry kRoleWords[] = {
    {"cache", Role::kCache},
    {"caches", Role::kCache},
    {"redis", Role::kCache},
    {"memcached", Role::kCache},
    {"memcache", Role::kCache},
    {"valkey", Role::kCache},
    {"dragonfly", Role::kCache},
    {"keydb", Role::kCache},
    {"elasticache", Role::kCache},
    {"hazelcast", Role::kCache},
    {"caffeine", Role::kCache},
    {"ehcache", Role::kCache},
    {"mcrouter", Role::kCache},
    {"garnet", Role::kCache},
    {"db", Role::kDatabase},
    {"database", Role::kDatabase},
    {"postgres", Role::kDatabase},
    {"postgresql", Role::kDatabase},
    {"pg", Role::kDatabase},
    {"mysql", Role::kDatabase},
    {"mariadb", Role::kDatabase},
    {"cockroach", Role::kDatabase},
    {"cockroachdb", Role::kDatabase},
    {"crdb", Role::kDatabase},
    {"sql", Role::kDatabase},
    {"sqlite", Role::kDatabase},
    {"mssql", Role::kDatabase},
    {"store", Role::kDatabase},
    {"datastore", Role::kDatabase},
    {"storage", Role::kDatabase},
    {"oracle", Role::kDatabase},
    {"mongo", Role::kDatabase},
    {"mongodb", Role::kDatabase},
    {"dynamodb", Role::kDatabase},
    {"cassandra", Role::kDatabase},
    {"spanner", Role::kDatabase},
    {"aurora", Role::kDatabase},
    {"rds", Role::kDatabase},
    {"tidb", Role::kDatabase},
    {"yugabyte", Role::kDatabase},
    {"primary", Role::kDatabase},
    {"rdbms", Role::kDatabase},
    {"replica", Role::kReplica},
    {"follower", Role::kReplica},
    {"secondary", Role::kReplica},
    {"standby", Role::kReplica},
    {"queue", Role::kQueue},
    {"kafka", Role::kQueue},
    {"topic", Role::kQueue},
    {"outbox", Role::kQueue},
    {"cdc", Role::kQueue},
    {"binlog", Role::kQueue},
    {"wal", Role::kQueue},
    {"rabbitmq", Role::kQueue},
    {"sqs", Role::kQueue},
    {"pubsub", Role::kQueue},
    {"broker", Role::kQueue},
    {"debezium", Role::kQueue},
    {"stream", Role::kQueue},
    {"worker", Role::kWorker},
    {"consumer", Role::kWorker},
    {"invalidator", Role::kWorker},
    {"relay", Role::kWorker},
    {"job", Role::kWorker},
    {"cron", Role::kWorker},
    {"app", Role::kApp},
    {"application", Role::kApp},
    {"api", Role::kApp},
    {"service", Role::kApp},
    {"server", Role::kApp},
    {"backend", Role::kApp},
    {"webapp", Role::kApp},
    {"handler", Role::kApp},
    {"controller", Role::kApp},
    {"microservice", Role::kApp},
    {"repository", Role::kApp},
    {"gateway", Role::kApp},
    {"reader", Role::kApp},
    {"writer", Role::kApp},
    {"user", Role::kOutside},
    {"client", Role::kOutside},
    {"browser", Role::kOutside},
    {"customer", Role::kOutside},
    {"frontend", Role::kOutside},
    {"admin", Role::kOutside},
    {"mobile", Role::kOutside},
};

std::optional<Role> role_of_word(std::string_view word) {
  for (const RoleEntry& entry : kRoleWords) {
    if (entry.word == word) return entry.role;
  }
  return std::nullopt;
}

// "redis1" and "db_2" are the cache and the database.
std::optional<Role> role_of_numbered_word(std::string_view word) {
  if (const auto role = role_of_word(word)) return role;
  while (!word.empty() && is_digit(word.back())) word.remove_suffix(1);
  return role_of_word(word);
}

struct RoleHit {
  Role role;
  std::string word;
};

// Words as written come before the parts of camelCase, so that "KeyDB" is not "db".
std::vector<RoleHit> role_hits(std::string_view text) {
  std::vector<RoleHit> hits;
  for (const std::string& whole : split(text, false)) {
    if (const auto role = role_of_numbered_word(whole)) hits.push_back({*role, whole});
  }
  if (!hits.empty()) return hits;
  for (const std::string& part : split(text, true)) {
    if (const auto role = role_of_numbered_word(part)) hits.push_back({*role, part});
  }
  return hits;
}

constexpr std::string_view kReadWords[] = {
    "read",     "reads",     "reading", "reader",  "readers",  "get",     "gets",    "getting",
    "lookup",   "lookups",   "fetch",   "fetches", "fetching", "query",   "queries", "querying",
    "retrieve", "retrieval", "select",  "load",    "loads",    "loading", "view",
};
constexpr std::string_view kWriteWords[] = {
    "write",  "writes", "writing", "writer", "writers", "update",  "updates", "updating", "save",   "saves",
    "saving", "put",    "puts",    "set",    "sets",    "setting", "insert",  "inserts",  "delete", "deletes",
    "store",  "stores", "storing", "create", "upsert",  "post",    "patch",   "modify",   "change", "changes",
};
constexpr std::string_view kFillerWords[] = {
    "the",  "a",    "an",   "and", "then",  "next",  "now",   "path",   "flow", "operation", "request", "scenario",
    "case", "side", "part", "of",  "again", "later", "first", "second", "one",  "two",       "op",
};
// Said in passing in the prose around diagrams.
constexpr std::string_view kIdioms[] = {"get started", "set up", "read more", "read on", "data set", "data store"};

std::string join(const std::vector<std::string>& words) {
  std::string text = " ";
  for (const std::string& word : words) text += word + " ";
  return text;
}

struct VerbName {
  std::string_view name;
  Verb verb;
};
constexpr VerbName kVerbs[] = {
    {"get", Verb::kGet}, {"set", Verb::kSet}, {"add", Verb::kAdd}, {"delete", Verb::kDelete}};

constexpr std::array<std::string_view, kOutcomeCount> kOutcomeNames = {"ok",       "value", "miss",
                                                                       "conflict", "error", "timeout"};
constexpr std::array<std::string_view, 7> kRoles = {"app",   "cache",  "database", "replica",
                                                    "queue", "worker", "outside"};

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }
std::string_view to_string(Verb verb) { return kVerbs[static_cast<std::size_t>(verb)].name; }
std::string_view to_string(Outcome outcome) { return kOutcomeNames.at(static_cast<std::size_t>(outcome)); }
std::string_view to_string(OperationKind kind) { return kind == OperationKind::kRead ? "read" : "write"; }

std::vector<std::string> split_words(std::string_view text) { return split(text, true); }

bool has_phrase(const std::vector<std::string>& words, std::string_view phrase) {
  return join(words).find(" " + std::string(phrase) + " ") != std::string::npos;
}

std::optional<Role> role_named(std::string_view word) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles[i] == word) return static_cast<Role>(i);
  }
  return std::nullopt;
}

std::optional<Verb> verb_named(std::string_view word) {
  for (const VerbName& entry : kVerbs) {
    if (entry.name == word) return entry.verb;
  }
  return std::nullopt;
}

std::optional<Outcome> outcome_named(std::string_view word) {
  for (std::size_t i = 0; i < kOutcomeNames.size(); ++i) {
    if (kOutcomeNames[i] == word) return static_cast<Outcome>(i);
  }
  return std::nullopt;
}

std::string list_of(Outcomes outcomes) {
  std::string text;
  for (std::size_t i = 0; i < kOutcomeNames.size(); ++i) {
    if (!outcomes.has(static_cast<Outcome>(i))) continue;
    if (!text.empty()) text += " or ";
    text += kOutcomeNames[i];
  }
  return text;
}

RoleWords role_words(std::string_view text) {
  const std::vector<RoleHit> hits = role_hits(text);
  RoleWords found;
  if (hits.empty()) return found;
  const auto word_of = [&](Role role) -> const std::string* {
    for (const RoleHit& hit : hits) {
      if (hit.role == role) return &hit.word;
    }
    return nullptr;
  };
  const auto choose = [&](Role role) {
    found.role = role;
    found.word = *word_of(role);
    found.ambiguous = false;
  };
  choose(hits.front().role);
  for (const RoleHit& hit : hits) found.ambiguous = found.ambiguous || hit.role != *found.role;
  if (!found.ambiguous) return found;

  // Two words, one of which says more than the other.
  bool only_server_beside = true;
  for (const RoleHit& hit : hits) {
    const bool serves = hit.role == Role::kCache || hit.role == Role::kDatabase;
    if (!serves && !(hit.role == Role::kApp && hit.word == "server")) only_server_beside = false;
  }
  const bool cache = word_of(Role::kCache) != nullptr;
  const bool database = word_of(Role::kDatabase) != nullptr;
  const bool app = word_of(Role::kApp) != nullptr;
  if (only_server_beside && cache != database) {
    choose(cache ? Role::kCache : Role::kDatabase);  // "redis server"
  } else if (database && word_of(Role::kReplica) != nullptr && !cache && !app) {
    choose(Role::kReplica);  // "database replica"
  } else if (app && word_of(Role::kOutside) != nullptr && !cache && !database) {
    choose(Role::kApp);
    found.assumed = "\"" + found.word + "\" makes it the app, although \"" + *word_of(Role::kOutside) +
                    "\" would be outside; say role X = outside if it is";
  } else {
    found.role.reset();
    found.word.clear();
  }
  return found;
}

std::optional<OperationKind> OperationWords::kind() const {
  if (read == write) return std::nullopt;
  return read ? OperationKind::kRead : OperationKind::kWrite;
}

OperationWords operation_words(std::string_view text) {
  std::vector<std::string> words = split_words(text);
  std::string joined = join(words);
  for (std::string_view idiom : kIdioms) {
    const std::size_t at = joined.find(" " + std::string(idiom) + " ");
    if (at != std::string::npos) joined.replace(at, idiom.size() + 1, " ~");
  }
  words = split_words(joined);
  OperationWords found;
  found.only = !words.empty();
  if (has_phrase(words, "look up")) found.read = true;
  for (const std::string& word : words) {
    const bool read = is_in(kReadWords, word);
    const bool write = is_in(kWriteWords, word);
    found.read = found.read || read;
    found.write = found.write || write;
    const bool short_name = word.size() == 1 || (is_digit(word.front()) && word.size() <= 3);
    if (!read && !write && !short_name && !is_in(kFillerWords, word)) found.only = false;
  }
  if (!found.read && !found.write) found.only = false;
  return found;
}

}  // namespace stalemate::model
