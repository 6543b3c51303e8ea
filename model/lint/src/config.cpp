// See config.hpp. TOML is read by toml++, which knows where each value stands.
#include "lint/config.hpp"

#include <fmt/format.h>
#include <fnmatch.h>

#include <toml++/toml.h>

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/quantity.hpp"
#include "base/text.hpp"

namespace stalemate::model {
namespace {

class ConfigReader {
 public:
  explicit ConfigReader(const std::string& name) : name_(name) {}

  LintConfig read(std::string_view text) const {
    LintConfig config;
    const toml::table table = parsed(text);
    for (const auto& [key, value] : table) read_top(key.str(), value, config);
    return config;
  }

 private:
  static Position at(const toml::node& node) {
    return {static_cast<int>(node.source().begin.line), static_cast<int>(node.source().begin.column)};
  }

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    fail_at(name_, at(node), what, "configuration");
  }

  // Does what it is told; what is thrown without a place is about this one.
  template <typename Do>
  void at_place(const toml::node& node, const Do& act) const {
    try {
      act();
    } catch (const InputError& error) {
      if (!error.findings().empty()) throw;
      fail(node, error.what());
    }
  }

  toml::table parsed(std::string_view text) const {
    try {
      return toml::parse(text);
    } catch (const toml::parse_error& error) {
      fail_at(name_, {static_cast<int>(error.source().begin.line), static_cast<int>(error.source().begin.column)},
              fmt::format("no TOML: {}", printable(error.description())), "configuration");
    }
  }

  void unknown(std::string_view key, const toml::node& value, const std::vector<std::string>& known) const {
    fail(value, fmt::format("unknown key {}{}; there are: {}", in_quotes(key), suggestion(key, known),
                            fmt::join(known, ", ")));
  }

  std::string text_of(std::string_view key, const toml::node& value) const {
    const auto* text = value.as_string();
    if (text == nullptr || trim(text->get()).empty())
      fail(value, fmt::format("{}: say a text in quotation marks", key));
    return text->get();
  }

  std::vector<std::string> texts_of(std::string_view key, const toml::node& value) const {
    const toml::array* list = value.as_array();
    if (list == nullptr) return {text_of(key, value)};
    std::vector<std::string> texts;
    for (const toml::node& one : *list) texts.push_back(text_of(key, one));
    return texts;
  }

  void read_top(std::string_view key, const toml::node& value, LintConfig& config) const {
    if (key == "exclude") {
      config.exclude = texts_of(key, value);
    } else if (key == "baseline") {
      config.baseline = text_of(key, value);
    } else if (key == "time") {
      config.time_said = text_of(key, value);
      at_place(value, [&] { config.time = parse_duration(config.time_said, "time"); });
    } else if (key == "memory") {
      at_place(value, [&] { config.memory_bytes_max = parse_bytes(text_of(key, value), "memory"); });
    } else if (key == "scenario") {
      const toml::table* words = value.as_table();
      if (words == nullptr) fail(value, "scenario is a table: write [scenario] and a word of it in each line below");
      for (const auto& [word, said] : *words) {
        if (!is_scenario_line(word.str())) unknown(word.str(), said, kScenarioKeys);
        read_word(word.str(), said, config.scenario);
      }
    } else if (key == "page") {
      const toml::array* list = value.as_array();
      if (list == nullptr) fail(value, "page is a list of tables: write [[page]]");
      for (const toml::node& one : *list) config.pages.push_back(page(one));
    } else {
      unknown(key, value, {"exclude", "baseline", "time", "memory", "scenario", "page"});
    }
  }

  // A word of a scenario, as TOML has it: a number, true, a text or a list of texts.
  void read_word(std::string_view word, const toml::node& value, ScenarioWords& scenario) const {
    at_place(value, [&] {
      if (const auto* number = value.as_integer()) {
        scenario.add(fmt::format("{} = {}", word, number->get()));
      } else if (const auto* flag = value.as_boolean()) {
        if (flag->get()) scenario.add(word);
      } else {
        for (const std::string& text : texts_of(word, value)) scenario.add(fmt::format("{} = {}", word, text));
      }
    });
  }

  PageConfig page(const toml::node& node) const {
    const toml::table* table = node.as_table();
    if (table == nullptr) fail(node, "page is a list of tables: write [[page]]");
    PageConfig page;
    for (const auto& [key, value] : *table) {
      if (key == "path") {
        page.path = text_of(key.str(), value);
      } else if (key == "role") {
        page.roles = texts_of(key.str(), value);
      } else if (key == "expect") {
        for (const std::string& text : texts_of(key.str(), value))
          at_place(value, [&] { page.expected.push_back(read_expectation(text)); });
      } else if (is_scenario_line(key.str())) {
        read_word(key.str(), value, page.scenario);
      } else {
        std::vector<std::string> known = {"path", "role", "expect"};
        known.insert(known.end(), kScenarioKeys.begin(), kScenarioKeys.end());
        unknown(key.str(), value, known);
      }
    }
    if (page.path.empty()) fail(node, "[[page]] has no path; say for which pages it is, such as path = \"docs/*.md\"");
    return page;
  }

  static inline const std::vector<std::string> kScenarioKeys{kScenarioWords.begin(), kScenarioWords.end()};
  const std::string& name_;
};

std::string_view without_dot(std::string_view path) {
  while (path.starts_with("./")) path.remove_prefix(2);
  return path;
}

std::vector<std::string> parts_of(std::string_view path) { return split(without_dot(path), '/'); }

}  // namespace

// From the last part of the pattern back: which tails of the path fit what follows in it.
bool fits(std::string_view pattern, std::string_view path) {
  const std::vector<std::string> patterns = parts_of(pattern);
  const std::vector<std::string> parts = parts_of(path);
  std::vector<bool> tails(parts.size() + 1, false);
  tails.back() = true;
  for (auto part = patterns.rbegin(); part != patterns.rend(); ++part) {
    std::vector<bool> longer(tails.size(), false);
    for (std::size_t i = parts.size() + 1; i-- > 0;) {
      if (*part == "**")
        longer[i] = tails[i] || (i < parts.size() && longer[i + 1]);
      else
        longer[i] = i < parts.size() && tails[i + 1] && fnmatch(part->c_str(), parts[i].c_str(), 0) == 0;
    }
    tails = longer;
  }
  return tails.front();
}

namespace {

// A path as seen from a folder; one that leads out of it stays as it is.
std::string seen_from(const std::string& folder, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path base = fs::absolute(folder.empty() ? "." : folder, error).lexically_normal();
  const fs::path seen = fs::absolute(path, error).lexically_normal().lexically_relative(base);
  return error || seen.empty() || *seen.begin() == ".." ? path : seen.string();
}

}  // namespace

bool LintConfig::excludes(const std::string& given) const {
  const std::string path = seen_from(folder, given);
  return std::any_of(exclude.begin(), exclude.end(), [&](const std::string& pattern) { return fits(pattern, path); });
}

PageConfig LintConfig::of_page(const std::string& given) const {
  const std::string path = seen_from(folder, given);
  PageConfig all;
  all.scenario = scenario;
  for (const PageConfig& page : pages) {
    if (!fits(page.path, path)) continue;
    all.scenario = page.scenario.over(all.scenario);
    all.roles.insert(all.roles.end(), page.roles.begin(), page.roles.end());
    for (const Expectation& expected : page.expected) {
      const auto same = [&](const Expectation& one) { return one.property == expected.property; };
      all.expected.erase(std::remove_if(all.expected.begin(), all.expected.end(), same), all.expected.end());
      all.expected.push_back(expected);
    }
  }
  return all;
}

LintConfig read_lint_config(std::string_view text, const std::string& name) {
  LintConfig config = ConfigReader(name).read(text);
  config.folder = std::filesystem::path(name).parent_path().string();
  return config;
}

}  // namespace stalemate::model
