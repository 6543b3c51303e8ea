// A real memcached: what it does that the model takes for granted, asked as people ask it; the verbs by which a replay
// asks it; and what it says where it cannot be used.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "real/proxy_support.hpp"
#include "real/sample_traces.hpp"
#include "replay/batch.hpp"
#include "stores/cache.hpp"
#include "traces/shapes.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

using namespace support;

Sandbox& memcached_sandbox() {
  static Sandbox sandbox([] {
    SandboxOptions options;
    options.postgres = false;
    options.redis = false;
    options.memcached = true;
    return options;
  }());
  return sandbox;
}
const MemcachedAddress& server() { return memcached_sandbox().memcached(); }

// As a client has it: the request's lines between bars, the reply's likewise.
class RawMemcached {
 public:
  RawMemcached() : socket_(connect_to(server().port)) {
    const std::string login = server().user + " " + server().password;
    EXPECT_EQ(run(fmt::format("set login 0 0 {}|{}", login.size(), login)), "STORED|");
    run("flush_all");
  }
  ~RawMemcached() { ::close(socket_); }
  RawMemcached(const RawMemcached&) = delete;
  RawMemcached& operator=(const RawMemcached&) = delete;

  std::string run(std::string request) {
    for (std::size_t bar = request.find('|'); bar != std::string::npos; bar = request.find('|', bar))
      request.replace(bar, 1, "\r\n");
    write_all(socket_, request + "\r\n");
    const auto framer = make_framer(Protocol::kMemcached, Side::kServer);
    std::string reply;
    for (;;) {
      char buffer[4096];
      const ssize_t count = ::read(socket_, buffer, sizeof buffer);
      if (count <= 0) return reply + "(closed)";
      std::string_view chunk(buffer, static_cast<std::size_t>(count));
      while (!chunk.empty()) {
        const std::optional<Message> message = framer->next(chunk);
        if (!message) continue;
        for (const char c : message->bytes)
          if (c != '\r') reply += c == '\n' ? '|' : c;
        if (message->role == Role::kEnd) return reply;
      }
    }
  }
  // The number that a gets shows.
  std::string cas_of(const std::string& key) {
    const std::string reply = run("gets " + key);
    const std::string line = reply.substr(0, reply.find('|'));
    return line.substr(line.rfind(' ') + 1);
  }

 private:
  int socket_;
};

TEST(MemcachedFacts, AGetsShowsANumberForWhateverIsThereAndNoneForWhatIsNot) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("gets k"), "END|") << "nothing to compare: who misses has to add";
  raw.run("set k 0 0 6|marker");
  EXPECT_TRUE(raw.run("gets k").starts_with("VALUE k 0 6 ")) << "a marker is an entry as any other";
  EXPECT_EQ(raw.run("add k 0 0 1|1"), "NOT_STORED|");
}

TEST(MemcachedFacts, EveryChangeOfAnEntryVoidsTheNumbersThatWereShownBefore) {
  for (const char* change : {"set k 0 0 1|1", "incr k 0", "delete k", "touch k -1", "md k I", "flush_all"}) {
    RawMemcached raw;
    raw.run("set k 0 0 1|1");
    const std::string before = raw.cas_of("k");
    raw.run(change);
    const std::string reply = raw.run(fmt::format("cas k 0 0 1 {}|2", before));
    EXPECT_TRUE(reply == "EXISTS|" || reply == "NOT_FOUND|") << change << ": " << reply;
  }
  RawMemcached raw;
  raw.run("set k 0 0 1|1");
  const std::string number = raw.cas_of("k");
  EXPECT_EQ(raw.run(fmt::format("cas k 0 0 1 {}|2", number)), "STORED|");
  EXPECT_EQ(raw.run(fmt::format("cas k 0 0 1 {}|3", number)), "EXISTS|") << "a cas is a change, too";
  EXPECT_EQ(raw.run("cas k 0 0 1 0|3"), "EXISTS|") << "who has no number";
  EXPECT_EQ(raw.run("cas none 0 0 1 0|3"), "NOT_FOUND|");
}

// Lease of what is not there: the first is told to fill it (W), the others that somebody does (Z).
TEST(MemcachedFacts, AMissIsLeasedToOneUntilItIsStoredOrDeleted) {
  RawMemcached raw;
  const std::string granted = raw.run("mg k v c N30");
  ASSERT_TRUE(granted.starts_with("VA 0 c") && granted.ends_with(" W||")) << granted;
  EXPECT_TRUE(raw.run("mg k v c N30").ends_with(" Z||"));
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 0||END|") << "to a plain get the placeholder is an empty value";
  EXPECT_EQ(raw.run("add k 0 0 1|1"), "NOT_STORED|") << "and to an add something is there";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|1", raw.cas_of("k"))), "HD|");
  EXPECT_TRUE(raw.run("mg k v c N30").starts_with("VA 1 c"));
  raw.run("delete k");
  EXPECT_TRUE(raw.run("mg k v c N30").ends_with(" W||")) << "a new lease";
}

TEST(MemcachedFacts, WhatIsMarkedStaleStaysAndIsLeasedAnewToOne) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("md k I"), "NF|") << "of what is not there nothing is marked";
  raw.run("set k 0 0 1|1");
  const std::string before = raw.cas_of("k");
  EXPECT_EQ(raw.run("md k I"), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|1|END|") << "a plain get neither sees it nor takes the lease";
  EXPECT_NE(raw.cas_of("k"), before);
  EXPECT_EQ(raw.run(fmt::format("mg k v N30")), "VA 1 X W|1|") << "the old value, and the lease";
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 Z X|1|") << "the old value alone";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|2", before)), "EX|");
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|2", raw.cas_of("k"))), "HD|");
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1|2|");
}

// The kind of entry that nobody can win (memcached, issue 1067): marked again between win and set, and stored anyway.
TEST(MemcachedFacts, AnInvalidSetLeavesAStaleValueThatNobodyCanWinUntilItIsMarkedAgain) {
  RawMemcached raw;
  raw.run("set k 0 0 1|1");
  raw.run("md k I");
  raw.run("mg k v N30");
  const std::string owner = raw.cas_of("k");
  raw.run("md k I");
  EXPECT_TRUE(raw.run("mg k v N30").ends_with("X W|1|")) << "the present owner";
  const std::string present = raw.cas_of("k");
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{} I|7", owner)), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|7|END|") << "the value is replaced";
  EXPECT_EQ(raw.run(fmt::format("ms k 1 C{}|8", present)), "EX|") << "the present owner has lost the lease";
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 Z X|7|") << "and it stays given";
  raw.run("md k I");
  EXPECT_EQ(raw.run("mg k v N30"), "VA 1 X W|7|");
}

TEST(MemcachedFacts, ACountBeginsAtWhatIsSaidAndWhatIsNoNumberIsNotCounted) {
  RawMemcached raw;
  EXPECT_EQ(raw.run("incr k 1"), "NOT_FOUND|");
  EXPECT_EQ(raw.run("ma k N30 J1 D1"), "HD|");
  EXPECT_EQ(raw.run("ma k N30 J1 D1"), "HD|");
  EXPECT_EQ(raw.run("get k"), "VALUE k 0 1|2|END|");
  raw.run("set m 0 0 6|marker");
  EXPECT_EQ(raw.run("ma m D1"), "CLIENT_ERROR cannot increment or decrement non-numeric value|");
  raw.run("set d 0 0 2|10");
  EXPECT_EQ(raw.run("decr d 1"), "9|");
  EXPECT_EQ(raw.run("get d"), "VALUE d 0 2|9 |END|") << "a number that is shorter has a space behind it";
}

class MemcachedArea : public ::testing::Test {
 protected:
  MemcachedArea() { cache->set_names({"p", "q"}); }
  ~MemcachedArea() override { cache->remove(); }
  std::string ask(const Wanted& wanted) {
    const Answer answer = session->ask(wanted);
    last_token = answer.token;
    return answer.reply.outcome + (answer.reply.value ? fmt::format(" {}", *answer.reply.value) : "") +
           (answer.reply.generation ? fmt::format(" generation {}", *answer.reply.generation) : "");
  }
  std::string last_token;
  std::unique_ptr<Cache> cache = open_memcached(server(), "0123456789ab");
  std::unique_ptr<CacheSession> session = connect_memcached(server(), "0123456789ab");
};

TEST_F(MemcachedArea, EveryVerbIsAskedAndUnderstood) {
  cache->fill({{.name = "p", .value = 1}});
  EXPECT_EQ(ask({"get", "p"}), "value 1");
  EXPECT_EQ(ask({"get", "q"}), "miss");
  EXPECT_EQ(ask({"set", "p", 2}), "ok");
  EXPECT_EQ(ask({"add", "p", 3}), "conflict");
  EXPECT_EQ(ask({"add", "q", 3}), "ok");
  EXPECT_EQ(ask({"delete", "q"}), "ok");
  EXPECT_EQ(ask({"delete", "q"}), "ok");
  EXPECT_EQ(ask({"increase", "q", 5}), "ok");
  EXPECT_EQ(ask({"increase", "q", 5}), "ok");
  EXPECT_EQ(ask({"get", "q"}), "value 10");
  EXPECT_EQ(ask({"increase-if-there", "q", 1}), "ok");
  EXPECT_EQ(ask({"delete", "q"}), "ok");
  EXPECT_EQ(ask({"increase-if-there", "q", 1}), "conflict");
  EXPECT_EQ(ask({"exists", "q"}), "miss");
  EXPECT_EQ(ask({"mark-if-absent", "q"}), "ok");
  EXPECT_EQ(ask({"mark-if-absent", "q"}), "conflict");
  EXPECT_EQ(ask({"exists", "q"}), "marker");
  EXPECT_EQ(ask({"get", "q"}), "marker");
  EXPECT_EQ(ask({"increase-if-there", "q", 1}), "conflict") << "a marker is no number";
  EXPECT_EQ(ask({"delete", "q"}), "ok");
  EXPECT_EQ(ask({"get-generation", "q"}), "ok generation 0");
  EXPECT_EQ(ask({"count-up", "q"}), "ok");
  EXPECT_EQ(ask({"count-up", "q"}), "ok");
  EXPECT_EQ(ask({"get-generation", "q"}), "ok generation 2");
  EXPECT_EQ(ask({"mark", "q"}), "ok");
  const std::vector<StoredValue> held = {{.name = "p", .value = 2}, {.name = "q", .marker = true}};
  EXPECT_EQ(cache->contents(), held);
}

TEST_F(MemcachedArea, ASetIfUnchangedStoresOverWhatItsGetShowed) {
  cache->fill({{.name = "p", .value = 1}});
  EXPECT_EQ(ask({.verb = "get", .product = "p", .watch = "entry"}), "value 1");
  const Wanted set = {.verb = "set-if-unchanged", .product = "p", .value = 2, .watch = "entry", .token = last_token};
  EXPECT_EQ(ask(set), "ok");
  EXPECT_EQ(ask(set), "conflict");
  EXPECT_EQ(ask({.verb = "set-if-unchanged", .product = "p", .value = 3, .watch = "entry"}), "conflict");
  EXPECT_EQ(ask({.verb = "get", .product = "q", .watch = "entry"}), "miss");
  EXPECT_EQ(last_token, "");
}

TEST_F(MemcachedArea, LeasesAreGivenUsedAndSeen) {
  const Wanted get = {.verb = "get", .product = "p", .watch = "lease"};
  cache->fill({});
  EXPECT_EQ(ask(get), "granted");
  Wanted set = {.verb = "set-if-unchanged", .product = "p", .value = 2, .watch = "lease", .token = last_token};
  EXPECT_EQ(ask(get), "denied");
  EXPECT_EQ(last_token, "");
  EXPECT_EQ(cache->contents(), (std::vector<StoredValue>{{.name = "p", .lease = true}}));
  EXPECT_EQ(ask({"get", "p"}), "miss") << "of who asks for no lease";
  EXPECT_EQ(ask(set), "ok");
  EXPECT_EQ(ask(get), "value 2");
  EXPECT_EQ(ask({"mark-stale", "p"}), "ok");
  EXPECT_EQ(ask(set), "conflict");
  EXPECT_EQ(ask(get), "won 2");
  set.token = last_token;
  EXPECT_EQ(ask(get), "stale 2");
  EXPECT_EQ(cache->contents(), (std::vector<StoredValue>{{.name = "p", .value = 2, .stale = true, .lease = true}}));
  EXPECT_FALSE(cache->end_lease("p")) << "that of a stale value stays as long as the value";
  EXPECT_EQ(ask(set), "ok");
  EXPECT_EQ(cache->contents(), (std::vector<StoredValue>{{.name = "p", .value = 2}}));
  EXPECT_EQ(ask({"mark-stale", "q"}), "ok");
  cache->fill({});
  EXPECT_EQ(ask(get), "granted");
  EXPECT_TRUE(cache->end_lease("p"));
  EXPECT_EQ(ask(get), "granted") << "to the next";
}

TEST_F(MemcachedArea, AnEntryIsDroppedOrExpiresWhereItMay) {
  cache->fill({{.name = "p", .value = 1}, {.name = "q", .value = 2, .ttl = 3600}});
  EXPECT_EQ(cache->expire("p"), "without a time to live");
  EXPECT_EQ(cache->expire("q"), "");
  EXPECT_EQ(cache->expire("q"), "absent");
  EXPECT_TRUE(cache->drop("p"));
  EXPECT_FALSE(cache->drop("p"));
  EXPECT_EQ(ask({"mark", "q", {}, 40 * 86'400}), "ok") << "memcached takes more than 30 days for a date";
  EXPECT_EQ(cache->expire("q"), "") << "and so it lives for less here";
  EXPECT_EQ(ask({"count-up", "q", {}, 60}), "ok");
  EXPECT_EQ(cache->expire("q"), "");
  EXPECT_EQ(cache->contents(), std::vector<StoredValue>{});
}

TEST_F(MemcachedArea, WhatItKeepsIsGoneWithARestartAndItsPortStays) {
  const int port = server().port;
  cache->fill({{.name = "p", .value = 1}});
  memcached_sandbox().restart_memcached();
  EXPECT_EQ(server().port, port);
  session = connect_memcached(server(), "0123456789ab");
  EXPECT_EQ(ask({"get", "p"}), "miss");
  cache = open_memcached(server(), "0123456789ab");
}

TEST_F(MemcachedArea, NothingIsAskedThatItDoesNotKnow) {
  EXPECT_THROW(session->ask({"set-if-newer", "p", 1}), InputError);
  EXPECT_THROW(session->ask({.verb = "delete", .product = "p", .also = {"q"}}), InputError);
  EXPECT_THROW(session->ask({"get", "two words"}), InputError);
  EXPECT_THROW(session->ask({"get", std::string(240, 'k')}), InputError);
}

TEST(Memcached, KnowsTheVerbsThatTracesAreToldItKnows) {
  for (const traces::VerbFacts& verb : traces::kVerbs)
    for (const std::string_view watch : traces::kWatches) {
      if (!watch.empty() && verb.verb != traces::Verb::kGet && verb.verb != traces::Verb::kSetIfUnchanged) continue;
      if (verb.verb == traces::Verb::kSetIfUnchanged && watch.empty()) continue;
      EXPECT_EQ(memcached_knows(verb.name, watch), traces::is_asked_of_memcached(verb.name, watch))
          << verb.name << " " << watch;
    }
}

// A driver, and the proxy before it: what it sees of each fault, and what the server did.
class ProxiedMemcached : public MemcachedArea {
 protected:
  ProxiedMemcached() {
    cache->fill({});
    link.hold();
  }
  std::future<Answer> begin(const Wanted& wanted) {
    return std::async(std::launch::async, [this, wanted] { return driver->ask(wanted); });
  }
  Proxy proxy{server()};
  std::unique_ptr<CacheSession> driver = connect_memcached(through(proxy, server()), "0123456789ab");
  Link link = proxy.link(local_port(driver->socket()), kPatience);
};

TEST_F(ProxiedMemcached, NothingHappensBeforeTheRequestIsReleasedAndNothingIsSeenBeforeItsReplyIs) {
  std::future<Answer> answer = begin({"set", "p", 1});
  const std::optional<Held> request = link.wait_request(kPatience);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->name, "ms");
  EXPECT_EQ(ask({"get", "p"}), "miss");
  link.release_request();
  const std::optional<Held> reply = link.wait_reply(kPatience);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->bytes, "HD\r\n");
  EXPECT_EQ(ask({"get", "p"}), "value 1");
  EXPECT_EQ(answer.wait_for(50ms), std::future_status::timeout);
  link.release_reply();
  EXPECT_EQ(answer.get().reply.outcome, "ok");
}

TEST_F(ProxiedMemcached, ALostRequestWasNeverHandledAndALostReplyWas) {
  driver->set_patience(300ms);
  std::future<Answer> lost = begin({"set", "p", 1});
  ASSERT_TRUE(link.wait_request(kPatience));
  link.drop_request();
  EXPECT_THROW(lost.get(), NoAnswer);
  EXPECT_EQ(ask({"get", "p"}), "miss");
  std::future<Answer> unheard = begin({"set", "p", 1});
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.drop_reply();
  EXPECT_THROW(unheard.get(), NoAnswer);
  EXPECT_EQ(ask({"get", "p"}), "value 1");
}

TEST_F(ProxiedMemcached, ACopyIsHandledTwiceAndALateOneAfterItsDriverGaveUp) {
  std::future<Answer> counted = begin({"count-up", "p"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost copy = link.release_request_twice();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.release_reply();
  EXPECT_EQ(counted.get().reply.outcome, "ok");
  ASSERT_TRUE(link.wait_ghost(copy, kPatience));
  EXPECT_EQ(ask({"get-generation", "p"}), "ok generation 2");
  driver->set_patience(300ms);
  std::future<Answer> late = begin({"count-up", "p"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost ghost = link.keep_request();
  EXPECT_THROW(late.get(), NoAnswer);
  link.release_ghost(ghost);
  ASSERT_TRUE(link.wait_ghost(ghost, kPatience));
  EXPECT_EQ(ask({"get-generation", "p"}), "ok generation 3");
}

std::string refusal(const MemcachedAddress& address) {
  try {
    open_memcached(address, "0123456789ab");
    return "taken";
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

// A double: it says a version, and answers every other command as `answer`.
struct OldMemcached {
  explicit OldMemcached(const std::string& answer)
      : listener([answer](int socket) {
          for (char buffer[256];;) {
            const ssize_t count = ::read(socket, buffer, sizeof buffer);
            if (count <= 0) return;
            const std::string_view asked(buffer, static_cast<std::size_t>(count));
            if (!write_all(socket, asked.starts_with("version") ? "VERSION 1.4.39\r\n" : answer)) return;
          }
        }) {}
  MemcachedAddress address() const { return {"127.0.0.1", listener.port(), "", "", 2, ""}; }
  support::Listener listener;
};

TEST(MemcachedFailures, SayWhatIsWrongAndWhatToDo) {
  MemcachedAddress address = server();
  address.shown_as = "memcached at HERE";
  address.password = "wrong";
  EXPECT_EQ(refusal(address),
            "memcached at HERE: it refuses a login: CLIENT_ERROR authentication failure; check the user and the "
            "password of --memcached");
  address.user.clear();
  EXPECT_EQ(refusal(address),
            "memcached at HERE: it refuses version: CLIENT_ERROR unauthenticated; check the user and the password of "
            "--memcached");
  const OldMemcached old("ERROR\r\n");
  address = old.address();
  address.shown_as = "memcached at HERE";
  EXPECT_EQ(refusal(address),
            "memcached at HERE: it refuses mn: ERROR; it takes a memcached 1.6 or later, with its meta commands");
  const OldMemcached silent("");
  address.port = silent.listener.port();
  EXPECT_EQ(refusal(address), "memcached at HERE: no answer within 2 s; check what holds it up, then run it again");
  const OldMemcached strange("+OK\r\n");
  address.port = strange.listener.port();
  EXPECT_EQ(refusal(address),
            "memcached at HERE: the server's byte 17: '+OK' begins no reply of a memcached; check that it is a "
            "memcached");
  const Babbler closing("", false);
  address.port = 1;
  EXPECT_EQ(refusal(address),
            "memcached at HERE: cannot connect: Connection refused; check that it runs and what --memcached says");
}

std::vector<std::string> keys_left() {
  RawMemcached raw;
  std::vector<std::string> keys;
  const std::string all = raw.run("lru_crawler metadump all");
  for (std::size_t at = all.find("key=stalemate"); at != std::string::npos; at = all.find("key=stalemate", at + 1))
    keys.push_back(all.substr(at, all.find(' ', at) - at));
  return keys;
}

std::string url_of(const MemcachedAddress& address) {
  return fmt::format("memcached://{}:{}@{}:{}", address.user, address.password, address.host, address.port);
}

ReplayOptions on_memcached() {
  ReplayOptions options;
  options.cache = [](const traces::Trace&) { return traces::CacheServer::kMemcached; };
  return options;
}

TEST(MemcachedReplay, ATraceIsReproducedOnOneThatExistsAndNothingIsLeftThere) {
  ReplayPlace where;
  where.urls = {.postgres = url(shared_servers().postgres), .memcached = url_of(server())};
  const Conformance result = replay_at(samples::cache_aside_race(), where, on_memcached());
  EXPECT_EQ(verdict(result), "reproduced");
  EXPECT_EQ(find_store(result, "cache")->product, "memcached");
  EXPECT_TRUE(find_store(result, "cache")->version.starts_with("memcached 1.")) << find_store(result, "cache")->version;
  traces::Trace wrong = samples::cache_aside_race();
  wrong.steps[6].reply = samples::miss();
  EXPECT_EQ(verdict(replay_at(wrong, where, on_memcached())), "diverged at step 7: expected miss, got ok");
  EXPECT_EQ(areas_left(), std::vector<std::string>{});
  where.urls.memcached = fmt::format("memcached://127.0.0.1:{}", shared_servers().redis->port);
  try {
    replay_at(samples::cache_aside_race(), where, on_memcached());
    ADD_FAILURE() << "a Redis was taken for a memcached";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("a Redis answers there, not a memcached; check the port"),
              std::string::npos)
        << error.what();
  }
  EXPECT_EQ(keys_left(), std::vector<std::string>{});
}

TEST(MemcachedReplay, WhatAMemcachedIsNotAskedIsRefusedByName) {
  const samples::Session reader;
  const traces::Trace trace =
      samples::TraceBuilder().invoke(reader).ask(reader, 1, "cache", "set-if-newer", 1, samples::ok()).trace();
  EXPECT_EQ(traces::why_not_replayed(trace, traces::CacheServer::kMemcached),
            "'cache: set-if-newer' is sent, which a memcached is not asked");
  EXPECT_EQ(cache_server_of(trace, {}), traces::CacheServer::kRedis);
}

}  // namespace
}  // namespace stalemate::real
