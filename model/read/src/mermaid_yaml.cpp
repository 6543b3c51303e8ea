// See mermaid_yaml.hpp. One scanner reads what stands on a line, words and { } and [ ]; the block reader keeps the
// indentations that are open.
#include "mermaid_yaml.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/core.h>

#include "base/text.hpp"

namespace stalemate::model {

namespace {

constexpr int kDepthMax = 16;

struct Problem {
  std::string what;
  std::size_t offset;
};

bool is_plain_letter(char c) { return is_word_byte(c); }

// Whether js-yaml refuses the character at the start of `text`, or Mermaid rewrites what it begins (<a href="x">).
bool is_refused(std::string_view text) {
  const auto byte = static_cast<unsigned char>(text[0]);
  if (byte < ' ' || byte == 0x7F || text[0] == '<') return true;
  if (byte < 0x80) return false;
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  return (byte == 0xC2 && second < 0xA0) || byte == 0xEF;
}

// Reads from `at` of a text without line feeds.
class Scanner {
 public:
  Scanner(std::string_view text, std::size_t base, bool in_flow) : text_(text), base_(base), in_flow_(in_flow) {}

  bool at_end() const { return at_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[at_]; }

  // Moves past spaces, and past a comment outside of { }.
  void skip_blanks() {
    const std::size_t begin = at_;
    while (peek() == ' ') ++at_;
    if (!in_flow_ && peek() == '#' && (at_ > begin || at_ == 0)) at_ = text_.size();
  }

  [[noreturn]] void fail(std::string what) const {
    throw Problem{std::move(what), base_ + std::min(at_, text_.size())};
  }

  // key: — with what parts it from its value. `is_alone`: nothing but a key, which flow mappings may have.
  std::string take_key(bool& is_alone) {
    const bool is_quoted = peek() == '"' || peek() == '\'';
    std::string key = is_quoted ? take_quoted() : take_plain_key();
    while (peek() == ' ') ++at_;
    is_alone = peek() != ':';
    if (is_alone) return key;
    ++at_;
    if (!at_end() && peek() != ' ' && !(in_flow_ && (is_quoted || peek() == ',' || peek() == '}')))
      fail("expected a space after \":\"");
    return key;
  }

  // The value after a key, up to "," or "}" or the end of the line; empty for null.
  YamlEntry take_value(int depth) {
    YamlEntry entry;
    skip_blanks();
    const char c = peek();
    if (at_end() || (in_flow_ && (c == ',' || c == '}'))) return entry;
    if (c == '{' || c == '[') {
      entry.has_parts = true;
      const bool was_in_flow = std::exchange(in_flow_, true);
      ++at_;
      take_parts(c == '{' ? '}' : ']', depth + 1);
      in_flow_ = was_in_flow;
    } else {
      entry.value = c == '"' || c == '\'' ? take_quoted() : take_plain();
    }
    skip_blanks();
    return entry;
  }

  // The entries of a flow mapping or list up to `close`, which is passed; to the end where that is no character.
  std::vector<YamlEntry> take_parts(char close, int depth) {
    if (depth > kDepthMax) fail("nested too deep");
    std::vector<YamlEntry> entries;
    std::set<std::string> keys;
    while (true) {
      skip_blanks();
      if (peek() == close) {
        if (close != '\0') ++at_;
        return entries;
      }
      if (at_end()) fail(fmt::format("expected \"{}\"", close));
      if (close == ']') {
        entries.push_back(take_value(depth));
      } else {
        bool is_alone = false;
        std::string key = take_key(is_alone);
        if (is_alone) fail(fmt::format("{} has no value; expected {}: value", in_quotes(key), key));
        if (!keys.insert(key).second) fail(fmt::format("{} stands twice; give one value", in_quotes(key)));
        entries.push_back(take_value(depth));
        entries.back().key = std::move(key);
      }
      if (peek() == ',') {
        ++at_;
      } else if (peek() != close) {
        fail("expected \",\" between two entries; put what has other signs than these in quotation marks");
      }
    }
  }

 private:
  std::string take_quoted() {
    const char quote = text_[at_];
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a quotation mark is never closed");
    const std::string_view value = text_.substr(at_ + 1, end - at_ - 1);
    if (value.find('\\') != std::string_view::npos && quote == '"')
      fail("\"\\\" in quotation marks is not understood; leave it out");
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (is_refused(value.substr(i))) fail("a sign that is not understood in quotation marks; leave it out");
    }
    at_ = end + 1;
    if (peek() == quote) fail("a doubled quotation mark is not understood; leave it out");
    return std::string(value);
  }

  std::string take_plain_key() {
    const std::size_t begin = at_;
    while (!at_end() && static_cast<unsigned char>(text_[at_]) < 0x80 &&
           (is_plain_letter(text_[at_]) || (at_ > begin && text_[at_] == '-'))) {
      ++at_;
    }
    std::string key(text_.substr(begin, at_ - begin));
    const std::string lowered = lower(key);
    at_ = begin;
    if (key.empty() || is_digit(key[0]) || lowered == "true" || lowered == "false" || lowered == "null")
      fail("expected key: value");
    at_ += key.size();
    return key;
  }

  bool ends_plain(std::size_t at) const {
    const char c = text_[at];
    if (in_flow_ && std::string_view(",[]{}").find(c) != std::string_view::npos) return true;
    if (c == '#') return text_[at - 1] == ' ' || in_flow_;
    if (c != ':') return false;
    return at + 1 >= text_.size() || !is_plain_letter(text_[at + 1]);
  }

  std::string take_plain() {
    const std::size_t begin = at_;
    const bool is_number = peek() == '-' && at_ + 1 < text_.size() && is_plain_letter(text_[at_ + 1]);
    if (!is_plain_letter(peek()) && !is_number && peek() != '/')
      fail("a value may not begin with this sign; put it in quotation marks");
    while (!at_end() && (at_ == begin || !ends_plain(at_))) {
      if (is_refused(text_.substr(at_))) fail("a sign that is not understood here; leave it out");
      ++at_;
    }
    if (peek() == ':') fail("\":\" inside a value; put the value in quotation marks");
    const std::string_view value = trim(text_.substr(begin, at_ - begin));
    if (peek() == '#') --at_;  // The space before it makes it a comment.
    return value == "null" ? std::string() : std::string(value);
  }

  std::string_view text_;
  std::size_t base_;
  bool in_flow_;
  std::size_t at_ = 0;
};

// A mapping whose lines are being read.
struct OpenMapping {
  std::size_t indent = 0;
  std::set<std::string> keys;
};

class BlockReader {
 public:
  explicit BlockReader(YamlResult& result) : result_(result) {}

  // One line of the block, without the block's own indentation; `base` is where it stands.
  void read_line(std::string_view line, std::size_t base) {
    Scanner scanner(line, base, false);
    scanner.skip_blanks();
    if (scanner.at_end()) return;
    const std::size_t indent = line.find_first_not_of(' ');
    while (!open_.empty() && indent < open_.back().indent) {
      open_.pop_back();
      may_nest_ = false;
    }
    if (open_.empty() ? result_.entries.empty() : indent > open_.back().indent && may_nest_) {
      if (open_.size() > kDepthMax) scanner.fail("nested too deep");
      open_.push_back({indent, {}});
      if (open_.size() == 2) result_.entries.back().has_parts = true;
    } else if (open_.empty() || indent != open_.back().indent) {
      scanner.fail("this line fits no indentation above it");
    }
    bool is_alone = false;
    std::string key = scanner.take_key(is_alone);
    if (is_alone) scanner.fail("expected key: value");
    if (!open_.back().keys.insert(key).second) scanner.fail(fmt::format("{} stands twice", in_quotes(key)));
    YamlEntry entry = scanner.take_value(0);
    if (!scanner.at_end()) scanner.fail("expected the end of the line; put the value in quotation marks");
    may_nest_ = entry.value.empty() && !entry.has_parts && line.find_last_of("\"'") == std::string_view::npos &&
                line.find("null") == std::string_view::npos;
    if (open_.size() != 1) return;
    entry.key = std::move(key);
    result_.entries.push_back(std::move(entry));
  }

 private:
  YamlResult& result_;
  std::vector<OpenMapping> open_;
  bool may_nest_ = false;  // the line before has a key and nothing else
};

}  // namespace

YamlResult read_yaml_block(std::string_view text, std::string_view indent) {
  YamlResult result;
  BlockReader reader(result);
  try {
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string_view line = text.substr(begin, end - begin);
      const bool is_indented = line.substr(0, indent.size()) == indent;
      if (is_indented) line.remove_prefix(indent.size());
      reader.read_line(line, begin + (is_indented ? indent.size() : 0));
      begin = end + 1;
    }
    for (const YamlEntry& entry : result.entries) {
      if (entry.key == "config" && !entry.value.empty()) throw Problem{"config has no entries below it", 0};
    }
  } catch (Problem& problem) {
    result.problem = std::move(problem.what);
    result.offset = problem.offset;
  }
  return result;
}

YamlResult read_yaml_flow(std::string_view text) {
  YamlResult result;
  try {
    if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) throw Problem{"a NUL byte", nul};
    result.entries = Scanner(text, 0, true).take_parts('\0', 0);
  } catch (Problem& problem) {
    result.problem = std::move(problem.what);
    result.offset = problem.offset;
  }
  return result;
}

}  // namespace stalemate::model
