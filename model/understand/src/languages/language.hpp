// Labels, names and headings in the languages people write, put into the English that vocabulary/ reads: phrase by
// phrase, and in the order in which English asks. What no table knows stays as it is, and is then told as unread like
// an English word that nobody knows. Not a translation for readers: questions show what was written.
//
// Add a language: its table in a file of its own here, a line in kLanguages (language.cpp), its labels in
// tests/model/understand/languages_test.cpp.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace stalemate::model {

// `said`: in lower case ("ß" as "ss"), words parted by one space; `english`: may be empty for what says nothing (an
// article, a particle).
// In a language whose words stand apart, a phrase is whole words, of which each may end in "*" for any ending
// ("обнов*"), "#" is any number, and a single word may begin with "*" ("*dienst"); each "#" in the English is the
// number that was written, "*" the beginning. In one that is written without spaces it may begin and end anywhere, but
// only right behind a number where it begins with "#" ("#分"), and only at the end of a word where it ends with a space
// ("을 ").
struct Phrase {
  std::string_view said;
  std::string_view english;
};

struct Language {
  std::string_view code;   // BCP 47: "es"
  std::string_view name;   // "Spanish"
  bool spaced = true;      // its words stand apart
  bool verb_last = false;  // "list of lessons, look up" is how it asks
  // Each says a thing of its own; a longer one goes before a shorter one wherever both fit.
  const Phrase* phrases = nullptr;
  std::size_t phrase_count = 0;
  // Characters that are read as others, each before the one that the phrases have: "資资". Only where words do not
  // stand apart, and only those that are as long as the other.
  std::string_view variants = {};
  // By which words are declined, parted by spaces: what no phrase knows loses the first that fits, so that it is one
  // thing in every case. Empty where English does the same by itself (a plural in "s").
  std::string_view endings = {};
  // Endings that make a condition of the phrase right before them, parted by spaces: 값이 없 + 으면. Only where words
  // do not stand apart; the longer before the shorter.
  std::string_view conditional = {};
};

extern const Language kChinese;
extern const Language kFrench;
extern const Language kGerman;
extern const Language kJapanese;
extern const Language kKorean;
extern const Language kPortuguese;
extern const Language kRussian;
extern const Language kSpanish;
extern const Language kVietnamese;

const std::vector<const Language*>& languages();

// The one that `texts` are written in; null for English, for none that is known, and in doubt. Which phrases are found
// decides; those that English has, too, and a single one, tell nothing.
const Language* language_of(const std::vector<std::string_view>& texts);

// `text` for vocabulary/; as it is where there is no language. REQUIRES: well-formed UTF-8.
std::string in_english(std::string_view text, const Language* language);

}  // namespace stalemate::model
