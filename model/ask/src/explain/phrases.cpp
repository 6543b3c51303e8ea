// The phrases that sentences are made of.
#include "explain/phrases.hpp"

#include <fmt/format.h>

#include "traces/story.hpp"

namespace stalemate::model::explaining {
namespace {

using traces::shown_text;

std::string store_words(std::string_view store, const std::string& key, const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}={} in the {}", key, *value, store) : fmt::format("no {} in the {}", key, store);
}

// The last step before `step` that made a ghost of the request that `step` handles; null where there is none.
const traces::Step* origin_of_ghost(const traces::Trace& trace, const traces::Step& step) {
  using traces::StepEffect;
  const traces::Step* found = nullptr;
  for (const traces::Step& earlier : trace.steps) {
    if (&earlier == &step) break;
    const traces::StepKindFacts& facts = traces::facts_of(earlier.kind);
    const StepEffect effect = facts.effect;
    const bool about_it = traces::same_operation(earlier, step) && earlier.arrow == step.arrow;
    const bool made_it =
        about_it && (effect == StepEffect::kLate || effect == StepEffect::kCopied || effect == StepEffect::kBrokenOff);
    if (made_it || (facts.ends_process() && earlier.app == step.app && found == nullptr)) found = &earlier;
  }
  return found;
}

std::string ghost_words(const traces::Trace& trace, const traces::Step& step, const std::string& request) {
  const traces::Step* origin = origin_of_ghost(trace, step);
  using traces::StepEffect;
  const StepEffect effect = origin == nullptr ? StepEffect::kLate : traces::facts_of(origin->kind).effect;
  if (effect == StepEffect::kDies) return fmt::format("the {} of app{}, which has crashed", request, step.app);
  if (effect == StepEffect::kStartsAgain)
    return fmt::format("the {} of app{} from before it started again", request, step.app);
  if (effect == StepEffect::kBrokenOff)
    return fmt::format("the {} of {}'s cancelled {}", request, actor(trace, step), shown_text(step.diagram));
  if (effect == StepEffect::kCopied) return fmt::format("the copy of {}'s {}", actor(trace, step), request);
  return fmt::format("{}'s late {}", actor(trace, step), request);
}

}  // namespace

std::string request_words(const traces::Request& request) {
  const std::string words = fmt::format("{} {}", request.verb, request.key);
  return request.value ? fmt::format("{}={}", words, *request.value) : words;
}

std::string actor(const traces::Trace& trace, const traces::Step& step) { return actor_name(trace, step); }

std::string operation_words(const traces::Trace& trace, const traces::Step& step) {
  std::string words = fmt::format("{}'s {} of {}", actor(trace, step), shown_text(step.diagram), step.key);
  if (step.kind == traces::StepKind::kHandle && step.request && step.request->value &&
      traces::is_database(trace, step.request->to))
    words += fmt::format("={}", *step.request->value);
  return words;
}

std::string message_words(const traces::Trace& trace, const traces::Step& step) {
  const traces::Request* request = traces::request_of(trace, step);
  const std::string words = request == nullptr ? fmt::format("arrow {}", step.arrow) : request_words(*request);
  if (request != nullptr && !request->from.empty())
    return fmt::format("the {}'s {} for {}", request->from, words, actor(trace, step));
  return step.is_ghost ? ghost_words(trace, step, words) : fmt::format("{}'s {}", actor(trace, step), words);
}

std::string server_of(const traces::Trace& trace, const traces::Step& step) {
  const traces::Request* request = traces::request_of(trace, step);
  return request == nullptr ? "the server" : "the " + request->to;
}

std::string event_words(const traces::Trace& trace, const traces::Step& step) {
  const traces::StepKindFacts& facts = traces::facts_of(step.kind);
  const bool has_message = facts.about != traces::StepAbout::kNoMessage;
  return fmt::format(fmt::runtime(facts.event), fmt::arg("actor", actor(trace, step)), fmt::arg("app", step.app),
                     fmt::arg("diagram", shown_text(step.diagram)), fmt::arg("store", step.store),
                     fmt::arg("missed", traces::missed_words(step)), fmt::arg("key", step.key),
                     fmt::arg("again", traces::again_words(step)), fmt::arg("server", server_of(trace, step)),
                     fmt::arg("message", has_message ? message_words(trace, step) : ""),
                     fmt::arg("of_reply", step.reply ? "the reply to " : ""));
}

std::string stores_words(const traces::State& state, const std::string& key) {
  std::string words;
  for (const traces::Contents& contents : state.stores) {
    if (contents.entries.empty()) continue;  // a channel
    words +=
        (words.empty() ? "" : " and ") + store_words(contents.store, key, traces::value_of(state, contents.store, key));
  }
  return words;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

bool fails(const traces::Step& step) {
  return !step.endings.empty() && step.endings.back().kind == traces::Ending::Kind::kFailed;
}

}  // namespace stalemate::model::explaining
