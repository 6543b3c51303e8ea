// The text of a Mermaid label, name or title as a reader of the drawn diagram sees it: entities decoded, line breaks as
// spaces. Deterministic, safe on any bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace stalemate::model {

// Length of the entity (#35; #lt;) that `text` starts with, 0 if none. Its ";" ends no statement, its "#" starts no
// comment.
std::size_t entity_length(std::string_view text);

// Entities decoded (decimal code points, and HTML names of the characters that Mermaid gives a meaning; others stay as
// written), <br/> in any of its spellings and control characters as spaces, trimmed.
std::string plain_text(std::string_view raw);

// plain_text without the prefix "wrap:" or "nowrap:", which only tells how to draw.
std::string label_text(std::string_view raw);

}  // namespace stalemate::model
