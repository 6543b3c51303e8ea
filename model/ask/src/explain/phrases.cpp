// The phrases that sentences are made of.
#include "explain/phrases.hpp"

#include <fmt/format.h>

#include "traces/story.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model::explaining {
namespace {

using traces::shown_text;

std::string store_words(std::string_view store, const std::string& key, const std::optional<std::int64_t>& value) {
  return value ? fmt::format("{}={} in the {}", key, *value, store) : fmt::format("no {} in the {}", key, store);
}

// The last step before `step` that made a ghost of the request that `step` handles; null where there is none.
const traces::Step* origin_of_ghost(const traces::Trace& trace, const traces::Step& step) {
  const traces::Step* found = nullptr;
  for (const traces::Step& earlier : trace.steps) {
    if (&earlier == &step) break;
    const bool about_it = traces::same_operation(earlier, step) && earlier.arrow == step.arrow;
    const bool made_it =
        about_it && (earlier.kind == traces::StepKind::kLateRequest || earlier.kind == traces::StepKind::kDuplicate);
    if (made_it || (earlier.kind == traces::StepKind::kCrash && earlier.app == step.app && found == nullptr))
      found = &earlier;
  }
  return found;
}

std::string ghost_words(const traces::Trace& trace, const traces::Step& step, const std::string& request) {
  const traces::Step* origin = origin_of_ghost(trace, step);
  if (origin != nullptr && origin->kind == traces::StepKind::kCrash)
    return fmt::format("the {} of app{}, which has crashed", request, step.app);
  if (origin != nullptr && origin->kind == traces::StepKind::kDuplicate)
    return fmt::format("the copy of {}'s {}", actor(trace, step), request);
  return fmt::format("{}'s late {}", actor(trace, step), request);
}

}  // namespace

std::string request_words(const traces::Request& request) {
  const std::string words = fmt::format("{} {}", request.verb, request.key);
  return request.value ? fmt::format("{}={}", words, *request.value) : words;
}

std::string actor(const traces::Trace& trace, const traces::Step& step) {
  return actor_name(trace, step.app, step.session);
}

std::string operation_words(const traces::Trace& trace, const traces::Step& step) {
  std::string words = fmt::format("{}'s {} of {}", actor(trace, step), shown_text(step.diagram), step.key);
  if (step.kind == traces::StepKind::kHandle && step.request && step.request->value &&
      step.request->to == to_string(Role::kDatabase))
    words += fmt::format("={}", *step.request->value);
  return words;
}

std::string message_words(const traces::Trace& trace, const traces::Step& step) {
  const traces::Request* request = traces::request_of(trace, step);
  const std::string words = request == nullptr ? fmt::format("arrow {}", step.arrow) : request_words(*request);
  return step.is_ghost ? ghost_words(trace, step, words) : fmt::format("{}'s {}", actor(trace, step), words);
}

std::string server_of(const traces::Trace& trace, const traces::Step& step) {
  const traces::Request* request = traces::request_of(trace, step);
  return request == nullptr ? "the server" : "the " + request->to;
}

std::string event_words(const traces::Trace& trace, const traces::Step& step) {
  switch (step.kind) {
    case traces::StepKind::kInvoke:
      return fmt::format("{} starts {} {}", actor(trace, step), shown_text(step.diagram), step.key);
    case traces::StepKind::kHandle:
      return fmt::format("{} handles {}", server_of(trace, step), message_words(trace, step));
    case traces::StepKind::kReceive:
      return fmt::format("{}'s reply to {} arrives", server_of(trace, step), message_words(trace, step));
    case traces::StepKind::kLoseRequest:
      return fmt::format("{} is lost on its way to {}", message_words(trace, step), server_of(trace, step));
    case traces::StepKind::kLoseReply:
      return fmt::format("{}'s reply to {} is lost", server_of(trace, step), message_words(trace, step));
    case traces::StepKind::kLateRequest:
      return fmt::format("{} takes too long on its way to {}", message_words(trace, step), server_of(trace, step));
    case traces::StepKind::kDuplicate:
      return fmt::format("{} is sent twice", message_words(trace, step));
    case traces::StepKind::kCrash:
      return fmt::format("app{} crashes while {}{} is under way", step.app, step.reply ? "the reply to " : "",
                         message_words(trace, step));
    case traces::StepKind::kEvict:
      return fmt::format("the cache drops {}", step.key);
    case traces::StepKind::kExpire:
      return fmt::format("{} expires in the cache", step.key);
    case traces::StepKind::kCacheRestart:
      return "the cache restarts, empty";
    case traces::StepKind::kCacheFailover:
      return "a replica of the cache takes over that misses the last change";
  }
  return "";
}

std::string stores_words(const traces::State& state, const std::string& key) {
  std::string database = store_words("database", key, traces::value_of(state.database, key));
  if (state.cache.empty()) return database;
  return fmt::format("{} and {}", store_words("cache", key, traces::value_of(state.cache, key)), database);
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

bool fails(const traces::Step& step) {
  return !step.endings.empty() && step.endings.back().kind == traces::Ending::Kind::kFailed;
}

}  // namespace stalemate::model::explaining
