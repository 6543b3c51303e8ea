// One client of a proxy and its connection to the server: two sockets, a framer for what each sends, and what waits
// between them. After every change pump() does and starts whatever reading and writing the state allows: on the proxy's
// thread when bytes come, on a director's when it decides, so that no thread has to be woken for that. All of it, the
// sockets included, is under the lock.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "listener.hpp"
#include "proxy/proxy.hpp"

namespace stalemate::real {

// Where a proxy's connections go, and what errors call it.
struct Upstream {
  Protocol protocol = Protocol::kRedis;
  std::string place;  // "Redis at 127.0.0.1:6379"
  std::vector<StreamEndpoint> endpoints;
  WireLimits limits;
};

class ProxiedConnection : public std::enable_shared_from_this<ProxiedConnection> {
 public:
  using Clock = std::chrono::steady_clock;
  using Ghost = Link::Ghost;
  using Context = Listener::Context;

  // `on_closed` is called on the proxy's thread when both sides are closed.
  ProxiedConnection(std::shared_ptr<Context> context, std::shared_ptr<const Upstream> upstream, StreamSocket client,
                    int client_port, std::function<void()> on_closed);

  // On the proxy's thread.
  void start();
  void look_again();
  void shut_down();

  // What Link promises; where bytes_then_cut is given, so many are sent, then the connection is cut.
  void set_hold(bool hold);
  std::optional<Held> wait_request(Clock::time_point until);
  void release_request(std::optional<std::size_t> bytes_then_cut = {});
  void drop_request();
  void replace_request(std::string bytes);
  Ghost make_ghost(bool take);
  void release_ghost(Ghost ghost);
  void drop_ghost(Ghost ghost);
  std::optional<Held> wait_ghost(Ghost ghost, Clock::time_point until);
  std::optional<Held> wait_reply(Clock::time_point until);
  void release_reply(std::optional<std::size_t> bytes_then_cut = {});
  void drop_reply();
  void lose(const Loss& loss);
  void cut();
  bool wait_closed(Clock::time_point until);
  int client_port() const { return client_port_; }
  bool has_failed() const;
  std::optional<WireError> wire_error() const;

 private:
  // What waits to be written. A held reply, and all behind it, waits for the director.
  struct Piece {
    std::string bytes;
    bool then_cut = false;
    std::optional<Held> held = {};  // then `bytes` is empty
  };
  // One of the two sockets, with what came from it and what goes to it.
  struct End {
    StreamSocket socket;
    std::unique_ptr<Framer> framer;  // of what this end sends
    std::array<char, 16'384> buffer = {};
    std::string_view unread = {};  // I1: within buffer, and empty while a read is under way
    Held group = {};               // the request or reply whose end has not come yet
    std::list<Piece> queue = {};   // I2: while a write is under way, its front is what is written
    std::size_t queued_bytes = 0;  // with what is held
    bool is_reading = false;
    bool is_writing = false;
    bool has_ended = false;  // it sends no more
    bool is_shut = false;    // it was told that no more is sent to it
    bool is_closed = false;
  };
  // Whose reply the server's next one is.
  enum class Asker { kPassing, kDirected, kGhost, kNobody };
  struct Expected {
    Asker asker;
    Ghost ghost = 0;
  };
  struct GhostState {
    Held request;
    bool is_sent = false;
    std::optional<Held> reply;
  };

  // Runs `change` and pump() with the lock held. On the proxy's thread.
  template <class Change>
  void on_thread(Change change);
  // All from here to the blank line REQUIRE the lock.
  void pump();
  void pump_or_fail();
  void connect(std::size_t number);
  void read(End& end);
  void write(End& end);
  std::size_t write_at_once(End& end);
  void was_written(End& end);
  void came_to_end(End& end);
  void read_messages();
  void take_client_message(const Message& message);
  void take_server_message(const Message& message);
  void lose_now(Held request);
  void check_passing(const Message& message);
  void reply_is_there(bool is_whole);
  void settle();
  void close(End& end);
  static void discard_unsent(End& end);
  void fail(std::exception_ptr failure);

  // These REQUIRE the lock, on any thread.
  [[noreturn]] static void throw_too_much(Side sender, const Message& message, std::size_t most);
  void add_to_group(End& end, const Message& message) const;
  void send(End& end, Piece piece);
  Held take_request();
  std::list<Piece>::iterator held_reply();
  Held take_reply();
  bool awaits_director() const;
  bool is_server_gone() const { return server_.has_ended || server_.is_closed; }
  void go_on();
  void forget_client();
  void throw_if_over(bool cannot_come, const char* what) const;
  template <class Ready>
  bool wait(std::unique_lock<std::mutex>& lock, Clock::time_point until, Ready ready);

  const std::shared_ptr<Context> context_;  // before the sockets, which need it to the end
  const std::shared_ptr<const Upstream> upstream_;
  const int client_port_;
  std::function<void()> on_closed_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  End client_;
  End server_;
  bool is_connected_ = false;
  bool holds_ = false;
  bool is_cut_ = false;
  bool has_proxy_ended_ = false;
  std::exception_ptr failure_;
  std::size_t passing_bytes_ = 0;  // of the server's reply that is passing
  std::optional<Loss> loss_;
  boost::asio::steady_timer cut_timer_;
  std::optional<Held> request_;    // I3: while there is one, nothing is read from the client
  std::deque<Expected> expected_;  // I4: one for each request that went to the server and is not answered, in order
  std::map<Ghost, GhostState> ghosts_;
  Ghost last_ghost_ = 0;
};

}  // namespace stalemate::real
