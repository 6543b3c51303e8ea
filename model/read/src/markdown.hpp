// Finds the Mermaid blocks of a Markdown file and the text around them. Knows the part of CommonMark that decides what
// is a fenced block: fences of ``` and ~~~ (and of ::: and <pre> or <div class="mermaid"> where they are
// Mermaid's), block quotes, lists, HTML comments, headings. Linear in the size of the
// file. Not for what is inside a block: see mermaid_parser.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "read/diagram.hpp"
#include "read/source_text.hpp"

namespace stalemate::model {

// So many context lines are kept before a diagram, the nearest ones: what names a diagram stands near it.
inline constexpr std::size_t kContextLinesMax = 200;

struct MermaidBlock {
  Position at;                    // of the fence
  std::vector<SourceLine> lines;  // between the fences, without block quote markers
  std::vector<Context> context;   // between the block before and this one, at most 2 * kContextLinesMax
};

// The blocks in order; views into `text`. Fences whose info string names another language, front matter of the file and
// HTML comments are passed over. Throws InputError for a fence or an HTML comment that is never closed.
std::vector<MermaidBlock> mermaid_blocks(std::string_view text, const std::string& file);

}  // namespace stalemate::model
