// A hunt's report, for people and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ask/hunt.hpp"
#include "machine/scenario.hpp"
#include "report_words.hpp"
#include "sim/random.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
namespace {

// What is known about how small a trace is.
std::string minimality(const HuntFound& found) {
  if (found.cut_short) return "shrinking was interrupted: it may be longer than it must be";
  if (!found.exhausted)
    return "nothing can be left out of this run; too many states to search whether its scenario has a shorter one";
  if (!found.shortest) return "nothing can be left out of this run; with other faults there is a shorter one";
  if (!found.smallest) return "no shorter one exists in this scenario: all of it was searched";
  return "no shorter one exists in this scenario, and none with an app instance, an operation, a key or a fault less: "
         "all of it was searched";
}

std::string tell_found(const HuntFound& found) {
  return fmt::format("found in run {}, {} there, shrunk to {}: {}\n{}cause: {}\n({})\n", found.run,
                     plural(found.steps_drawn, "step"), plural(found.trace.steps.size(), "step"),
                     describe(found.trace.scenario), traces::find_renderer("text")->render(found.trace, {}),
                     found.cause, minimality(found));
}

std::string tell_coverage(const HuntReport& report) {
  std::string text = fmt::format(
      "covered: {} in {} of a drawn scenario each, {}, longest {}\n{} distinct states{}\n", plural(report.runs, "run"),
      plural(report.rounds, "round"), plural(report.steps, "step"), report.longest, report.states,
      report.table_full ? fmt::format(", then the table was full: after {} runs", report.counted_runs) : "");
  text += fmt::format(
      "unseen: the next step leads to a new state with a chance of about {:.2f} %, the next run to {:.2f} new states\n"
      "  (Good-Turing, for scenarios and runs drawn as here: {} of {} states visited were seen once)\n",
      report.unseen_chance() * 100, report.new_states_per_run(), report.states_once, report.states_visited);
  for (const DiagramCoverage& diagram : report.diagrams) {
    text += fmt::format("{}: {} of {} arrows and branches reached\n", diagram.diagram, diagram.reached.size(),
                        diagram.reached.size() + diagram.never.size());
    for (const std::string& thing : diagram.never) text += fmt::format("  never reached: {}\n", thing);
  }
  if (!report.faults_happened.empty()) text += fmt::format("happened: {}\n", fmt::join(report.faults_happened, ", "));
  if (!report.faults_never.empty()) text += fmt::format("never happened: {}\n", fmt::join(report.faults_never, ", "));
  for (const std::string& limit : report.limits) text += fmt::format("limit: {}\n", limit);
  return text;
}

// The place of a trace's steps, which are written by traces/ one a line.
std::string place_of_trace(std::size_t index) { return fmt::format("@trace {}@", index); }

nlohmann::ordered_json found_json(const HuntFound& found, std::size_t index) {
  return {{"run", found.run},
          {"property", found.trace.property},
          {"cause", found.cause},
          {"steps_drawn", found.steps_drawn},
          {"shrinks", found.smaller_cases},
          {"exhausted", found.exhausted},
          {"shortest", found.shortest},
          {"smallest", found.smallest},
          {"cut_short", found.cut_short},
          {"scenario", to_json(found.trace.scenario)},
          {"trace", place_of_trace(index)}};
}

}  // namespace

std::string describe(const HuntSpace& space) {
  if (!space.scenario.apps.empty()) return describe(space.scenario);
  // With the words of a scenario for all that is not drawn.
  traces::Scenario rest = space.scenario;
  rest.apps = {"read"};
  const std::string words = describe(rest);
  return fmt::format(
      "up to {} of up to {} each, up to {}", plural(static_cast<std::uint64_t>(space.apps), "app instance"),
      plural(static_cast<std::uint64_t>(space.operations), "operation"), words.substr(words.find(", ") + 2));
}

std::string describe(const HuntReport& report) {
  std::string text(to_string(report.verdict));
  if (!report.found.empty()) text += ": " + report.found.front().trace.property;
  text += fmt::format("\n{}: {}\nseed {}, strategy {}\n\n", report.protocol, describe(report.space), report.seed,
                      report.strategy);
  text += describe(report.properties);
  text += '\n';
  for (const HuntFound& found : report.found) text += tell_found(found) + "\n";
  if (report.found.size() > 1)
    text += fmt::format("{} of different causes, in {}\n", plural(report.found.size(), "violation"),
                        plural(report.violating_runs, "violating run"));
  if (report.not_shrunk > 0)
    text += fmt::format("{} looked like others that had been shrunk several times, and were not\n",
                        plural(report.not_shrunk, "violation"));
  return text + tell_coverage(report);
}

std::string to_json(const HuntReport& report) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["verdict"] = to_string(report.verdict);
  json["property"] = report.found.empty() ? Json(nullptr) : Json(report.found.front().trace.property);
  json["protocol"] = report.protocol;
  json["seed"] = fmt::format("{}", report.seed);
  json["generator"] = sim::kGenerator;
  json["strategy"] = report.strategy;
  json["scenario"] = to_json(report.space.scenario);
  if (report.space.scenario.apps.empty())
    json["drawn"] = {{"apps", report.space.apps}, {"operations", report.space.operations}};
  else
    json["drawn"] = nullptr;
  json["properties"] = to_json(report.properties);
  json["runs"] = report.runs;
  json["rounds"] = report.rounds;
  json["steps"] = report.steps;
  json["longest"] = report.longest;
  json["states"] = {
      {"distinct", report.states},        {"seen_once", report.states_once},
      {"visited", report.states_visited}, {"counted_runs", report.counted_runs},
      {"table_full", report.table_full},  {"unseen_chance", fmt::format("{:.6f}", report.unseen_chance())}};
  json["diagrams"] = Json::array();
  for (const DiagramCoverage& diagram : report.diagrams)
    json["diagrams"].push_back(
        {{"diagram", diagram.diagram}, {"reached", diagram.reached}, {"never_reached", diagram.never}});
  json["faults"] = {{"happened", report.faults_happened}, {"never_happened", report.faults_never}};
  json["limits"] = report.limits;
  json["violating_runs"] = report.violating_runs;
  json["not_shrunk"] = report.not_shrunk;
  json["found"] = Json::array();
  for (std::size_t i = 0; i < report.found.size(); ++i) json["found"].push_back(found_json(report.found[i], i));
  std::string text = json.dump(2) + "\n";
  for (std::size_t i = 0; i < report.found.size(); ++i) {
    const std::string place = "\"" + place_of_trace(i) + "\"";
    text.replace(text.rfind(place), place.size(), traces::write_steps_json(report.found[i].trace, 6));
  }
  return text;
}

}  // namespace stalemate::model
