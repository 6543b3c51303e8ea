// See wire/wire.hpp. What both protocols share: pieces are gathered here, in bounds; framers say which piece comes
// next.
#include "wire/wire.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "framers.hpp"

namespace stalemate::real {
namespace {

std::string text_of(const WireError::Parts& parts) {
  return fmt::format("{}{}the {}'s byte {}: {}; {}", parts.where, parts.where.empty() ? "" : ": ",
                     parts.sender == Side::kClient ? "client" : "server", parts.offset, parts.problem, parts.mend);
}

}  // namespace

WireError::WireError(Parts parts) : EnvironmentError(text_of(parts)), parts_(std::move(parts)) {}

WireError WireError::at(const std::string& where) const {
  Parts parts = parts_;
  parts.where = where;
  return WireError(std::move(parts));
}

std::optional<Message> Framer::next(std::string_view& chunk) {
  if (error_) throw WireError(*error_);
  while (!chunk.empty()) {
    if (!need_) {
      message_ = Message();
      need_ = first();
    }
    const std::size_t count = take(chunk);
    bytes_.append(chunk.substr(0, count));
    chunk.remove_prefix(count);
    const bool is_there = need_->line ? bytes_.back() == '\n' : bytes_.size() == piece_ + need_->count;
    if (!is_there) continue;
    need_ = advance(std::string_view(bytes_).substr(piece_), message_);
    if (need_ && need_->count > room()) fail_too_long(bytes_.size() + need_->count);
    piece_ = bytes_.size();
    if (need_) continue;
    message_.offset = offset_;
    offset_ += bytes_.size();
    piece_ = 0;
    message_.bytes = std::move(bytes_);
    bytes_.clear();
    return std::move(message_);
  }
  return {};
}

// How many bytes of the chunk belong to the piece; judges a line's length, because no one announced it.
std::size_t Framer::take(std::string_view chunk) const {
  const std::size_t had = bytes_.size() - piece_;
  if (!need_->line) return std::min(need_->count - had, chunk.size());
  const std::size_t end = chunk.find('\n');
  const std::size_t count = end == std::string_view::npos ? chunk.size() : end + 1;
  const std::size_t space = limits_.message_bytes - piece_;
  if (had + count > std::min(space, limits_.line_bytes)) {
    if (space < limits_.line_bytes) fail_too_long(limits_.message_bytes + 1);
    fail(fmt::format("a line of more than {} bytes", limits_.line_bytes), "check what speaks there");
  }
  return count;
}

void Framer::fail(std::string problem, std::string mend) const {
  error_.emplace(WireError::Parts{"", sender_, offset_ + piece_, std::move(problem), std::move(mend)});
  throw WireError(*error_);
}

void Framer::fail_too_long(std::uint64_t announced) const {
  fail(fmt::format("a message of {} bytes or more, where at most {} are carried", announced, limits_.message_bytes),
       "send less at a time");
}

std::unique_ptr<Framer> make_framer(Protocol protocol, Side sender, const WireLimits& limits) {
  switch (protocol) {
    case Protocol::kRedis:
      return make_resp_framer(sender, limits);
    case Protocol::kMemcached:
      return make_memcached_framer(sender, limits);
    case Protocol::kPostgres:
      break;
  }
  return make_postgres_framer(sender, limits);
}

std::string shown(std::string_view bytes) {
  constexpr std::size_t kMost = 12;
  std::string text = "'";
  for (const char c : bytes.substr(0, kMost)) {
    if (c >= ' ' && c <= '~' && c != '\\') {
      text += c;
    } else {
      text += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    }
  }
  return text + (bytes.size() > kMost ? "...'" : "'");
}

}  // namespace stalemate::real
