// From text to JSON, and no further: nesting is bounded before anything recurses, and names must not stand twice.
#include "json_document.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <optional>
#include <set>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"

namespace stalemate::traces {
namespace {

using nlohmann::json;

constexpr int kJsonDepthMax = 64;

[[noreturn]] void refuse_at(const std::string& name, std::string_view text, std::size_t offset,
                            const std::string& problem) {
  const Position place = position_of(text, offset);
  throw InputError(fmt::format("{}:{}:{}: {}", printable(name), place.line, place.column, problem));
}

// What nlohmann's parser would take lightly: a NUL ends its input, and nesting has no bound.
void check_shape(std::string_view text, const std::string& name) {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\0') refuse_at(name, text, i, "not JSON: a NUL byte; is this a text file?");
    if (in_string) {
      if (c == '\\') {
        ++i;
        if (i < text.size() && text[i] == '\0') refuse_at(name, text, i, "not JSON: a NUL byte; is this a text file?");
      } else if (c == '"') {
        in_string = false;
      }
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      if (++depth > kJsonDepthMax) {
        refuse_at(
            name, text, i,
            fmt::format("brackets nested deeper than {}; a trace is not that deep, so this is none", kJsonDepthMax));
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
}

// Follows a parser's events to find a name that stands twice in one object, which a json value no longer shows.
class DuplicateFinder : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override {
    open_.emplace_back();
    return true;
  }
  bool key(string_t& name) override {
    if (!open_.back().insert(name).second) duplicate_ = name;
    return !duplicate_;
  }
  bool end_object() override {
    open_.pop_back();
    return true;
  }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t, const std::string&, const json::exception&) override { return false; }

  // The first one; it ends the search.
  const std::optional<std::string>& duplicate() const { return duplicate_; }

 private:
  std::vector<std::set<std::string>> open_;  // the names so far in each object that is open
  std::optional<std::string> duplicate_;
};

}  // namespace

void refuse(const std::string& name, const std::string& pointer, const std::string& problem) {
  throw InputError(
      fmt::format("{}: {}{}{}", printable(name), printable(pointer), pointer.empty() ? "" : ": ", problem));
}

nlohmann::json parse_document(std::string_view text, const std::string& name) {
  check_shape(text, name);
  json document;
  try {
    document = json::parse(text);
  } catch (const json::parse_error& error) {
    const std::size_t end = text.find_last_not_of(" \t\r\n");
    if (error.byte > text.size() || end == std::string_view::npos) {
      refuse_at(name, text, text.size(), "not JSON: the text ends too early; is the file complete?");
    }
    refuse_at(name, text, error.byte == 0 ? 0 : error.byte - 1,
              "not JSON from here on; a trace is what `stalemate check ... -o FILE` writes");
  } catch (const json::exception&) {  // a number beyond every range
    refuse(name, "", "holds a number that is too large; a trace has none of that size");
  }
  // A walk of its own: the parser's own callback makes the parser look through an array after each object in it.
  DuplicateFinder finder;
  json::sax_parse(text, &finder);
  if (finder.duplicate()) {
    refuse(name, "",
           fmt::format("the field \"{}\" stands twice in one object; remove one",
                       clipped(printable(*finder.duplicate()), 60)));
  }
  return document;
}

}  // namespace stalemate::traces
