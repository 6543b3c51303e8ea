// See mermaid_source.hpp. prepare() has the steps in Mermaid's order; each takes the text and makes the next one of it.
#include "mermaid_source.hpp"

#include <utility>

#include "base/text.hpp"
#include "mermaid_text.hpp"
#include "mermaid_yaml.hpp"

namespace stalemate::model {

namespace {

// What JavaScript's \w is.
bool is_ascii_word(char c) { return is_word_byte(c) && static_cast<unsigned char>(c) < 0x80; }

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (const std::size_t length = space_length(text.substr(at))) at += length;
  return at;
}

std::size_t skip_word(std::string_view text, std::size_t at) {
  while (at < text.size() && is_ascii_word(text[at])) ++at;
  return at;
}

// JavaScript's "." matches neither these nor a line feed, and its "^" stands behind them, too.
bool is_line_separator(std::string_view text) {
  return text.substr(0, 3) == "\xE2\x80\xA8" || text.substr(0, 3) == "\xE2\x80\xA9";
}

MermaidText joined(const std::vector<SourceLine>& lines) {
  MermaidText source;
  source.end = {1, 1};
  for (const SourceLine& line : lines) {
    Position place = line.at;
    for (const char c : line.text) {
      const bool continues = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
      if (continues && place.column > line.at.column) --place.column;
      // What is no UTF-8 anyway must not pass for the mark of an entity.
      source.push(c == kEntityBegin || c == kEntityEnd ? '\xFD' : c, place);
      ++place.column;
    }
    source.push('\n', place);
    source.end = {place.line + 1, 1};
  }
  return source;
}

MermaidText without_prefix(const MermaidText& source, std::size_t length) {
  MermaidText rest;
  rest.text = source.text.substr(length);
  rest.at.assign(source.at.begin() + static_cast<std::ptrdiff_t>(length), source.at.end());
  rest.end = source.end;
  return rest;
}

// The front matter at the start of a text: which bytes it is made of.
struct FrontMatter {
  std::string_view indent;
  std::size_t body_begin = 0;
  std::size_t body_end = 0;
  std::size_t length = 0;
};

// Where a closing line "---" that begins behind the line feed `at` ends with all blank lines after it; 0 if none does.
std::size_t closing_end(std::string_view text, std::size_t at, std::string_view fence) {
  if (text[at] != '\n' || text.substr(at + 1, fence.size()) != fence) return 0;
  std::size_t end = 0;
  std::size_t i = at + 1 + fence.size();
  while (const std::size_t length = space_length(text.substr(i))) {
    if (text[i] == '\n') end = i + 1;
    i += length;
  }
  return end;
}

// Mermaid's matchFrontMatter(): the opening takes as many blank lines as leave a closing line, the body as few as it
// can.
FrontMatter find_front_matter(std::string_view text) {
  std::size_t begin = 0;
  while (begin < text.size() && text[begin] != '\n' && space_length(text.substr(begin)) > 0) {
    begin += space_length(text.substr(begin));
  }
  if (text.substr(begin, 3) != "---") return {};
  const std::string_view indent = text.substr(0, begin);
  const std::string fence = std::string(indent) + "---";
  const std::size_t opening = skip_space(text, begin + 3);
  const std::size_t first_line_end = text.find('\n', begin + 3);
  if (first_line_end == std::string_view::npos || first_line_end >= opening) return {};
  std::size_t last_closing = 0;
  for (std::size_t i = text.find('\n', first_line_end + 1); i != std::string_view::npos; i = text.find('\n', i + 1)) {
    if (closing_end(text, i, fence) > 0) last_closing = i;
  }
  if (last_closing == 0) return {};
  std::size_t opening_end = first_line_end;
  for (std::size_t i = first_line_end; i < opening && i < last_closing; ++i) {
    if (text[i] == '\n') opening_end = i;
  }
  for (std::size_t i = opening_end + 1; i <= last_closing; ++i) {
    if (const std::size_t end = closing_end(text, i, fence)) return {indent, opening_end + 1, i, end};
  }
  return {};
}

// --- title: ... --- at the start of a block. Only the title matters; the rest configures the drawing.
MermaidText without_front_matter(const MermaidText& source, const std::string& file, std::string& title) {
  const std::string_view text = source.text;
  const FrontMatter found = find_front_matter(text);
  if (found.length == 0) {
    const std::size_t begin = skip_space(text, 0);
    if (text.substr(begin, 3) != "---") return source;
    if (text.substr(0, begin).find('\n') != std::string_view::npos)
      fail_at(file, source.place(begin), "front matter stands below an empty line; begin the block with its \"---\"");
    fail_at(file, source.place(begin), "front matter is never closed; expected a line \"---\" after it");
  }
  const std::string_view body = text.substr(found.body_begin, found.body_end - found.body_begin);
  const YamlResult yaml = read_yaml_block(body, found.indent);
  if (!yaml.problem.empty()) {
    fail_at(file, source.place(found.body_begin + yaml.offset), "front matter: " + yaml.problem, kUnsupportedSyntax);
  }
  for (const YamlEntry& entry : yaml.entries) {
    if (entry.key == "title") title = plain_text(entry.value);
  }
  return without_prefix(source, found.length);
}

// %%{ name: value }%% is drawn nowhere, wherever it stands. Mermaid's directiveRegex.
MermaidText without_directives(const MermaidText& source, const std::string& file) {
  const std::string_view text = source.text;
  MermaidText rest;
  rest.end = source.end;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t name = text.substr(i, 3) == "%%{" ? skip_space(text, i + 3) : text.size();
    std::size_t end = skip_word(text, name);
    if (end == name) {
      rest.push(text[i], source.at[i]);
      ++i;
      continue;
    }
    const std::size_t colon = skip_space(text, end);
    if (text.substr(colon, 1) == ":") end = colon + 1;
    end = skip_space(text, end);
    if (skip_word(text, end) != end) {
      fail_at(file, source.at[i],
              "directive \"%%{\" has a word as its value; expected %%{init: {\"theme\": \"dark\"}}%%",
              kUnsupportedSyntax);
    }
    while (end < text.size() && text.substr(end, 3) != "}%%" && !is_line_separator(text.substr(end))) ++end;
    if (text.substr(end, 3) != "}%%") {
      fail_at(file, source.at[i], "directive \"%%{\" is never closed; expected \"}%%\"", kUnsupportedSyntax);
    }
    i = end + 3;
  }
  return rest;
}

// Comment lines go, with what stands blank before them; those for us are kept. Mermaid's cleanupComments().
MermaidText without_comments(const MermaidText& source, std::vector<OwnComment>& own_comments) {
  const std::string_view text = source.text;
  MermaidText rest;
  rest.end = source.end;
  for (std::size_t i = 0; i < text.size();) {  // at the beginning of a line
    const std::size_t begin = skip_space(text, i);
    const std::string_view comment = text.substr(begin, text.find('\n', begin) - begin);
    if (comment.substr(0, 2) == "%%" && comment.size() > 2 && comment[2] != '{') {
      OwnComment own{source.at[begin], {}};
      if (is_own_comment(comment, own.text)) own_comments.push_back(std::move(own));
      i = begin + comment.size() + 1;
      continue;
    }
    bool is_line_end = false;
    for (; i < text.size() && (i < begin || !is_line_end); ++i) {
      rest.push(text[i], source.at[i]);
      is_line_end = text[i] == '\n' || (i >= 2 && is_line_separator(text.substr(i - 2)));
    }
  }
  return without_prefix(rest, skip_space(rest.text, 0));
}

// Mermaid looks for directives once more to tell the kind of diagram, and finds one that only comes about by what it
// took out before.
void refuse_late_directives(const MermaidText& source, const std::string& file) {
  const std::string_view text = source.text;
  for (std::size_t i = text.find("%%{"); i != std::string_view::npos; i = text.find("%%{", i + 3)) {
    const std::size_t name = skip_space(text, i + 3);
    if (skip_word(text, name) == name) continue;
    fail_at(file, source.place(i), "directive \"%%{\" has no name on its line; remove it or write %%{init: {}}%%",
            kUnsupportedSyntax);
  }
}

// Where Mermaid drops the last ";" of the line `line`, taking it for the end of a style: style…:#…; — npos if nowhere.
std::size_t dropped_semicolon(std::string_view line, std::string_view word) {
  const std::size_t last = line.rfind(';');
  const std::size_t begin = line.find(word);
  if (last == std::string_view::npos || begin == std::string_view::npos) return std::string_view::npos;
  bool after_colon = false;
  for (std::size_t i = begin + word.size(); i < last; ++i) {
    if (after_colon && line[i] == '#') return last;
    after_colon = line[i] == ':' || (after_colon && space_length(line.substr(i)) == 0);
  }
  return std::string_view::npos;
}

// Mermaid's encodeEntities().
MermaidText with_entities(const MermaidText& source) {
  MermaidText kept = source;
  for (const std::string_view word : {"style", "classDef"}) {
    MermaidText next;
    next.end = kept.end;
    const std::string_view text = kept.text;
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = begin;
      while (end < text.size() && text[end] != '\n' && !is_line_separator(text.substr(end))) ++end;
      const std::size_t dropped = dropped_semicolon(text.substr(begin, end - begin), word);
      const std::size_t left_out = dropped == std::string_view::npos ? dropped : begin + dropped;
      for (end = std::min(end + 1, text.size()); begin < end; ++begin) {
        if (begin != left_out) next.push(text[begin], kept.at[begin]);
      }
    }
    kept = std::move(next);
  }
  for (std::size_t i = 0; i < kept.text.size(); ++i) {
    const std::size_t length = entity_length(std::string_view(kept.text).substr(i));
    if (length == 0) continue;
    kept.text[i] = kEntityBegin;
    kept.text[i + length - 1] = kEntityEnd;
  }
  return kept;
}

}  // namespace

std::string as_written(std::string_view text) {
  std::string written(text);
  for (char& c : written) {
    if (c == kEntityBegin) c = '#';
    if (c == kEntityEnd) c = ';';
  }
  return written;
}

bool is_own_comment(std::string_view comment, std::string& text) {
  constexpr std::string_view kOurs = "stalemate";
  if (comment.substr(0, 2) != "%%") return false;
  const std::string_view said = trim_left(comment.substr(2));
  if (!starts_ignoring_case(said, kOurs)) return false;
  const std::string_view after = trim_left(said.substr(kOurs.size()));
  if (after.substr(0, 1) != ":") return false;
  text = trim(after.substr(1));
  return true;
}

PreparedBlock prepare(const std::vector<SourceLine>& lines, const std::string& file) {
  PreparedBlock block;
  MermaidText source = without_front_matter(joined(lines), file, block.title);
  source = without_directives(source, file);
  source = without_comments(source, block.own_comments);
  refuse_late_directives(source, file);
  source = with_entities(source);
  source.push('\n', source.end);
  block.source = std::move(source);
  return block;
}

}  // namespace stalemate::model
