// What a page of the catalogue says of itself: its diagrams are read, its table of verdicts is what a check says, and
// it has all that a page is to have.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "understand/protocol.hpp"
#include "understand/wanted.hpp"

namespace stalemate::model {
namespace {

// What stands below a heading, up to the next one.
std::string section(std::string_view text, const std::string& heading) {
  const std::size_t begin = text.find("\n## " + heading + "\n");
  if (begin == std::string_view::npos) return "";
  const std::string_view rest = text.substr(begin + heading.size() + 5);
  return std::string(rest.substr(0, rest.find("\n## ")));
}

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  for (const std::string& cell : split(line.substr(1, line.size() - 2), '|')) cells.emplace_back(trim(cell));
  return cells;
}

struct Table {
  ScenarioWords words;
  std::vector<std::string> properties;
  std::map<std::string, std::vector<std::string>> rows;  // by fault; "no fault"
};

Table table_of(const std::string& text) {
  Table table;
  if (text.find("1 reader, 2 writers, ") != std::string::npos) table.words.writers = 2;
  if (text.find("1 app instance that reads twice, 1 writer, ") != std::string::npos)
    table.words.app = {"read; read", "write"};
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("|") || line.starts_with("|---")) continue;
    std::vector<std::string> cells = cells_of(line);
    const std::string first = cells.front();
    cells.erase(cells.begin());
    if (first.empty())
      table.properties = cells;
    else
      table.rows[first] = cells;
  }
  return table;
}

class Catalogue : public testing::TestWithParam<CataloguePage> {};

TEST_P(Catalogue, the_verdicts_on_the_page_are_what_a_check_says) {
  const CataloguePage& page = GetParam();
  const Protocol protocol = read_protocol(page.text, std::string(page.name) + ".md", {});
  const Table table = table_of(section(page.text, "Verdicts"));
  ASSERT_FALSE(table.properties.empty());
  EXPECT_GE(table.rows.size(), 6U);
  ASSERT_TRUE(table.rows.contains("no fault"));
  for (const auto& [fault, said] : table.rows) {
    ASSERT_EQ(said.size(), table.properties.size()) << fault;
    ScenarioWords words = table.words;
    if (fault != "no fault") words.fault = {fault};
    CheckOptions how;
    how.properties = table.properties;
    how.exhaust = true;
    const Report report = check(protocol, scenario_of(words, protocol), how);
    for (std::size_t p = 0; p < said.size(); ++p) {
      const Verdict verdict = report.properties[p].verdict;
      const std::string really = verdict == Verdict::kInconclusive ? "–" : std::string(to_string(verdict));
      EXPECT_EQ(said[p], really) << fault << ", " << report.properties[p].property << ": " << report.properties[p].why;
    }
  }
}

TEST_P(Catalogue, the_page_says_what_it_is_what_breaks_it_what_would_help_and_who_says_so) {
  const std::string_view text = GetParam().text;
  EXPECT_TRUE(text.starts_with("# "));
  for (const std::string heading : {"Read", "Write", "Verdicts", "Sources"})
    EXPECT_GT(section(text, heading).size(), 60U) << heading;
  EXPECT_GT(
      section(text, "What goes wrong").size() + section(text, "What goes right, and what still goes wrong").size(),
      60U);
  EXPECT_TRUE(GetParam().name == "database-only" || section(text, "What would help").size() > 20U);
}

INSTANTIATE_TEST_SUITE_P(Pages, Catalogue, testing::ValuesIn(catalogue()), [](const auto& page) {
  std::string name(page.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

TEST(CatalogueAsAWhole, it_has_at_least_24_pages) { EXPECT_GE(catalogue().size(), 24U); }

}  // namespace
}  // namespace stalemate::model
