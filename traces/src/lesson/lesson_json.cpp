// A lesson's data as compact JSON: what occurs again and again (messages, steps, stores) stands once in a table and is
// named by its place in it. In the order of first occurrence, so that the bytes depend on the data alone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "lesson/sentence.hpp"
#include "render/words.hpp"
#include "traces/lesson.hpp"
#include "traces/property_words.hpp"
#include "traces/story.hpp"

namespace stalemate::traces {
namespace {

using Json = nlohmann::ordered_json;
using render::foreign;

// Each different value once.
class Table {
 public:
  std::size_t index_of(const Json& value) {
    const auto [entry, is_new] =
        places_.try_emplace(value.dump(-1, ' ', false, Json::error_handler_t::replace), list_.size());
    if (is_new) list_.push_back(value);
    return entry->second;
  }
  const Json& list() const { return list_; }

 private:
  std::map<std::string, std::size_t> places_;
  Json list_ = Json::array();
};

Json value_json(const std::optional<std::int64_t>& value) { return value ? Json(*value) : Json(nullptr); }

class SideWriter {
 public:
  explicit SideWriter(const LessonSide& side) : side_(side), keys_(render::keys_of(side.states.front().state)) {
    context_.scenario = side.scenario;
  }

  Json write() {
    Json states = Json::array();
    for (const LessonState& state : side_.states) states.push_back(state_json(state));
    Json json;
    json["id"] = side_.id;
    json["protocol"] = foreign(side_.protocol);
    json["command"] = command();
    json["hasCache"] = has_cache(side_.stores);
    json["keys"] = Json::array();
    for (const std::string& key : keys_) json["keys"].push_back(foreign(key));
    json["actors"] = actors();
    json["properties"] = Json::array();
    for (const LessonProperty& property : side_.properties) {
      const PropertyWords words = words_of_property(property.name);
      json["properties"].push_back({{"name", foreign(property.name)},
                                    {"claim", property.claim},
                                    {"verdict", property.verdict},
                                    {"why", property.why},
                                    {"title", words.title},
                                    {"won", words.won},
                                    {"differs", words.story == PropertyStory::kDifferingEntry}});
    }
    json["broken"] = foreign(side_.broken);
    json["requests"] = requests_.list();
    json["messages"] = messages_.list();
    json["stores"] = stores_.list();
    json["steps"] = steps_.list();
    json["states"] = std::move(states);
    json["story"] = side_.story;
    json["moments"] = side_.moments;
    json["apart"] = Json::array();
    for (const LessonApart& apart : side_.apart)
      json["apart"].push_back({{"moment", apart.moment}, {"why", apart.why}});
    const Highlights& marked = side_.highlights;
    json["race"] = marked.racing_pair ? Json{marked.racing_pair->first, marked.racing_pair->second} : Json(nullptr);
    json["noReturn"] = marked.point_of_no_return ? Json(*marked.point_of_no_return) : Json(nullptr);
    json["sentences"] = Json::array();
    for (const LessonSentence& sentence : side_.sentences)
      json["sentences"].push_back({{"about", sentence.about}, {"text", sentence.text}});
    json["others"] = Json::array();
    for (const LessonOther& other : side_.others)
      json["others"].push_back({{"about", other.about}, {"run", other.run}});
    return json;
  }

 private:
  // The command that checks the same scenario; "" where nothing was checked.
  std::string command() const {
    if (side_.check_arguments.empty()) return "";
    std::string command = "stalemate check";
    for (const std::string& argument : side_.check_arguments) command += " " + printable(shell_word(argument));
    return command + " " + render::scenario_words(side_.scenario);
  }

  // Sessions in the order of the scripts.
  Json actors() const {
    Json list = Json::array();
    for (std::size_t i = 0; i < side_.scenario.apps.size(); ++i) {
      const std::string& script = side_.scenario.apps[i];
      const int app = static_cast<int>(i) + 1;
      std::size_t start = 0;
      for (int session = 1; session <= session_count(side_.scenario, app); ++session) {
        const std::size_t end = std::min(script.find('|', start), script.size());
        list.push_back({{"name", actor_name(context_, app, session)},
                        {"app", app},
                        {"script", foreign(std::string_view(script).substr(start, end - start))}});
        start = std::min(end + 1, script.size());
      }
    }
    return list;
  }

  std::size_t actor(int app, int session) const {
    int index = session - 1;
    for (int before = 1; before < app; ++before) index += session_count(side_.scenario, before);
    return static_cast<std::size_t>(index);
  }

  std::size_t request(const Request& request) {
    Json json = {{"arrow", request.arrow},
                 {"to", foreign(request.to)},
                 {"words", render::request_words(request)},
                 {"label", foreign(request.label)}};
    if (!request.from.empty()) json["from"] = foreign(request.from);
    if (!request.awaited && request.from.empty()) json["async"] = true;
    if (request.drawn_lost) json["lost"] = true;
    return requests_.index_of(json);
  }

  // A message's identity among those of its actor.
  static std::string message_id(int operation, int arrow) { return fmt::format("{}:{}", operation, arrow); }

  std::size_t message(const InFlight& message) {
    Json json = {{"actor", actor(message.app, message.session)},
                 {"id", message_id(message.operation, message.request.arrow)},
                 {"request", request(message.request)}};
    if (message.reply) json["reply"] = render::reply_words(*message.reply);
    if (message.is_ghost) json["ghost"] = true;
    return messages_.index_of(json);
  }

  // [cache, database], and which cached entries may expire where one may. The database's of an entry that is about a
  // row is the row's.
  std::size_t stores(const State& state) {
    Json both = {Json::array(), Json::array()};
    Json expiring = Json::array();
    for (const Entry& entry : entries_of(state, "cache")) {
      const std::string word = render::word_of(entry);
      both[0].push_back(word.empty() ? value_json(entry.value) : Json(word));
      expiring.push_back(entry.expires);
    }
    for (const std::string& key : keys_) both[1].push_back(value_json(render::value_of(state, "database", key)));
    if (std::find(expiring.begin(), expiring.end(), Json(true)) != expiring.end()) both.push_back(std::move(expiring));
    return stores_.index_of(both);
  }

  // The sentences of what may happen in a state; two that would read alike say in which arrow or budget they differ.
  std::vector<lesson::StepSentence> sentences(const LessonState& state) const {
    std::vector<lesson::StepSentence> all;
    for (const LessonEdge& edge : state.edges)
      all.push_back(lesson::step_sentence(context_, state.state, edge.step, side_.states[edge.target].state));
    const auto tell_apart = [&](const auto& words_of) {
      std::map<std::pair<std::string, std::string>, std::set<std::string>> alike;
      for (std::size_t i = 0; i < all.size(); ++i)
        alike[{all[i].what, all[i].then}].insert(words_of(state.edges[i].step));
      std::vector<std::string> more(all.size());
      for (std::size_t i = 0; i < all.size(); ++i)
        if (alike.at({all[i].what, all[i].then}).size() > 1) more[i] = words_of(state.edges[i].step);
      for (std::size_t i = 0; i < all.size(); ++i)
        if (!more[i].empty()) all[i].then += (all[i].then.empty() ? "" : " ") + more[i];
    };
    tell_apart([](const Step& step) {
      return fmt::format("This is arrow {} of {}, its operation {}.", step.arrow, foreign(step.diagram),
                         step.operation);
    });
    tell_apart([&](const Step& step) {
      const auto budget = static_cast<std::size_t>(step.budget);
      return budget == 0 || budget > side_.scenario.faults.size()
                 ? std::string("It is no fault.")
                 : fmt::format("The fault is one of {}.", foreign(side_.scenario.faults[budget - 1]));
    });
    return all;
  }

  std::size_t step(const State& before, const Step& step, const lesson::StepSentence& sentence) {
    const bool in_store = is_of_store(step.kind);
    Json json = {{"kind", to_string(step.kind)},
                 {"actor", in_store ? Json(nullptr) : Json(actor(step.app, step.session))},
                 {"operation", in_store ? render::store_event_words(step) : render::operation_words(step)},
                 {"arrow", step.arrow},
                 {"what", sentence.what},
                 {"then", sentence.then}};
    if (step.is_ghost) json["ghost"] = true;
    const StepKindFacts& facts = facts_of(step.kind);
    if (facts.about != StepAbout::kNoMessage) {
      json["effect"] = to_string(facts.effect);
      json["message"] = message_id(step.operation, step.arrow);
      if (takes_reply(step.kind)) json["ofReply"] = true;
    }
    if (const Request* about = subject_of(before, step)) json["request"] = request(*about);
    if (step.reply) json["reply"] = render::reply_words(*step.reply);
    if (step.answers != 0) json["answers"] = message_id(step.operation, step.answers);
    if (step.budget != 0) json["fault"] = true;
    if (!step.sends.empty()) json["sends"] = Json::array();
    if (!in_store) json["ordinal"] = step.operation;
    for (const Request& sent : step.sends) json["sends"].push_back(request(sent));
    if (!step.endings.empty()) json["endings"] = Json::array();
    for (const Ending& ending : step.endings) json["endings"].push_back(render::ending_words(ending));
    return steps_.index_of(json);
  }

  std::uint32_t mask(const std::vector<std::string>& violates) const {
    std::uint32_t bits = 0;
    for (std::size_t p = 0; p < side_.properties.size(); ++p)
      if (std::find(violates.begin(), violates.end(), side_.properties[p].name) != violates.end()) bits |= 1U << p;
    return bits;
  }

  // [stores, [message…], at rest, violated, [step, target, violated, …]]
  Json state_json(const LessonState& state) {
    Json in_flight = Json::array();
    for (const InFlight& each : state.state.in_flight) in_flight.push_back(message(each));
    Json edges = Json::array();
    const std::vector<lesson::StepSentence> told = sentences(state);
    for (std::size_t e = 0; e < state.edges.size(); ++e) {
      const LessonEdge& edge = state.edges[e];
      edges.push_back(step(state.state, edge.step, told[e]));
      edges.push_back(edge.target);
      edges.push_back(mask(edge.step.violates));
    }
    return Json{stores(state.state), std::move(in_flight), state.at_rest ? 1 : 0, mask(state.violates),
                std::move(edges)};
  }

  const LessonSide& side_;
  std::vector<std::string> keys_;
  Trace context_;
  Table requests_, messages_, stores_, steps_;
};

}  // namespace

std::string lesson_json(const Lesson& lesson) {
  Json json;
  json["scenario"] = lesson.scenario;
  json["sides"] = Json::array();
  for (const LessonSide& side : lesson.sides) json["sides"].push_back(SideWriter(side).write());
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<')
      safe += "\\u003c";
    else
      safe += c;
  }
  return safe;
}

}  // namespace stalemate::traces
