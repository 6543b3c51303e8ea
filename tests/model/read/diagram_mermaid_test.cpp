// The reader beside Mermaid: data/diagrams lists diagrams that Mermaid 12.3 was seen to accept or to refuse, and those
// that it accepts and the reader does not. tests/mermaid asks Mermaid itself, of these and of mutated ones.
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

std::string code_of(const std::string& text) {
  try {
    parse_document(text, "case.mmd");
  } catch (const InputError& error) {
    return error.findings().at(0).code;
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

TEST(DiagramMermaid, what_mermaid_accepts_and_the_reader_does_not_is_called_unsupported) {
  const std::vector<Case> cases = cases_of("differences.txt");
  ASSERT_GE(cases.size(), 12U);
  for (const Case& c : cases) EXPECT_EQ(code_of(c.text), "unsupported-syntax") << c.title << "\n" << error_of(c.text);
}

}  // namespace
}  // namespace stalemate::model
