// Which operations are reads, which are writes, and what they are called.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "reading.hpp"
#include "steps.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

// The kind of operation that the title of diagram `index`, or else the headings and lines above it, speak of.
std::optional<OperationKind> kind_said_above(const Document& document, std::size_t index);

// Decides kind and name of every segment (one list a diagram of the document) and says how in the reading. A kind is
// taken from the nearest text that says exactly one: a directive, a note, the title, headings and lines above, the
// message from outside; else from what the diagram changes. Throws InputError where several of one kind cannot
// be told apart.
void name_operations(const Document& document, std::vector<std::vector<Segment>>& segments, Reading& reading);

}  // namespace stalemate::model
