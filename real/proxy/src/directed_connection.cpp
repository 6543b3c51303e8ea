// See proxied_connection.hpp. What directors do, on any thread: they wait for what is held, decide on it, and send
// at once what may go.
#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.hpp"
#include "os/signals.hpp"
#include "proxied_connection.hpp"

namespace stalemate::real {

void ProxiedConnection::set_hold(bool hold) {
  const std::lock_guard lock(mutex_);
  holds_ = hold;
}

std::optional<Held> ProxiedConnection::wait_request(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  const auto is_there = [this] {
    if (request_) return true;
    const bool is_client_gone = (client_.has_ended && client_.unread.empty()) || client_.is_closed;
    throw_if_over(is_client_gone || is_server_gone(), "no request can come: a side has closed the connection");
    return false;
  };
  if (!wait(lock, until, is_there)) return {};
  return request_;
}

void ProxiedConnection::release_request(std::optional<std::size_t> bytes_then_cut) {
  const std::lock_guard lock(mutex_);
  Held request = take_request();
  if (bytes_then_cut) {
    request.bytes.resize(std::min(*bytes_then_cut, request.bytes.size()));
  } else {
    expected_.push_back({Asker::kDirected});
  }
  send(server_, {std::move(request.bytes), bytes_then_cut.has_value()});
  go_on();
}

void ProxiedConnection::drop_request() {
  const std::lock_guard lock(mutex_);
  take_request();
  go_on();
}

void ProxiedConnection::replace_request(std::string bytes) {
  const std::lock_guard lock(mutex_);
  STALEMATE_INVARIANT(request_, "a request is held");
  request_->bytes = std::move(bytes);
}

ProxiedConnection::Ghost ProxiedConnection::make_ghost(bool take) {
  const std::lock_guard lock(mutex_);
  STALEMATE_INVARIANT(request_, "a request is held");
  const Ghost ghost = ++last_ghost_;
  ghosts_[ghost].request = *request_;
  if (take) take_request();
  go_on();
  return ghost;
}

void ProxiedConnection::release_ghost(Ghost ghost) {
  const std::lock_guard lock(mutex_);
  throw_if_over(is_server_gone(), "a late request cannot be sent: the server's connection is closed");
  GhostState& state = ghosts_.at(ghost);
  STALEMATE_INVARIANT(!state.is_sent, "a ghost is released once");
  state.is_sent = true;
  expected_.push_back({Asker::kGhost, ghost});
  send(server_, {std::move(state.request.bytes)});
  go_on();
}

void ProxiedConnection::drop_ghost(Ghost ghost) {
  const std::lock_guard lock(mutex_);
  ghosts_.erase(ghost);
  go_on();
}

std::optional<Held> ProxiedConnection::wait_ghost(Ghost ghost, Clock::time_point until) {
  std::unique_lock lock(mutex_);
  GhostState& state = ghosts_.at(ghost);
  const auto is_there = [&] {
    if (!state.reply) throw_if_over(is_server_gone(), "no reply can come: the server has closed the connection");
    return state.reply.has_value();
  };
  if (!wait(lock, until, is_there)) return {};
  std::optional<Held> reply = std::move(state.reply);
  ghosts_.erase(ghost);
  return reply;
}

std::optional<Held> ProxiedConnection::wait_reply(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  const auto is_there = [this] {
    if (held_reply() != client_.queue.end()) return true;
    throw_if_over(is_server_gone(), "no reply can come: the server has closed the connection");
    return false;
  };
  if (!wait(lock, until, is_there)) return {};
  return held_reply()->held;
}

void ProxiedConnection::release_reply(std::optional<std::size_t> bytes_then_cut) {
  const std::lock_guard lock(mutex_);
  const auto piece = held_reply();
  STALEMATE_INVARIANT(piece != client_.queue.end(), "a reply is held");
  const std::size_t size = piece->held->bytes.size();
  piece->bytes = std::move(piece->held->bytes);
  piece->held.reset();
  if (bytes_then_cut) {
    piece->bytes.resize(std::min(*bytes_then_cut, size));
    piece->then_cut = true;
  }
  client_.queued_bytes -= size - piece->bytes.size();
  go_on();
}

void ProxiedConnection::drop_reply() {
  const std::lock_guard lock(mutex_);
  const auto piece = held_reply();
  STALEMATE_INVARIANT(piece != client_.queue.end(), "a reply is held");
  client_.queued_bytes -= piece->held->bytes.size();
  client_.queue.erase(piece);  // I2 holds: what is written is not held
  go_on();
}

void ProxiedConnection::lose(const Loss& loss) {
  const std::lock_guard lock(mutex_);
  STALEMATE_INVARIANT(!holds_ && !loss_, "one loss at a time, of what passes");
  loss_ = loss;
}

void ProxiedConnection::cut() {
  const std::lock_guard lock(mutex_);
  forget_client();
  go_on();
}

void ProxiedConnection::forget_client() {
  is_cut_ = true;
  request_.reset();
  client_.unread = {};
  for (Expected& expected : expected_) {
    if (expected.asker == Asker::kDirected) expected.asker = Asker::kPassing;
  }
}

bool ProxiedConnection::wait_closed(Clock::time_point until) {
  std::unique_lock lock(mutex_);
  return wait(lock, until, [this] { return client_.is_closed && server_.is_closed; });
}

bool ProxiedConnection::has_failed() const {
  const std::lock_guard lock(mutex_);
  return failure_ != nullptr;
}

void ProxiedConnection::throw_too_much(Side sender, const Message& message, std::size_t most) {
  throw WireError({"", sender, message.offset,
                   fmt::format("its messages up to here make a request or reply of more than {} bytes", most),
                   "send less at a time"});
}

std::optional<WireError> ProxiedConnection::wire_error() const {
  const std::lock_guard lock(mutex_);
  try {
    if (failure_) std::rethrow_exception(failure_);
  } catch (const WireError& error) {
    return error;
  } catch (const EnvironmentError&) {  // the server could not be reached
  }
  return {};
}

void ProxiedConnection::add_to_group(End& end, const Message& message) const {
  Held& group = end.group;
  if (group.bytes.size() + message.bytes.size() > upstream_->limits.message_bytes) {
    throw_too_much(&end == &client_ ? Side::kClient : Side::kServer, message, upstream_->limits.message_bytes);
  }
  group.bytes += message.bytes;
  if (group.name == "ErrorResponse" || (message.role == Role::kEnd && !group.name.empty())) return;
  group.name = message.name;
}

void ProxiedConnection::send(End& end, Piece piece) {
  if (end.is_closed && !piece.held) return;
  end.queued_bytes += piece.held ? piece.held->bytes.size() : piece.bytes.size();
  const bool is_back_written = end.is_writing && end.queue.size() == 1;
  const bool joins = !end.queue.empty() && !is_back_written && !end.queue.back().held && !end.queue.back().then_cut &&
                     !piece.held && !piece.then_cut;
  if (joins) {
    end.queue.back().bytes += piece.bytes;
  } else {
    end.queue.push_back(std::move(piece));
  }
}

Held ProxiedConnection::take_request() {
  STALEMATE_INVARIANT(request_, "a request is held");
  Held request = std::move(*request_);
  request_.reset();
  return request;
}

std::list<ProxiedConnection::Piece>::iterator ProxiedConnection::held_reply() {
  return std::find_if(client_.queue.begin(), client_.queue.end(), [](const Piece& piece) { return piece.held; });
}

// Whether the server's connection is still needed although the client's is closed.
bool ProxiedConnection::awaits_director() const {
  if (is_server_gone()) return false;
  const auto is_open = [](const auto& ghost) { return !ghost.second.reply; };
  const auto is_directed = [](const Expected& expected) { return expected.asker == Asker::kDirected; };
  return request_ || std::any_of(ghosts_.begin(), ghosts_.end(), is_open) ||
         std::any_of(expected_.begin(), expected_.end(), is_directed);
}

// Does what the decision allows. What there is to do at the end is the proxy's thread's.
void ProxiedConnection::go_on() {
  if (has_proxy_ended_) return;
  pump_or_fail();
  // Once, while somebody waits to hear of it: the proxy of a connection that is closed may be gone, and its thread.
  if (client_.is_closed && server_.is_closed && on_closed_)
    boost::asio::post(*context_, [self = shared_from_this()] { self->look_again(); });
}

void ProxiedConnection::throw_if_over(bool cannot_come, const char* what) const {
  if (failure_) std::rethrow_exception(failure_);
  if (has_proxy_ended_) throw EnvironmentError(upstream_->place + ": the proxy before it has ended");
  if (cannot_come) throw EnvironmentError(fmt::format("{}: {}", upstream_->place, what));
}

// Woken by every change; looks up now and then whether the user wants to stop.
template <class Ready>
bool ProxiedConnection::wait(std::unique_lock<std::mutex>& lock, Clock::time_point until, Ready ready) {
  constexpr std::chrono::milliseconds kLookUp(200);
  while (!ready()) {
    throw_if_stopped();
    const Clock::time_point now = Clock::now();
    if (now >= until) return false;
    changed_.wait_until(lock, std::min(until, now + kLookUp));
  }
  return true;
}

}  // namespace stalemate::real
