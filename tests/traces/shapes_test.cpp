// Which real servers a trace can be replayed on, and what of it none is asked: by what its requests are alone.
#include "traces/shapes.hpp"

#include <gtest/gtest.h>

#include "stores_of.hpp"
#include "traces/verb.hpp"

namespace stalemate::traces {
namespace {

Request asked(const std::string& verb, const std::string& watch = "") {
  Request request;
  request.verb = verb;
  request.key = "k1";
  request.watch = watch;
  if (find_verb(verb)->carries) request.value = 1;
  return request;
}

// A trace in which the cache is asked that, and nothing more.
Trace asking(const Request& request) {
  Trace trace;
  trace.stores = stores_with_cache(true);
  Step step;
  step.kind = StepKind::kHandle;
  step.app = 1;
  step.session = 1;
  step.request = request;
  step.request->to = "cache";
  trace.steps.push_back(step);
  return trace;
}

std::string why_redis(const Trace& trace) { return why_not_replayed(trace, CacheServer::kRedis); }
std::string why_memcached(const Trace& trace) { return why_not_replayed(trace, CacheServer::kMemcached); }

TEST(Shapes, a_value_is_for_either_cache) {
  const Trace trace = asking(asked("set"));
  EXPECT_EQ(why_redis(trace), "");
  EXPECT_EQ(why_memcached(trace), "");
  EXPECT_EQ(why_not_replayed(trace), "");
  EXPECT_EQ(shapes_of(trace, CacheServer::kRedis), Shapes());
}

TEST(Shapes, what_is_memcacheds_alone_is_not_for_redis) {
  const Trace trace = asking(asked("get", "entry"));
  EXPECT_TRUE(asks_memcached(trace));
  EXPECT_EQ(why_redis(trace), "'cache: get that watches what it finds' is sent, which is memcached's, and not Redis's");
  EXPECT_EQ(why_memcached(trace), "");
  EXPECT_EQ(why_not_replayed(trace), "");
}

TEST(Shapes, what_takes_more_than_one_text_is_not_for_memcached) {
  EXPECT_EQ(why_memcached(asking(asked("set-if-newer"))),
            "'cache: set-if-newer' is sent, which a memcached is not asked");
  EXPECT_EQ(why_memcached(asking(asked("get", "key"))),
            "'cache: get with a watch over the key' is sent, which a memcached is not asked");
  Request of_two = asked("delete");
  of_two.also = {"k1 total"};
  EXPECT_EQ(why_memcached(asking(of_two)), "several entries are changed at once, which a memcached does not do");
  Trace counted = asking(asked("count-up"));
  EXPECT_EQ(why_memcached(counted), "");
  counted.steps.push_back(asking(asked("get")).steps.front());
  EXPECT_EQ(why_memcached(counted),
            "an entry has a value and is counted up, and a memcached has no count beside a value");
  EXPECT_EQ(why_redis(counted), "");
  EXPECT_EQ(shapes_of(counted, CacheServer::kRedis).entries, Shape::kRecord);
  Trace leased = asking(asked("get", "lease"));
  EXPECT_EQ(why_memcached(leased), "");
  EXPECT_EQ(shapes_of(leased, CacheServer::kRedis).entries, Shape::kRecord);
  EXPECT_EQ(shapes_of(leased, CacheServer::kMemcached).entries, Shape::kValue);
  leased.steps.push_back(asking(asked("mark")).steps.front());
  EXPECT_EQ(why_memcached(leased), "a marker is leased, and what is there is a hit to a memcached");
}

TEST(Shapes, what_befalls_a_cache_may_be_more_than_its_server_can_be_made_to_do) {
  Trace trace = asking(asked("set"));
  Step failover;
  failover.kind = StepKind::kCacheFailover;
  failover.store = "cache";
  trace.steps.push_back(failover);
  EXPECT_EQ(why_redis(trace), "");
  EXPECT_EQ(why_memcached(trace), "the cache fails over, and a memcached has no replica");
  trace.stores.push_back({"cache replica", "cache-replica"});
  EXPECT_EQ(why_redis(trace),
            "the cache restarts or fails over, and a replica of it is read, which then would begin anew");
  trace.steps.pop_back();
  EXPECT_EQ(why_redis(trace), "");
  EXPECT_EQ(why_memcached(trace), "a replica of the cache is read, and a memcached has none");
}

TEST(Shapes, who_tells_of_a_change_is_the_database_where_nothing_is_published) {
  Trace trace = asking(asked("set"));
  Step heard;
  heard.kind = StepKind::kDeliver;
  heard.store = "near";
  trace.steps.push_back(heard);
  EXPECT_TRUE(shapes_of(trace, CacheServer::kRedis).tells);
  trace.stores.push_back({"bus", "channel"});
  EXPECT_FALSE(shapes_of(trace, CacheServer::kRedis).tells);
}

}  // namespace
}  // namespace stalemate::traces
