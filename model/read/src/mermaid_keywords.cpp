// The table of keywords; see mermaid_keywords.hpp.
#include "mermaid_keywords.hpp"
#include "base/text.hpp"

#include <array>

#include "base/invariant.hpp"
#include "mermaid_lexer.hpp"

namespace stalemate::model {

namespace {

struct Entry {
  std::string_view word;
  Keyword keyword;
};
constexpr std::array<Entry, 28> kKeywords = {{
    {"box", Keyword::kBox},
    {"participant", Keyword::kParticipant},
    {"actor", Keyword::kActor},
    {"create", Keyword::kCreate},
    {"destroy", Keyword::kDestroy},
    {"loop", Keyword::kLoop},
    {"rect", Keyword::kRect},
    {"opt", Keyword::kOpt},
    {"alt", Keyword::kAlt},
    {"else", Keyword::kElse},
    {"par", Keyword::kPar},
    {"par_over", Keyword::kPar},
    {"and", Keyword::kAnd},
    {"critical", Keyword::kCritical},
    {"option", Keyword::kOption},
    {"break", Keyword::kBreak},
    {"end", Keyword::kEnd},
    {"links", Keyword::kLinks},
    {"link", Keyword::kLink},
    {"properties", Keyword::kProperties},
    {"details", Keyword::kDetails},
    {"over", Keyword::kOver},
    {"note", Keyword::kNote},
    {"activate", Keyword::kActivate},
    {"deactivate", Keyword::kDeactivate},
    {"sequencediagram", Keyword::kSequenceDiagram},
    {"autonumber", Keyword::kAutonumber},
    {"off", Keyword::kOff},
}};

// The letters, digits and underscores that JavaScript's \b ends: ASCII alone.
std::string_view leading_word(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_word_byte(text[length]) && static_cast<unsigned char>(text[length]) < 0x80)
    ++length;
  return text.substr(0, length);
}

// What a link's name may follow: [ \t]+[^\/\\\+\(\)<>:\n,;\s\-]
bool begins_name_after_blanks(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == 0 || begin == std::string_view::npos) return false;
  return std::string_view("/\\+()<>:\n,;-").find(text[begin]) == std::string_view::npos &&
         space_length(text.substr(begin)) == 0;
}

// Bytes of blanks (line feeds, too), then `sign`, then blanks at the start of `text`; 0 where there is no such sign.
std::size_t sign_length(std::string_view text, char sign) {
  const std::string_view from_sign = trim_left(text);
  if (from_sign.empty() || from_sign[0] != sign) return 0;
  return text.size() - trim_left(from_sign.substr(1)).size();
}

// title TEXT, title: TEXT: the keyword with the one blank after it, which may be a line feed, where a text follows.
std::size_t title_length(std::string_view text) {
  std::size_t length = 5;
  if (text.substr(length, 1) == ":") ++length;
  const std::size_t space = space_length(text.substr(length));
  const std::string_view after = text.substr(length + space);
  return space > 0 && !after.empty() && std::string_view("#\n;").find(after[0]) == std::string_view::npos
             ? length + space
             : 0;
}

}  // namespace

KeywordToken keyword_at(std::string_view text) {
  if (starts_ignoring_case(text, "title")) {
    if (const std::size_t length = title_length(text)) return {Keyword::kTitle, length};
  }
  if (starts_ignoring_case(text, "acctitle")) {
    if (const std::size_t length = sign_length(text.substr(8), ':')) return {Keyword::kAccTitle, 8 + length};
  }
  if (starts_ignoring_case(text, "accdescr")) {
    if (const std::size_t length = sign_length(text.substr(8), ':')) return {Keyword::kAccDescr, 8 + length};
    if (const std::size_t length = sign_length(text.substr(8), '{')) return {Keyword::kAccDescrBlock, 8 + length};
  }
  const std::string_view word = leading_word(text);
  const std::string_view after = text.substr(word.size());
  for (const std::string_view side : {"left", "right"}) {
    if (equals_ignoring_case(word, side) && after.substr(0, 1) == " " &&
        equals_ignoring_case(leading_word(after.substr(1)), "of")) {
      return {side == "left" ? Keyword::kLeftOf : Keyword::kRightOf, word.size() + 3};
    }
  }
  for (const Entry& entry : kKeywords) {
    if (!equals_ignoring_case(word, entry.word)) continue;
    const bool is_link = entry.keyword == Keyword::kLinks || entry.keyword == Keyword::kLink ||
                         entry.keyword == Keyword::kProperties || entry.keyword == Keyword::kDetails;
    if (is_link && !begins_name_after_blanks(after)) return {};
    return {entry.keyword, word.size()};
  }
  return {};
}

bool closes_section(Keyword keyword) {
  return keyword == Keyword::kEnd || keyword == Keyword::kElse || keyword == Keyword::kAnd ||
         keyword == Keyword::kOption;
}

BlockKind block_kind(Keyword keyword) {
  switch (keyword) {
    case Keyword::kAlt:
      return BlockKind::kAlt;
    case Keyword::kOpt:
      return BlockKind::kOpt;
    case Keyword::kLoop:
      return BlockKind::kLoop;
    case Keyword::kPar:
      return BlockKind::kPar;
    case Keyword::kCritical:
      return BlockKind::kCritical;
    case Keyword::kBreak:
      return BlockKind::kBreak;
    default:
      break;
  }
  STALEMATE_INVARIANT(keyword == Keyword::kRect, "only blocks have a kind");
  return BlockKind::kRect;
}

Keyword section_keyword(BlockKind kind) {
  switch (kind) {
    case BlockKind::kAlt:
      return Keyword::kElse;
    case BlockKind::kPar:
      return Keyword::kAnd;
    case BlockKind::kCritical:
      return Keyword::kOption;
    default:
      return Keyword::kNone;
  }
}

std::string_view to_string(BlockKind kind) {
  switch (kind) {
    case BlockKind::kAlt:
      return "alt";
    case BlockKind::kOpt:
      return "opt";
    case BlockKind::kLoop:
      return "loop";
    case BlockKind::kPar:
      return "par";
    case BlockKind::kCritical:
      return "critical";
    case BlockKind::kBreak:
      return "break";
    case BlockKind::kRect:
      return "rect";
  }
  STALEMATE_INVARIANT(false, "every kind of block has a keyword");
}

}  // namespace stalemate::model
