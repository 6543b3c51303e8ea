// The catalogue's pages, compiled into the program from model/protocols/*.md, by name.
#include <algorithm>
#include <string_view>
#include <vector>

#include "protocols.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

std::vector<CataloguePage> catalogue() {
  constexpr std::string_view kSuffix = ".md";
  std::vector<CataloguePage> pages;
  for (const embedded::EmbeddedFile& file : embedded::protocols()) {
    std::string_view name = file.name;
    name.remove_suffix(kSuffix.size());
    pages.push_back({name, file.text});
  }
  std::sort(pages.begin(), pages.end(), [](const CataloguePage& a, const CataloguePage& b) { return a.name < b.name; });
  return pages;
}

std::optional<Protocol> read_page(std::string_view name, const std::vector<std::string>& roles) {
  for (const CataloguePage& page : catalogue())
    if (page.name == name) return read_protocol(page.text, std::string(name) + ".md", roles);
  return std::nullopt;
}

}  // namespace stalemate::model
