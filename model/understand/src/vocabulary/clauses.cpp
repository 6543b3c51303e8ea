// Takes labels apart. What may be data of the application is left out as a whole, so that its words are not taken for
// what the author says of the request.
#include "vocabulary/clauses.hpp"
#include "base/text.hpp"

#include <cstddef>

#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

struct Spelling {
  std::string_view from;
  std::string_view to;
};
constexpr Spelling kSpellings[] = {{"\xE2\x80\x93", " - "},   // en dash
                                   {"\xE2\x80\x94", " - "},   // em dash
                                   {"\xE2\x86\x92", " -> "},  // arrow
                                   {"\xE2\x87\x92", " -> "},  // double arrow
                                   {"\xE2\x80\xA6", " "}};    // ellipsis

std::string in_ascii(std::string_view label) {
  std::string text(label);
  for (const Spelling& spelling : kSpellings) {
    for (std::size_t at = text.find(spelling.from); at != std::string::npos; at = text.find(spelling.from, at)) {
      text.replace(at, spelling.from.size(), spelling.to);
      at += spelling.to.size();
    }
  }
  return text;
}

bool is_letter(char c) { return is_word_byte(c) && !is_digit(c) && c != '_'; }

std::string without_quotes(const std::string& text) {
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool opens = c == '"' || c == '`' || (c == '\'' && (i == 0 || !is_word_byte(text[i - 1])));
    const std::size_t close = opens ? text.find(c, i + 1) : std::string::npos;
    if (close == std::string::npos) {
      kept += c;
      continue;
    }
    kept += "''";
    i = close;
  }
  return kept;
}

// "SELECT a, b FROM t" is left as " t", "INSERT INTO t (a, b) VALUES (1, 2)" without its lists.
std::string without_columns(const std::string& text) {
  std::string low;
  for (const char c : text) low += lower(c);
  if (const std::size_t from = low.find(" from "); low.starts_with("select ") && from != std::string::npos)
    return "select" + text.substr(from + 5);
  if (!low.starts_with("insert into ") && !low.starts_with("replace into ")) return text;
  std::string kept;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t close = text[i] == '(' ? text.find(')', i) : std::string::npos;
    const bool list = close != std::string::npos && (low.substr(i, close - i).find(',') != std::string::npos ||
                                                     std::string_view(low).substr(0, i).ends_with("values "));
    if (!list) {
      kept += text[i];
      continue;
    }
    i = close;
  }
  return kept;
}

bool is_data(std::string_view token) {
  return token.find_first_of("_{}$:%*/\\#@&+") != std::string_view::npos ||
         (token.find('?') != std::string_view::npos && token.back() != '?');
}

}  // namespace

std::string said_in(std::string_view label) { return without_columns(without_quotes(in_ascii(label))); }

std::vector<Clause> clauses_of(std::string_view label) {
  const std::string text = said_in(label);
  std::vector<Clause> clauses(1);
  std::string token;
  const auto end_token = [&] {
    if (!token.empty() && !is_data(token)) {
      for (std::string& word : split_words(token)) clauses.back().push_back(std::move(word));
    }
    token.clear();
  };
  const auto end_clause = [&] {
    end_token();
    if (!clauses.back().empty()) clauses.emplace_back();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char before = i == 0 ? ' ' : text[i - 1];
    const char next = i + 1 == text.size() ? ' ' : text[i + 1];
    constexpr std::string_view kEnds = "()[]<>,;|!";
    if (kEnds.find(c) != std::string_view::npos || ((c == ':' || c == '.') && next == ' ') ||
        (c == '-' && (next == ' ' || next == '-') && (before == ' ' || before == '-'))) {
      end_clause();
    } else if (c == ' ' || c == '\t' || (c == '.' && is_letter(before) && is_letter(next))) {
      end_token();
    } else if (c == '=') {
      end_token();
      if (clauses.back().empty() || clauses.back().back() != "=") clauses.back().emplace_back("=");
    } else {
      token += c;
    }
  }
  end_token();
  if (clauses.size() > 1 && clauses.back().empty()) clauses.pop_back();
  return clauses;
}

bool is_verb_other_than(std::string_view word, Verb verb) {
  return is_request_verb(word) && request_words(word).verb != verb;
}

}  // namespace stalemate::model
