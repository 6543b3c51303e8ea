// Character runs of Mermaid's sequence diagrams; see mermaid_lexer.hpp.
#include "mermaid_lexer.hpp"
#include "base/text.hpp"

#include <array>

#include <fmt/core.h>

#include "base/invariant.hpp"
#include "mermaid_text.hpp"

namespace stalemate::model {

namespace {

// Longest first where one begins another. The cross may be written X.
struct ArrowSpelling {
  std::string_view text;
  Arrow arrow;
};
constexpr std::array<ArrowSpelling, 10> kArrows = {{
    {"<<-->>", {true, ArrowHead::kBoth}},
    {"<<->>", {false, ArrowHead::kBoth}},
    {"-->>", {true, ArrowHead::kFilled}},
    {"->>", {false, ArrowHead::kFilled}},
    {"-->", {true, ArrowHead::kNone}},
    {"->", {false, ArrowHead::kNone}},
    {"--x", {true, ArrowHead::kCross}},
    {"-x", {false, ArrowHead::kCross}},
    {"--)", {true, ArrowHead::kOpen}},
    {"-)", {false, ArrowHead::kOpen}},
}};

constexpr std::array<std::string_view, 19> kUnsupported = {"--|\\",  "--|/", "--\\\\", "--//",  "/|--", "\\|--", "//--",
                                                           "\\\\--", "-|\\", "-|/",    "-\\\\", "-//",  "-\\",   "-/",
                                                           "/|-",    "\\|-", "//-",    "\\\\-", "()"};

// So many places of a name are compared with the declared ones, to stay linear.
constexpr int kNameEndsMax = 8;

bool ends_name(char c) { return c == '+' || c == '<' || c == '>' || c == ':' || c == ',' || c == ';'; }

// Whether no name begins so: Mermaid has no use for these characters there, or reads a comment.
bool cannot_begin_name(std::string_view text) {
  return text.empty() || std::string_view("()/\\%-").find(text[0]) != std::string_view::npos ||
         (text[0] == '#' && entity_length(text) == 0);
}

// Whether "-" (or more of them) at the start of `text` goes on with the name: a character of a name follows.
bool dash_continues_name(std::string_view text) { return text.size() > 1 && text[1] != '-' && !ends_name(text[1]); }

// Where a name may end: every arrow made of name characters, then the hard end.
struct NameEnds {
  std::array<std::size_t, kNameEndsMax> arrows{};
  int arrow_count = 0;
  std::size_t hard = 0;
};

NameEnds find_name_ends(std::string_view text, NameRole role) {
  NameEnds ends;
  std::size_t at = 0;
  while (at < text.size() && !ends_name(text[at])) {
    const std::string_view rest = text.substr(at);
    if (const std::size_t entity = entity_length(rest)) {
      at += entity;
      continue;
    }
    if (role != NameRole::kMention) {
      const auto arrow = arrow_at(rest);
      if (arrow && arrow->could_be_name()) {
        if (ends.arrow_count < kNameEndsMax) ends.arrows[static_cast<std::size_t>(ends.arrow_count++)] = at;
      } else if (arrow || unsupported_arrow_length(rest) > 0 || (rest[0] == '-' && !dash_continues_name(rest))) {
        break;
      }
      at += arrow ? arrow->length : 1;
      continue;
    }
    ++at;
  }
  ends.hard = at;
  return ends;
}

}  // namespace

std::optional<ArrowToken> arrow_at(std::string_view text) {
  for (const ArrowSpelling& spelling : kArrows) {
    if (starts_ignoring_case(text, spelling.text)) return ArrowToken{spelling.arrow, spelling.text.size()};
  }
  return std::nullopt;
}

std::size_t unsupported_arrow_length(std::string_view text) {
  for (const std::string_view spelling : kUnsupported) {
    if (text.substr(0, spelling.size()) == spelling) return spelling.size();
  }
  return 0;
}

std::size_t name_length(std::string_view text, NameRole role, const std::set<std::string, std::less<>>& declared) {
  if (cannot_begin_name(text)) return 0;
  const NameEnds ends = find_name_ends(text, role);
  if (ends.arrow_count == 0) return ends.hard;
  const auto is_declared = [&](std::size_t end) { return declared.count(plain_text(text.substr(0, end))) > 0; };
  const std::string_view after = text.substr(ends.hard);
  const bool fits = role == NameRole::kReceiver ? after.substr(0, 1) == ":" : arrow_at(after).has_value();
  if (fits && is_declared(ends.hard)) return ends.hard;
  if (role == NameRole::kSender) {
    for (int i = ends.arrow_count - 1; i > 0; --i) {
      const std::size_t end = ends.arrows[static_cast<std::size_t>(i)];
      if (is_declared(end)) return end;
    }
  }
  return ends.arrows[0];
}

Position Cursor::position() const {
  if (!at_end()) return {lines_[line_].at.line, lines_[line_].at.column + columns_};
  if (lines_.empty()) return {1, 1};
  const SourceLine& last = lines_.back();
  return {last.at.line, last.at.column + columns(last.text)};
}

void Cursor::advance(std::size_t bytes) {
  STALEMATE_INVARIANT(bytes <= rest().size(), "the cursor stays in its line");
  columns_ += columns(rest().substr(0, bytes));
  offset_ += bytes;
}

void Cursor::next_line() {
  ++line_;
  offset_ = 0;
  columns_ = 0;
}

void Cursor::skip_spaces() { advance(rest().size() - trim_left(rest()).size()); }

bool Cursor::take(std::string_view literal) {
  skip_spaces();
  if (rest().substr(0, literal.size()) != literal) return false;
  advance(literal.size());
  return true;
}

std::string_view Cursor::word() const {
  const std::string_view text = rest();
  std::size_t length = 0;
  while (length < text.size() && is_word_byte(text[length])) ++length;
  return text.substr(0, length);
}

bool Cursor::at_statement_end() {
  skip_spaces();
  const std::string_view text = rest();
  return text.empty() || text[0] == ';' || (text[0] == '#' && entity_length(text) == 0);
}

std::string_view Cursor::peek_text() const {
  const std::string_view text = rest();
  std::size_t length = 0;
  while (length < text.size() && text[length] != ';') {
    if (text[length] != '#') {
      ++length;
    } else if (const std::size_t entity = entity_length(text.substr(length))) {
      length += entity;
    } else {
      break;
    }
  }
  return text.substr(0, length);
}

std::string_view Cursor::take_text() {
  const std::string_view text = peek_text();
  advance(text.size());
  return text;
}

std::string_view Cursor::take_line() {
  const std::string_view text = rest();
  next_line();
  return text;
}

std::string Cursor::take_until(std::string_view close, Position opened, std::string_view what) {
  std::string text;
  while (!at_end()) {
    const std::size_t end = rest().find(close);
    text += rest().substr(0, end);
    if (end != std::string_view::npos) {
      advance(end + close.size());
      return text;
    }
    text += '\n';
    next_line();
  }
  fail(opened, fmt::format("{} is never closed; expected \"{}\"", what, close));
}

}  // namespace stalemate::model
