// The sentences of a lesson's steps.
#include "lesson/sentence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "render/words.hpp"
#include "traces/story.hpp"

namespace stalemate::traces::lesson {
namespace {

using render::foreign;
using render::operation_words;
using render::reply_words;
using render::request_words;

std::string send_sentence(const Request& request) {
  const std::string who = "the " + foreign(request.to);
  if (request.drawn_lost)
    return fmt::format("It sends {}: {}, which the diagram draws as lost{}.", who, request_words(request),
                       request.awaited ? ", and stops waiting" : "");
  if (!request.awaited) return fmt::format("It sends {}, without waiting: {}.", who, request_words(request));
  return fmt::format("It asks {}: {}.", who, request_words(request));
}

std::string ending_sentence(const Step& step, const Ending& ending) {
  const std::string operation = operation_words(step);
  switch (ending.kind) {
    case Ending::Kind::kAcknowledged:
      return ending.value ? fmt::format("Its {} answers whoever asked: {}.", operation, *ending.value)
                          : fmt::format("Its {} answers whoever asked.", operation);
    case Ending::Kind::kReturned:
      return ending.value ? fmt::format("Its {} returns {}.", operation, *ending.value)
                          : fmt::format("Its {} is done.", operation);
    case Ending::Kind::kFailed:
      return fmt::format("Its {} fails.", operation);
  }
  return "";
}

std::string what_happens(const std::string& actor, const Request* request, const Step& step) {
  const std::string server = request == nullptr ? "server" : foreign(request->to);
  const std::string words = request == nullptr ? fmt::format("arrow {}", step.arrow) : request_words(*request);
  const std::string answer = step.reply ? reply_words(*step.reply) : "";
  switch (step.kind) {
    case StepKind::kHandle:
      if (step.is_ghost)
        return fmt::format("The {} handles {}'s {}, of which nobody knows any more", server, actor, words);
      return answer.empty() ? fmt::format("The {} handles {}'s {}; nobody waits for the answer", server, actor, words)
                            : fmt::format("The {} handles {}'s {} and answers: {}", server, actor, words, answer);
    case StepKind::kReceive:
      return fmt::format("{} gets the {}'s answer to {}: {}", actor, server, words, answer);
    case StepKind::kLoseRequest:
      return fmt::format("{}'s {} is lost on its way to the {}{}", actor, words, server,
                         request == nullptr || request->awaited ? fmt::format("; {} stops waiting", actor) : "");
    case StepKind::kLoseReply:
      return fmt::format("The {}'s answer to {}'s {} is lost; {} stops waiting and cannot know", server, actor, words,
                         actor);
    case StepKind::kLateRequest:
      return fmt::format("{}'s {} takes too long; {} stops waiting, and it may reach the {} yet", actor, words, actor,
                         server);
    case StepKind::kDuplicate:
      return fmt::format("{}'s {} is sent twice: a copy of it will reach the {}, too", actor, words, server);
    case StepKind::kCrash:
      return fmt::format("app{} crashes, its {} {}; it does nothing more", step.app, words,
                         step.reply ? "answered but not received" : "under way");
    case StepKind::kEvict:
      return fmt::format("The cache drops {}", foreign(step.key));
    case StepKind::kExpire:
      return fmt::format("The time of {} in the cache is over", foreign(step.key));
    case StepKind::kCacheRestart:
      return "The cache restarts and is empty";
    case StepKind::kCacheFailover:
      return "A replica of the cache takes over that missed the last change";
    case StepKind::kInvoke:
      return fmt::format("{} starts {}", actor, operation_words(step));
  }
  return "";
}

// What a crash leaves of the app's requests in flight, each told, so that two crashes that differ read differently.
std::string crash_sentences(const State& before, const Step& step, const State& after) {
  std::vector<const InFlight*> arriving;
  for (const InFlight& message : after.in_flight)
    if (message.app == step.app && message.is_ghost) arriving.push_back(&message);
  std::string text;
  for (const bool was_ghost : {true, false})
    for (const InFlight& message : before.in_flight) {
      if (message.app != step.app || message.is_reply || message.is_ghost != was_ghost) continue;
      const auto found = std::find_if(arriving.begin(), arriving.end(), [&](const InFlight* each) {
        return each->session == message.session && each->request == message.request;
      });
      const bool arrives = found != arriving.end();
      if (arrives) arriving.erase(found);
      if (was_ghost) continue;
      text += fmt::format(" Its {} {} the {}.", request_words(message.request),
                          arrives ? "may yet reach" : "never reaches", foreign(message.request.to));
    }
  return text.empty() ? text : text.substr(1);
}

}  // namespace

StepSentence step_sentence(const Trace& context, const State& before, const Step& step, const State& after) {
  StepSentence sentence;
  sentence.what = what_happens(actor_name(context, step.app, step.session), subject_of(before, step), step) +
                  render::chosen_words(step) + ".";
  const auto add = [&](const std::string& more) { sentence.then += (sentence.then.empty() ? "" : " ") + more; };
  if (step.kind == StepKind::kCrash) add(crash_sentences(before, step, after));
  for (const Request& request : step.sends) add(send_sentence(request));
  for (const Ending& ending : step.endings) add(ending_sentence(step, ending));
  return sentence;
}

}  // namespace stalemate::traces::lesson
