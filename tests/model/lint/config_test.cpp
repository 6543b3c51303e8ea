// The configuration of many pages: what it may say, what it is told apart from, and what is refused with its line.
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "lint/config.hpp"

namespace stalemate::model {
namespace {

std::string refused(const std::string& text) {
  try {
    read_lint_config(text, ".stalemate.toml");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(LintConfig, says_what_holds_for_all_pages_and_what_for_some) {
  const LintConfig config = read_lint_config(
      "exclude = [\"docs/old/**\"]\nbaseline = \"known.json\"\ntime = \"2s\"\nmemory = \"64MiB\"\n"
      "[scenario]\nreaders = 2\nfault = [\"lost-reply\"]\n"
      "[[page]]\npath = \"docs/*.md\"\ncached = true\nwriters = 3\nrole = [\"S=cache\"]\n"
      "[[page]]\npath = \"docs/a.md\"\nexpect = \"coherent-at-rest violated\"\nfault = \"crash\"\n",
      ".stalemate.toml");
  EXPECT_TRUE(config.excludes("docs/old/a/b.md"));
  EXPECT_TRUE(config.excludes("./docs/old/b.md"));
  EXPECT_FALSE(config.excludes("docs/new.md"));
  EXPECT_EQ(config.time.count(), 2000);
  EXPECT_EQ(config.memory_bytes_max, 64ULL << 20);
  const PageConfig other = config.of_page("README.md");
  EXPECT_EQ(other.scenario.as_options(), " --readers 2 --fault lost-reply");
  const PageConfig page = config.of_page("docs/a.md");
  EXPECT_EQ(page.scenario.as_options(), " --writers 3 --cached --fault crash") << "who takes part is said as a whole";
  EXPECT_EQ(page.roles, std::vector<std::string>{"S=cache"});
  ASSERT_EQ(page.expected.size(), 1U);
  EXPECT_EQ(page.expected.front().property, "coherent-at-rest");
  EXPECT_FALSE(page.expected.front().holds);
}

TEST(LintConfig, what_is_not_known_is_refused_with_its_line_and_the_likeliest_word) {
  EXPECT_EQ(refused("exclud = []\n").substr(0, 73),
            ".stalemate.toml:1:10: unknown key \"exclud\" (did you mean exclude?); there");
  EXPECT_NE(refused("\n[scenario]\nreader = 2\n").find(":3:10: unknown key \"reader\" (did you mean readers?)"),
            std::string::npos);
  EXPECT_NE(refused("[[page]]\npath = \"a\"\nfaults = \"crash\"\n").find(":3:10: unknown key \"faults\""),
            std::string::npos);
  EXPECT_NE(refused("time = \"soon\"\n").find(":1:8: time soon: say a whole number with its unit"), std::string::npos);
  EXPECT_NE(refused("[scenario]\nreaders = 65\n").find(":2:11: readers = 65: say a whole number from 0 to 64"),
            std::string::npos);
  EXPECT_NE(refused("exclude = [1]\n").find(":1:12: exclude: say a text in quotation marks"), std::string::npos);
  EXPECT_NE(refused("[[page]]\ncached = true\n").find("[[page]] has no path"), std::string::npos);
  EXPECT_NE(
      refused("[[page]]\npath = \"a\"\nexpect = \"coherent-at-rest\"\n").find(":3:10: expect coherent-at-rest: say"),
      std::string::npos);
  EXPECT_NE(refused("a = [\n").find(".stalemate.toml:1:7: no TOML: "), std::string::npos) << refused("a = [\n");
}

TEST(LintConfig, patterns_stay_within_a_folder_unless_they_say_otherwise) {
  EXPECT_TRUE(fits("docs/*.md", "docs/a.md"));
  EXPECT_FALSE(fits("docs/*.md", "docs/a/b.md"));
  EXPECT_TRUE(fits("docs/**/*.md", "docs/b.md"));
  EXPECT_TRUE(fits("docs/**/*.md", "docs/a/c/b.md"));
  EXPECT_FALSE(fits("docs/**/b.md", "docs/ab.md"));
  EXPECT_TRUE(fits("**", "any/thing"));
  EXPECT_FALSE(fits("docs", "docs/a.md"));
  EXPECT_TRUE(fits("**/a?.md", "a1.md"));
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "**/";
  EXPECT_FALSE(fits(many + "x", std::string(2000, 'y')));
}

}  // namespace
}  // namespace stalemate::model
