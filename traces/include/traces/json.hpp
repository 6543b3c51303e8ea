// The trace format (traces/FORMAT.md): JSON, one step a line, keys in a fixed order, LF, equal traces give equal bytes.
// traces/trace.schema.json states its shape for every other program; the reader refuses whatever the schema refuses.
#pragma once

#include <string>
#include <string_view>

#include "traces/trace.hpp"

namespace stalemate::traces {

// Ends with a line feed. Throws InputError where the trace holds text that is not UTF-8 (a file name, say).
std::string write_json(const Trace& trace);

// Only the steps, as they stand in a trace file: a JSON array, one step a line, for reports that hold a trace inside.
// The closing bracket's line is indented by `indent` spaces, the steps' lines by two more; no line feed at the end.
std::string write_steps_json(const Trace& trace, int indent);

// `name` stands in error messages. Throws InputError with the address of what is wrong ("t.json: /steps/3/kind: ..."),
// for truncated or foreign text, a newer version (by name), and anything off the schema.
Trace read_json(std::string_view text, const std::string& name);

}  // namespace stalemate::traces
