// Escaping for XML.
#include "render/xml.hpp"

#include "traces/text.hpp"

namespace stalemate::traces::render {

std::string xml_escaped(std::string_view text) {
  const std::string shown = printable(text);
  std::string out;
  out.reserve(shown.size());
  for (std::size_t at = 0; at < shown.size();) {
    const std::string_view character = std::string_view(shown).substr(at, code_point_size(shown, at));
    at += character.size();
    if (character == "&") {
      out += "&amp;";
    } else if (character == "<") {
      out += "&lt;";
    } else if (character == ">") {
      out += "&gt;";
    } else if (character == "\"") {
      out += "&quot;";
    } else if (character == "'") {
      out += "&#39;";
    } else if (character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF") {  // U+FFFE, U+FFFF: no characters of XML
      out += ' ';
    } else {
      out += character;
    }
  }
  return out;
}

}  // namespace stalemate::traces::render
