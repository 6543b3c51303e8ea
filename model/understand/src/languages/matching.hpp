// Where the phrases of a language stand in a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "languages/language.hpp"

namespace stalemate::model {

// A stretch of a text: a word, or what stands between two.
struct Piece {
  std::string text;    // as it is
  std::string folded;  // in lower case
  bool is_word = false;
  bool translated = false;
};

// The functions below take text that is normalized_text().
std::vector<Piece> pieces_of(const std::string& text);
// Appends the phrases that stand in a text, in their order. The first where words stand apart, the second elsewhere.
void find_phrases(const std::vector<Piece>& pieces, const Language& language, std::vector<const Phrase*>& found);
void find_phrases(std::string_view text, const Language& language, std::vector<const Phrase*>& found);
// In pieces, each stretch that a phrase covers as one, in English.
std::vector<Piece> in_pieces(const std::string& text, const Language& language);

}  // namespace stalemate::model
