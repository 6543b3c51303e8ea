// The reader beside Mermaid: data/diagrams lists diagrams that Mermaid 11.17 was seen to draw or to refuse, and those
// on which the reader differs on purpose.
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {
namespace {

struct Case {
  std::string title;
  std::string text;
};

// The cases of a file: "=== title", then the diagram. The first title explains the file and has no diagram.
std::vector<Case> cases_of(const std::string& file) {
  constexpr std::string_view kMark = "=== ";
  const std::string path = std::string(STALEMATE_SOURCE_DIR) + "/tests/model/data/diagrams/" + file;
  const std::string text = read_text_file(path, 1 << 20);
  std::vector<Case> cases;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    const std::string line = text.substr(begin, end - begin);
    if (line.compare(0, kMark.size(), kMark) == 0) {
      cases.push_back({line.substr(kMark.size()), ""});
    } else if (!cases.empty()) {
      cases.back().text += line + "\n";
    }
    begin = end == std::string::npos ? text.size() : end + 1;
  }
  if (!cases.empty()) cases.erase(cases.begin());
  return cases;
}

std::string error_of(const std::string& text) {
  try {
    parse_document(text, "case.mmd");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(DiagramMermaid, what_mermaid_draws_is_read) {
  const std::vector<Case> cases = cases_of("accepted.txt");
  ASSERT_GE(cases.size(), 15U);
  for (const Case& c : cases) EXPECT_EQ(error_of(c.text), "") << c.title;
}

TEST(DiagramMermaid, what_mermaid_refuses_is_refused) {
  const std::vector<Case> cases = cases_of("refused.txt");
  ASSERT_GE(cases.size(), 25U);
  for (const Case& c : cases) EXPECT_NE(error_of(c.text), "") << c.title;
}

TEST(DiagramMermaid, the_differences_are_the_ones_listed) {
  const std::vector<Case> cases = cases_of("differences.txt");
  ASSERT_GE(cases.size(), 8U);
  for (const Case& c : cases) {
    const bool is_accepted = c.title.compare(0, 9, "accepted:") == 0;
    ASSERT_TRUE(is_accepted || c.title.compare(0, 8, "refused:") == 0) << c.title;
    EXPECT_EQ(error_of(c.text).empty(), is_accepted) << c.title << "\n" << error_of(c.text);
  }
}

}  // namespace
}  // namespace stalemate::model
