// Texts of any language made comparable: one way to write what Unicode can write in several.
#pragma once

#include <string>
#include <string_view>

namespace stalemate::model {

// NFKC, with the marks of other scripts as those of ASCII: full-width brackets become plain ones, accents join their
// letters, curly quotation marks become straight. REQUIRES: well-formed UTF-8.
std::string normalized_text(std::string_view text);
bool is_ascii(std::string_view text);
// NFKC in lower case (case folding: "ß" is "ss").
std::string folded_text(std::string_view text);

}  // namespace stalemate::model
