// Line by line through a Markdown file; see markdown.hpp. Inside a fence nothing but its closing line is looked at.
#include "markdown.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace stalemate::model {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::size_t skip_blanks(std::string_view line, std::size_t at) {
  while (at < line.size() && is_blank(line[at])) ++at;
  return at;
}

// What stands before a line's own content: block quote and list markers.
struct Container {
  std::size_t content = 0;  // offset of the content
  int quotes = 0;           // number of ">" markers
};

// End of the list marker ("- ", "2. ") at `at`, or `at` where there is none.
std::size_t list_marker_end(std::string_view line, std::size_t at) {
  std::size_t end = at;
  if (end < line.size() && (line[end] == '-' || line[end] == '*' || line[end] == '+')) {
    ++end;
  } else {
    while (end < line.size() && end - at < 9 && is_digit(line[end])) ++end;
    if (end == at || end >= line.size() || (line[end] != '.' && line[end] != ')')) return at;
    ++end;
  }
  return end < line.size() && is_blank(line[end]) ? end + 1 : at;
}

Container strip_containers(std::string_view line) {
  Container container;
  while (true) {
    container.content = skip_blanks(line, container.content);
    if (container.content < line.size() && line[container.content] == '>') {
      ++container.quotes;
      ++container.content;
      continue;
    }
    const std::size_t after = list_marker_end(line, container.content);
    if (after == container.content) return container;
    container.content = after;
  }
}

struct Fence {
  Position at;
  char character = '`';
  std::size_t length = 0;
  std::string_view closing_tag;  // of an HTML element: "</pre"; else empty
  int quotes = 0;
  bool is_mermaid = false;
};

bool names_mermaid(std::string_view info) {
  info = trim(info);
  for (const std::string_view prefix : {"mermaid", "{mermaid", "{.mermaid"}) {
    if (!starts_ignoring_case(info, prefix)) continue;
    const std::string_view rest = info.substr(prefix.size());
    return rest.empty() || (!is_word_byte(rest[0]) && rest[0] != '-');
  }
  return false;
}

// <pre class="mermaid">, as pages have it that bring their own Mermaid.
bool opens_element(std::string_view content, Fence& fence) {
  if (content.find("class=\"mermaid\"") == std::string_view::npos) return false;
  if (starts_ignoring_case(content, "<pre"))
    fence.closing_tag = "</pre";
  else if (starts_ignoring_case(content, "<div"))
    fence.closing_tag = "</div";
  fence.is_mermaid = !fence.closing_tag.empty();
  return fence.is_mermaid;
}

// Whether `content` opens a fence; fills in all of it but its place. ":::" is one where it is Mermaid's; what else it
// begins is text.
bool opens_fence(std::string_view content, Fence& fence) {
  if (opens_element(content, fence)) return true;
  if (content.empty() || (content[0] != '`' && content[0] != '~' && content[0] != ':')) return false;
  fence.character = content[0];
  fence.length = std::min(content.find_first_not_of(fence.character), content.size());
  const std::string_view info = content.substr(fence.length);
  // A backtick after the opening ones makes it a code span.
  if (fence.length < 3 || (fence.character == '`' && info.find('`') != std::string_view::npos)) return false;
  fence.is_mermaid = names_mermaid(info);
  return fence.is_mermaid || fence.character != ':';
}

bool closes_fence(std::string_view content, const Fence& fence) {
  content = trim(content);
  if (!fence.closing_tag.empty()) return starts_ignoring_case(content, fence.closing_tag);
  return content.size() >= fence.length && content.find_first_not_of(fence.character) == std::string_view::npos;
}

// Drops the block quote markers the fence stands behind. Empty result: the line is outside the quote.
bool inside_quotes(SourceLine& line, int quotes) {
  std::size_t at = 0;
  for (int i = 0; i < quotes; ++i) {
    at = skip_blanks(line.text, at);
    if (at >= line.text.size() || line.text[at] != '>') return false;
    ++at;
  }
  line.text.remove_prefix(at);
  line.at.column += static_cast<int>(at);
  return true;
}

// Without comments that end on the same line.
std::string without_comments(std::string_view text) {
  std::string kept;
  while (true) {
    const std::size_t begin = text.find("<!--");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find("-->", begin + 4);
    if (end == std::string_view::npos) return kept.append(text);
    kept += text.substr(0, begin);
    text.remove_prefix(end + 3);
  }
}

std::string without_markup(std::string_view text) {
  constexpr std::string_view kMarkup = "#*_` \t";
  const std::size_t begin = text.find_first_not_of(kMarkup);
  if (begin == std::string_view::npos) return {};
  const std::size_t end = text.find_last_not_of(kMarkup);
  std::string plain(trim(text.substr(begin, end - begin + 1)));
  std::replace_if(
      plain.begin(), plain.end(), [](char c) { return (c >= '\0' && c < ' ') || c == '\x7f'; }, ' ');
  return plain;
}

bool is_atx_heading(std::string_view content) {
  const std::size_t level = std::min(content.find_first_not_of('#'), content.size());
  return level >= 1 && level <= 6 && (level == content.size() || is_blank(content[level]));
}

// A line of "=" or "-" under a line of text makes that one a heading.
bool is_underline(std::string_view content) {
  content = trim(content);
  return !content.empty() && (content[0] == '=' || content[0] == '-') &&
         content.find_first_not_of(content[0]) == std::string_view::npos;
}

class MarkdownReader {
 public:
  MarkdownReader(std::string_view text, const std::string& file) : lines_(split_lines(text)), file_(file) {}

  std::vector<MermaidBlock> read() {
    skip_front_matter();
    while (next_ < lines_.size()) {
      const SourceLine& line = lines_[next_++];
      const Container container = strip_containers(line.text);
      const std::string_view content = line.text.substr(container.content);
      const Position at{line.at.line, line.at.column + static_cast<int>(container.content)};
      Fence fence;
      if (opens_fence(content, fence)) {
        if (!fence.closing_tag.empty() && trim(content).back() != '>')
          fail_at(file_, at, "a diagram in HTML begins on the line below its tag; put the tag on a line of its own");
        fence.at = at;
        fence.quotes = container.quotes;
        read_fence(fence);
      } else if (content.substr(0, 4) == "<!--") {
        skip_comment(content, at);
      } else {
        read_text(line.text.substr(skip_blanks(line.text, 0)), content, at);
      }
    }
    return std::move(blocks_);
  }

 private:
  // The file's own front matter (--- at its first line to the next ---); a lone --- is a rule.
  void skip_front_matter() {
    if (lines_.empty() || trim(lines_[0].text) != "---") return;
    for (std::size_t i = 1; i < lines_.size(); ++i) {
      const std::string_view text = trim(lines_[i].text);
      if (text == "---" || text == "...") {
        next_ = i + 1;
        return;
      }
    }
  }

  void read_fence(const Fence& fence) {
    after_text_ = false;
    std::vector<SourceLine> body;
    while (next_ < lines_.size()) {
      SourceLine line = lines_[next_];
      if (!inside_quotes(line, fence.quotes)) break;
      ++next_;
      if (closes_fence(line.text, fence)) {
        if (fence.is_mermaid) blocks_.push_back({fence.at, std::move(body), std::exchange(context_, {})});
        return;
      }
      if (fence.is_mermaid)
        body.push_back(line);
      else if (line.at.line == fence.at.line + 1)
        refuse_diagram(line);
    }
    const std::string closing = fence.closing_tag.empty()
                                    ? std::string(std::min<std::size_t>(fence.length, 10), fence.character)
                                    : std::string(fence.closing_tag) + ">";
    fail_at(file_, fence.at, fmt::format("block is never closed; expected a line \"{}\" after it", closing));
  }

  void skip_comment(std::string_view content, Position at) {
    after_text_ = false;
    if (content.find("-->", 4) != std::string_view::npos) return;
    while (next_ < lines_.size()) {
      if (lines_[next_++].text.find("-->") != std::string_view::npos) return;
    }
    fail_at(file_, at, "comment is never closed; expected \"-->\" after \"<!--\"");
  }

  // A diagram that other tools draw, which would be passed over: what it shows is part of the page.
  void refuse_diagram(const SourceLine& line) const {
    if (trim(line.text) != "sequenceDiagram") return;
    fail_at(file_, line.at,
            "a diagram in a block that is not called mermaid would be passed over; begin the block with ```mermaid, or "
            "change this line if it is an example");
  }

  // `line` has its list markers, which an underline must not lack; `content` has not.
  void read_text(std::string_view line, std::string_view content, Position at) {
    refuse_diagram({content, at});
    if (after_text_ && is_underline(line)) {
      context_.back().is_heading = true;
      after_text_ = false;
      return;
    }
    std::string text = without_markup(without_comments(content));
    after_text_ = text.find_first_not_of("-=* _\t") != std::string::npos;
    if (!after_text_) return;
    if (context_.size() >= 2 * kContextLinesMax) {
      context_.erase(context_.begin(), context_.begin() + static_cast<std::ptrdiff_t>(kContextLinesMax));
    }
    const bool is_heading = is_atx_heading(content);
    context_.push_back({at, std::move(text), is_heading});
    after_text_ = !is_heading;
  }

  std::vector<SourceLine> lines_;
  const std::string& file_;
  std::size_t next_ = 0;
  bool after_text_ = false;  // the line before is ordinary text, the last of context_
  std::vector<Context> context_;
  std::vector<MermaidBlock> blocks_;
};

}  // namespace

std::vector<MermaidBlock> mermaid_blocks(std::string_view text, const std::string& file) {
  return MarkdownReader(text, file).read();
}

}  // namespace stalemate::model
