// What a diagram speaks of and does not draw as a participant of its own: a cache in the app's process, which the app
// asks in messages to itself ("Check local cache"); the channel that a cache is, too ("PUBLISH"), and what the other
// app instances do when they hear of something. Before anything else is understood it is drawn, so that whoever reads
// on need not know.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "read/diagram.hpp"

namespace stalemate::model {

// What the cache in the app's process is called then.
inline constexpr std::string_view kOwnCache = "LocalCache";

// Adds participants and turns messages to them. The statements that are left out of the document by that, and what each
// means, in the file's order.
std::vector<std::pair<Position, std::string>> draw_what_is_spoken_of(Document& document);

}  // namespace stalemate::model
