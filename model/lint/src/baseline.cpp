// See baseline.hpp.
#include "lint/baseline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>
#include <vector>

#include "base/error.hpp"

namespace stalemate::model {
namespace {

using Json = nlohmann::ordered_json;
using Key = std::tuple<std::string, std::string, std::string, std::string>;  // file, code, property, source

Key key_of(const Problem& problem) { return {problem.file, problem.code, problem.property, problem.source}; }

Json json_of(const Key& key) {
  const auto& [file, code, property, source] = key;
  Json json = {{"file", file}, {"code", code}};
  if (!property.empty()) json["property"] = property;
  json["source"] = source;
  return json;
}

Key key_of(const Json& json, const std::string& name) {
  const auto text = [&](const char* member, bool may_be_missing) -> std::string {
    if (!json.is_object() || (!json.contains(member) && !may_be_missing))
      throw InputError(fmt::format("{}: a problem has no \"{}\"; write it anew: --write-baseline", name, member));
    if (!json.contains(member)) return {};
    if (!json.at(member).is_string())
      throw InputError(fmt::format("{}: \"{}\" is no text; write it anew: --write-baseline", name, member));
    return json.at(member).get<std::string>();
  };
  return {text("file", false), text("code", false), text("property", true), text("source", false)};
}

}  // namespace

std::string write_baseline(const Lint& result) {
  std::vector<Key> keys;
  for (const PageJudged& page : result.pages)
    for (const Problem& problem : page.problems) keys.push_back(key_of(problem));
  std::sort(keys.begin(), keys.end());
  std::string text = "{\"version\": 1, \"known\": [";
  for (std::size_t i = 0; i < keys.size(); ++i)
    text += fmt::format("{}\n  {}", i == 0 ? "" : ",", json_of(keys[i]).dump());
  return text + (keys.empty() ? "" : "\n") + "]}\n";
}

void apply_baseline(std::string_view text, const std::string& name, Lint& result) {
  const Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.is_object() || !json.contains("known") || !json.at("known").is_array())
    throw InputError(fmt::format("{}: no baseline; write one: stalemate lint PATH --write-baseline {}", name, name));
  if (!json.contains("version") || json.at("version") != 1)
    throw InputError(fmt::format("{}: a baseline of version 1 is read here; write it anew: --write-baseline", name));
  std::map<Key, int> known;
  for (const Json& one : json.at("known")) ++known[key_of(one, name)];
  for (PageJudged& page : result.pages) {
    for (Problem& problem : page.problems) {
      const auto found = known.find(key_of(problem));
      if (found == known.end() || found->second == 0) continue;
      problem.is_known = true;
      --found->second;
    }
  }
  for (const auto& [key, left] : known) {
    const auto& [file, code, property, source] = key;
    for (int i = 0; i < left; ++i)
      result.outdated.push_back(fmt::format("{}: {}{}", file, code, property.empty() ? "" : " " + property));
  }
}

}  // namespace stalemate::model
