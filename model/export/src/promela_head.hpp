// What an export in Promela begins with, before the prelude: the scenario and the requests as macros.
#pragma once

#include <string>
#include <string_view>

#include "outline.hpp"

namespace stalemate::model {

// How many requests of an app instance have room that are in flight and that nobody waits for, and that are late.
struct PromelaRoom {
  std::size_t sent = 0;
  std::size_t late = 0;
};
PromelaRoom promela_room_of(const Outline& outline);

std::string promela_head(const Outline& outline, const PromelaRoom& room);

// A text in a comment: what would end that, or a line, says nothing there.
std::string promela_comment(std::string_view text);

}  // namespace stalemate::model
