// See mapping_text.hpp.
#include "mapping_text.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/error.hpp"

namespace stalemate::model {
namespace {

constexpr std::array<std::pair<Parameter, std::string_view>, 4> kWords = {{{Parameter::kKey, ":key"},
                                                                           {Parameter::kValue, ":value"},
                                                                           {Parameter::kTtl, ":ttl"},
                                                                           {Parameter::kVersion, ":version"}}};

// The parameter whose word begins `text`.
std::optional<Parameter> parameter_at(std::string_view text) {
  for (const auto& [parameter, word] : kWords)
    if (text.starts_with(word) && (text.size() == word.size() || !is_word_byte(text[word.size()]))) return parameter;
  return {};
}

class SqlReader {
 public:
  SqlReader(const std::string& name, Position at, const std::string& what, std::string_view text, Statements count)
      : name_(name), at_(at), what_(what), text_(text), count_(count) {}

  SqlStatement read() {
    while (next_ < text_.size()) read_one();
    while (!out_.text.empty() && (out_.text.back() == ';' || out_.text.back() == ' ')) out_.text.pop_back();
    if (out_.text.empty()) fail("is empty; write a statement");
    return std::move(out_);
  }

 private:
  [[noreturn]] void fail(std::string_view why) const { fail_at(name_, at_, fmt::format("{} {}", what_, why)); }

  std::string_view rest() const { return text_.substr(next_); }
  void copy(std::size_t count) {
    out_.text += rest().substr(0, count);
    next_ += std::min(count, text_.size() - next_);
  }

  void read_one() {
    const char c = text_[next_];
    const bool begins_word = next_ == 0 || !is_word_byte(text_[next_ - 1]);
    if (rest().starts_with("::")) return copy(2);
    if (c == ':') return read_parameter();
    if (c == '\'') return read_quoted('\'', begins_word ? false : has_escapes());
    if (c == '"') return read_quoted('"', false);
    if (rest().starts_with("--")) fail("has a -- comment, which would swallow all after it; take it out");
    if (rest().starts_with("/*")) return read_comment();
    if (c == '$') return read_dollar(begins_word);
    if (c == ';' && count_ == Statements::kOne && !trim(rest().substr(1)).empty())
      fail("is several statements; make them one, or a function");
    copy(1);
  }

  // E'...': a backslash escapes.
  bool has_escapes() const {
    const bool is_e = lower(text_[next_ - 1]) == 'e';
    return is_e && (next_ == 1 || !is_word_byte(text_[next_ - 2]));
  }

  void read_parameter() {
    const auto parameter = parameter_at(rest());
    if (!parameter) {
      if (rest().size() > 1 && is_word_byte(rest()[1]) && !is_digit(rest()[1])) {
        std::size_t end = 1;
        while (end < rest().size() && is_word_byte(rest()[end])) ++end;
        fail(fmt::format("has {}, which is no parameter; there are :key and :value", in_quotes(rest().substr(0, end))));
      }
      return copy(1);
    }
    auto found = std::find(out_.parameters.begin(), out_.parameters.end(), *parameter);
    if (found == out_.parameters.end()) found = out_.parameters.insert(found, *parameter);
    out_.text += fmt::format("${}", found - out_.parameters.begin() + 1);
    next_ += word_of(*parameter).size();
  }

  void read_quoted(char quote, bool backslash_escapes) {
    std::size_t end = next_ + 1;
    for (;; ++end) {
      if (end >= text_.size()) fail(fmt::format("has a {} that nothing closes; close it", quote));
      if (backslash_escapes && text_[end] == '\\') {
        ++end;
      } else if (text_[end] == quote) {
        if (end + 1 >= text_.size() || text_[end + 1] != quote) break;
        ++end;
      }
    }
    take_quoted(end + 1);
  }

  void take_quoted(std::size_t end) {
    const std::string_view quoted = text_.substr(next_, end - next_);
    for (std::size_t colon = quoted.find(':'); colon != std::string_view::npos; colon = quoted.find(':', colon + 1)) {
      if (const auto parameter = parameter_at(quoted.substr(colon)))
        fail(fmt::format("has {} inside quotes, where it is text and no parameter; take the quotes away",
                         word_of(*parameter)));
    }
    copy(end - next_);
  }

  // Comments nest.
  void read_comment() {
    int depth = 0;
    do {
      if (next_ >= text_.size()) fail("has a /* that nothing closes; close it");
      const bool is_open = rest().starts_with("/*");
      const bool is_close = rest().starts_with("*/");
      depth += (is_open ? 1 : 0) - (is_close ? 1 : 0);
      copy(is_open || is_close ? 2 : 1);
    } while (depth > 0);
  }

  // $tag$ ... $tag$; a number after the dollar would be a parameter of somebody else's.
  void read_dollar(bool begins_word) {
    if (!begins_word) return copy(1);
    if (rest().size() > 1 && is_digit(rest()[1])) fail("has a parameter by number; write :key or :value");
    std::size_t end = 1;
    while (end < rest().size() && is_word_byte(rest()[end])) ++end;
    if (end >= rest().size() || rest()[end] != '$') return copy(1);
    const std::string_view tag = rest().substr(0, end + 1);
    const std::size_t close = text_.find(tag, next_ + tag.size());
    if (close == std::string_view::npos) fail(fmt::format("has a {} that nothing closes; close it", tag));
    take_quoted(close + tag.size());
  }

  const std::string& name_;
  Position at_;
  const std::string& what_;
  std::string_view text_;
  Statements count_;
  std::size_t next_ = 0;
  SqlStatement out_;
};

// Commands that answer more than once, or change the connection for all that comes after.
constexpr std::array<std::string_view, 16> kNoCommands = {
    "auth", "client", "exec",   "hello",      "monitor", "multi",     "psubscribe", "psync",
    "quit", "reset",  "select", "ssubscribe", "sync",    "subscribe", "unwatch",    "watch"};
constexpr std::array<std::string_view, 9> kNoStatements = {"abort",  "begin",    "commit",    "copy", "end",
                                                           "listen", "rollback", "savepoint", "start"};

std::string first_word(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && is_word_byte(text[end])) ++end;
  return lower(text.substr(0, end));
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

class CommandReader {
 public:
  CommandReader(const std::string& name, Position at, const std::string& what, std::string_view text)
      : name_(name), at_(at), what_(what), text_(text) {}

  CacheCommand read() {
    for (text_ = trim(text_); !text_.empty(); text_ = trim(text_)) read_word();
    if (command_.front().parameter) fail("begins with a parameter; begin with the command");
    const std::string command = lower(command_.front().before);
    if (std::find(kNoCommands.begin(), kNoCommands.end(), command) != kNoCommands.end())
      fail(fmt::format("is {}, which changes the connection or answers more than once; take another",
                       in_quotes(command)));
    return std::move(command_);
  }

 private:
  [[noreturn]] void fail(std::string_view why) const { fail_at(name_, at_, fmt::format("{} {}", what_, why)); }

  void read_word() {
    const char quote = text_.front();
    if (quote == '"' || quote == '\'') return read_quoted(quote);
    const std::size_t end = std::min(text_.size(), text_.find_first_of(" \t"));
    const std::string_view word = text_.substr(0, end);
    text_.remove_prefix(end);
    CacheWord read{std::string(word), {}, ""};
    for (std::size_t colon = word.find(':'); colon != std::string_view::npos; colon = word.find(':', colon + 1)) {
      const auto parameter = parameter_at(word.substr(colon));
      if (!parameter) continue;
      if (read.parameter) fail(fmt::format("has two parameters in the word {}; part them", in_quotes(word)));
      read = {std::string(word.substr(0, colon)), parameter,
              std::string(word.substr(colon + word_of(*parameter).size()))};
    }
    if (read.parameter && *read.parameter != Parameter::kKey && (!read.before.empty() || !read.after.empty()))
      fail(fmt::format("has {} inside the word {}; let it stand alone", word_of(*read.parameter), in_quotes(word)));
    command_.push_back(std::move(read));
  }

  void read_quoted(char quote) {
    std::string word;
    std::size_t at = 1;
    for (;; ++at) {
      if (at >= text_.size()) fail(fmt::format("has a {} that nothing closes; close it", quote));
      if (text_[at] == quote) break;
      if (text_[at] == '\\' && at + 1 < text_.size() && (quote == '"' || text_[at + 1] == quote)) {
        word += escaped(at);
      } else {
        word += text_[at];
      }
    }
    for (std::size_t colon = word.find(':'); colon != std::string::npos; colon = word.find(':', colon + 1))
      if (const auto parameter = parameter_at(std::string_view(word).substr(colon)))
        fail(fmt::format("has {} inside quotes, where it is text and no parameter; take the quotes away",
                         word_of(*parameter)));
    text_.remove_prefix(at + 1);
    if (!text_.empty() && text_.front() != ' ' && text_.front() != '\t')
      fail("has a quote in the midst of a word; part them");
    command_.push_back({std::move(word), {}, ""});
  }

  // What the backslash at `at` stands for; `at` moves to its last character.
  char escaped(std::size_t& at) const {
    const char c = text_[++at];
    if (c == 'x' && at + 2 < text_.size() && hex_digit(text_[at + 1]) >= 0 && hex_digit(text_[at + 2]) >= 0) {
      at += 2;
      return static_cast<char>(hex_digit(text_[at - 1]) * 16 + hex_digit(text_[at]));
    }
    constexpr std::string_view kNames = "nrtba";
    constexpr std::string_view kBytes = "\n\r\t\b\a";
    const std::size_t named = kNames.find(c);
    return named == std::string_view::npos ? c : kBytes[named];
  }

  const std::string& name_;
  Position at_;
  const std::string& what_;
  std::string_view text_;
  CacheCommand command_;
};

}  // namespace

std::string_view word_of(Parameter parameter) { return kWords[static_cast<std::size_t>(parameter)].second; }

SqlStatement parse_sql(const std::string& name, Position at, const std::string& what, std::string_view text,
                       Statements count) {
  return SqlReader(name, at, what, text, count).read();
}

void refuse_what_is_no_verb(const std::string& name, Position at, const std::string& what, const std::string& sql) {
  const std::string word = first_word(sql);
  if (std::find(kNoStatements.begin(), kNoStatements.end(), word) != kNoStatements.end())
    fail_at(name, at,
            fmt::format("{} is {}, but it must be complete by itself, without data beside it; take another", what,
                        in_quotes(word)));
}

CacheCommand parse_cache_command(const std::string& name, Position at, const std::string& what, std::string_view text) {
  return CommandReader(name, at, what, text).read();
}

void throw_empty(const std::string& name) {
  throw InputError(fmt::format("{}: there is no line of a mapping in it; write: sql set = UPDATE ...", name));
}

}  // namespace stalemate::model
