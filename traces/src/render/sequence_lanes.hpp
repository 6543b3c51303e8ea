// What the stores hold, as bands beside their lifelines: one a key, cut where the value changes. A part of the layout
// (sequence_layout.hpp), for which the rows and the lanes must already have their places.
#pragma once

#include "render/sequence_layout.hpp"

namespace stalemate::traces::render {

// Adds the segments and the incoherences.
void lay_out_values(const Trace& trace, SequenceLayout& layout);

}  // namespace stalemate::traces::render
