// The result as one JSON object: model/lint/lint.schema.json.
#include <nlohmann/json.hpp>

#include "formats.hpp"

namespace stalemate::model {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Problem& problem) {
  Json json = {{"code", problem.code}, {"level", problem.level()}, {"exit_code", problem.exit_code}};
  json["line"] = problem.at.line == 0 ? Json(nullptr) : Json(problem.at.line);
  json["column"] = problem.at.line == 0 ? Json(nullptr) : Json(problem.at.column);
  json["sentence"] = problem.what;
  json["property"] = problem.property.empty() ? Json(nullptr) : Json(problem.property);
  json["edits"] = Json::array();
  for (const Edit& edit : problem.edits)
    json["edits"].push_back({{"before_line", edit.before}, {"insert", edit.line}, {"means", edit.means}});
  json["known"] = problem.is_known;
  return json;
}

Json json_of(const Judged& judged) {
  Json json = {{"line", judged.line}, {"diagrams", judged.diagrams}, {"verdict", to_string(judged.judgement)}};
  json["as_expected"] = judged.as_expected;
  json["scenario"] = judged.scenario.empty() ? Json(nullptr) : Json(judged.scenario);
  json["properties"] = Json::array();
  for (const PropertyReport& one : judged.properties)
    json["properties"].push_back({{"property", one.property}, {"verdict", to_string(one.verdict)}, {"why", one.why}});
  json["assumptions"] = Json::array();
  for (const Assumption& one : judged.assumptions)
    json["assumptions"].push_back({{"line", one.line}, {"text", one.text}});
  json["command"] = judged.command.empty() ? Json(nullptr) : Json(judged.command);
  return json;
}

}  // namespace

// Always everything: who reads it can leave out what it does not want.
std::string as_json(const Lint& result, Detail) {
  Json json;
  json["exit_code"] = result.exit_code();
  json["stopped"] = result.stopped.empty() ? Json(nullptr) : Json(result.stopped);
  json["without_diagram"] = result.without_diagram;
  json["outdated"] = result.outdated;
  json["pages"] = Json::array();
  for (const PageJudged& page : result.pages) {
    Json one;
    one["file"] = page.file;
    one["skipped"] = page.skipped.empty() ? Json(nullptr) : Json(page.skipped);
    one["passed_over"] = Json::array();
    for (const PassedOver& passed : page.passed_over)
      one["passed_over"].push_back({{"line", passed.line}, {"why", passed.why}});
    one["features"] = Json::array();
    for (const Judged& judged : page.features) one["features"].push_back(json_of(judged));
    one["problems"] = Json::array();
    for (const Problem& problem : page.problems) one["problems"].push_back(json_of(problem));
    json["pages"].push_back(std::move(one));
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stalemate::model
