// The text protocol of memcached with its meta commands (doc/protocol.txt of memcached 1.6). A request is a line, and
// after one that stores something the data that the line announces; a reply is a line, or several up to END. Refused by
// name: the binary protocol, and whatever leaves a request without a reply of its own (noreply, the meta flag q,
// watch).
#include <algorithm>
#include <array>
#include <vector>

#include "base/text.hpp"
#include "line_framer.hpp"

namespace stalemate::real {
namespace {

constexpr int kNoDigit = -1;

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(std::begin(words), std::end(words), word) != std::end(words);
}

// The line's words; its end is LF or CR LF.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  for (std::string& word : split(std::string(without_newline(line)), ' '))
    if (!word.empty()) words.push_back(std::move(word));
  return words;
}

// A first byte, then a line; then the data that it announces. As far as the two directions share it.
class MemcachedFramer : public LineFramer {
 public:
  using LineFramer::LineFramer;

 protected:
  Need first() override {
    awaits_ = Awaits::kFirst;
    return LineFramer::first();
  }

  std::optional<Need> advance(std::string_view piece, Message& message) override {
    if (awaits_ == Awaits::kData) {
      bulk(piece, mend());
      return {};
    }
    if (awaits_ == Awaits::kFirst) {
      line_ = piece;
      if (const auto byte = static_cast<unsigned char>(piece[0]); byte == 0x80 || byte == 0x81)
        fail("memcached's binary protocol, which is not carried", "speak its text protocol");
      awaits_ = Awaits::kLine;
      if (piece[0] != '\n') return line_needed();
      line_.clear();
    }
    line_ += piece;
    const std::vector<std::string> words = words_of(line_);
    const int at = data_after(words, message);
    if (at == kNoDigit) return {};
    if (static_cast<std::size_t>(at) >= words.size())
      fail(fmt::format("{} announces no data", shown(words[0])), mend());
    const std::int64_t size = length(words[static_cast<std::size_t>(at)], 1, mend());
    if (size < 0) fail("data of a negative length", mend());
    awaits_ = Awaits::kData;
    return bytes_needed(static_cast<std::size_t>(size) + 2);
  }

  // What message the line is, or begins; which of its words says how many bytes follow, or kNoDigit: none does.
  virtual int data_after(const std::vector<std::string>& words, Message& message) = 0;
  virtual std::string mend() const = 0;

 private:
  enum class Awaits { kFirst, kLine, kData };
  Awaits awaits_ = Awaits::kFirst;
  std::string line_;
};

class MemcachedRequestFramer : public MemcachedFramer {
 public:
  explicit MemcachedRequestFramer(const WireLimits& limits) : MemcachedFramer(Side::kClient, limits) {}

 private:
  static constexpr std::array<std::string_view, 6> kStore = {"set", "add", "replace", "append", "prepend", "cas"};
  static constexpr std::array<std::string_view, 5> kMeta = {"mg", "ms", "md", "ma", "mn"};

  int data_after(const std::vector<std::string>& words, Message& message) override {
    if (words.empty()) return kNoDigit;  // which is answered, as an error
    const std::string& name = words[0];
    for (const char c : std::string_view(name).substr(0, kLongestName)) message.name += c > ' ' && c <= '~' ? c : '?';
    if (name == "quit" || name == "shutdown") message.role = Role::kAside;
    if (name == "watch") fail("after watch replies no longer answer requests one by one", mend());
    const bool is_meta = is_one_of(name, kMeta);
    const bool is_quiet = is_meta && std::find(words.begin() + 1, words.end(), "q") != words.end();
    if (is_quiet || (!is_meta && words.back() == "noreply"))
      fail(fmt::format("{} that asks for no reply", shown(name)), mend());
    return name == "ms" ? 2 : is_one_of(name, kStore) ? 4 : kNoDigit;
  }

  std::string mend() const override { return "check that the client speaks memcached's text protocol, with replies"; }

  static constexpr std::size_t kLongestName = 32;
};

class MemcachedReplyFramer : public MemcachedFramer {
 public:
  explicit MemcachedReplyFramer(const WireLimits& limits) : MemcachedFramer(Side::kServer, limits) {}

 private:
  static constexpr std::array<std::string_view, 25> kWhole = {
      "END",    "HD",      "NS",      "EX",        "NF",    "EN",     "MN",        "ME",           "STORED",
      "EXISTS", "DELETED", "OK",      "NOT_FOUND", "RESET", "ERROR",  "TOUCHED",   "CLIENT_ERROR", "SERVER_ERROR",
      "BUSY",   "VERSION", "NOSPARE", "BADCLASS",  "SAME",  "UNSAFE", "NOT_STORED"};
  static constexpr std::array<std::string_view, 3> kOfMany = {"STAT", "ITEM", "VALUE"};

  int data_after(const std::vector<std::string>& words, Message& message) override {
    if (words.empty()) fail("an empty line, which is no reply of a memcached", mend());
    const std::string& name = words[0];
    message.name = name;
    if (name == "VA") return 1;
    if (is_one_of(name, kOfMany) || name.starts_with("key=")) {
      message.role = Role::kPart;
      if (name.starts_with("key=")) message.name = "key";
      return name == "VALUE" ? 3 : kNoDigit;
    }
    const bool is_number = name.find_first_not_of("0123456789") == std::string::npos;
    if (!is_number && !is_one_of(name, kWhole))
      fail(fmt::format("{} begins no reply of a memcached", shown(name)), mend());
    if (is_number) message.name = "number";
    return kNoDigit;
  }

  std::string mend() const override { return "check that it is a memcached"; }
};

}  // namespace

std::unique_ptr<Framer> make_memcached_framer(Side sender, const WireLimits& limits) {
  if (sender == Side::kClient) return std::make_unique<MemcachedRequestFramer>(limits);
  return std::make_unique<MemcachedReplyFramer>(limits);
}

}  // namespace stalemate::real
