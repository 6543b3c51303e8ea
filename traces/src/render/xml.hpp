// Text as it may stand in an XML document, between tags or in a quoted attribute.
#pragma once

#include <string>
#include <string_view>

namespace stalemate::traces::render {

// Markup characters as entities; what XML 1.0 cannot hold, and what could reorder text, as blanks. REQUIRES: UTF-8.
std::string xml_escaped(std::string_view text);

}  // namespace stalemate::traces::render
