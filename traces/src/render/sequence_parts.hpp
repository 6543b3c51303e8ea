// The parts of the layout (sequence_layout.hpp) that have a file each. They add to `layout`, in this order.
#pragma once

#include <string>

#include "render/sequence_layout.hpp"

namespace stalemate::traces::render {

// Columns, without their places. sequence_messages.cpp.
void add_participants(const Trace& trace, SequenceLayout& layout);
// Messages, with their columns and rows, without their places. REQUIRES: the columns. sequence_messages.cpp.
void add_messages(const Trace& trace, SequenceLayout& layout);

// What is written on the arrows, as far as it fits. REQUIRES: columns and messages in their places.
// sequence_captions.cpp.
void add_captions(SequenceLayout& layout);
// What stands at the end of a message that does not arrive. sequence_captions.cpp.
std::string end_words(const Message& message);

// What the stores hold, as bands in their tracks, and where they differ. REQUIRES: rows and tracks in their places.
// sequence_values.cpp.
void add_values(const Trace& trace, SequenceLayout& layout);

}  // namespace stalemate::traces::render
