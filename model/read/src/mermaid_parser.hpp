// Parses one Mermaid block, statement by statement, into the tree of read/diagram.hpp. Deterministic; time linear in
// the block; nothing but InputError escapes, whatever the bytes. Not for meaning: participants and labels are
// names here.
#pragma once

#include <string>
#include <vector>

#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

inline constexpr int kNestingMax = 64;
inline constexpr int kStatementsMax = 10000;

// What a Mermaid block turned out to be.
struct ParsedBlock {
  bool is_sequence = false;
  std::string kind;  // the word it starts with: "flowchart"; empty for an empty block
  Position kind_at;
  Diagram diagram;  // meaningful where is_sequence
};

// Parses the block `lines`, which stands at `at` in `file`. A block of another kind of diagram is recognised by its
// first word and not looked into. `statements_left` is counted down over all blocks of a file. Throws
// InputError "file:line:column: what is wrong; what was expected".
ParsedBlock parse_mermaid(const std::vector<SourceLine>& lines, Position at, const std::string& file,
                          int& statements_left);

}  // namespace stalemate::model
