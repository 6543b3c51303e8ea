// A connection to a Redis: one command, one round trip. What arrives is framed before hiredis has it.
#pragma once

#include <hiredis/hiredis.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/error.hpp"
#include "connection.hpp"
#include "os/signals.hpp"
#include "os/watch.hpp"
#include "stores/store.hpp"
#include "stores/text.hpp"
#include "wire/servers.hpp"
#include "wire/wire.hpp"

namespace stalemate::real::redis {

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Reply = std::unique_ptr<redisReply, FreeReply>;

inline std::string text_of(const redisReply& reply) {
  return reply.str == nullptr ? "" : std::string(reply.str, reply.len);
}

class Connection {
 public:
  // `mend`: what to do where a command is refused.
  Connection(const RedisAddress& address, Purpose purpose, std::string mend = "check what --redis says")
      : place_(place(address)), timeout_seconds_(address.timeout_seconds), mend_(std::move(mend)) {
    const timeval patience = {address.timeout_seconds, 0};
    context_.reset(address.host.starts_with('/')
                       ? redisConnectUnixWithTimeout(address.host.c_str(), patience)
                       : redisConnectWithTimeout(address.host.c_str(), address.port, patience));
    if (!context_ || context_->err != 0) {
      if (purpose == Purpose::kWork) throw_if_stopped();
      throw EnvironmentError(fmt::format("{}: cannot connect: {}; check that it runs and what --redis says", place_,
                                         context_ ? first_line(context_->errstr) : "out of memory"));
    }
    redisSetTimeout(context_.get(), patience);
    watch_.emplace(context_->fd, timeout_seconds_);
    if (purpose == Purpose::kWork) throw_if_stopped();
    if (!address.password.empty()) {
      if (address.user.empty()) {
        execute({"AUTH", address.password});
      } else {
        execute({"AUTH", address.user, address.password});
      }
    }
    if (address.database != 0) execute({"SELECT", fmt::format("{}", address.database)});
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return context_->fd; }

  void set_patience(std::chrono::milliseconds patience) {
    if (patience == patience_) return;
    patience_ = patience;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(patience);
    const auto rest = std::chrono::duration_cast<std::chrono::microseconds>(patience - seconds);
    redisSetTimeout(context_.get(), {seconds.count(), rest.count()});
  }

  // One command, one round trip. Throws if there is no reply or the reply is an error.
  Reply execute(const std::vector<std::string>& command) {
    Reply reply = try_execute(command);
    if (reply->type == REDIS_REPLY_ERROR) throw_refused(command[0], first_line(text_of(*reply)));
    return reply;
  }

  // The same, where the caller looks at errors.
  Reply try_execute(const std::vector<std::string>& command) {
    std::vector<const char*> arguments;
    std::vector<std::size_t> sizes;
    for (const std::string& argument : command) {
      arguments.push_back(argument.data());
      sizes.push_back(argument.size());
    }
    errno = 0;
    int is_written = 0;
    redisAppendCommandArgv(context_.get(), static_cast<int>(command.size()), arguments.data(), sizes.data());
    while (is_written == 0) {
      if (redisBufferWrite(context_.get(), &is_written) != REDIS_OK) throw_lost();
    }
    return read_reply();
  }

  // What the server says unasked, once it was asked to.
  Reply next() { return read_reply(); }

  [[noreturn]] void throw_refused(const std::string& command, const std::string& why) const {
    const bool lacks_right = why.starts_with("NOPERM");
    const bool lacks_password = why.starts_with("NOAUTH") || why.starts_with("WRONGPASS");
    throw EnvironmentError(fmt::format("{}: {} {}: {}; {}", place_,
                                       lacks_right ? "its user lacks a right, for" : "it refuses", command, why,
                                       lacks_right      ? kGrantRight
                                       : lacks_password ? "check the user and the password of --redis"
                                                        : mend_.c_str()));
  }

  [[noreturn]] void throw_strange(const std::string& command) const {
    throw EnvironmentError(
        fmt::format("{}: its reply to {} is none that Redis gives; check what --redis says", place_, command));
  }

  // What CLIENT LIST calls this connection; false where the user may not say it.
  bool name(const std::string& name) { return try_execute({"CLIENT", "SETNAME", name})->type != REDIS_REPLY_ERROR; }

 private:
  // What arrives is framed before hiredis has it: that would take any length for true.
  Reply read_reply() {
    for (;;) {
      void* reply = nullptr;
      if (redisGetReplyFromReader(context_.get(), &reply) != REDIS_OK) throw_lost();
      if (reply != nullptr) return Reply(static_cast<redisReply*>(reply));
      std::array<char, 16'384> buffer;
      const ssize_t count = ::recv(context_->fd, buffer.data(), buffer.size(), 0);
      if (count < 0 && errno == EINTR) {
        throw_if_stopped();
        continue;
      }
      if (count <= 0) throw_ended(count == 0);
      check_framing({buffer.data(), static_cast<std::size_t>(count)});
      redisReaderFeed(context_->reader, buffer.data(), static_cast<std::size_t>(count));
    }
  }

  void check_framing(std::string_view chunk) {
    try {
      while (!chunk.empty()) framer_->next(chunk);
    } catch (const WireError& error) {
      throw error.at(place_);
    }
  }

  [[noreturn]] void throw_ended(bool is_closed) const {
    const int cause = errno;
    throw_if_stopped();
    if (!is_closed && (cause == EAGAIN || cause == ETIMEDOUT)) throw_timeout();
    throw_broken(is_closed ? "Server closed the connection" : std::strerror(cause));
  }

  [[noreturn]] void throw_lost() const {
    const int cause = errno;
    throw_if_stopped();
    if (context_->err == REDIS_ERR_IO && (cause == EAGAIN || cause == ETIMEDOUT)) throw_timeout();
    throw_broken(context_->errstr);
  }

  [[noreturn]] void throw_timeout() const { real::throw_timeout(place_, timeout_seconds_); }
  [[noreturn]] void throw_broken(const std::string& reason) const { real::throw_broken(place_, first_line(reason)); }

  std::string place_;
  int timeout_seconds_;
  std::string mend_;
  std::chrono::milliseconds patience_{0};
  std::unique_ptr<Framer> framer_ = make_framer(Protocol::kRedis, Side::kServer, {});
  std::unique_ptr<redisContext, FreeContext> context_;
  std::optional<WatchedSocket> watch_;  // after context_: released before the socket closes
};

}  // namespace stalemate::real::redis
