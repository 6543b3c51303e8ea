// The result as SARIF 2.1.0 (OASIS, 27 March 2020), which code hosts show beside the lines. Columns count code points
// (columnKind, 3.14.17). What is in the baseline is "unchanged" (3.27.24), so that it is shown as known.
#include <map>
#include <nlohmann/json.hpp>

#include "formats.hpp"

namespace stalemate::model {
namespace {

using Json = nlohmann::ordered_json;

// A path as a relative URI reference (RFC 3986, 4.2): everything but its plain characters by its bytes.
std::string uri_of(const std::string& path) {
  constexpr const char* kHex = "0123456789ABCDEF";
  std::string uri;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                          c == '.' || c == '_' || c == '~' || c == '/';
    if (is_plain)
      uri += c;
    else
      uri += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
  }
  return uri;
}

// One for each code there is, in the order of their names.
Json rules_of(const Lint& result, std::map<std::string, std::size_t>& index) {
  for (const PageJudged& page : result.pages)
    for (const Problem& problem : page.problems) index[problem.code] = 0;
  Json rules = Json::array();
  for (auto& [code, at] : index) {
    at = rules.size();
    rules.push_back({{"id", code}});
  }
  return rules;
}

std::string message_of(const Problem& problem) {
  std::string text = problem.what;
  for (const Edit& edit : problem.edits)
    text += "\nbefore line " + std::to_string(edit.before) + ": " + edit.line + " (" + edit.means + ")";
  return text;
}

Json result_of(const Problem& problem, std::size_t rule, bool with_baseline) {
  Json location;
  location["physicalLocation"]["artifactLocation"]["uri"] = uri_of(problem.file);
  if (problem.at.line != 0)
    location["physicalLocation"]["region"] = {{"startLine", problem.at.line}, {"startColumn", problem.at.column}};
  Json json;
  json["ruleId"] = problem.code;
  json["ruleIndex"] = rule;
  json["level"] = problem.level();
  json["message"]["text"] = message_of(problem);
  json["locations"] = Json::array({std::move(location)});
  if (with_baseline) json["baselineState"] = problem.is_known ? "unchanged" : "new";
  return json;
}

}  // namespace

std::string as_sarif(const Lint& result, Detail) {
  std::map<std::string, std::size_t> index;
  Json driver = {{"name", "stalemate"}, {"version", STALEMATE_VERSION}};
  driver["rules"] = rules_of(result, index);
  bool with_baseline = !result.outdated.empty();
  for (const PageJudged& page : result.pages)
    for (const Problem& problem : page.problems) with_baseline = with_baseline || problem.is_known;
  Json run;
  run["tool"]["driver"] = std::move(driver);
  run["columnKind"] = "unicodeCodePoints";
  run["invocations"] =
      Json::array({{{"executionSuccessful", result.stopped.empty()}, {"exitCode", result.exit_code()}}});
  run["results"] = Json::array();
  for (const PageJudged& page : result.pages)
    for (const Problem& problem : page.problems)
      run["results"].push_back(result_of(problem, index.at(problem.code), with_baseline));
  Json json;
  json["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
  json["version"] = "2.1.0";
  json["runs"] = Json::array({std::move(run)});
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stalemate::model
