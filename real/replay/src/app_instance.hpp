// An app instance as its director sees it: a process (app_child.hpp) and the drivers in it, each beside the link of the
// proxy that its connection passes. Drivers stay connected from one request to the next, also to the next trace's; one
// whose request got no answer is of no use any more. Waits are bounded; they throw EnvironmentError (the
// process has ended unasked) and Interrupted.
#pragma once

#include <chrono>
#include <list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "app_host.hpp"
#include "proxy/proxy.hpp"
#include "stores/store.hpp"
#include "traces/trace.hpp"

namespace stalemate::real {

// Where drivers to one server connect.
struct DriverPlace {
  std::string server = {};      // as the trace names the store
  std::string product = {};     // "redis"; "process", "redis-listener" where no proxy stands before it
  std::string called = {};      // "Redis at 127.0.0.1:6379"
  Proxy* proxy = nullptr;       // before it
  nlohmann::json address = {};  // of the proxy, as app_child.hpp takes it
  std::string area = {};
  std::vector<std::string> mapping = {};  // its lines; empty: the tutorial's table and keys
  int epoch = 0;                          // drivers of an earlier one lead to a server that is gone
  bool watches = false;                   // a connection for what keeps watch over keys, and for nothing else
  Link::Milliseconds timeout{0};
};

struct Driver {
  int number = 0;
  int session = 0;
  std::string server;
  std::string product;
  bool watches = false;
  int epoch = 0;
  std::optional<Link> link;
  bool is_busy = false;
  bool is_broken = false;
};

// What a driver made of its request.
struct DriversReport {
  Answer answer;
  std::string saw;     // "timed out", "connection broken": no answer
  std::string failed;  // then, or where the server refuses to work: what the adapter says of it
};

class AppInstance {
 public:
  AppInstance(AppHost& host, int number);
  ~AppInstance();  // kills it
  AppInstance(const AppInstance&) = delete;
  AppInstance& operator=(const AppInstance&) = delete;

  // A driver of the session to the server that waits for nothing; connects one where there is none.
  Driver& idle_driver(int session, const DriverPlace& place);
  // Returns at once.
  void run(Driver& driver, const Wanted& wanted, Link::Milliseconds patience);
  // Has an idle driver do something else (app_child.hpp), and waits for its answer.
  nlohmann::json order(Driver& driver, nlohmann::json command, Link::Milliseconds timeout);
  // The driver is idle again, or broken. Nothing if it is still waiting by then.
  std::optional<DriversReport> wait(Driver& driver, Link::Milliseconds timeout);
  // Its connection, too.
  void close(Driver& driver);
  void close_all(const std::string& server);

  pid_t pid() const { return app_.pid; }

 private:
  Driver& open(int session, const DriverPlace& place);
  void tell(const Driver& driver, nlohmann::json command) const;
  std::optional<nlohmann::json> answer(const Driver& driver, Link::Milliseconds timeout);
  [[noreturn]] void throw_ended() const;

  AppHost& host_;
  int number_;
  AppHost::App app_;
  std::list<Driver> drivers_;
  int last_driver_ = 0;
  std::list<nlohmann::json> early_;  // answers that were not waited for yet
};

}  // namespace stalemate::real
