// The pages compiled into the program: all there, readable, and what their names say.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

TEST(ProtocolCatalogue, every_page_reads_as_the_protocol_it_is_named_for) {
  const std::string fill = "get cache#1; if miss; get database#3; if value; set cache#5";
  const std::map<std::string, std::string> expected = {
      {"cache-aside", fill + " / set database#1; delete cache#2"},
      {"delete-before-write", fill + " / delete cache#1; set database#2"},
      {"double-delete", fill + " / delete cache#1; set database#2; delete cache#4"},
      {"write-through", fill + " / set database#1; set cache#2"},
      {"write-through-add",
       "get cache#1; if miss; get database#3; if value; add cache#5 / set database#1; set cache#2"},
      {"database-only", "get database#1; if value / set database#1"},
  };
  std::map<std::string, std::string> found;
  for (const CataloguePage& page : catalogue()) {
    const Protocol protocol = read_protocol(page.text, std::string(page.name) + ".md", {});
    ASSERT_EQ(protocol.operations.size(), 2U) << page.name;
    EXPECT_EQ(protocol.operations[0].name, "Read") << page.name;
    EXPECT_EQ(protocol.operations[1].name, "Write") << page.name;
    EXPECT_EQ(protocol.has_cache(), page.name != "database-only");
    found[std::string(page.name)] = outline(protocol.operations[0].body) + " / " + outline(protocol.operations[1].body);
  }
  for (const auto& [name, is] : expected) EXPECT_EQ(found[name], is) << name;
}

TEST(ProtocolCatalogue, pages_come_in_the_order_of_their_names) {
  std::string before;
  for (const CataloguePage& page : catalogue()) {
    EXPECT_LT(before, page.name);
    before = page.name;
  }
}

// What a page says by naming it: a key of a lock; what a get of a generation means where its answer is lost, which the
// branch beside it says.
bool is_meant(const std::string& assumed) {
  for (const char* words : {"is taken as a marker", "the generation is not known", "does not lead here"})
    if (contains(assumed, words)) return true;
  return starts_with(assumed, "on ") && contains(assumed, " the operation ends ");
}

TEST(ProtocolCatalogue, pages_assume_nothing_but_how_guards_end_and_what_their_keys_are) {
  for (const CataloguePage& page : catalogue()) {
    for (const ReadingLine& line : read_protocol(page.text, "p.md", {}).reading) {
      if (line.assumed.empty()) continue;
      EXPECT_TRUE(is_meant(line.assumed)) << page.name << ": " << line.assumed;
    }
  }
}

}  // namespace
}  // namespace stalemate::model
