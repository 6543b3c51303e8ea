// Words of operations, and what all tables share. The words of roles, requests and replies are in
// vocabulary_roles.cpp, vocabulary_requests.cpp and vocabulary_replies.cpp. Tables are searched in order; nothing here
// depends on the locale.
#include "vocabulary/vocabulary.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

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

constexpr std::array<std::string_view, kOutcomeCount> kOutcomeNames = {
    "ok",    "value", "miss",   "conflict", "marker", "granted", "denied",
    "stale", "won",   "no-row", "loaded",   "error",  "timeout"};
constexpr std::array<std::string_view, 8> kRoles = {"app",   "cache",  "database", "replica",
                                                    "queue", "worker", "outside",  "third-party"};

}  // namespace

std::string_view to_string(Role role) { return kRoles.at(static_cast<std::size_t>(role)); }
std::string_view to_string(Outcome outcome) { return kOutcomeNames.at(static_cast<std::size_t>(outcome)); }
std::string_view to_string(OperationKind kind) { return kind == OperationKind::kRead ? "read" : "write"; }

bool is_picture(std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t i = 0; i < word.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(at < word.size() ? word[at] : 0); };
    const unsigned char first = byte(i);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
    // U+1F000 and above; arrows, technical signs, dingbats and other symbols (U+2190 to U+2BFF); what joins them.
    const bool high = length == 4 && first == 0xF0 && byte(i + 1) == 0x9F;
    const bool symbol = length == 3 && first == 0xE2 && byte(i + 1) >= 0x86 && byte(i + 1) <= 0xAF;
    const bool joins = length == 3 && (word.substr(i, 3) == "\xEF\xB8\x8F" || word.substr(i, 3) == "\xE2\x80\x8D");
    if (!high && !symbol && !joins) return false;
    i += length;
  }
  return true;
}

bool is_cross(std::string_view word) {
  constexpr std::string_view kCrosses[] = {"❌", "❎", "✖", "✗", "✘", "🚫", "⛔", "🛑"};
  return std::any_of(std::begin(kCrosses), std::end(kCrosses),
                     [&](std::string_view cross) { return word.find(cross) != std::string_view::npos; });
}

std::vector<std::string> split_words(std::string_view text) { return split(text, true); }
std::vector<std::string> whole_words(std::string_view text) { return split(text, false); }

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
  const traces::VerbFacts* const facts = traces::find_verb(word);
  return facts == nullptr ? std::nullopt : std::optional(facts->verb);
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
