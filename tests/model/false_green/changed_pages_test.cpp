// The hunt for false greens among pages as people write them: their text is changed, and their meaning is not. What was
// said to be wrong must never be said to hold then, nor what was right to be wrong, nor may anything hold that was
// refused before. Every page of the tree with a cache and a database takes part; STALEMATE_PAGES names a folder of
// others.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "ask/check.hpp"
#include "base/error.hpp"
#include "model/false_green/changed_pages_support.hpp"
#include "sample.hpp"
#include "sim/random.hpp"
#include "understand/page.hpp"
#include "understand/understanding.hpp"

namespace stalemate::model {
namespace {

// What is said of a page: of each feature, and what of the page as a whole cannot be read.
struct Answers {
  std::multiset<std::string> said;
  bool has(const std::string& answer) const { return said.count(answer) != 0; }
};

std::string answer_to(const Feature& feature, const ScenarioWords& words) {
  if (!feature.read.protocol) return "refused";
  CheckOptions options;
  options.reductions = Reductions::all();
  options.properties = {"coherent-at-rest"};
  try {
    return std::string(
        to_string(check(*feature.read.protocol, scenario_of(words, *feature.read.protocol), options).verdict));
  } catch (const InputError&) {
    return "refused";
  }
}

Answers answers_to(const std::string& text, const ScenarioWords& words) {
  Answers answers;
  try {
    const Page page = part_page(text, "page.md", {});
    for (std::size_t i = 0; i < page.broken.size(); ++i) answers.said.insert("refused");
    for (const Feature& feature : page.features) answers.said.insert(answer_to(feature, words));
  } catch (const InputError&) {
    answers.said.insert("refused");
  }
  return answers;
}

std::map<std::string, std::string> all_pages() {
  std::map<std::string, std::string> pages;
  std::vector<std::filesystem::path> folders;
  for (const char* folder :
       {"tests/model/data/pages", "tests/model/data/diagrams", "tests/model/data/reader", "model/protocols", "docs"})
    folders.push_back(std::filesystem::path(STALEMATE_SOURCE_DIR) / folder);
  if (const char* more = std::getenv("STALEMATE_PAGES")) folders.emplace_back(more);
  for (const std::filesystem::path& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".md") continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
      if (text.find("sequenceDiagram") != std::string::npos) pages.emplace(entry.path().string(), std::move(text));
    }
  }
  return pages;
}

struct Count {
  int changed = 0;
  int kept = 0;
};

void expect_no_other_verdict(const std::string& page, std::string_view change, const Answers& before,
                             const Answers& after, const std::string& text) {
  const bool greener = after.has("holds") && !before.has("holds");
  const bool redder = after.has("violated") && !before.has("violated");
  const bool green_only = before.has("violated") && !after.has("violated") && after.has("holds") &&
                          after.said.size() == before.said.size() && !after.has("refused");
  EXPECT_FALSE(greener || redder || green_only)
      << page << ", " << change << ": " << fmt::format("{}", fmt::join(after.said, ", ")) << " after "
      << fmt::format("{}", fmt::join(before.said, ", ")) << "\n"
      << text;
}

TEST(ChangedPages, what_is_said_of_a_page_does_not_depend_on_how_its_text_looks) {
  std::vector<ScenarioWords> scenarios(2);
  scenarios[1].cached = true;
  scenarios[1].fault = {"lost-message"};
  std::map<std::string_view, Count> counts;
  int pages = 0;
  for (const auto& [file, text] : all_pages()) {
    ++pages;
    if (static_cast<std::size_t>(pages) % one_in() != 0) continue;
    for (const ScenarioWords& scenario : scenarios) {
      const Answers before = answers_to(text, scenario);
      for (std::size_t c = 0; c < text_changes().size(); ++c) {
        sim::Random random(c + 1, static_cast<std::uint64_t>(pages));
        const auto changed = text_changes()[c].apply(text, random);
        if (!changed) continue;
        const Answers after = answers_to(*changed, scenario);
        expect_no_other_verdict(file, text_changes()[c].name, before, after, *changed);
        if (before.has("refused")) continue;
        ++counts[text_changes()[c].name].changed;
        counts[text_changes()[c].name].kept += after.said == before.said ? 1 : 0;
      }
    }
  }
  EXPECT_GE(pages, 70);
  std::cout << "Of pages that are judged, as many are judged alike when they are changed:\n";
  for (const auto& [name, count] : counts) {
    std::cout << fmt::format("{:<30}{:>4} of {}\n", name, count.kept, count.changed);
    EXPECT_GE(count.kept * 10, count.changed * 9) << name << ": most are refused, so that nothing is shown";
  }
  EXPECT_EQ(counts.size(), text_changes().size()) << "each change was made";
}

}  // namespace
}  // namespace stalemate::model
