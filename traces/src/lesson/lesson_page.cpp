// The page: the files of this folder, compiled in, put together with a lesson's data. The page's own policy allows the
// very scripts and styles that are put in here, by their hashes, and forbids every request.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "lesson_files.hpp"
#include "traces/lesson.hpp"

namespace stalemate::traces {
namespace {

using embedded::EmbeddedFile;

bool has_suffix(std::string_view name, std::string_view suffix) {
  return name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

unsigned digit(char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); }

// RFC 4648, of bytes given in hexadecimal digits.
std::string base64(std::string_view hex) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < hex.size(); at += 6) {
    unsigned bits = 0;
    const std::string_view part = hex.substr(at, 6);
    for (std::size_t i = 0; i < 6; ++i) bits = bits << 4 | (i < part.size() ? digit(part[i]) : 0);
    for (std::size_t i = 0; i < 4; ++i) out += i <= part.size() / 2 ? kLetters[bits >> (18 - 6 * i) & 63] : '=';
  }
  return out;
}

std::string sources(std::string_view suffix) {
  std::string list;
  for (const EmbeddedFile& file : embedded::lesson_files())
    if (has_suffix(file.name, suffix)) list += fmt::format(" 'sha256-{}'", base64(file.sha256));
  return list;
}

std::string elements(std::string_view suffix, std::string_view element) {
  std::string text;
  for (const EmbeddedFile& file : embedded::lesson_files())
    if (has_suffix(file.name, suffix)) text += fmt::format("<{0}>{1}</{0}>\n", element, file.text);
  return text;
}

std::string_view page_template() {
  for (const EmbeddedFile& file : embedded::lesson_files())
    if (has_suffix(file.name, ".html")) return file.text;
  return "";
}

}  // namespace

std::string render_lesson(const Lesson& lesson) {
  const std::array<std::pair<std::string_view, std::string>, 4> parts = {{
      {"{{policy}}", fmt::format("default-src 'none'; img-src data:; style-src{}; script-src{}; base-uri 'none'; "
                                 "form-action 'none'",
                                 sources(".css"), sources(".js"))},
      {"{{styles}}\n", elements(".css", "style")},
      {"{{data}}", lesson_json(lesson)},
      {"{{scripts}}\n", elements(".js", "script")},
  }};
  // In the order of the template, each once: what is put in is never searched.
  std::string page;
  std::string_view rest = page_template();
  for (const auto& [name, text] : parts) {
    const std::size_t at = std::min(rest.find(name), rest.size());
    page += rest.substr(0, at);
    page += text;
    rest.remove_prefix(std::min(at + name.size(), rest.size()));
  }
  page += rest;
  return page;
}

}  // namespace stalemate::traces
