// The words of a state graph's nodes and edges.
#include "render/graph_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "render/words.hpp"
#include "traces/trace.hpp"

namespace stalemate::traces::render {
namespace {

// The request that a step is about; null for an invoke.
const Request* request_of(const StateGraph& graph, const StateEdge& edge) {
  return subject_of(graph.nodes[edge.from].state, edge.step);
}

std::string contents_line(const Contents& contents) {
  std::string words = foreign(contents.store);
  for (const Entry& entry : contents.entries) words += fmt::format(" {}={}", foreign(entry.key), entry_words(entry));
  return words;
}

std::string message_words(const std::string& actor, const InFlight& message) {
  const std::string server = foreign(message.request.to);
  const std::string request = request_words(message.request);
  if (message.is_reply)
    return fmt::format("{} answers {}: {} -> {}", server, actor, request,
                       message.reply ? reply_words(*message.reply) : "?");
  return fmt::format("{} {} {}: {}", actor, message.is_ghost ? "once asked" : "asks", server, request);
}

std::string idle_words(const std::string& actor, const IdleSession& session) {
  if (session.begun == 0) return actor + " has not begun";
  const std::string did =
      session.begun == session.of ? "is done" : fmt::format("did {} of {}", session.begun, session.of);
  return fmt::format("{} {}{}", actor, did, session.value ? fmt::format(", read {}", *session.value) : "");
}

std::string what_happens(const StateGraph& graph, const StateEdge& edge) {
  const Step& step = edge.step;
  if (step.kind == StepKind::kInvoke) return "starts " + operation_words(step);
  if (is_of_store(step.kind)) return foreign(step.key);
  const Request* request = request_of(graph, edge);
  std::string words = request == nullptr ? fmt::format("arrow {}", step.arrow)
                                         : fmt::format("{}: {}", foreign(request->to), request_words(*request));
  if (step.reply) words += " -> " + reply_words(*step.reply);
  if (step.is_ghost) words += " (nobody waits for it)";
  return words;
}

}  // namespace

std::string xml_text(std::string text) {
  for (const std::string_view character : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (std::size_t at = 0; (at = text.find(character, at)) != std::string::npos;) text.replace(at, 3, " ");
  return text;
}

std::string actor_words(const StateGraph& graph, int app, int session) {
  Trace names;
  names.scenario = graph.scenario;
  return actor_name(names, app, session);
}

std::vector<std::string> node_lines(const StateGraph& graph, std::size_t node) {
  const StateNode& of = graph.nodes[node];
  std::vector<std::string> lines;
  if (node == 0) lines.emplace_back("start");
  for (const Contents& contents : of.state.stores)
    if (!contents.entries.empty()) lines.push_back(contents_line(contents));
  for (const Delivery& delivery : of.state.deliveries)
    lines.push_back(fmt::format("{} is to hear of {}{}", delivery.store, foreign(delivery.key),
                                delivery.count == 1 ? "" : fmt::format(", {} times", delivery.count)));
  for (const Unapplied& unapplied : of.state.unapplied)
    lines.push_back(
        fmt::format("{} has {} change{} to apply", unapplied.store, unapplied.count, unapplied.count == 1 ? "" : "s"));
  for (const InFlight& message : of.state.in_flight)
    lines.push_back(message_words(actor_words(graph, message.app, message.session), message));
  for (const IdleSession& session : of.idle)
    lines.push_back(idle_words(actor_words(graph, session.app, session.session), session));
  for (const std::string& property : of.violates) lines.push_back("breaks " + foreign(property));
  for (std::string& line : lines) line = xml_text(std::move(line));
  return lines;
}

std::vector<std::string> edge_lines(const StateGraph& graph, const StateEdge& edge) {
  const Step& step = edge.step;
  std::vector<std::string> lines;
  lines.push_back(fmt::format("{} {}",
                              step.store.empty() ? actor_words(graph, step.app, step.session) : foreign(step.store),
                              to_string(step.kind)));
  if (const std::string what = what_happens(graph, edge) + chosen_words(step); !what.empty()) lines.push_back(what);
  for (const Ending& ending : step.endings) lines.push_back(ending_words(ending));
  for (const std::string& property : step.violates) lines.push_back("breaks " + foreign(property));
  for (std::string& line : lines) line = xml_text(std::move(line));
  return lines;
}

std::string drawn_words(const StateGraph& graph, const StateEdge& edge) {
  const Request* request = request_of(graph, edge);
  return request == nullptr ? "" : xml_text(foreign(request->label));
}

}  // namespace stalemate::traces::render
