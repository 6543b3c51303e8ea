// See normalized.hpp.
#include "languages/normalized.hpp"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

#include "base/text.hpp"

namespace stalemate::model {
namespace {

// NFKC, by utf8proc (Unicode Standard Annex #15). What it cannot make so stays as it is.
std::string compatible(std::string_view text, bool fold) {
  utf8proc_uint8_t* made = nullptr;
  const int options = UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | (fold ? UTF8PROC_CASEFOLD : 0);
  const utf8proc_ssize_t size =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()),
                   &made, static_cast<utf8proc_option_t>(options));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  if (size < 0) return std::string(text);
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(size)};
}

std::string replaced(std::string text, const auto& marks) {
  for (const auto& [mark, plain] : marks) {
    for (std::size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + plain.size()))
      text.replace(at, mark.size(), plain);
  }
  return text;
}

// Signs for "number", which would become "No" and "no" when made compatible; a bracket that is as wide as the space
// that it stands for, too.
std::string with_plain_signs(std::string_view text) {
  constexpr std::pair<std::string_view, std::string_view> kSigns[] = {
      {"№", "#"}, {" nº", " #"}, {" Nº", " #"}, {" n.º", " #"}, {"（", " ("}};
  return replaced(std::string(text), kSigns);
}

// The marks of East Asian text that end a clause, as those of ASCII that do; quotation marks and apostrophes as those
// of ASCII.
std::string with_plain_marks(std::string text) {
  constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
      {"、", ", "}, {"。", ". "}, {"・", " "},  {"「", "\""}, {"」", "\""}, {"『", "\""}, {"』", "\""},  {"«", "\""},
      {"»", "\""},  {"“", "\""},  {"”", "\""},  {"„", "\""},  {"’", "'"},   {"¿", ""},    {"¡", ""},     {"【", " ("},
      {"】", ") "}, {"《", " ("}, {"》", ") "}, {"〈", " ("}, {"〉", ") "}, {"·", " "},   {"→", " -> "}, {"⇒", " -> "}};
  return replaced(std::move(text), kMarks);
}

}  // namespace

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string normalized_text(std::string_view text) {
  if (is_ascii(text)) return std::string(text);
  return with_plain_marks(compatible(with_plain_signs(text), false));
}

std::string folded_text(std::string_view text) { return is_ascii(text) ? lower(text) : compatible(text, true); }

}  // namespace stalemate::model
