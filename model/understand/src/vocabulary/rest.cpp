// What is left of a label when all is taken away that the other tables read, or that says nothing by itself.
#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// Between words that say something, these add nothing; each of them is harmless behind every verb.
constexpr std::string_view kSmall[] = {
    "a",       "an",      "the",   "this",    "that",    "these",    "its",    "it",          "their",   "them",
    "his",     "her",     "our",   "my",      "your",    "of",       "for",    "from",        "to",      "in",
    "into",    "onto",    "on",    "at",      "by",      "with",     "via",    "through",     "using",   "and",
    "as",      "is",      "be",    "please",  "now",     "value",    "values", "data",        "key",     "keys",
    "id",      "ids",     "field", "fields",  "column",  "columns",  "table",  "tables",      "row",     "rows",
    "record",  "records", "entry", "entries", "result",  "results",  "new",    "latest",      "current", "fresh",
    "updated", "cached",  "where", "json",    "details", "detail",   "info",   "information", "object",  "objects",
    "up",      "look",    "looks", "looking", "request", "response", "s",      "set",         "select",  "nx",
    "ex",      "px",      "ttl"};
// What a reply carries, besides.
constexpr std::string_view kCarried[] = {"payload", "document", "documents", "affected", "content", "contents", "list",
                                         "item",    "items",    "copy",      "http",     "return",  "returns"};
constexpr std::string_view kOfTime[] = {
    "ttl",  "expire", "expires", "expiry", "expiration", "expiring", "seconds", "second", "sec",      "secs", "min",
    "mins", "minute", "minutes", "hour",   "hours",      "day",      "days",    "ms",     "lifetime", "max",  "age"};

// What an add says of its condition.
constexpr std::string_view kOfComparing[] = {"if",     "unchanged", "changed",  "modified", "since", "not",     "has",
                                             "was",    "cas",       "compare",  "swap",     "check", "number",  "token",
                                             "unique", "gets",      "returned", "only",     "been",  "compared"};
constexpr std::string_view kOfAdding[] = {"if",      "unless",  "when",   "only",     "not",     "absent",
                                          "missing", "present", "exists", "exist",    "already", "there",
                                          "no",      "empty",   "nil",    "conflict", "do",      "nothing"};

bool is_number(std::string_view word) { return is_digit(word.front()); }

void blank(std::string& text, std::size_t begin, std::size_t end) {
  std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(end), ' ');
}

bool is_space(char c) { return c == ' ' || c == '\t'; }

// What is compared or assigned, with what: "price = 10", "id=7".
void blank_equations(std::string& text) {
  for (std::size_t at = text.find('='); at != std::string::npos; at = text.find('=', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && is_space(text[begin - 1])) --begin;
    while (begin > 0 && !is_space(text[begin - 1]) && text[begin - 1] != '(' && text[begin - 1] != ',') --begin;
    std::size_t end = at + 1;
    while (end < text.size() && is_space(text[end])) ++end;
    while (end < text.size() && !is_space(text[end]) && text[end] != ')' && text[end] != ',') ++end;
    blank(text, begin, end);
  }
}

// Arguments and columns: "get(key)", "INSERT INTO items (id, price) VALUES (1, 2)".
void blank_arguments(std::string& text) {
  const bool is_statement = !tables_named(text).empty();
  for (std::size_t open = text.find('('); open != std::string::npos; open = text.find('(', open + 1)) {
    const bool called = open > 0 && is_word_byte(text[open - 1]);
    const std::size_t close = text.find(')', open);
    if (close != std::string::npos && (called || is_statement)) blank(text, open, close);
  }
}

// The columns that a SELECT names.
void blank_columns(std::string& text) {
  const std::string small = lower(text);
  const std::size_t from = small.find(" from ");
  if (small.starts_with("select ") && from != std::string::npos) blank(text, 0, from);
}

}  // namespace

std::vector<std::string> words_left(std::string_view label, bool is_reply) {
  if (!is_reply && marker_request(label)) return {};  // which is read to its last word
  std::string text(label);
  for (const std::string& key : keys_named(label)) {
    const std::size_t at = text.find(key);
    if (at != std::string::npos) blank(text, at, at + key.size());
  }
  blank_columns(text);
  blank_equations(text);
  blank_arguments(text);
  const TimeToLive lives = time_to_live(label);
  const bool lives_for_a_time = lives.seconds != 0 || lives.unsaid;
  const RequestWords asks = request_words(label);
  const bool adds = asks.kind == RequestWords::Kind::kVerb && answers_of(asks.verb) == Answers::kIfAbsent;
  const bool compares = asks.kind == RequestWords::Kind::kVerb && answers_of(asks.verb) == Answers::kIfUnchanged;
  const bool is_command = !asks.inner.empty();
  std::vector<std::string> left;
  const std::vector<std::string> words = commit_words(text).rest;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (word == "," || is_in(kSmall, word) || (i == 0 && is_number(word))) continue;
    if (lives_for_a_time && (is_number(word) || is_in(kOfTime, word))) continue;
    if (is_request_verb(word) || role_words(word).role || (i == 0 && !is_reply && is_leading_verb(word))) continue;
    const OperationWords operation = operation_words(word);
    if (operation.read || operation.write) continue;
    if (is_reply && (sign_entry(word) != nullptr || is_negation(word) || is_yes_or_no(word) || is_reply_filler(word) ||
                     is_in(kCarried, word) || is_number(word)))
      continue;
    if (adds && is_in(kOfAdding, word)) continue;
    if (compares && is_in(kOfComparing, word)) continue;
    if (is_command && (word == "watch" || word == "multi" || word == "exec")) continue;
    if (!is_in(left, word)) left.push_back(word);
  }
  return left;
}

}  // namespace stalemate::model
