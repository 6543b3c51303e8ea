// See matching.hpp. A text is read from left to right; at each place the longest phrase that fits is taken.
#include "languages/matching.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "base/text.hpp"
#include "languages/normalized.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

bool is_letter_at(std::string_view text, std::size_t i) { return is_word_byte(text[i]) && text[i] != '_'; }

// Whether a word ends before `i` although letters go on: "guardar|Precio", "60|сек".
bool is_joint(std::string_view text, std::size_t i) {
  const auto is_small = [](char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; };
  if (is_digit(text[i - 1])) return static_cast<unsigned char>(text[i]) >= 0x80;
  return is_small(text[i - 1]) && text[i] >= 'A' && text[i] <= 'Z';
}

bool is_number(std::string_view word) { return !word.empty() && std::all_of(word.begin(), word.end(), is_digit); }

bool fits(std::string_view said, std::string_view word) {
  if (said == "#") return is_number(word);
  if (said.front() == '*') return word.size() >= said.size() && word.ends_with(said.substr(1));
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
    if (i < pieces.size() && pieces[i].is_word) continue;  // "BaseDeDatos"
    const bool near = i < pieces.size() && pieces[i].text.find_first_not_of(" -'\t_") == std::string::npos;
    if (!near) return 0;
    ++i;
  }
}

struct Match {
  const Phrase* phrase = nullptr;
  std::size_t length = 0;  // in pieces, or in bytes where words do not stand apart
};

// The phrases of a language that may stand where a word or a text begins so, by its first bytes.
class Index {
 public:
  explicit Index(const Language& language) : buckets_(kBuckets) {
    for (std::size_t i = 0; i < language.phrase_count; ++i) {
      const Phrase& phrase = language.phrases[i];
      std::string_view said = phrase.said;
      if (!language.spaced && said.starts_with('#')) said.remove_prefix(1);
      const std::string_view word = language.spaced ? said.substr(0, said.find(' ')) : said;
      const bool any = word.front() == '*' || word == "#" || (word.back() == '*' && word.size() <= kKeyBytes);
      (any ? anywhere_ : buckets_[bucket(word)]).push_back(&phrase);
    }
  }

  template <typename Visit>
  void visit(std::string_view word, const Visit& visit) const {
    for (const Phrase* phrase : buckets_[bucket(word)]) visit(*phrase);
    for (const Phrase* phrase : anywhere_) visit(*phrase);
  }

 private:
  static constexpr std::size_t kBuckets = 1024;
  static constexpr std::size_t kKeyBytes = 3;

  static std::size_t bucket(std::string_view word) {
    std::size_t hash = 0;
    for (const char c : word.substr(0, kKeyBytes)) hash = hash * 37 + static_cast<unsigned char>(c);
    return hash % kBuckets;
  }

  std::vector<std::vector<const Phrase*>> buckets_;
  std::vector<const Phrase*> anywhere_;
};

const Index& index_of(const Language& language) {
  static std::mutex mutex;
  static std::map<const Language*, Index> indexes;
  const std::scoped_lock lock(mutex);
  return indexes.try_emplace(&language, language).first->second;
}

Match longest_at(const std::vector<Piece>& pieces, std::size_t at, const Index& index) {
  Match best;
  index.visit(pieces[at].folded, [&](const Phrase& phrase) {
    const std::size_t length = length_at(pieces, at, phrase.said);
    const bool exact = best.phrase != nullptr && best.phrase->said.size() < phrase.said.size();
    if (length > best.length || (length != 0 && length == best.length && exact)) best = {&phrase, length};
  });
  return best;
}

// In lower case and without variants; every byte stays at its place.
std::string without_variants(std::string text, std::string_view variants) {
  for (char& c : text) c = lower(c);
  for (std::size_t i = 0; i < text.size(); i += code_point_size(text, i)) {
    if (static_cast<unsigned char>(text[i]) < 0x80) continue;
    const std::string_view one = std::string_view(text).substr(i, code_point_size(text, i));
    const std::size_t size = one.size();
    for (std::size_t at = 0; at + 2 * size <= variants.size(); at += 2 * size) {
      if (variants.substr(at, size) != one) continue;
      text.replace(i, size, variants.substr(at + size, size));
      break;
    }
  }
  return text;
}

bool is_behind_number(std::string_view text, std::size_t at) {
  while (at > 0 && text[at - 1] == ' ') --at;
  return at > 0 && is_digit(text[at - 1]);
}

bool ends_word(std::string_view text, std::size_t at) { return at == text.size() || !is_word_byte(text[at]); }

Match longest_at(std::string_view text, std::size_t at, const Index& index) {
  Match best;
  index.visit(text.substr(at), [&](const Phrase& phrase) {
    std::string_view said = phrase.said;
    const bool counts = said.starts_with('#');
    const bool last = said.ends_with(' ');
    said.remove_prefix(counts ? 1 : 0);
    said.remove_suffix(last ? 1 : 0);
    if (said.size() < best.length || (said.size() == best.length && !counts && !last)) return;
    if (text.substr(at, said.size()) != said || (counts && !is_behind_number(text, at))) return;
    if (!last || ends_word(text, at + said.size())) best = {&phrase, said.size()};
  });
  return best;
}

// How long the ending at `at` is that makes a condition of the phrase before it; 0 where none stands there.
std::size_t conditional_at(std::string_view text, std::size_t at, std::string_view endings) {
  while (!endings.empty()) {
    const std::size_t space = std::min(endings.find(' '), endings.size());
    const std::string_view ending = endings.substr(0, space);
    if (text.substr(at, space) == ending && ends_word(text, at + space)) return space;
    endings.remove_prefix(std::min(space + 1, endings.size()));
  }
  return 0;
}

// The English of `match`, with what was written for its "#" and its "*".
std::string english_of(const Match& match, const std::vector<Piece>& pieces, std::size_t at) {
  std::string english(match.phrase->english);
  if (const std::size_t star = english.find('*'); star != std::string::npos) {
    const std::string& word = pieces[at].folded;
    return english.replace(star, 1, word.substr(0, word.size() - (match.phrase->said.size() - 1)));
  }
  std::size_t next = at;
  for (std::size_t mark = english.find('#'); mark != std::string::npos; mark = english.find('#', mark)) {
    while (!is_number(pieces[next].folded)) ++next;
    const std::string& number = pieces[next++].folded;
    english.replace(mark, 1, number);
    mark += number.size();
  }
  return english;
}

// "DEL k", "redis.del(k)", "IN (1, 2)": English, whatever the word says in the language.
bool is_command(const std::vector<Piece>& pieces, std::size_t at) {
  constexpr std::string_view kCapitals[] = {"DEL", "CAS", "AS", "DO", "IN", "NO", "ON", "OR"};
  if (is_in(kCapitals, pieces[at].text)) return true;
  return pieces[at].text == "del" && (at == 0 || (at + 1 < pieces.size() && pieces[at + 1].text.starts_with("(")));
}

bool is_own_word(const std::vector<Piece>& pieces, std::size_t at) {
  return pieces[at].is_word && !is_command(pieces, at);
}

// The longest phrase that stands at a place; none where none may.
Match match_at(const std::vector<Piece>& pieces, std::size_t at, const Index& index) {
  return is_own_word(pieces, at) ? longest_at(pieces, at, index) : Match{};
}
Match match_at(std::string_view text, std::size_t at, const Index& index) {
  return static_cast<unsigned char>(text[at]) >= 0x80 ? longest_at(text, at, index) : Match{};
}

// What is left of a word without its ending; at least three letters of an alphabet that is not ASCII.
std::string_view without_ending(std::string_view word, std::string_view endings) {
  constexpr std::size_t kStemBytesMin = 6;
  while (!endings.empty()) {
    const std::size_t space = std::min(endings.find(' '), endings.size());
    const std::string_view ending = endings.substr(0, space);
    if (word.ends_with(ending) && word.size() >= ending.size() + kStemBytesMin)
      return word.substr(0, word.size() - ending.size());
    endings.remove_prefix(std::min(space + 1, endings.size()));
  }
  return word;
}

}  // namespace

std::vector<Piece> pieces_of(const std::string& text) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < text.size();) {
    const bool word = is_letter_at(text, i);
    std::size_t end = i;
    while (end < text.size() && is_letter_at(text, end) == word && !(end > i && word && is_joint(text, end))) ++end;
    std::string part = text.substr(i, end - i);
    std::string folded = word ? folded_text(part) : part;
    pieces.push_back({std::move(part), std::move(folded), word, false});
    i = end;
  }
  return pieces;
}

void find_phrases(const std::vector<Piece>& pieces, const Language& language, std::vector<const Phrase*>& found) {
  const Index& index = index_of(language);
  for (std::size_t i = 0; i < pieces.size();) {
    const Match match = match_at(pieces, i, index);
    if (match.phrase != nullptr) found.push_back(match.phrase);
    i += std::max<std::size_t>(match.length, 1);
  }
}

void find_phrases(std::string_view text, const Language& language, std::vector<const Phrase*>& found) {
  const Index& index = index_of(language);
  const std::string compared = without_variants(std::string(text), language.variants);
  for (std::size_t i = 0; i < compared.size();) {
    const Match match = match_at(compared, i, index);
    if (match.phrase != nullptr) found.push_back(match.phrase);
    i += match.phrase != nullptr ? match.length : code_point_size(compared, i);
  }
}

std::vector<Piece> in_pieces(const std::string& text, const Language& language) {
  const Index& index = index_of(language);
  std::vector<Piece> result;
  if (language.spaced) {
    const std::vector<Piece> pieces = pieces_of(text);
    for (std::size_t i = 0; i < pieces.size();) {
      const Match match = match_at(pieces, i, index);
      if (match.phrase == nullptr) {
        result.push_back(pieces[i]);
        if (is_own_word(pieces, i)) result.back().text = std::string(without_ending(pieces[i].text, language.endings));
        ++i;
        continue;
      }
      result.push_back({english_of(match, pieces, i), {}, true, true});
      i += match.length;
      const bool elided = i + 1 < pieces.size() && pieces[i].text == "'" && pieces[i + 1].is_word;  // "l'entrée"
      if (elided) ++i;
    }
    return result;
  }
  // Without spaces a word ends where the next begins: what stands between two phrases is one.
  std::string rest;
  const auto flush = [&] {
    for (Piece& piece : pieces_of(rest)) result.push_back(std::move(piece));
    rest.clear();
  };
  const std::string compared = without_variants(text, language.variants);
  for (std::size_t i = 0; i < text.size();) {
    const Match match = match_at(compared, i, index);
    if (match.phrase == nullptr) {
      const std::size_t size = code_point_size(text, i);
      rest += text.substr(i, size);
      i += size;
      continue;
    }
    flush();
    std::string english(match.phrase->english);
    i += match.length;
    const std::size_t condition = english.empty() ? 0 : conditional_at(compared, i, language.conditional);
    if (condition != 0 && !english.starts_with("if ")) english.insert(0, "if ");
    i += condition;
    result.push_back({std::move(english), {}, true, true});
  }
  flush();
  return result;
}

}  // namespace stalemate::model
