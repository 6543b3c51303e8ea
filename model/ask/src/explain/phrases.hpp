// The phrases that an explanation's sentences are made of: who does what to which message, and what stands where. Each
// stands on one line; foreign text in it is clipped and printable. Pure functions of a trace.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace stalemate::model::explaining {

std::string request_words(const traces::Request& request);                          // "set k1=1000"
std::string actor(const traces::Trace& trace, const traces::Step& step);            // "app2"
std::string operation_words(const traces::Trace& trace, const traces::Step& step);  // "app2's Write of k1=1"
// REQUIRES for these two: no invoke, and nothing that happens in the cache. A ghost is told apart: "app2's late delete
// k1", "the copy of app2's delete k1", "the delete k1 of app2, which has crashed".
std::string message_words(const traces::Trace& trace, const traces::Step& step);  // "app2's delete k1"
std::string server_of(const traces::Trace& trace, const traces::Step& step);      // "the cache"
std::string event_words(const traces::Trace& trace, const traces::Step& step);  // "the cache handles app2's delete k1"
// "no k1 in the cache and k1=1 in the database"
std::string stores_words(const traces::State& state, const std::string& key);
std::string counted(std::size_t count, std::string_view noun);  // "1 step", "2 steps"

bool fails(const traces::Step& step);  // the operation ends in it without success

}  // namespace stalemate::model::explaining
