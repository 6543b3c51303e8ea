// The pages of the catalogue that get, set, add and delete values, and nothing else: what is done there over every
// scenario and fault stays small. Random pages and pages of the tests' own have the rest of the alphabet.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

inline std::vector<CataloguePage> plain_pages() {
  constexpr std::string_view kNames[] = {"cache-aside",   "database-only", "delete-before-write",
                                         "double-delete", "write-through", "write-through-add"};
  std::vector<CataloguePage> pages = catalogue();
  std::erase_if(pages, [&](const CataloguePage& page) {
    return std::find(std::begin(kNames), std::end(kNames), page.name) == std::end(kNames);
  });
  return pages;
}

}  // namespace stalemate::model
