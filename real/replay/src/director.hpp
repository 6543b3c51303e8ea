// Directs one trace on a scene: each step is made to happen by what the proxies hold and what the app instances are
// told, and what really came back is compared with what the trace says. director.cpp has messages and their faults,
// director_messages.cpp how one is sent, director_servers.cpp what befalls a process, director_stores.cpp the beginning
// and the end.
#pragma once

#include <deque>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "replay/replay.hpp"
#include "scene.hpp"

namespace stalemate::real {

// Whether a Redis has to have a replica for that: to take over, to be waited for, or to be read.
bool needs_replica(const traces::Trace& trace);
// Whether the trace asks for nothing that these servers cannot be made to do. The other throws InputError.
bool can_happen(const traces::Trace& trace, const Servers& servers);
void refuse_what_cannot_happen(const traces::Trace& trace, traces::CacheServer cache, const Servers& servers);

// Added to a time to live, so that an entry expires where the trace says and never by itself.
inline constexpr std::int64_t kTimeToLiveMore = 3600;

class Director {
 public:
  Director(const traces::Trace& trace, Scene& scene);
  Conformance run(const ReplayOptions& options);

 private:
  // A request of a session, from where it is sent to where its driver has been told how it went.
  struct Exchange {
    traces::MessageId id;
    traces::Request request;
    Wanted wanted;  // the request, as its store is asked
    AppInstance* app = nullptr;
    Driver* driver = nullptr;
    CommandPart held = CommandPart::kWhole;  // what the proxy holds, or held last
    bool is_handled = false;                 // the proxy holds: no, the request; yes, the reply
    Answer answer;                           // as decoded, once it is handled
  };
  // A request that no session knows of any more.
  struct Ghost {
    traces::MessageId id;
    traces::Request request;
    Wanted wanted;
    CommandPart held = CommandPart::kWhole;
    std::optional<Link> link;  // none: the server that it was on its way to is gone
    Link::Ghost number = 0;
  };
  using Exchanges = std::list<Exchange>;
  // What a session remembers of the replies to its operation.
  struct Memory {
    int operation = 0;
    std::optional<std::int64_t> value = {};
    std::string token = {};
  };
  using Contents = std::map<std::string, StoredValue>;  // of a store, by what its server calls a key

  // Of caches in a process: which app instance has that store, 0 for any other; an order to it there.
  int app_of(const std::string& store) const;
  nlohmann::json order(const std::string& store, nlohmann::json command);
  std::string who_tells() const;
  void listen_anew(const std::string& cache);
  bool stand_together(const std::string& a, const std::string& b);
  void begin_app(int app);  // its caches, as they are at first, and who listens there
  std::vector<StoredValue> contents_of(const traces::Store& store);

  std::vector<std::string> names_in(const std::string& store) const;
  void set_up();
  void start_replica(std::size_t from_step);
  void connect_sessions();
  bool goes_on() const;
  std::string step(const traces::Step& step);
  void send_all(const traces::Step& step);
  std::string handle(const traces::Step& step);
  std::string handle_ghost(const traces::Step& step);
  std::string receive(const traces::Step& step);
  std::string lose_request(const traces::Step& step);
  std::string lose_reply(const traces::Step& step);
  std::string delay_request(const traces::Step& step);
  std::string copy_request(const traces::Step& step);
  std::string answer_with_error(const traces::Step& step);
  std::string cancel(const traces::Step& step);
  void remember(const traces::Step& step, const traces::Request& request, const Answer& answer);
  std::string call(const traces::Step& step);
  std::string deliver(const traces::Step& step);
  std::string restart_app(const traces::Step& step);
  std::string crash(const traces::Step& step);
  std::string evict(const traces::Step& step);
  std::string expire(const traces::Step& step);
  std::string apply();
  Follower* follower();
  bool lets_catch_up(const traces::Request& request);
  void catch_up();
  void follow();
  std::string restart(const traces::Step& step);
  std::string fail_over(const traces::Step& step);

  Exchange& send(const traces::MessageId& id, const traces::Request& request, std::size_t from_step);
  void send_by(Driver& driver, Exchange& exchange, Link::Milliseconds patience);
  Wanted wanted_by(const traces::MessageId& id, const traces::Request& request) const;
  std::string watched_by(const traces::MessageId& id, const traces::Request& request) const;
  DriverPlace place_for(const Wanted& wanted, const std::string& server);
  void hold_command(Exchange& exchange);
  std::optional<Held> finish_command(Exchange& exchange);
  Ghost ghost_of(const traces::MessageId& id, const Exchange& exchange, Link::Ghost number) const;
  Exchanges::iterator find(const traces::MessageId& id, bool is_handled);
  Exchange& sent(const traces::Step& step);
  Exchanges::iterator handled(const traces::Step& step);
  void await_reply(Exchange& exchange);
  DriversReport await_driver(Exchange& exchange);
  std::string drivers_timeout(Exchange& exchange);
  // `what`, as an error about the server.
  std::string no_answer(const std::string& server, const std::string& what);
  [[noreturn]] void fail_by_driver(Exchange& exchange, const std::string& otherwise);
  Link::Milliseconds patience(const traces::MessageId& id, const std::string& server, std::size_t from_step);
  void erase(const Exchange& exchange);
  void let_go_of_the_rest();
  Misfortunes& misfortunes_of(const traces::Step& step);
  void send_again_what_missed(const std::string& store);
  std::optional<std::size_t> next_failover(std::size_t from_step) const;

  void compare(const traces::Reply& expected, const Answer& answer);
  void diverge(std::string expected, std::string got);
  [[noreturn]] void refuse(std::string_view what) const;
  void read_stores();
  std::vector<traces::Entry> judge_store(const std::string& store, const std::vector<traces::Entry>& predicted,
                                         Contents found, Contents untouched, bool judged);
  bool is_no_row(std::int64_t value) const;
  traces::Entry entry_of(const std::string& store, const traces::Entry& predicted, StoredValue stored) const;

  std::string step_or_skip(const traces::Step& step);
  std::string product_of(const std::string& key) const;  // what a key is called in the servers

  const traces::Trace& trace_;
  Scene& scene_;
  bool skips_ = false;
  Conformance result_;
  std::size_t at_ = 0;                            // the step, from 0
  int step_number_ = 0;                           // the step, from 1, or 0 after the last
  std::map<std::string, Contents> at_first_;      // what each store was filled with
  std::set<std::string> counts_;                  // entries that are counted up, by their keys
  std::map<std::pair<int, int>, Memory> memory_;  // by app and session
  Exchanges exchanges_;                           // oldest first
  std::list<Ghost> ghosts_;
  std::deque<std::int64_t> unapplied_;  // where each change ends that the replica does not have yet, the oldest first
  std::optional<std::size_t> missed_;   // the step just before which the replica stops to follow
};

// How many changes a replica that is read may be behind, as the model has it (machine/server.hpp).
inline constexpr std::size_t kBehindMax = 8;

// The product id of "k1", "k2", ... Throws InputError.
std::string tutorials_product(const std::string& key);
// "value 1000", "miss", "error: ..."
std::string text_of(const Answer& answer);

}  // namespace stalemate::real
