// The races of a page, and what is said of them: for people, and as JSON.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>

#include "ask/as_drawn.hpp"
#include "base/error.hpp"
#include "machine/scenario.hpp"
#include "report_words.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

// The line of the feature's diagram that stands in this line of the page; 0: none does.
int diagram_in(const Feature& feature, int line) {
  for (const DiagramPlace& diagram : feature.diagrams) {
    if (diagram.first_line <= line && line <= diagram.last_line) return diagram.line;
  }
  return 0;
}

// A message that the race draws as lost may be lost in any protocol.
void add_losses(const AsDrawn& race, traces::Scenario& scenario) {
  if (race.has_lost_request && scenario.faults.empty()) scenario.faults.emplace_back("lost-message");
}

std::string headline(const AsDrawn& race) {
  switch (race.answer) {
    case AsDrawn::Answer::kEndsWrong:
      return fmt::format("as drawn: it can happen, and ends wrong: it breaks {}", fmt::join(race.broken, " and "));
    case AsDrawn::Answer::kEndsRight:
      return "as drawn: it can happen, and nothing is broken by it";
    case AsDrawn::Answer::kCannotHappen:
      return "as drawn: it cannot happen";
    case AsDrawn::Answer::kNotTold:
      return "as drawn: nothing is shown";
  }
  return "";
}

std::string_view word_of(AsDrawn::Answer answer) {
  switch (answer) {
    case AsDrawn::Answer::kEndsWrong:
      return "ends-wrong";
    case AsDrawn::Answer::kEndsRight:
      return "ends-right";
    case AsDrawn::Answer::kCannotHappen:
      return "cannot-happen";
    case AsDrawn::Answer::kNotTold:
      return "not-told";
  }
  return "";
}

std::string text_of(const AsDrawn& race) {
  std::string text =
      fmt::format("{}\n{}:{}: {}\n", headline(race), race.protocol, race.race.at.line, describe(race.scenario));
  if (!race.why.empty()) text += fmt::format("{}\n", race.why);
  if (race.is_late)
    text +=
        "some request is handled later than it is drawn: only so do the values fit that are written on the arrows\n";
  text += '\n';
  for (std::size_t i = 0; i < race.race.instances.size(); ++i) {
    const DrawnRace::Instance& instance = race.race.instances[i];
    std::string does;
    for (const std::size_t operation : instance.operations)
      does += fmt::format("{}{}", does.empty() ? "" : ", then ", race.operations[operation]);
    text += fmt::format("  app{} is {}: {}\n", i + 1, instance.name, does);
  }
  if (race.trace) text += "\n" + traces::find_renderer("text")->render(*race.trace, {});
  return text;
}

std::string text_of(const OtherProtocol& other) {
  const std::string which = fmt::format("the protocol of line {}, with the same operations in every order", other.line);
  switch (other.report.verdict) {
    case Verdict::kHolds:
      return fmt::format("{}: holds: it forbids this\n", which);
    case Verdict::kViolated:
      return fmt::format("{}: {} is violated after {} steps: it does not forbid it\n", which, other.report.property,
                         other.report.trace ? other.report.trace->steps.size() : 0);
    case Verdict::kInconclusive:
      break;
  }
  std::string why;
  for (const PropertyReport& one : other.report.properties) {
    if (one.verdict == Verdict::kInconclusive && why.empty()) why = one.property + ": " + one.why;
  }
  return fmt::format("{}: inconclusive: {}\n", which, why);
}

nlohmann::ordered_json json_of(const AsDrawn& race) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["answer"] = word_of(race.answer);
  json["protocol"] = race.protocol;
  json["line"] = race.race.at.line;
  json["scenario"] = to_json(race.scenario);
  json["why"] = race.why.empty() ? Json(nullptr) : Json(race.why);
  json["broken"] = race.broken;
  json["handled_late"] = race.is_late;
  json["instances"] = Json::array();
  for (const DrawnRace::Instance& instance : race.race.instances) {
    Json operations = Json::array();
    for (const std::size_t operation : instance.operations) operations.push_back(race.operations[operation]);
    json["instances"].push_back({{"name", instance.name}, {"operations", std::move(operations)}});
  }
  json["trace"] = race.trace ? Json::parse(traces::write_steps_json(*race.trace, 0)) : Json(nullptr);
  return json;
}

}  // namespace

AsDrawnReport as_drawn(const Page& page, int line, const AsDrawnOptions& options, const CheckOptions& check_options) {
  if (!page.broken.empty()) fail_with(page.broken);
  AsDrawnReport report;
  std::set<int> servers;
  for (const Feature& feature : page.features) {
    if (!feature.read.protocol) fail_with(feature.read.findings);
    for (const DrawnRace& race : feature.read.protocol->races) {
      if (line != 0 && race.at.line != diagram_in(feature, line)) continue;
      report.races.push_back(as_drawn(*feature.read.protocol, race, options));
      servers.insert(feature.servers);
    }
  }
  if (report.races.empty())
    throw InputError(
        fmt::format("{}{}: no diagram here shows a race: one order in which several app instances ask the "
                    "servers, each a participant of its own; in one that does, say %% stalemate: race",
                    page.file, line == 0 ? "" : fmt::format(":{}", line)));
  for (const Feature& other : page.features) {
    if (!other.read.protocol->races.empty() || servers.count(other.servers) == 0) continue;
    traces::Scenario scenario = report.races.front().scenario;
    for (const std::string_view kind : {"read", "write"}) {  // nothing holds without one of each
      const auto does = [&](const std::string& script) { return script.find(kind) != std::string::npos; };
      if (std::none_of(scenario.apps.begin(), scenario.apps.end(), does)) scenario.apps.emplace_back(kind);
    }
    add_losses(report.races.front(), scenario);
    report.others.push_back({other.line, check(*other.read.protocol, scenario, check_options)});
  }
  return report;
}

std::string describe(const AsDrawnReport& report) {
  std::string text;
  for (const AsDrawn& race : report.races) text += (text.empty() ? "" : "\n") + text_of(race);
  if (!report.others.empty()) text += '\n';
  for (const OtherProtocol& other : report.others) text += text_of(other);
  return text;
}

std::string to_json(const AsDrawnReport& report) {
  nlohmann::ordered_json json;
  json["as_drawn"] = nlohmann::ordered_json::array();
  for (const AsDrawn& race : report.races) json["as_drawn"].push_back(json_of(race));
  json["others"] = nlohmann::ordered_json::array();
  for (const OtherProtocol& other : report.others) {
    json["others"].push_back({{"line", other.line},
                              {"verdict", to_string(other.report.verdict)},
                              {"property", other.report.property},
                              {"properties", to_json(other.report.properties)}});
  }
  return json.dump(2) + "\n";
}

}  // namespace stalemate::model
