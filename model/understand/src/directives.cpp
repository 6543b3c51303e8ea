// Parses the overrides. Strict: what is not known is an error, so that a typing mistake never leaves a guess standing.
#include "directives.hpp"
#include "base/text.hpp"

#include <string_view>

#include "base/error.hpp"
#include "reading.hpp"
#include "understand/wanted.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kKnown =
    "known are: role X = cache; operation = NAME; operation NAME is read (or write); operation continues; means get "
    "(set, add, delete, "
    "local, ok, value, miss, conflict, error, timeout); branch = miss (an outcome, else, free); language = pt; same = "
    "A, B; entries = A, B; sql set = "
    "UPDATE ..., "
    "redis get = GET :key, key k1 = 42; readers = 2 (writers, app, keys, cached, fault, on-database-timeout, "
    "on-cache-timeout, connections, retries, all-invoked, no-expiry, no-replica-lag); "
    "expect PROPERTY violated (or holds); race; ignore";

// What follows an optional "=".
std::string_view value_of(std::string_view rest) {
  rest = trim(rest);
  if (!rest.empty() && rest.front() == '=') rest = trim(rest.substr(1));
  return rest;
}

struct RoleText {
  std::string participant;
  std::optional<Role> role;
  std::string word;
  bool local_cache = false, cache_replica = false;
};
RoleText split_role(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  if (equals == std::string_view::npos) return {};
  const std::string word(trim(text.substr(equals + 1)));
  const bool local = word == kLocalCacheName;
  const bool replica = word == kCacheReplicaName;
  return {std::string(trim(text.substr(0, equals))), local || replica ? std::optional(Role::kCache) : role_named(word),
          word, local, replica};
}

void read_operation(const std::string& name, Position at, std::string_view rest, Override& result) {
  if (trim(rest) == "continues") {
    result.kind = Override::Kind::kContinues;
    return;
  }
  result.kind = Override::Kind::kOperation;
  rest = value_of(rest);
  const std::string padded = " " + std::string(rest);
  const std::size_t is = padded.rfind(" is ");
  if (is != std::string::npos) {
    const std::string_view kind = trim(std::string_view(padded).substr(is + 4));
    if (kind == "read") result.operation_kind = OperationKind::kRead;
    if (kind == "write") result.operation_kind = OperationKind::kWrite;
    if (result.operation_kind.has_value()) {
      result.operation = std::string(trim(std::string_view(padded).substr(0, is)));
      return;
    }
  }
  if (rest.empty()) fail_at(name, at, "the operation has no name; write %% stalemate: operation = NAME");
  result.operation = std::string(rest);
}

void read_means(const std::string& name, Position at, std::string_view rest, Override& result) {
  result.kind = Override::Kind::kMeans;
  const std::string_view word = value_of(rest);
  result.local = word == "local";
  result.verb = verb_named(word);
  result.outcome = outcome_named(word);
  if (!result.local && !result.verb && !result.outcome) {
    fail_at(name, at,
            "\"means " + std::string(word) +
                "\" is not known; say get, set, add, delete, local, ok, value, "
                "miss, conflict, error or timeout");
  }
}

void read_branch(const std::string& name, Position at, std::string_view rest, Override& result) {
  result.kind = Override::Kind::kBranch;
  const std::string_view value = value_of(rest);
  result.free = value == "free";
  result.otherwise = value == "else";
  if (result.free || result.otherwise) return;
  for (const std::string& word : split_words(value)) {
    if (word == "or") continue;
    const auto outcome = outcome_named(word);
    if (!outcome) {
      fail_at(name, at,
              "\"branch = " + std::string(value) +
                  "\" is not known; say else, free, or outcomes out of ok, "
                  "value, miss, conflict, error, timeout");
    }
    result.tests.add(*outcome);
  }
  if (result.tests.empty())
    fail_at(name, at, "the branch tests nothing; write %% stalemate: branch = miss, else or free");
}

void read_language(const std::string& name, Position at, std::string_view rest, Override& result) {
  result.kind = Override::Kind::kLanguage;
  const std::string_view code = value_of(rest);
  if (code == "en") return;
  std::string known = "en";
  for (const Language* language : languages()) {
    if (language->code == code) result.language = language;
    known += ", " + std::string(language->code);
  }
  if (result.language == nullptr)
    fail_at(name, at, "no language is called " + in_quotes(code) + " here; there are: " + known);
}

void read_names(const std::string& name, Position at, Override::Kind kind, std::string_view rest, Override& result) {
  const bool same = kind == Override::Kind::kSame;
  result.kind = kind;
  for (const std::string& part : split(value_of(rest), ',')) {
    if (!part.empty()) result.names.push_back(part);
  }
  if (result.names.size() < 2)
    fail_at(
        name, at,
        same
            ? "\"same\" says that several names are of one thing; write %% stalemate: same = A, B"
            : "\"entries\" says that names are of several entries made of one row; write %% stalemate: entries = A, B");
}

// What it throws, said of this place.
template <typename Read>
void at_place(const std::string& name, Position at, const Read& read) {
  try {
    read();
  } catch (const InputError& error) {
    fail_at(name, at, error.what());
  }
}

}  // namespace

Override read_directive(const std::string& name, Position at, const std::string& text) {
  const std::string_view whole = trim(text);
  const std::size_t end = whole.find_first_of(" \t=");
  const std::string_view key = whole.substr(0, end);
  const std::string_view rest = end == std::string_view::npos ? std::string_view() : whole.substr(end);
  Override result;
  if (key == "role") {
    const RoleText role = split_role(rest);
    if (role.participant.empty() || !role.role) {
      fail_at(name, at,
              "cannot tell which role is meant; write %% stalemate: role X = cache (roles: " + std::string(kRoleNames) +
                  ")");
    }
    result.kind = Override::Kind::kRole;
    result.participant = role.participant;
    result.role = *role.role;
    result.local_cache = role.local_cache;
    result.cache_replica = role.cache_replica;
  } else if (key == "operation") {
    read_operation(name, at, rest, result);
  } else if (key == "means") {
    read_means(name, at, rest, result);
  } else if (key == "branch") {
    read_branch(name, at, rest, result);
  } else if (key == "language") {
    read_language(name, at, rest, result);
  } else if (key == "same") {
    read_names(name, at, Override::Kind::kSame, rest, result);
  } else if (key == "entries") {
    read_names(name, at, Override::Kind::kEntries, rest, result);
  } else if (key == "ignore") {
    if (!value_of(rest).empty()) fail_at(name, at, "\"ignore\" stands alone; it passes over the diagram it begins");
    result.kind = Override::Kind::kIgnore;
  } else if (key == "race") {
    if (!value_of(rest).empty())
      fail_at(name, at, "\"race\" stands alone; each app in the diagram it begins is an instance of its own");
    result.kind = Override::Kind::kRace;
  } else if (is_mapping_line(whole)) {
    result.kind = Override::Kind::kMapping;
  } else if (is_scenario_line(whole)) {
    result.kind = Override::Kind::kScenario;
    at_place(name, at, [&] { ScenarioWords().add(whole); });
  } else if (key == "expect") {
    result.kind = Override::Kind::kExpect;
    at_place(name, at, [&] { read_expectation(rest); });
  } else {
    fail_at(name, at, "unknown directive " + in_quotes(key) + "; " + std::string(kKnown));
  }
  return result;
}

namespace {

// Where one of the directives that a diagram begins with is of this kind.
Position said_first(const std::string& name, const Diagram& diagram, Override::Kind kind) {
  for (const Statement& statement : diagram.statements) {
    const auto* directive = std::get_if<Directive>(&statement.node);
    if (directive == nullptr) return {};
    if (read_directive(name, statement.at, directive->text).kind == kind) return statement.at;
  }
  return {};
}

}  // namespace

Position ignored_at(const std::string& name, const Diagram& diagram) {
  return said_first(name, diagram, Override::Kind::kIgnore);
}

Position race_at(const std::string& name, const Diagram& diagram) {
  return said_first(name, diagram, Override::Kind::kRace);
}

Override read_role_option(const std::string& text) {
  const RoleText role = split_role(text);
  if (role.participant.empty() || !role.role) {
    throw InputError("--role " + text +
                     ": cannot tell which role is meant; say --role X=cache (roles: " + std::string(kRoleNames) + ")");
  }
  Override result;
  result.participant = role.participant;
  result.role = *role.role;
  result.local_cache = role.local_cache;
  result.cache_replica = role.cache_replica;
  return result;
}

}  // namespace stalemate::model
