// RESP2 and RESP3, as Redis speaks them (https://redis.io/docs/latest/develop/reference/protocol-spec/). Requests are
// arrays of bulk strings, or inline commands; replies are values that nest. Refused by name: the streamed forms of
// RESP3, which no Redis sends, and commands after which replies no longer answer requests one by one.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "line_framer.hpp"

namespace stalemate::real {
namespace {

constexpr std::size_t kLongestName = 32;

std::string capitals(std::string_view word) {
  std::string text;
  for (const char c : word.substr(0, kLongestName)) {
    const bool is_small = c >= 'a' && c <= 'z';
    text += is_small ? static_cast<char>(c - 'a' + 'A') : (c > ' ' && c <= '~') ? c : '?';
  }
  return text;
}

bool is_whole_number(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_double(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789+-.eEinfaINFA") == std::string_view::npos;
}

class RespRequestFramer : public LineFramer {
 public:
  explicit RespRequestFramer(const WireLimits& limits) : LineFramer(Side::kClient, limits) {}

 private:
  enum class Awaits { kType, kInline, kCount, kBulkType, kBulkLength, kBulk };
  static constexpr std::string_view kMend = "check that the client speaks RESP";

  Need first() override {
    words_left_ = 0;
    words_.clear();
    awaits_ = Awaits::kType;
    return LineFramer::first();
  }

  std::optional<Need> advance(std::string_view piece, Message& message) override {
    switch (awaits_) {
      case Awaits::kType:
        first_ = piece[0];
        if (first_ == '\n') return whole(message);
        awaits_ = first_ == '*' ? Awaits::kCount : Awaits::kInline;
        return line_needed();
      case Awaits::kInline:
        split_inline(piece);
        return whole(message);
      case Awaits::kCount: {
        const std::int64_t count = length(content(piece, kMend), 6, kMend);  // the shortest: "$0", CR LF twice
        words_left_ = count < 0 ? 0 : static_cast<std::size_t>(count);
        return next_word(message);
      }
      case Awaits::kBulkType:
        if (piece[0] != '$') fail(fmt::format("{} where a command's next word begins with '$'", shown(piece)), mend());
        awaits_ = Awaits::kBulkLength;
        return line_needed();
      case Awaits::kBulkLength: {
        const std::int64_t size = length(content(piece, kMend), 1, kMend);
        if (size < 0) fail("a word of a command cannot be null", mend());
        awaits_ = Awaits::kBulk;
        return bytes_needed(static_cast<std::size_t>(size) + 2);
      }
      case Awaits::kBulk: {
        const std::string_view word = bulk(piece, kMend);
        if (words_.size() < 2) words_.push_back(capitals(word));
        --words_left_;
        return next_word(message);
      }
    }
    return {};
  }

  std::optional<Need> next_word(Message& message) {
    if (words_left_ == 0) return whole(message);
    awaits_ = Awaits::kBulkType;
    return bytes_needed(1);
  }

  // Redis splits at spaces; quotes matter only for arguments, of which two are looked at.
  void split_inline(std::string_view rest) {
    std::string line = first_ + std::string(without_newline(rest));
    std::string_view text = line;
    while (words_.size() < 2) {
      const std::size_t begin = text.find_first_not_of(" \t\r");
      if (begin == std::string_view::npos) return;
      text.remove_prefix(begin);
      const std::string_view word = text.substr(0, text.find_first_of(" \t\r"));
      words_.push_back(capitals(word));
      text.remove_prefix(word.size());
    }
  }

  std::optional<Need> whole(Message& message) {
    if (words_.empty()) {  // Redis ignores it and replies nothing
      message.role = Role::kAside;
      return {};
    }
    const std::string& name = words_[0];
    const bool mutes = name == "CLIENT" && words_.size() > 1 && words_[1] == "REPLY";
    if (mutes || name == "MONITOR" || name == "SYNC" || name == "PSYNC") {
      fail(fmt::format("after {}{} replies no longer answer requests one by one", name, mutes ? " REPLY" : ""),
           "leave it out where messages pass the proxy");
    }
    message.name = name;
    return {};
  }

  static std::string mend() { return std::string(kMend); }

  Awaits awaits_ = Awaits::kType;
  char first_ = 0;
  std::size_t words_left_ = 0;
  std::vector<std::string> words_;  // the first two, in capitals, cut short
};

struct ReplyType {
  char byte;
  const char* name;
};
constexpr std::array<ReplyType, 15> kReplyTypes = {{{'+', "simple string"},
                                                    {'-', "error"},
                                                    {':', "integer"},
                                                    {'$', "bulk string"},
                                                    {'*', "array"},
                                                    {'_', "null"},
                                                    {'#', "boolean"},
                                                    {',', "double"},
                                                    {'(', "big number"},
                                                    {'!', "bulk error"},
                                                    {'=', "verbatim string"},
                                                    {'%', "map"},
                                                    {'~', "set"},
                                                    {'>', "push"},
                                                    {'|', "attribute"}}};

class RespReplyFramer : public LineFramer {
 public:
  explicit RespReplyFramer(const WireLimits& limits) : LineFramer(Side::kServer, limits) {}

 private:
  enum class Awaits { kType, kLine, kBulk };
  // An aggregate whose elements are still coming. I1: at most limits().depth of them.
  struct Open {
    std::int64_t left;
    bool is_attribute;  // comes before a value and is none itself
  };
  static constexpr std::string_view kMend = "check that it is a Redis";

  Need first() override {
    open_.clear();
    awaits_ = Awaits::kType;
    return LineFramer::first();
  }

  std::optional<Need> advance(std::string_view piece, Message& message) override {
    switch (awaits_) {
      case Awaits::kType:
        begin_value(piece[0], message);
        awaits_ = Awaits::kLine;
        return line_needed();
      case Awaits::kLine:
        return line(content(piece, kMend));
      case Awaits::kBulk:
        if (const std::string_view text = bulk(piece, kMend); type_ == '=' && (text.size() < 4 || text[3] != ':')) {
          fail("a verbatim string without its format and colon", mend());
        }
        return value_done();
    }
    return {};
  }

  void begin_value(char byte, Message& message) {
    const auto* const found = std::find_if(kReplyTypes.begin(), kReplyTypes.end(),
                                           [byte](const ReplyType& type) { return type.byte == byte; });
    if (found == kReplyTypes.end()) {
      if (byte == ';' || byte == '.') fail_streamed();
      fail(fmt::format("{} begins no RESP value", shown({&byte, 1})), mend());
    }
    if (byte == '>' && !open_.empty()) fail("a push inside another value", mend());
    type_ = byte;
    if (!open_.empty() || byte == '|') return;
    message.name = found->name;
    message.role = byte == '>' ? Role::kAside : Role::kEnd;
  }

  std::optional<Need> line(std::string_view text) {
    switch (type_) {
      case '+':
      case '-':
        return value_done();
      case ':':
      case '(':
        return scalar(is_whole_number(text), text);
      case ',':
        return scalar(is_double(text), text);
      case '#':
        return scalar(text == "t" || text == "f", text);
      case '_':
        return scalar(text.empty(), text);
      default:
        break;
    }
    if (text == "?") fail_streamed();
    const bool is_string = type_ == '$' || type_ == '!' || type_ == '=';
    const bool is_pairs = type_ == '%' || type_ == '|';
    const std::int64_t count = length(text, is_string ? 1 : is_pairs ? 6 : 3, kMend);  // the shortest value: "_" CR LF
    if (count < 0) return scalar(type_ == '$' || type_ == '*', text);
    if (!is_string) return begin_aggregate(is_pairs ? count * 2 : count);
    awaits_ = Awaits::kBulk;
    return bytes_needed(static_cast<std::size_t>(count) + 2);
  }

  std::optional<Need> scalar(bool is_valid, std::string_view text) {
    if (!is_valid) fail(fmt::format("{} after '{}'", shown(text), type_), mend());
    return value_done();
  }

  std::optional<Need> begin_aggregate(std::int64_t count) {
    const bool is_attribute = type_ == '|';
    if (count == 0) return is_attribute ? next_value() : value_done();
    if (open_.size() == limits().depth) fail(fmt::format("values nested deeper than {}", limits().depth), mend());
    open_.push_back({count, is_attribute});
    return next_value();
  }

  std::optional<Need> value_done() {
    while (!open_.empty()) {
      if (--open_.back().left > 0) return next_value();
      const bool was_attribute = open_.back().is_attribute;
      open_.pop_back();
      if (was_attribute) return next_value();
    }
    return {};
  }

  std::optional<Need> next_value() {
    awaits_ = Awaits::kType;
    return bytes_needed(1);
  }

  [[noreturn]] void fail_streamed() const {
    fail("a streamed RESP3 value, which is not carried", "have the server announce lengths");
  }
  static std::string mend() { return std::string(kMend); }

  Awaits awaits_ = Awaits::kType;
  char type_ = 0;
  std::vector<Open> open_;
};

}  // namespace

std::unique_ptr<Framer> make_resp_framer(Side sender, const WireLimits& limits) {
  if (sender == Side::kClient) return std::make_unique<RespRequestFramer>(limits);
  return std::make_unique<RespReplyFramer>(limits);
}

}  // namespace stalemate::real
