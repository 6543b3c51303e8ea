// See language.hpp. A text is first made compatible (NFKC: full-width brackets become plain ones, accents join their
// letters), then read from left to right; at each place the longest phrase that fits is taken.
#include "languages/language.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kPhrasesTellMin = 2;

// Phrases that English has, too, with another meaning or the same: they tell no language.
constexpr std::string_view kEnglishToo[] = {
    "a",           "an",     "as",     "on",     "no",          "in",      "me",      "do",      "die",    "den",
    "des",         "is",     "am",     "at",     "of",          "or",      "to",      "so",      "la",     "le",
    "el",          "de",     "du",     "un",     "en",          "et",      "es",      "e",       "o",      "y",
    "i",           "per",    "pour",   "sur",    "par",         "once",    "come",    "fin",     "was",    "war",
    "hat",         "gut",    "also",   "man",    "will",        "rest",    "note",    "page",    "date",   "base",
    "table",       "cache",  "api",    "app",    "client",      "admin",   "server",  "service", "worker", "ok",
    "error",       "errors", "total",  "normal", "local",       "final",   "data",    "value",   "set",    "get",
    "put",         "status", "status", "text",   "commit",      "lock",    "miss",    "hit",     "todo",   "tan",
    "bien",        "son",    "sin",    "con",    "mit",         "bei",     "art",     "list",    "order",  "orders",
    "proxy",       "web",    "redis",  "plus",   "transaction", "replica", "version", "ligne",   "client", "message",
    "notification"};

// NFKC, by utf8proc (Unicode Standard Annex #15). What it cannot make so stays as it is.
std::string compatible(std::string_view text, bool fold) {
  utf8proc_uint8_t* made = nullptr;
  const int options = UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | (fold ? UTF8PROC_CASEFOLD : 0);
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

// The marks of East Asian text that end a clause, as those of ASCII that do.
std::string with_plain_marks(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
      {"、", ", "}, {"。", ". "}, {"・", " "}, {"「", "\""}, {"」", "\""}, {"『", "\""},
      {"』", "\""}, {"«", "\""},  {"»", "\""}, {"“", "\""},  {"”", "\""},  {"„", "\""}};
  for (const auto& [mark, plain] : kMarks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + plain.size()))
      text.replace(at, mark.size(), plain);
  }
  return text;
}

// A stretch of a text: a word, or what stands between two.
struct Piece {
  std::string text;    // as it is
  std::string folded;  // in lower case
  bool is_word = false;
  bool translated = false;
};

bool is_letter_at(std::string_view text, std::size_t i) { return is_word_byte(text[i]); }

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < text.size();) {
    const bool word = is_letter_at(text, i);
    std::size_t end = i;
    while (end < text.size() && is_letter_at(text, end) == word) ++end;
    std::string part = text.substr(i, end - i);
    std::string folded = word ? compatible(part, true) : part;
    pieces.push_back({std::move(part), std::move(folded), word, false});
    i = end;
  }
  return pieces;
}

bool fits(std::string_view said, std::string_view word) {
  if (!said.empty() && said.back() == '*') return word.starts_with(said.substr(0, said.size() - 1));
  return said == word;
}

// The pieces from `at` on that `said` covers; 0 where it does not stand there.
std::size_t length_at(const std::vector<Piece>& pieces, std::size_t at, std::string_view said) {
  std::size_t i = at;
  while (true) {
    const std::size_t space = said.find(' ');
    if (i >= pieces.size() || !pieces[i].is_word || !fits(said.substr(0, space), pieces[i].folded)) return 0;
    ++i;
    if (space == std::string_view::npos) return i - at;
    said.remove_prefix(space + 1);
    const bool near =
        i < pieces.size() && !pieces[i].is_word && pieces[i].text.find_first_not_of(" -'\t") == std::string::npos;
    if (!near) return 0;
    ++i;
  }
}

struct Match {
  const Phrase* phrase = nullptr;
  std::size_t length = 0;  // in pieces, or in bytes where words do not stand apart
};

Match longest_at(const std::vector<Piece>& pieces, std::size_t at, const Language& language) {
  Match best;
  for (std::size_t i = 0; i < language.phrase_count; ++i) {
    const Phrase& phrase = language.phrases[i];
    const std::size_t length = length_at(pieces, at, phrase.said);
    const bool exact = best.phrase != nullptr && best.phrase->said.size() < phrase.said.size();
    if (length > best.length || (length != 0 && length == best.length && exact)) best = {&phrase, length};
  }
  return best;
}

Match longest_at(std::string_view text, const Language& language) {
  Match best;
  for (std::size_t i = 0; i < language.phrase_count; ++i) {
    const Phrase& phrase = language.phrases[i];
    if (phrase.said.size() > best.length && text.starts_with(phrase.said)) best = {&phrase, phrase.said.size()};
  }
  return best;
}

// The text in pieces, those that a phrase covers put into English; `seen` is told of each such phrase.
template <typename Seen>
std::vector<Piece> translated(const std::string& text, const Language& language, const Seen& seen) {
  std::vector<Piece> result;
  if (language.spaced) {
    const std::vector<Piece> pieces = pieces_of(text);
    for (std::size_t i = 0; i < pieces.size();) {
      const Match match = pieces[i].is_word ? longest_at(pieces, i, language) : Match{};
      if (match.phrase == nullptr) {
        result.push_back(pieces[i++]);
        continue;
      }
      seen(match.phrase->said);
      result.push_back({std::string(match.phrase->english), {}, true, true});
      i += match.length;
    }
    return result;
  }
  // Without spaces a word ends where the next begins: what stands between two phrases is one.
  std::string rest;
  const auto flush = [&] {
    for (Piece& piece : pieces_of(rest)) result.push_back(std::move(piece));
    rest.clear();
  };
  for (std::size_t i = 0; i < text.size();) {
    const Match match =
        static_cast<unsigned char>(text[i]) >= 0x80 ? longest_at(std::string_view(text).substr(i), language) : Match{};
    if (match.phrase == nullptr) {
      const std::size_t size = code_point_size(text, i);
      rest += text.substr(i, size);
      i += size;
      continue;
    }
    flush();
    seen(match.phrase->said);
    result.push_back({std::string(match.phrase->english), {}, true, true});
    i += match.length;
  }
  flush();
  return result;
}

bool ends_clause(const Piece& piece) {
  return !piece.is_word && piece.text.find_first_of(",.;:?!()[]/|\"\n") != std::string::npos;
}

bool asks(const Piece& piece) {
  if (!piece.translated || piece.text.empty()) return false;
  const std::string first = piece.text.substr(0, piece.text.find(' '));
  return is_request_verb(first) || piece.text == "look up";
}

// Where a clause ends with what it asks, that goes before the rest of it.
void put_verbs_first(std::vector<Piece>& pieces) {
  for (std::size_t begin = 0; begin < pieces.size();) {
    std::size_t end = begin;
    while (end < pieces.size() && !ends_clause(pieces[end])) ++end;
    std::size_t last = end;
    while (last > begin && (!pieces[last - 1].is_word || pieces[last - 1].text.empty())) --last;
    std::size_t first = begin;
    while (first < end && (!pieces[first].is_word || pieces[first].text.empty())) ++first;
    if (last > first + 1 && asks(pieces[last - 1]) && !asks(pieces[first])) {
      std::rotate(pieces.begin() + static_cast<std::ptrdiff_t>(first),
                  pieces.begin() + static_cast<std::ptrdiff_t>(last) - 1,
                  pieces.begin() + static_cast<std::ptrdiff_t>(last));
    }
    begin = end + 1;
  }
}

// In one text, with a space on each side of what was put into English.
std::string joined(const std::vector<Piece>& pieces) {
  std::string text;
  bool apart = false;
  for (const Piece& piece : pieces) {
    if (piece.text.empty()) {
      apart = apart || piece.translated;
      continue;
    }
    const bool space = (apart || piece.translated) && !text.empty() && text.back() != ' ' && piece.is_word;
    if (space) text += ' ';
    text += piece.text;
    apart = piece.translated;
  }
  return text;
}

}  // namespace

const std::vector<const Language*>& languages() {
  static const std::vector<const Language*> kLanguages = {&kChinese,    &kFrench,  &kGerman,  &kJapanese,  &kKorean,
                                                          &kPortuguese, &kRussian, &kSpanish, &kVietnamese};
  return kLanguages;
}

const Language* language_of(const std::vector<std::string_view>& texts) {
  const Language* best = nullptr;
  std::size_t most = kPhrasesTellMin - 1;
  for (const Language* language : languages()) {
    std::size_t bytes = 0;  // of the phrases that were found: a longer one tells more
    std::map<std::string_view, bool> said;
    for (const std::string_view text : texts) {
      translated(with_plain_marks(compatible(text, false)), *language, [&](std::string_view phrase) {
        if (is_in(kEnglishToo, phrase)) return;
        said[phrase] = true;
        bytes += phrase.size();
      });
    }
    if (said.size() < kPhrasesTellMin || bytes <= most) continue;
    best = language;
    most = bytes;
  }
  return best;
}

std::string in_english(std::string_view text, const Language* language) {
  if (language == nullptr) return std::string(text);
  std::vector<Piece> pieces = translated(with_plain_marks(compatible(text, false)), *language, [](std::string_view) {});
  if (language->verb_last) put_verbs_first(pieces);
  return joined(pieces);
}

}  // namespace stalemate::model
