// The reports as JSON: one object each, members in a fixed order. Functions of the reports.
#include "base/report_json.hpp"
#include "replay/batch.hpp"
#include "replay/conform.hpp"
#include "traces/json.hpp"

namespace stalemate::real {
namespace {

Json store_json(const std::vector<traces::Entry>& entries) {
  Json json = Json::object();
  for (const traces::Entry& entry : entries) json[entry.key] = entry.value ? Json(*entry.value) : Json(nullptr);
  return json;
}

Json divergence_json(const Divergence& one) {
  return {{"step", one.step == 0 ? Json(nullptr) : Json(one.step - 1)}, {"expected", one.expected}, {"got", one.got}};
}

Json replayed_json(const traces::Trace& trace, const Replayed& replayed) {
  Json json;
  json["verdict"] = replayed.conformance ? replayed.conformance->reproduced() ? "reproduced" : "diverged"
                    : replayed.is_input  ? "refused"
                                         : "failed";
  json["property"] = or_null(trace.property);
  json["steps"] = trace.steps.size();
  if (replayed.conformance) {
    const Conformance& conformance = *replayed.conformance;
    json["divergences"] = Json::array();
    if (conformance.divergence) json["divergences"].push_back(divergence_json(*conformance.divergence));
    for (const Divergence& one : conformance.further) json["divergences"].push_back(divergence_json(one));
    json["came_back"] = conformance.came_back;
    json["round_trips"] = conformance.round_trips;
    json["servers"] = versions_of(conformance);
    json["cache"] = nullptr;  // stays where the trace has none
    for (const StoreAtEnd& store : conformance.stores) json[store.name] = store_json(store.entries);
  }
  json["error"] = or_null(replayed.error);
  json["left"] = or_null(replayed.left.empty() ? "" : replayed.left.substr(std::string_view("; ").size()));
  return json;
}

}  // namespace

std::string to_json(const std::vector<NamedReplay>& replays) {
  Json json;
  std::size_t reproduced = 0;
  for (const NamedReplay& each : replays)
    reproduced += each.replayed.conformance && each.replayed.conformance->reproduced() ? 1U : 0U;
  json["reproduced"] = reproduced;
  json["traces"] = Json::array();
  for (const NamedReplay& each : replays) {
    Json one = {{"name", each.name}, {"remark", or_null(each.remark)}};
    one.update(replayed_json(each.trace, each.replayed));
    json["traces"].push_back(std::move(one));
  }
  return text_of(json);
}

std::string to_json(const ConformReport& report) {
  Json json;
  json["seed"] = report.seed;
  json["runs"] = report.runs;
  json["passed_over"] = report.passed_over;
  json["steps"] = report.steps;
  json["round_trips"] = report.round_trips;
  json["kinds"] = report.kinds;
  json["verbs"] = report.verbs;
  json["stopped"] = or_null(report.stopped);
  json["failed"] = or_null(report.failed);
  json["disagreement"] = nullptr;
  if (report.disagreement) {
    const Disagreement& found = *report.disagreement;
    json["disagreement"] = {{"run", found.run},
                            {"steps_drawn", found.drawn.steps.size()},
                            {"replayed", replayed_json(found.shrunk, found.replayed)},
                            {"trace", Json::parse(traces::write_json(found.shrunk))}};
  }
  return text_of(json);
}

}  // namespace stalemate::real
