// Reads mappings: which parameter stands where in a statement, outside of all that SQL and Redis quote.
#include "understand/mapping.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "mapping_text.hpp"
#include "read/source_text.hpp"
#include "traces/verb.hpp"

namespace stalemate::model {
namespace {

struct VerbRule {
  std::string verb;
  std::vector<Parameter> needed;
};

std::vector<Parameter> parameters_of(const traces::VerbFacts& verb) {
  std::vector<Parameter> needed = {Parameter::kKey};
  const bool compares_value = verb.verb == traces::Verb::kLookAgain;
  if ((verb.carries && verb.verb != traces::Verb::kRemove) || compares_value) needed.push_back(Parameter::kValue);
  if (verb.versioned()) needed.push_back(Parameter::kVersion);
  return needed;
}

// What a cache does to the value of a row alone.
bool is_of_caches(traces::Verb verb) {
  using traces::Verb;
  constexpr Verb kOfCaches[] = {Verb::kGet,        Verb::kSet,           Verb::kAdd,
                                Verb::kDelete,     Verb::kIncrease,      Verb::kIncreaseIfThere,
                                Verb::kSetIfNewer, Verb::kSetIfUnchanged};
  return std::find(std::begin(kOfCaches), std::end(kOfCaches), verb) != std::end(kOfCaches);
}

// What may be said of each kind of store: what a trace may ask of it, and how its rows are filled at first; by name.
std::vector<VerbRule> rules_for(bool database) {
  std::vector<VerbRule> rules;
  if (database) rules.push_back({"fill", {Parameter::kKey, Parameter::kValue}});
  for (const traces::VerbFacts& facts : traces::kVerbs) {
    if (!facts.replayed || !(database ? facts.of_databases : is_of_caches(facts.verb))) continue;
    VerbRule rule{std::string(facts.name), parameters_of(facts)};
    rules.push_back(rule);
    if (database || !facts.takes_ttl()) continue;
    rule.verb += "-ttl";
    rule.needed.push_back(Parameter::kTtl);
    rules.push_back(rule);
  }
  std::sort(rules.begin(), rules.end(), [](const VerbRule& a, const VerbRule& b) { return a.verb < b.verb; });
  return rules;
}

VerbRule rule_for(const std::string& name, Position at, std::string_view store, const std::string& verb) {
  const std::vector<VerbRule> rules = rules_for(store == "sql");
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const VerbRule& rule) { return rule.verb == verb; });
  if (found != rules.end()) return *found;
  std::string known;
  for (const VerbRule& rule : rules) known += fmt::format("{}, ", rule.verb);
  fail_at(name, at, fmt::format("\"{} {}\" is not known; known are {}setup and teardown", store, verb, known));
}

void check_parameters(const std::string& name, Position at, std::string_view what, const std::vector<Parameter>& needed,
                      const std::vector<Parameter>& given) {
  for (const Parameter parameter : needed) {
    if (std::find(given.begin(), given.end(), parameter) == given.end())
      fail_at(name, at, fmt::format("{} has no {}; write it where that belongs", what, word_of(parameter)));
  }
  for (const Parameter parameter : given) {
    if (std::find(needed.begin(), needed.end(), parameter) == needed.end())
      fail_at(name, at, fmt::format("{} has {}, which there is not here; take it out", what, word_of(parameter)));
  }
}

bool is_key(std::string_view text) {
  return text.size() > 1 && text[0] == 'k' && text[1] != '0' && std::all_of(text.begin() + 1, text.end(), is_digit);
}

}  // namespace

void Mapping::add(const std::string& name, Position at, std::string_view line) {
  line = trim(line);
  const std::size_t equals = line.find('=');
  const std::vector<std::string> head = split(trim(line.substr(0, equals)), ' ');
  const std::string_view text = equals == std::string_view::npos ? std::string_view() : trim(line.substr(equals + 1));
  if (head.size() != 2 || text.empty() || !is_mapping_line(line))
    fail_at(name, at,
            fmt::format("{} is not understood; write it like: sql set = UPDATE ..., redis get = GET :key, "
                        "key k1 = 42",
                        in_quotes(line)));
  if (text.find('\0') != std::string_view::npos)
    fail_at(name, at, fmt::format("{} {} has a zero byte, where drivers end a text; take it out", head[0], head[1]));
  if (head[0] == "sql") add_sql(name, at, head[1], text);
  if (head[0] == "redis") add_cache(name, at, head[1], text);
  if (head[0] == "key") add_key(name, at, head[1], text);
  lines_.push_back(fmt::format("{} {} = {}", head[0], head[1], text));
}

void Mapping::add_sql(const std::string& name, Position at, const std::string& verb, std::string_view text) {
  const std::string what = "sql " + verb;
  const bool is_around = verb == "setup" || verb == "teardown";
  SqlStatement statement = parse_sql(name, at, what, text, is_around ? Statements::kAny : Statements::kOne);
  if (is_around) {
    check_parameters(name, at, what, {}, statement.parameters);
    if (statement.text.find(';') == std::string::npos) refuse_what_is_no_verb(name, at, what, statement.text);
    (verb == "setup" ? sql_setup_ : sql_teardown_).push_back(std::move(statement.text));
    return;
  }
  const VerbRule rule = rule_for(name, at, "sql", verb);
  check_parameters(name, at, what, rule.needed, statement.parameters);
  refuse_what_is_no_verb(name, at, what, statement.text);
  if (!sql_.try_emplace(verb, std::move(statement)).second)
    fail_at(name, at, fmt::format("{} is given twice; leave one out", what));
}

void Mapping::add_cache(const std::string& name, Position at, const std::string& verb, std::string_view text) {
  const std::string what = "redis " + verb;
  CacheCommand command = parse_cache_command(name, at, what, text);
  std::vector<Parameter> given;
  for (const CacheWord& word : command)
    if (word.parameter) given.push_back(*word.parameter);
  if (verb == "setup" || verb == "teardown") {
    check_parameters(name, at, what, {}, given);
    (verb == "setup" ? cache_setup_ : cache_teardown_).push_back(std::move(command));
    return;
  }
  check_parameters(name, at, what, rule_for(name, at, "redis", verb).needed, given);
  if (!cache_.try_emplace(verb, std::move(command)).second)
    fail_at(name, at, fmt::format("{} is given twice; leave one out", what));
}

void Mapping::add_key(const std::string& name, Position at, const std::string& key, std::string_view text) {
  if (!is_key(key)) fail_at(name, at, fmt::format("{} is no key; keys are k1, k2, ...", in_quotes(key)));
  for (const auto& [other, its_name] : keys_)
    if (other == key || its_name == text)
      fail_at(name, at, fmt::format("{} is called {} already; leave one out", other, in_quotes(its_name)));
  if (is_key(text) && text != key)
    fail_at(name, at, fmt::format("{} is a key of the scenario's own; call {} something else", in_quotes(text), key));
  keys_.emplace(key, text);
}

std::string Mapping::name_of(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? key : found->second;
}

std::string Mapping::missing(const std::vector<std::string>& sql_verbs,
                             const std::vector<std::string>& cache_verbs) const {
  if (has_sql()) {
    for (const std::string verb : {"fill", "get", "set"})
      if (!sql_.contains(verb))
        return fmt::format("sql {} is missing; of a database all of fill, get and set are needed", verb);
    for (const std::string& verb : sql_verbs)
      if (!sql_.contains(verb)) return fmt::format("sql {} is missing, and a diagram has an arrow for it", verb);
  }
  if (!has_cache()) return "";
  for (const std::string verb : {"get", "set"})
    if (!cache_.contains(verb)) return fmt::format("redis {} is missing; get and set are always needed", verb);
  const std::vector<VerbRule> rules = rules_for(false);
  for (const std::string& verb : cache_verbs) {
    if (std::none_of(rules.begin(), rules.end(), [&](const VerbRule& rule) { return rule.verb == verb; }))
      return fmt::format("a diagram asks the cache to {}, which no line says yet; leave the mapping out", verb);
    if (!cache_.contains(verb)) return fmt::format("redis {} is missing, and a diagram has an arrow for it", verb);
  }
  return "";
}

bool is_mapping_line(std::string_view line) {
  const std::string_view word = trim(line).substr(0, trim(line).find_first_of(" \t="));
  return word == "sql" || word == "redis" || word == "key";
}

Mapping read_mapping_file(std::string_view text, const std::string& name) {
  Mapping mapping;
  std::string whole;
  Position begun;
  const auto finish = [&] {
    if (!whole.empty()) mapping.add(name, begun, whole);
    whole.clear();
  };
  for (const SourceLine& line : split_lines(text)) {
    if (trim(line.text).empty() || trim(line.text).front() == '#') continue;
    const bool goes_on = space_length(line.text) > 0;
    if (goes_on && whole.empty()) fail_at(name, line.at, "this line goes on with none; take the space before it away");
    if (!goes_on) {
      finish();
      begun = line.at;
    }
    whole += (goes_on ? " " : "") + std::string(trim(line.text));
  }
  finish();
  if (mapping.empty()) throw_empty(name);
  return mapping;
}

}  // namespace stalemate::model
