// The sentences of a lesson's steps.
#include "lesson/sentence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "render/fates.hpp"
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
  if (!request.from.empty())
    return fmt::format("The {} sends {} {}.", foreign(request.from), who, request_words(request));
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
  const std::string answer = step.reply ? reply_words(*step.reply) : "";
  const bool awaited = request == nullptr || request->awaited;
  const std::string answers = step.is_ghost       ? ", of which nobody knows any more"
                              : step.answers != 0 ? fmt::format("; who waits is answered: {}", answer)
                              : answer.empty() && request != nullptr && !request->from.empty() ? ""
                              : answer.empty() ? "; nobody waits for the answer"
                                               : " and answers: " + answer;
  return fmt::format(
      fmt::runtime(facts_of(step.kind).sentence),
      fmt::arg("actor", request == nullptr || request->from.empty() ? actor : "the " + foreign(request->from)),
      fmt::arg("app", step.app), fmt::arg("store", foreign(step.store)), fmt::arg("key", foreign(step.key)),
      fmt::arg("diagram", foreign(step.diagram)), fmt::arg("missed", missed_words(step)),
      fmt::arg("again", again_words(step)), fmt::arg("server", request == nullptr ? "server" : foreign(request->to)),
      fmt::arg("request", request == nullptr ? fmt::format("arrow {}", step.arrow) : request_words(*request)),
      fmt::arg("answer", answer), fmt::arg("answers", answers),
      fmt::arg("stops_waiting", awaited ? fmt::format("; {} stops waiting", actor) : ""),
      fmt::arg("under_way", step.reply ? "answered but not received" : "under way"));
}

// How many ghosts of this request are in flight. A state alone numbers no copies.
std::ptrdiff_t ghosts_of(const State& state, const MessageId& request) {
  return std::count_if(state.in_flight.begin(), state.in_flight.end(), [&](const InFlight& message) {
    return message.is_ghost && id_of(message).original() == request.original();
  });
}

// What a crash leaves of the app's requests in flight, or a cancelled operation of its own, each told, so that two that
// differ read differently.
std::string break_sentences(const State& before, const Step& step, const State& after) {
  std::string text;
  for (const InFlight& message : before.in_flight) {
    const bool is_its = render::breaks_off(step, id_of(message)) && message.request.from.empty();
    if (!is_its || message.is_reply || message.is_ghost) continue;
    const bool arrives = ghosts_of(after, id_of(message)) > ghosts_of(before, id_of(message));
    text += fmt::format(" Its {} {} the {}.", request_words(message.request),
                        arrives ? "may yet reach" : "never reaches", foreign(message.request.to));
  }
  return text.empty() ? text : text.substr(1);
}

}  // namespace

StepSentence step_sentence(const Trace& context, const State& before, const Step& step, const State& after) {
  StepSentence sentence;
  sentence.what =
      what_happens(actor_name(context, step), subject_of(before, step), step) + render::chosen_words(step) + ".";
  const auto add = [&](const std::string& more) { sentence.then += (sentence.then.empty() ? "" : " ") + more; };
  add(break_sentences(before, step, after));
  for (const Request& request : step.sends) add(send_sentence(request));
  for (const Ending& ending : step.endings) add(ending_sentence(step, ending));
  return sentence;
}

}  // namespace stalemate::traces::lesson
