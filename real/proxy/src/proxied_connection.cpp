// See proxied_connection.hpp. What happens on the proxy's thread: bytes become messages, messages become requests and
// replies, and what may go on is written.
#include "proxied_connection.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

namespace stalemate::real {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// Of one client. Far more than a driver sends ahead; a server that only takes could be sent requests without end.
constexpr std::size_t kMostUnanswered = 100'000;

}  // namespace

ProxiedConnection::ProxiedConnection(std::shared_ptr<Context> context, std::shared_ptr<const Upstream> upstream,
                                     StreamSocket client, int client_port, std::function<void()> on_closed)
    : context_(std::move(context)),
      upstream_(std::move(upstream)),
      client_port_(client_port),
      on_closed_(std::move(on_closed)),
      client_{std::move(client), make_framer(upstream_->protocol, Side::kClient, upstream_->limits)},
      server_{StreamSocket(*context_), make_framer(upstream_->protocol, Side::kServer, upstream_->limits)},
      cut_timer_(*context_) {}

void ProxiedConnection::start() {
  on_thread([this] { connect(0); });
}

void ProxiedConnection::look_again() {
  on_thread([] {});
}

void ProxiedConnection::shut_down() {
  on_thread([this] {
    has_proxy_ended_ = true;
    cut_timer_.cancel();
    close(client_);
    close(server_);
  });
}

template <class Change>
void ProxiedConnection::on_thread(Change change) {
  std::function<void()> on_closed;
  {
    const std::lock_guard lock(mutex_);
    change();
    pump_or_fail();
    if (client_.is_closed && server_.is_closed) on_closed.swap(on_closed_);
  }
  if (on_closed) on_closed();
}

void ProxiedConnection::pump_or_fail() {
  try {
    pump();
  } catch (const WireError& error) {
    fail(std::make_exception_ptr(error.at(upstream_->place)));
  }
  changed_.notify_all();
}

void ProxiedConnection::pump() {
  read_messages();
  write(server_);
  write(client_);
  settle();
  read(client_);
  read(server_);
}

void ProxiedConnection::connect(std::size_t number) {
  const StreamEndpoint& endpoint = upstream_->endpoints.at(number);
  server_.socket.async_connect(endpoint, [this, self = shared_from_this(), number](const error_code& error) {
    on_thread([&] {
      if (server_.is_closed) return;
      if (!error) {
        prepare(server_.socket);
        is_connected_ = true;
        return;
      }
      error_code ignored;
      server_.socket.close(ignored);
      if (number + 1 < upstream_->endpoints.size()) {
        connect(number + 1);
        return;
      }
      fail(std::make_exception_ptr(EnvironmentError(
          fmt::format("{}: cannot connect: {}; check that it runs", upstream_->place, error.message()))));
    });
  });
}

// Back-pressure: an end is read only while what came from it before finds room on its way to the other.
void ProxiedConnection::read(End& end) {
  const bool is_client = &end == &client_;
  const End& other = is_client ? server_ : client_;
  if (!is_connected_ || end.is_reading || end.has_ended || end.is_closed || !end.unread.empty()) return;
  if (is_client && (request_ || expected_.size() >= kMostUnanswered)) return;
  if (other.queued_bytes >= upstream_->limits.message_bytes) return;
  end.is_reading = true;
  end.socket.async_read_some(asio::buffer(end.buffer),
                             [this, &end, self = shared_from_this()](const error_code& error, std::size_t count) {
                               on_thread([&] {
                                 end.is_reading = false;
                                 if (end.is_closed) return;
                                 if (!error) {
                                   end.unread = {end.buffer.data(), count};
                                   return;
                                 }
                                 came_to_end(end);
                                 if (error != asio::error::eof) close(end);
                               });
                             });
}

// At once what the kernel takes, the rest when it can.
void ProxiedConnection::write(End& end) {
  while (is_connected_ && !end.is_writing && !end.is_closed && !end.queue.empty() && !end.queue.front().held) {
    const std::string& bytes = end.queue.front().bytes;
    const std::size_t sent = write_at_once(end);
    if (sent == bytes.size()) {
      was_written(end);
      continue;
    }
    end.is_writing = true;
    asio::async_write(end.socket, asio::buffer(bytes) + sent,
                      [this, &end, self = shared_from_this()](const error_code& error, std::size_t /*count*/) {
                        on_thread([&] {
                          end.is_writing = false;
                          was_written(end);
                          if (end.is_closed) discard_unsent(end);
                          if (error) close(end);
                        });
                      });
  }
}

// How much of the front; an error is found again by who sends the rest.
std::size_t ProxiedConnection::write_at_once(End& end) {
  const std::string& bytes = end.queue.front().bytes;
  const ssize_t sent = ::send(end.socket.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void ProxiedConnection::was_written(End& end) {
  const bool then_cut = end.queue.front().then_cut;
  end.queued_bytes -= end.queue.front().bytes.size();
  end.queue.pop_front();
  if (!then_cut) return;
  close(end);
  close(&end == &client_ ? server_ : client_);
}

// No more comes from this end. What it has begun goes on as it is; the other end shall see what really was sent.
void ProxiedConnection::came_to_end(End& end) {
  end.has_ended = true;
  end.group.bytes += end.framer->rest();
  if (end.group.bytes.empty()) return;
  if (&end == &server_ && !expected_.empty()) {
    reply_is_there(false);
  } else {
    send(&end == &client_ ? server_ : client_, {std::move(end.group.bytes)});
  }
}

void ProxiedConnection::read_messages() {
  while (!client_.unread.empty() && !request_) {
    const std::optional<Message> message = client_.framer->next(client_.unread);
    if (message) take_client_message(*message);
  }
  while (!server_.unread.empty()) {
    const std::optional<Message> message = server_.framer->next(server_.unread);
    if (message) take_server_message(*message);
  }
}

void ProxiedConnection::take_client_message(const Message& message) {
  server_.framer->heard(message);
  add_to_group(client_, message);
  if (message.role == Role::kPart) return;
  Held group = std::exchange(client_.group, {});
  if (message.role == Role::kEnd && holds_) {
    request_ = std::move(group);
    return;
  }
  if (message.role == Role::kEnd && loss_ && loss_->after-- == 0) {
    lose_now(std::move(group));
    return;
  }
  if (message.role == Role::kEnd) expected_.push_back({Asker::kPassing});
  send(server_, {std::move(group.bytes)});
}

void ProxiedConnection::lose_now(Held request) {
  const Loss loss = *std::exchange(loss_, std::nullopt);
  if (loss.what == Loss::What::kReply) {
    expected_.push_back({Asker::kNobody});
    send(server_, {std::move(request.bytes)});
  }
  if (!loss.then_cut) return;
  cut_timer_.expires_after(*loss.then_cut);
  cut_timer_.async_wait([this, self = shared_from_this()](const error_code& cancelled) {
    if (!cancelled) on_thread([this] { forget_client(); });
  });
}

void ProxiedConnection::take_server_message(const Message& message) {
  const bool is_aside = message.role == Role::kAside && server_.group.bytes.empty();
  if (!expected_.empty() && !is_aside && expected_.front().asker == Asker::kNobody) {
    if (message.role == Role::kEnd) expected_.pop_front();
    return;
  }
  if (expected_.empty() || is_aside || expected_.front().asker == Asker::kPassing) {
    if (!expected_.empty() && message.role == Role::kEnd) expected_.pop_front();
    check_passing(message);
    send(client_, {message.bytes});
    return;
  }
  add_to_group(server_, message);
  if (message.role == Role::kEnd) reply_is_there(true);
}

void ProxiedConnection::check_passing(const Message& message) {
  passing_bytes_ += message.bytes.size();
  if (passing_bytes_ > upstream_->limits.passing_bytes)
    throw_too_much(Side::kServer, message, upstream_->limits.passing_bytes);
  if (message.role == Role::kEnd) passing_bytes_ = 0;
}

void ProxiedConnection::reply_is_there(bool is_whole) {
  const Expected expected = expected_.front();
  expected_.pop_front();
  Held reply = std::exchange(server_.group, {});
  reply.is_whole = is_whole;
  if (expected.asker == Asker::kGhost) {
    const auto ghost = ghosts_.find(expected.ghost);
    if (ghost != ghosts_.end()) ghost->second.reply = std::move(reply);
  } else if (expected.asker == Asker::kDirected) {
    send(client_, {"", false, std::move(reply)});
  } else if (expected.asker == Asker::kPassing) {
    send(client_, {std::move(reply.bytes)});
  }
}

// Closes what nobody needs any more.
void ProxiedConnection::settle() {
  const bool client_said_all = client_.has_ended && client_.unread.empty() && server_.queue.empty();
  if (client_said_all && is_connected_ && !server_.is_shut && !server_.is_closed && !awaits_director()) {
    error_code ignored;
    server_.socket.shutdown(StreamSocket::shutdown_send, ignored);
    server_.is_shut = true;
  }
  if (is_server_gone() && client_.queue.empty()) close(client_);
  if (is_cut_) close(client_);
  if (client_.is_closed && !awaits_director()) close(server_);
}

void ProxiedConnection::close(End& end) {
  if (end.is_closed) return;
  end.is_closed = true;
  error_code ignored;
  end.socket.shutdown(StreamSocket::shutdown_both, ignored);  // also for a copy that a forked process has
  end.socket.close(ignored);
  if (!end.is_writing) discard_unsent(end);
}

// All but held replies: a director may still want to see those.
void ProxiedConnection::discard_unsent(End& end) {
  std::erase_if(end.queue, [&end](const Piece& piece) {
    if (!piece.held) end.queued_bytes -= piece.bytes.size();
    return !piece.held;
  });
}

void ProxiedConnection::fail(std::exception_ptr failure) {
  failure_ = std::move(failure);
  for (End* end : {&client_, &server_}) {
    end->unread = {};
    close(*end);
    end->framer.reset();  // with what it and the group hold; a link that failed is kept for its error
    end->group = {};
  }
}

}  // namespace stalemate::real
