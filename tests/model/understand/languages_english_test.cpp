// Pages in English are read as they are, whatever words other languages have in common with it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "../../../model/understand/src/languages/language.hpp"

namespace stalemate::model {
namespace {

const Language* language_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  EXPECT_TRUE(in.good()) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return language_of({lines.begin(), lines.end()});
}

TEST(LanguagesEnglish, pages_in_english_are_of_no_other_language) {
  const std::filesystem::path root = STALEMATE_SOURCE_DIR;
  int pages = 0;
  for (const char* folder : {"model/protocols", "tests/model/data"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      if (entry.path().extension() != ".md") continue;
      const std::string name = entry.path().filename().string();
      const bool of_another =
          entry.path().parent_path().filename() == "pages" && name.find("-en-") == std::string::npos;
      if (of_another && name != "README.md") continue;
      const Language* language = language_of_file(entry.path());
      EXPECT_EQ(language, nullptr) << entry.path() << ": " << language->name;
      ++pages;
    }
  }
  EXPECT_GT(pages, 5);
  EXPECT_EQ(language_of_file(root / "README.md"), nullptr);
}

TEST(LanguagesEnglish, words_that_others_have_too_tell_no_language) {
  for (const char* text :
       {"no die in the list of the page", "as on no do it", "lecture on the journal, attend the modifier",
        "place the logo, charge the card, define the range", "the fall of the base, met par example",
        "DEL k, then IN (1, 2) as x", "meter, solo, grave, car, sans, faux, popular, primer, responder"}) {
    EXPECT_EQ(language_of({text}), nullptr) << text;
  }
}

}  // namespace
}  // namespace stalemate::model
