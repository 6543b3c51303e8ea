// A state graph in short words, as all its formats say them: what stands in a node and on an edge. Every string stands
// on one line and holds no character that XML forbids; foreign text in it is clipped. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "traces/state_graph.hpp"

namespace stalemate::traces::render {

// "start", both stores, each message in flight, each idle session, "breaks coherent-at-rest".
std::vector<std::string> node_lines(const StateGraph& graph, std::size_t node);

// "app1 handle", then what happens to which message, what it ends, "breaks fresh-reads".
std::vector<std::string> edge_lines(const StateGraph& graph, const StateEdge& edge);

// The text on the arrow that the step is about, as drawn in the protocol; "" for an invoke.
std::string drawn_words(const StateGraph& graph, const StateEdge& edge);

// "app1", or "app1.2" where it has several sessions.
std::string actor_words(const StateGraph& graph, int app, int session);

// Text of one line without the two characters that are well-formed UTF-8 and forbidden in XML: U+FFFE, U+FFFF.
std::string xml_text(std::string text);

}  // namespace stalemate::traces::render
