// The text of a Mermaid block as Mermaid's lexer gets it: without front matter, %%{ directives } and comment lines,
// with entities that nothing takes for signs, and for every byte its place in the file. Follows mermaid 12.3's
// preprocess.ts, comments.ts, regexes.ts and encodeEntities() step by step. Deterministic, linear, safe on any bytes.
// Not for what the text says: see mermaid_lexer.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

// The code of what Mermaid accepts and this reader does not model; every such error says what to write instead.
inline constexpr std::string_view kUnsupportedSyntax = "unsupported-syntax";

// The "#" and ";" of an entity (#35;), which are signs no more. Bytes that no UTF-8 has.
inline constexpr char kEntityBegin = '\xC0';
inline constexpr char kEntityEnd = '\xC1';

// `text` as it was written: entities with their # and ;.
std::string as_written(std::string_view text);

struct MermaidText {
  std::string text;
  std::vector<Position> at;  // of each byte; I1: at.size() == text.size()
  Position end;              // behind the last byte

  void push(char c, Position place) {
    text += c;
    at.push_back(place);
  }
  Position place(std::size_t offset) const { return offset < at.size() ? at[offset] : end; }
};

// A line `%% stalemate: text`: its place and the trimmed text.
struct OwnComment {
  Position at;
  std::string text;
};

struct PreparedBlock {
  MermaidText source;                    // ends with a line feed
  std::vector<OwnComment> own_comments;  // by place
  std::string title;                     // of the front matter
};

// The text after "stalemate:" where the comment `comment` (from its first %) is one for us; else false.
bool is_own_comment(std::string_view comment, std::string& text);

// Throws InputError for front matter and directives that Mermaid refuses or that are more than is understood here.
PreparedBlock prepare(const std::vector<SourceLine>& lines, const std::string& file);

}  // namespace stalemate::model
