// The proxy before a real Redis, with hiredis as the client: what the driver sees of each fault, and what the server
// did.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

#include "base/error.hpp"
#include "real/proxy_support.hpp"
#include "real/wire_samples.hpp"

namespace stalemate::real {
namespace {

using namespace support;

const RedisAddress& server() { return shared_sandbox().redis(); }

// A driver behind a proxy whose link is held, one beside it, and a key that is gone at the beginning.
class ProxiedRedis : public ::testing::Test {
 protected:
  ProxiedRedis() { direct.run({"DEL", "counter"}); }

  static Link held_link(const Proxy& proxy, const RedisDriver& driver) {
    Link link = const_cast<Proxy&>(proxy).link(driver.port(), kPatience);
    link.hold();
    return link;
  }

  RedisDriver direct{server()};
  Proxy proxy{server()};
  RedisDriver driver{through(proxy, server())};
  Link link = held_link(proxy, driver);
};

TEST_F(ProxiedRedis, NothingHappensBeforeTheRequestIsReleasedAndNothingIsSeenBeforeItsReplyIs) {
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  const std::optional<Held> request = link.wait_request(kPatience);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->name, "INCR");
  EXPECT_EQ(request->bytes, samples::command({"INCR", "counter"}));
  EXPECT_EQ(direct.run({"GET", "counter"}), "(nil)");
  link.release_request();
  const std::optional<Held> answer = link.wait_reply(kPatience);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->bytes, ":1\r\n");
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");
  EXPECT_EQ(reply.wait_for(50ms), std::future_status::timeout);
  link.release_reply();
  EXPECT_EQ(reply.get(), "1");
  link.pass();
  EXPECT_EQ(driver.run({"INCR", "counter"}), "2");
}

TEST_F(ProxiedRedis, ALostRequestIsATimeoutAndWasNeverHandled) {
  driver.give_up_after(300ms);
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  link.drop_request();
  EXPECT_EQ(reply.get(), "(timeout)");
  EXPECT_EQ(direct.run({"GET", "counter"}), "(nil)");
}

TEST_F(ProxiedRedis, ALostReplyIsATimeoutOfARequestThatWasHandled) {
  driver.give_up_after(300ms);
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.drop_reply();
  EXPECT_EQ(reply.get(), "(timeout)");
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");
}

TEST_F(ProxiedRedis, ALossDecidedAheadTakesTheRequestItNamesAndNoOther) {
  RedisDriver own(through(proxy, server()));
  proxy.link(own.port(), kPatience).lose({.what = Loss::What::kRequest, .after = 1, .then_cut = {}});
  EXPECT_EQ(own.run({"INCR", "counter"}), "1");
  own.give_up_after(300ms);
  EXPECT_EQ(own.run({"INCR", "counter"}), "(timeout)");
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");
}

TEST_F(ProxiedRedis, ALostReplyDecidedAheadWasHandledAndWithACutTheDriverNeedNotWait) {
  RedisDriver waiting(through(proxy, server()));
  waiting.give_up_after(300ms);
  proxy.link(waiting.port(), kPatience).lose({.what = Loss::What::kReply, .then_cut = {}});
  EXPECT_EQ(waiting.run({"INCR", "counter"}), "(timeout)");
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");

  RedisDriver cut(through(proxy, server()));
  Link its_link = proxy.link(cut.port(), kPatience);
  its_link.lose({.what = Loss::What::kReply, .then_cut = 20ms});
  EXPECT_EQ(cut.run({"INCR", "counter"}), "(broken)");
  EXPECT_EQ(direct.run({"GET", "counter"}), "2");
  EXPECT_TRUE(its_link.wait_closed(kPatience));
}

TEST_F(ProxiedRedis, AReplyHeldPastTheTimeoutComesTooLate) {
  driver.give_up_after(300ms);
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  EXPECT_EQ(reply.get(), "(timeout)");
  driver.close();
  link.release_reply();
  EXPECT_TRUE(link.wait_closed(kPatience));
}

TEST_F(ProxiedRedis, ALateRequestTakesEffectAfterTheClientGaveUpAndClosed) {
  driver.give_up_after(300ms);
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost late = link.keep_request();
  EXPECT_EQ(reply.get(), "(timeout)");
  driver.close();
  EXPECT_FALSE(link.wait_closed(100ms)) << "the server's connection waits for the late request";
  EXPECT_EQ(direct.run({"GET", "counter"}), "(nil)");
  link.release_ghost(late);
  EXPECT_EQ(link.wait_ghost(late, kPatience).value().bytes, ":1\r\n");
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");
  EXPECT_TRUE(link.wait_closed(kPatience));
}

TEST_F(ProxiedRedis, ARequestHeldWhileTheClientGivesUpAndClosesCanStillBeReleased) {
  driver.give_up_after(300ms);
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  EXPECT_EQ(reply.get(), "(timeout)");
  driver.close();
  link.release_request();
  EXPECT_EQ(link.wait_reply(kPatience).value().bytes, ":1\r\n");
  link.release_reply();
  EXPECT_TRUE(link.wait_closed(kPatience));
}

TEST_F(ProxiedRedis, ADuplicateIsHandledTwiceAndAnsweredOnce) {
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost copy = link.release_request_twice();
  EXPECT_EQ(link.wait_reply(kPatience).value().bytes, ":1\r\n");
  EXPECT_EQ(link.wait_ghost(copy, kPatience).value().bytes, ":2\r\n");
  link.release_reply();
  EXPECT_EQ(reply.get(), "1");
  link.pass();
  EXPECT_EQ(driver.run({"GET", "counter"}), "2") << "the second reply was swallowed";
}

TEST_F(ProxiedRedis, AGhostMayBeHandledWhileAnEarlierReplyIsHeldOrAfterALaterRequest) {
  std::future<std::string> first = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost copy = link.copy_request();
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.release_ghost(copy);
  EXPECT_EQ(link.wait_ghost(copy, kPatience).value().bytes, ":2\r\n") << "while the first reply is still held";
  link.release_reply();
  EXPECT_EQ(first.get(), "1");
  std::future<std::string> second = driver.begin({"SET", "counter", "10"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost later = link.copy_request();
  link.release_request();
  ASSERT_TRUE(link.wait_reply(kPatience));
  link.release_reply();
  EXPECT_EQ(second.get(), "OK");
  link.pass();
  EXPECT_EQ(driver.run({"INCR", "counter"}), "11");
  link.release_ghost(later);
  EXPECT_EQ(link.wait_ghost(later, kPatience).value().bytes, "+OK\r\n");
  EXPECT_EQ(driver.run({"GET", "counter"}), "10");
}

TEST_F(ProxiedRedis, ACutBeforeTheReplyOrInTheMidstOfItIsABrokenConnectionAndAfterItIsNot) {
  for (const std::size_t bytes : {0U, 3U, 5U}) {
    RedisDriver victim(through(proxy, server()));
    Link held = held_link(proxy, victim);
    std::future<std::string> reply = victim.begin({"SET", "counter", "7"});
    ASSERT_TRUE(held.wait_request(kPatience));
    held.release_request();
    EXPECT_EQ(held.wait_reply(kPatience).value().bytes, "+OK\r\n");
    held.cut_reply(bytes);
    EXPECT_EQ(reply.get(), bytes == 5 ? "OK" : "(broken)");
    EXPECT_EQ(victim.run({"PING"}), "(broken)");
    EXPECT_TRUE(held.wait_closed(kPatience));
  }
}

TEST_F(ProxiedRedis, ARequestCutInItsMidstIsNeverHandled) {
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  const std::size_t size = link.wait_request(kPatience).value().bytes.size();
  link.cut_request(size - 1);
  EXPECT_EQ(reply.get(), "(broken)");
  EXPECT_TRUE(link.wait_closed(kPatience));
  EXPECT_EQ(direct.run({"GET", "counter"}), "(nil)");
}

TEST_F(ProxiedRedis, ACutConnectionKeepsTheServersSideForALateRequest) {
  std::future<std::string> reply = driver.begin({"INCR", "counter"});
  ASSERT_TRUE(link.wait_request(kPatience));
  const Link::Ghost late = link.keep_request();
  link.cut();
  EXPECT_EQ(reply.get(), "(broken)");
  link.release_ghost(late);
  EXPECT_EQ(link.wait_ghost(late, kPatience).value().bytes, ":1\r\n");
  EXPECT_TRUE(link.wait_closed(kPatience));
  EXPECT_EQ(direct.run({"GET", "counter"}), "1");
}

TEST_F(ProxiedRedis, AWaitThatEndsByItsTimeoutSaysSoAndOneThatCannotEndSaysWhy) {
  EXPECT_FALSE(link.wait_request(20ms));
  EXPECT_FALSE(link.wait_reply(20ms));
  driver.close();
  try {
    link.wait_request(kPatience);
    ADD_FAILURE() << "no request can come";
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(std::string(error.what()), place(server()) + ": no request can come: a side has closed the connection");
  }
}

TEST_F(ProxiedRedis, WhereNoServerListensTheLinkSaysSo) {
  RedisAddress nobody = server();
  {
    const Babbler once("");
    nobody.port = once.port();
  }
  Proxy before_nobody(nobody);
  const int client = connect_to(before_nobody.port());
  Link failed = before_nobody.link(local_port(client), kPatience);
  try {
    failed.wait_request(kPatience);
    ADD_FAILURE() << "nobody listens";
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(std::string(error.what()), place(nobody) + ": cannot connect: Connection refused; check that it runs");
  }
  EXPECT_EQ(read_all(client), "");
  ::close(client);
  try {
    before_nobody.link(1, 1ms);
    ADD_FAILURE() << "no such client";
  } catch (const EnvironmentError& error) {
    EXPECT_EQ(std::string(error.what()), place(nobody) +
                                             ": the connection was closed as soon as it was made; check that "
                                             "the server still runs, then run it again");
  }
  nobody.host = "no-such-host.invalid";
  EXPECT_THROW(Proxy{nobody}, EnvironmentError);
}

// What one director does to its session's increments, with faults drawn from a seed; how many were handled.
int direct_at_random(Proxy& proxy, unsigned seed, const std::string& key, int count) {
  std::mt19937 generator(seed);
  int handled = 0;
  std::optional<RedisDriver> driver;
  std::optional<Link> link;
  for (int i = 0; i < count; ++i) {
    if (!link) {
      driver.emplace(through(proxy, server()));
      link = proxy.link(driver->port(), kPatience);
      link->hold();
    }
    std::future<std::string> reply = driver->begin({"INCR", key});
    if (!link->wait_request(kPatience)) throw std::runtime_error("no request");
    const unsigned fault = static_cast<unsigned>(generator()) % 6;
    std::optional<Link::Ghost> ghost;
    if (fault == 1) ghost = link->release_request_twice();
    if (fault == 2) ghost = link->keep_request();
    if (fault == 3) link->cut_request(static_cast<unsigned>(generator()) % 8);
    if (fault == 0 || fault >= 4) link->release_request();
    if (fault == 2) link->cut();
    if (fault == 2) link->release_ghost(*ghost);
    if (ghost && !link->wait_ghost(*ghost, kPatience)) throw std::runtime_error("a ghost was not handled");
    handled += fault == 3 ? 0 : fault == 1 ? 2 : 1;
    const bool is_cut = fault >= 2 && fault <= 4;
    if (fault != 2 && fault != 3) {
      if (!link->wait_reply(kPatience)) throw std::runtime_error("no reply");
      is_cut ? link->cut_reply(static_cast<unsigned>(generator()) % 3) : link->release_reply();
    }
    if ((reply.get() == "(broken)") != is_cut) throw std::runtime_error("the driver saw something else");
    if (is_cut) link.reset();
  }
  return handled;
}

TEST(ManySessions, EachWithItsDirectorAndRandomFaultsAreHandledAsOftenAsTheirDirectorsSay) {
  Proxy proxy(server());
  RedisDriver direct(server());
  std::vector<std::future<int>> directors;
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const std::string key = fmt::format("count{}", seed);
    direct.run({"DEL", key});
    directors.push_back(std::async(std::launch::async, direct_at_random, std::ref(proxy), seed, key, 150));
  }
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const int handled = directors[seed - 1].get();
    EXPECT_EQ(direct.run({"GET", fmt::format("count{}", seed)}), std::to_string(handled));
    direct.run({"DEL", fmt::format("count{}", seed)});
  }
}

TEST(ProxyEnd, LeavesNoThreadAndNoSocketWhateverIsHeld) {
  RedisDriver direct(server());
  std::thread([] {}).join();  // with the first thread a sanitizer may start one of its own
  const int sockets = count_sockets();
  const int threads = count_threads();
  std::optional<Link> kept;
  {
    std::optional<Proxy> proxy(server());
    RedisDriver first(through(*proxy, server()));
    RedisDriver second(through(*proxy, server()));
    kept = proxy->link(first.port(), kPatience);
    kept->hold();
    Link waiting = proxy->link(second.port(), kPatience);
    waiting.hold();
    EXPECT_EQ(proxy->open_links(), 2);
    std::future<std::string> one = first.begin({"PING"});
    std::future<std::string> other = second.begin({"PING"});
    ASSERT_TRUE(kept->wait_request(kPatience));
    kept->copy_request();
    kept->release_request();
    ASSERT_TRUE(kept->wait_reply(kPatience));
    ASSERT_TRUE(waiting.wait_request(kPatience));
    proxy.reset();
    EXPECT_EQ(one.get(), "(broken)");
    EXPECT_EQ(other.get(), "(broken)");
    EXPECT_TRUE(waiting.wait_closed(0s));
  }
  EXPECT_TRUE(eventually([&] { return count_sockets() == sockets && count_threads() == threads; }))
      << count_sockets() << " sockets, not " << sockets << "; " << count_threads() << " threads, not " << threads;
  kept->drop_reply();
  EXPECT_THROW(kept->wait_reply(1s), EnvironmentError);
}

TEST(UnmodifiedRedisTraffic, IsByteIdenticalOnBothSidesAndFramedInAnyCutAsTheServerMeantIt) {
  Relay behind(server().port);
  std::vector<Passed> before_proxy;
  std::vector<Passed> after_proxy;
  {
    RedisAddress relayed = server();
    relayed.port = behind.port();
    Proxy proxy(relayed);
    Relay before(proxy.port());
    relayed.port = before.port();
    {
      RedisDriver driver(relayed);
      EXPECT_EQ(driver.run({"SET", "binary", std::string("\0\r\n$5\r\n", 7)}), "OK");
      EXPECT_EQ(driver.run({"GET", "binary"}), std::string("\0\r\n$5\r\n", 7));
      EXPECT_EQ(driver.run({"SET", "large", std::string(3'000'000, 'x')}), "OK");
      EXPECT_EQ(driver.run({"GET", "large"}).size(), 3'000'000U);
      EXPECT_EQ(driver.run({"NO-SUCH-COMMAND"}).rfind("ERR unknown command", 0), 0U);
      EXPECT_EQ(driver.run({"EVAL", "return {1, {2, {3, 'x'}}, false}", "0"}), "1 2 3 x   (nil) ");
      EXPECT_EQ(driver.run({"DEL", "binary", "large"}), "2");
    }
    const int raw = connect_to(relayed.port);  // RESP3, which this hiredis does not speak, and inline commands
    const std::string password = server().password;
    ASSERT_TRUE(write_all(
        raw,
        "HELLO 3 AUTH default " + password + "\r\nPING\r\n\r\nCLIENT TRACKING ON\r\nHGETALL none\r\n" +
            "GET tracked\r\nSET tracked 1\r\nDEL tracked\r\nEVAL \"redis.setresp(3) return {true, 3.5}\" 0\r\n" +
            "DEBUG PROTOCOL attrib\r\nDEBUG PROTOCOL bignum\r\nDEBUG PROTOCOL verbatim\r\nDEBUG PROTOCOL double\r\n" +
            "DEBUG PROTOCOL set\r\nDEBUG PROTOCOL true\r\nDEBUG PROTOCOL null\r\nQUIT\r\n"));
    EXPECT_NE(read_all(raw).find("invalidate"), std::string::npos) << "a push came";
    ::close(raw);
    EXPECT_TRUE(eventually([&] { return proxy.open_links() == 0; }));
    before_proxy = before.passed();
  }
  after_proxy = behind.passed();
  ASSERT_EQ(before_proxy.size(), 2U);
  ASSERT_EQ(after_proxy.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_TRUE(before_proxy[i].from_client == after_proxy[i].from_client);
    EXPECT_TRUE(before_proxy[i].from_server == after_proxy[i].from_server);
  }
  std::string names;
  for (const std::size_t step : {1U, 7U, 4096U}) {
    const std::string& bytes = after_proxy[1].from_server;
    std::vector<std::size_t> cuts;
    for (std::size_t at = step; at < bytes.size(); at += step) cuts.push_back(at);
    const auto framed = samples::frame(*make_framer(Protocol::kRedis, Side::kServer), bytes, cuts);
    EXPECT_EQ(framed.error, "");
    EXPECT_EQ(framed.rest, "");
    names.clear();
    for (const Message& message : framed.messages) names += message.name + ", ";
    EXPECT_EQ(names.rfind("map, simple string, simple string, map, null, ", 0), 0U) << names;
    EXPECT_NE(names.find("push, "), std::string::npos) << names;
  }
}

}  // namespace
}  // namespace stalemate::real
