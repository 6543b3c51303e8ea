// The reading as JSON, keys in a fixed order; see understanding.hpp and ../reading.schema.json.
#include <nlohmann/json.hpp>
#include <string_view>

#include "understand/understanding.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

using Json = nlohmann::ordered_json;
constexpr int kReadingVersion = 1;

Json json_of(Outcomes outcomes) {
  Json list = Json::array();
  for (int i = 0; i < kOutcomeCount; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    if (outcomes.has(outcome)) list.push_back(to_string(outcome));
  }
  return list;
}

Json json_of(const std::vector<Act>& body);

Json json_of(const Request& request) {
  Json step = {{"step", "request"}, {"line", request.at.line}, {"arrow", request.arrow}};
  step["server"] = request.to == Role::kQueue ? "channel" : to_string(request.to);
  step["cache"] = request.to == Role::kCache ? Json(request.cache) : Json();
  step["tells"] = request.tells ? Json{{"cache", request.tells->cache}, {"its_own", request.tells->its_own}} : Json();
  step["verb"] = to_string(request.verb);
  const EntryName entry = request.to == Role::kCache ? entry_named(request.label) : EntryName{};
  step["entry"] = entry.shown.empty() ? Json() : Json(entry.shown);
  step["also"] = Json::array();
  if (!request.also.empty())
    for (const EntryName& each : entries_named(request.label, request.verb))
      if (!each.is_like(entry)) step["also"].push_back(each.shown);
  step["several_rows"] = request.finds.beside_others;
  step["awaited"] = request.awaited;
  step["drawn_lost"] = request.drawn_lost;
  Json carried = Json::array();
  if (request.carries_own) carried.push_back("own");
  if (request.carries_received) carried.push_back("received");
  step["carries"] = std::move(carried);
  step["ttl_seconds"] = request.ttl == 0 ? Json() : Json(request.ttl);
  step["label"] = request.label;
  step["passes_on"] = Json();
  for (const Request& next : request.passes_on)
    step["passes_on"] = {{"line", next.at.line},         {"arrow", next.arrow},
                         {"verb", to_string(next.verb)}, {"awaited", next.awaited},
                         {"kept", next.fills},           {"ttl_seconds", next.ttl == 0 ? Json() : Json(next.ttl)}};
  return step;
}

Json json_of(const Choice& choice) {
  Json step = {{"step", "choice"}, {"line", choice.at.line}, {"block", to_string(choice.kind)}};
  step["about"] = choice.free ? Json() : Json(choice.about);
  step["may_take_none"] = choice.may_take_none;
  step["branches"] = Json::array();
  for (const Branch& branch : choice.branches) {
    Json one = {{"line", branch.at.line}, {"label", branch.label}, {"outcomes", json_of(branch.tests)}};
    one["otherwise"] = branch.is_else;
    one["ends_operation"] = branch.ends_operation;
    one["steps"] = json_of(branch.body);
    step["branches"].push_back(std::move(one));
  }
  return step;
}

Json json_of(const Act& act) {
  if (const auto* request = std::get_if<Request>(&act.node)) return json_of(*request);
  if (const auto* choice = std::get_if<Choice>(&act.node)) return json_of(*choice);
  if (const auto* guard = std::get_if<Guard>(&act.node)) {
    return {
        {"step", "guard"}, {"line", guard->at.line}, {"about", guard->about}, {"outcomes", json_of(guard->outcomes)}};
  }
  const auto& answer = std::get<Acknowledge>(act.node);
  return {{"step", "answer"}, {"line", answer.at.line}, {"fails", answer.fails}};
}

Json json_of(const std::vector<Act>& body) {
  Json steps = Json::array();
  for (const Act& act : body) steps.push_back(json_of(act));
  return steps;
}

Json json_of(const Finding& finding) {
  Json json = {{"code", finding.code},
               {"severity", to_string(finding.severity)},
               {"line", finding.at.line},
               {"column", finding.at.column},
               {"sentence", finding.what}};
  json["feature"] = finding.feature.empty() ? Json() : Json(finding.feature);
  json["edits"] = Json::array();
  for (const Edit& edit : finding.edits) {
    json["edits"].push_back(
        {{"before_line", edit.before}, {"insert", edit.line}, {"means", edit.means}, {"changes_nothing", edit.safe}});
  }
  return json;
}

std::string_view word_of(DrawnMessage::Kind kind) {
  switch (kind) {
    case DrawnMessage::Kind::kBegins:
      return "begins";
    case DrawnMessage::Kind::kAsks:
      return "asks";
    case DrawnMessage::Kind::kIsAnswered:
      return "is answered";
  }
  return "";
}

Json json_of(const DrawnRace& race, const Protocol& protocol) {
  Json json = {{"line", race.at.line}, {"instances", Json::array()}, {"messages", Json::array()}};
  for (const DrawnRace::Instance& instance : race.instances) {
    Json names = Json::array();
    for (const std::size_t operation : instance.operations) names.push_back(protocol.operations[operation].name);
    json["instances"].push_back({{"name", instance.name}, {"operations", std::move(names)}});
  }
  for (const DrawnMessage& message : race.messages) {
    Json one = {{"line", message.at.line},
                {"instance", message.instance},
                {"operation", message.operation},
                {"what", word_of(message.kind)}};
    if (message.arrow != 0) one["arrow"] = message.arrow;
    if (message.kind == DrawnMessage::Kind::kIsAnswered) one["outcomes"] = json_of(message.says);
    if (!message.value.empty()) one["value"] = message.value;
    json["messages"].push_back(std::move(one));
  }
  return json;
}

}  // namespace

std::string to_json(const Understanding& read) {
  Json json = {{"version", kReadingVersion}, {"file", read.file}, {"language", read.language}};
  json["understood"] = read.protocol.has_value();
  json["participants"] = Json::array();
  for (const ParticipantRead& each : read.participants) {
    json["participants"].push_back(
        {{"id", each.id}, {"alias", each.alias}, {"line", each.at.line}, {"role", to_string(each.role)}});
  }
  json["caches"] = Json::array();
  json["operations"] = Json::array();
  if (read.protocol) {
    for (const DrawnCache& cache : read.protocol->caches)
      json["caches"].push_back({{"name", cache.name}, {"local", cache.local}, {"replica", cache.replica}});
    for (const Operation& operation : read.protocol->operations) {
      json["operations"].push_back({{"name", operation.name},
                                    {"kind", to_string(operation.kind)},
                                    {"line", operation.at.line},
                                    {"steps", json_of(operation.body)}});
    }
  }
  if (read.protocol && !read.protocol->races.empty()) {
    json["races"] = Json::array();
    for (const DrawnRace& race : read.protocol->races) json["races"].push_back(json_of(race, *read.protocol));
  }
  json["findings"] = Json::array();
  for (const Finding& finding : read.findings) json["findings"].push_back(json_of(finding));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace stalemate::model
