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
  bool takes_label = false;  // the rest of the line is a label, whatever it begins with
};
constexpr std::array<Entry, 29> kKeywords = {{
    {"participant", Keyword::kParticipant},
    {"actor", Keyword::kActor},
    {"create", Keyword::kCreate},
    {"destroy", Keyword::kDestroy},
    {"box", Keyword::kBox, true},
    {"activate", Keyword::kActivate},
    {"deactivate", Keyword::kDeactivate},
    {"autonumber", Keyword::kAutonumber},
    {"note", Keyword::kNote},
    {"link", Keyword::kLink},
    {"links", Keyword::kLinks},
    {"properties", Keyword::kProperties},
    {"details", Keyword::kDetails},
    {"title", Keyword::kTitle},
    {"acctitle", Keyword::kAccTitle},
    {"accdescr", Keyword::kAccDescr},
    {"sequencediagram", Keyword::kSequenceDiagram},
    {"loop", Keyword::kLoop, true},
    {"rect", Keyword::kRect, true},
    {"opt", Keyword::kOpt, true},
    {"alt", Keyword::kAlt, true},
    {"par", Keyword::kPar, true},
    {"par_over", Keyword::kPar, true},
    {"critical", Keyword::kCritical, true},
    {"break", Keyword::kBreak, true},
    {"else", Keyword::kElse, true},
    {"and", Keyword::kAnd, true},
    {"option", Keyword::kOption, true},
    {"end", Keyword::kEnd},
}};

std::string_view leading_word(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size() && is_word_byte(text[length])) ++length;
  return text.substr(0, length);
}

// Whether what follows a word makes it the beginning of a name: a dash that begins no arrow.
bool goes_on_as_name(std::string_view after) {
  return after.size() > 1 && after[0] == '-' && is_word_byte(after[1]) && !arrow_at(after);
}

}  // namespace

Keyword keyword_at(std::string_view text) {
  const std::string_view word = leading_word(text);
  const std::string_view after = text.substr(word.size());
  for (const Entry& entry : kKeywords) {
    if (!equals_ignoring_case(word, entry.word)) continue;
    if (!entry.takes_label && goes_on_as_name(after)) return Keyword::kNone;
    const bool needs_colon = entry.keyword == Keyword::kAccTitle || entry.keyword == Keyword::kAccDescr;
    const std::string_view next = trim_left(after).substr(0, 1);
    if (needs_colon && next != ":" && (next != "{" || entry.keyword == Keyword::kAccTitle)) return Keyword::kNone;
    const bool before_text = after.empty() || after[0] == ':' || space_length(after) > 0;
    if (entry.keyword == Keyword::kTitle && !before_text) return Keyword::kNone;
    return entry.keyword;
  }
  return Keyword::kNone;
}

bool is_reserved(std::string_view text) {
  const std::string_view word = leading_word(text);
  const std::string_view after = text.substr(word.size());
  if (equals_ignoring_case(word, "left") || equals_ignoring_case(word, "right")) {
    return equals_ignoring_case(leading_word(trim_left(after)), "of");
  }
  if (equals_ignoring_case(word, "off") || equals_ignoring_case(word, "over")) return !goes_on_as_name(after);
  if (goes_on_as_name(after)) return false;
  return keyword_at(text) != Keyword::kNone;
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

std::string lower_case(std::string_view word) {
  std::string lowered(word);
  for (char& c : lowered) c = lower(c);
  return lowered;
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
