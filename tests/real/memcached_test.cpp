// A real memcached: the verbs by which a replay asks it, the proxy before it, and what is said where it cannot be used.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "real/memcached_support.hpp"
#include "real/proxy_support.hpp"
#include "real/sample_traces.hpp"
#include "replay/batch.hpp"
#include "stores/cache.hpp"
#include "traces/shapes.hpp"
#include "traces/verb.hpp"

namespace stalemate::real {
namespace {

using namespace support;

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
  std::unique_ptr<Cache> cache = open_memcached(memcached(), "0123456789ab");
  std::unique_ptr<CacheSession> session = connect_memcached(memcached(), "0123456789ab");
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
  const int port = memcached().port;
  cache->fill({{.name = "p", .value = 1}});
  memcached_sandbox().restart_memcached();
  EXPECT_EQ(memcached().port, port);
  session = connect_memcached(memcached(), "0123456789ab");
  EXPECT_EQ(ask({"get", "p"}), "miss");
  cache = open_memcached(memcached(), "0123456789ab");
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
  Proxy proxy{memcached()};
  std::unique_ptr<CacheSession> driver = connect_memcached(through(proxy, memcached()), "0123456789ab");
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
  MemcachedAddress address = memcached();
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
  address.port = 1;
  EXPECT_EQ(refusal(address),
            "memcached at HERE: cannot connect: Connection refused; check that it runs and what --memcached says");
}

// Doubles that say what no memcached says, or more of it than anybody wants.
TEST(MemcachedFailures, AHostileServerIsNamedInBoundedMemory) {
  struct Hostile {
    std::string says;
    std::string named;
    bool endless = false;
  };
  const Hostile all[] = {
      {"VALUE k 0 999999999\r\n", "a message of 1000000020 bytes or more, where at most 16777216 are carried"},
      {std::string(70'000, 'A'), "a line of more than 65536 bytes"},
      {"STAT a " + std::string(60'000, 'b') + "\r\n",
       "a reply of more than 16777216 bytes; check that it is a memcached", true},
      {"\x81\x02", "memcached's binary protocol, which is not carried"},
      {"SERVER_ERROR out of memory\r\n", "it refuses version: SERVER_ERROR out of memory"}};
  for (const Hostile& hostile : all) {
    const Babbler server(hostile.says, hostile.endless);
    const std::string said = refusal({"127.0.0.1", server.port(), "", "", 5, ""});
    EXPECT_NE(said.find(hostile.named), std::string::npos) << said;
    EXPECT_EQ(said.rfind("memcached at 127.0.0.1:", 0), 0U) << said;
  }
  const support::Listener closing([](int) {});
  const std::string said = refusal({"127.0.0.1", closing.port(), "", "", 5, ""});
  EXPECT_NE(said.find("the connection was lost: "), std::string::npos) << said;
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
  where.urls = {.postgres = url(shared_servers().postgres), .memcached = url_of(memcached())};
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
