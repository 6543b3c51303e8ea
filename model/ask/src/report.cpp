// A check's report, for people and as JSON.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "ask/check.hpp"
#include "machine/scenario.hpp"
#include "report_words.hpp"
#include "traces/json.hpp"
#include "traces/render.hpp"

namespace stalemate::model {
std::string describe(const Report& report) {
  std::string text = fmt::format("{}: {}\n{}: {}\n", to_string(report.verdict),
                                 report.property.empty() ? "all properties checked" : report.property, report.protocol,
                                 describe(report.scenario));
  if (report.verdict == Verdict::kInconclusive)
    text = fmt::format("inconclusive\n{}: {}\n", report.protocol, describe(report.scenario));
  text += '\n';
  text += describe(report.properties);
  if (!report.assumptions.empty()) text += "\nassumed of the diagrams:\n";
  for (const Assumption& assumption : report.assumptions)
    text += fmt::format("  line {}: {}\n", assumption.line, assumption.text);
  if (report.causes)
    for (std::size_t i = 0; i < report.causes->size(); ++i) {
      const Cause& cause = (*report.causes)[i];
      text += fmt::format("\ncause {} of {}: {}\n\n{}", i + 1, report.causes->size(), cause.what,
                          traces::find_renderer("text")->render(cause.trace, {}));
    }
  else if (report.trace)
    text += "\n" + traces::find_renderer("text")->render(*report.trace, {});
  text += fmt::format("\nsearched {}, {}, depth {}; {} at rest", plural(report.states, "state"),
                      plural(report.transitions, "transition"), report.depth, plural(report.at_rest, "state"));
  if (report.incoherent_at_rest) text += fmt::format(", {} of them incoherent", *report.incoherent_at_rest);
  text += '\n';
  if (!report.reductions.empty())
    text += fmt::format("reduced by {}: counts are those of the space searched\n", fmt::join(report.reductions, ", "));
  if (report.symmetry_gave_up)
    text += "symmetry: at least one state per orbit; where too many instances are alike, more than one\n";
  for (const ReductionOff& off : report.reductions_off)
    text += fmt::format("not reduced by {}: {}\n", off.name, off.why);
  if (report.omission_bound)
    text +=
        *report.omission_bound == 0
            ? fmt::format("fingerprints: states of {} bytes are kept whole, none can be missed\n", report.state_bytes)
            : fmt::format("fingerprints: a state was missed with a chance of at most {:.1e}\n", *report.omission_bound);
  if (const auto& schedules = report.schedules) {
    text += fmt::format("{} of {} schedules end in a violation\n", schedules->violating, schedules->total);
    if (schedules->passing_through != schedules->violating)
      text += fmt::format("{} of {} schedules pass through a violation: some of them mend it later\n",
                          schedules->passing_through, schedules->total);
  }
  text += fmt::format("not considered: {}what is beyond every verdict (docs/not-considered.md)\n",
                      report.not_considered.empty()
                          ? ""
                          : fmt::format("{} (--fault any allows them); ", fmt::join(report.not_considered, ", ")));
  for (const std::string& limit : report.limits) text += fmt::format("limit: {}\n", limit);
  for (const std::string& thing : report.never_reached) text += fmt::format("never reached: {}\n", thing);
  return text;
}

std::string to_json(const Report& report) {
  using Json = nlohmann::ordered_json;
  Json json;
  json["verdict"] = to_string(report.verdict);
  json["property"] = report.property.empty() ? Json(nullptr) : Json(report.property);
  json["protocol"] = report.protocol;
  json["scenario"] = to_json(report.scenario);
  json["properties"] = to_json(report.properties);
  json["states"] = report.states;
  json["transitions"] = report.transitions;
  json["depth"] = report.depth;
  json["at_rest"] = report.at_rest;
  json["incoherent_at_rest"] = report.incoherent_at_rest ? Json(*report.incoherent_at_rest) : Json(nullptr);
  if (report.schedules) {
    // Numbers of any size: JSON has no largest integer, so they are written as the digits they are.
    json["schedules"] = {{"total", "@total"}, {"violating", "@violating"}};
    if (report.schedules->passing_through != report.schedules->violating)
      json["schedules"]["passing_through"] = "@passing_through";
  }
  json["reductions"] = report.reductions;
  if (report.symmetry_gave_up) json["symmetry"] = "at least one state per orbit";
  json["reductions_off"] = Json::object();
  for (const ReductionOff& off : report.reductions_off) json["reductions_off"][off.name] = off.why;
  if (report.omission_bound) json["omission_bound"] = *report.omission_bound;
  json["limits"] = report.limits;
  json["assumptions"] = Json::array();
  for (const Assumption& assumption : report.assumptions)
    json["assumptions"].push_back({{"line", assumption.line}, {"text", assumption.text}});
  json["not_considered"] = report.not_considered;
  json["never_reached"] = report.never_reached;
  std::string text = json.dump(2);
  const auto replace = [&](const std::string& placeholder, const std::string& value) {
    const auto at = text.find(placeholder);
    if (at != std::string::npos) text.replace(at, placeholder.size(), value);
  };
  if (report.schedules) {
    replace("\"@total\"", report.schedules->total);
    replace("\"@violating\"", report.schedules->violating);
    replace("\"@passing_through\"", report.schedules->passing_through);
  }
  text.erase(text.find_last_of('}'));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  if (report.trace && report.trace->loop) text += fmt::format(",\n  \"loop\": {}", *report.trace->loop);
  if (report.causes) {
    text += ",\n  \"causes\": [";
    for (std::size_t i = 0; i < report.causes->size(); ++i) {
      const Cause& cause = (*report.causes)[i];
      text += fmt::format("{}\n    {{\"cause\": {}, \"property\": {}, \"steps\": {}, \"trace\": {}}}",
                          i == 0 ? "" : ",", Json(cause.what).dump(), Json(cause.trace.property).dump(),
                          cause.trace.steps.size(), traces::write_steps_json(cause.trace, 6));
    }
    text += "]";
  }
  text += ",\n  \"trace\": ";
  text += report.trace ? traces::write_steps_json(*report.trace, 4) : "null";
  return text + "\n}\n";
}

}  // namespace stalemate::model
