// Decoding of labels; see mermaid_text.hpp.
#include "mermaid_text.hpp"
#include "base/text.hpp"

#include <array>
#include <cstdint>
#include <utility>

namespace stalemate::model {

namespace {

using Entity = std::pair<std::string_view, std::string_view>;
constexpr std::array<Entity, 32> kEntities = {{
    {"amp", "&"},    {"apos", "'"},   {"ast", "*"},    {"bsol", "\\"},  {"colon", ":"},  {"comma", ","},
    {"commat", "@"}, {"dollar", "$"}, {"equals", "="}, {"excl", "!"},   {"grave", "`"},  {"gt", ">"},
    {"hearts", "♥"}, {"infin", "∞"},  {"larr", "←"},   {"lbrace", "{"}, {"lowbar", "_"}, {"lpar", "("},
    {"lt", "<"},     {"nbsp", " "},   {"num", "#"},    {"percnt", "%"}, {"period", "."}, {"plus", "+"},
    {"quest", "?"},  {"quot", "\""},  {"rarr", "→"},   {"rbrace", "}"}, {"rpar", ")"},   {"semi", ";"},
    {"sol", "/"},    {"verbar", "|"},
}};

void append_utf8(std::string& text, std::uint32_t code_point) {
  const auto byte = [&text](std::uint32_t value) { text += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0U | code_point >> 6U);
    byte(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    byte(0xE0U | code_point >> 12U);
    byte(0x80U | (code_point >> 6U & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  } else {
    byte(0xF0U | code_point >> 18U);
    byte(0x80U | (code_point >> 12U & 0x3FU));
    byte(0x80U | (code_point >> 6U & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  }
}

// Appends what `entity` ("#35;") stands for; as written where that is nothing that can be shown.
void append_decoded(std::string& text, std::string_view entity) {
  const std::string_view name = entity.substr(1, entity.size() - 2);
  if (name.find_first_not_of("0123456789") == std::string_view::npos) {
    std::uint32_t code_point = 0;
    for (const char digit : name) {
      if (code_point <= 0x10FFFF) code_point = code_point * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    const bool is_surrogate = code_point >= 0xD800 && code_point <= 0xDFFF;
    const bool is_space = code_point == '\t' || code_point == '\n' || code_point == '\r';
    const bool is_control = (code_point < 0x20 && !is_space) || (code_point >= 0x7F && code_point < 0xA0);
    if (is_control || code_point > 0x10FFFF || is_surrogate) {
      text += entity;
    } else {
      append_utf8(text, code_point);
    }
    return;
  }
  for (const auto& [known, character] : kEntities) {
    if (name == known) {
      text += character;
      return;
    }
  }
  text += entity;
}

// Length of <br>, <br/>, <br /> at the start of `text`, 0 if none.
std::size_t line_break_length(std::string_view text) {
  if (!starts_ignoring_case(text, "<br")) return 0;
  std::size_t at = 3;
  while (at < text.size() && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at < text.size() && text[at] == '/') ++at;
  return at < text.size() && text[at] == '>' ? at + 1 : 0;
}

}  // namespace

std::size_t entity_length(std::string_view text) {
  if (text.empty() || text[0] != '#') return 0;
  std::size_t at = 1;
  while (at < text.size() && is_word_byte(text[at]) && static_cast<unsigned char>(text[at]) < 0x80) ++at;
  return at > 1 && at < text.size() && text[at] == ';' ? at + 1 : 0;
}

std::string plain_text(std::string_view raw) {
  std::string text;
  text.reserve(raw.size());
  while (!raw.empty()) {
    std::size_t length = 1;
    if (const std::size_t line_break = line_break_length(raw)) {
      text += ' ';
      length = line_break;
    } else if (const std::size_t entity = entity_length(raw)) {
      append_decoded(text, raw.substr(0, entity));
      length = entity;
    } else {
      text += raw[0];
    }
    raw.remove_prefix(length);
  }
  for (char& c : text) {
    if ((c >= '\0' && c < ' ') || c == '\x7f') c = ' ';
  }
  return std::string(trim(text));
}

std::string label_text(std::string_view raw) {
  raw = trim(raw);
  for (const std::string_view prefix : {":wrap:", "wrap:", ":nowrap:", "nowrap:"}) {
    if (raw.substr(0, prefix.size()) == prefix) return plain_text(raw.substr(prefix.size()));
  }
  return plain_text(raw);
}

}  // namespace stalemate::model
