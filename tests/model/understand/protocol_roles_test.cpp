// What participants are called, as people call them: which names tell a role, which contradict themselves or what is
// drawn, and when two names are one server. A name that is taken for the wrong thing would change every verdict.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/understand/protocol_support.hpp"

namespace stalemate::model {
namespace {

std::string fenced(const std::string& lines) { return "```mermaid\nsequenceDiagram\n" + lines + "```\n"; }

// A read that fills the cache, by whatever the cache and the database are called.
std::string read_of(const std::string& cache, const std::string& database) {
  return "app->>" + cache + ": get\n" + cache + "-->>app: miss\napp->>" + database + ": get\napp->>" + cache +
         ": set\n";
}
std::string write_of(const std::string& cache, const std::string& database) {
  return "app->>" + database + ": set\napp->>" + cache + ": delete\n";
}
std::string page(const std::string& read, const std::string& write) {
  return "# Read\n" + fenced(read) + "# Write\n" + fenced(write);
}
std::string answer_to(const std::string& text) { return error_of_text(text, "t.md"); }

// The role a participant called so has where the app asks it to get.
std::string asked_as(const std::string& alias) {
  const std::string lines = "participant X as " + alias + "\napp->>X: get\n";
  const std::string error = error_of_lines(lines);
  if (error != "no error") return error;
  return outline(read_lines(lines).operations.at(0).body);
}

TEST(ProtocolRoleNames, a_copy_of_the_database_is_never_the_database) {
  for (const char* alias : {"Read Replica",
                            "Postgres read replica",
                            "replica",
                            "DB replica",
                            "pg-replica-1",
                            "ReadReplica",
                            "Follower",
                            "MySQL follower",
                            "Secondary",
                            "secondary DB",
                            "Hot standby",
                            "Postgres (standby)",
                            "Aurora reader endpoint",
                            "reader endpoint",
                            "RDS reader instance",
                            "read-only DB",
                            "Postgres (read only)",
                            "readonly",
                            "db_ro",
                            "Postgres RO",
                            "Mongo replica set",
                            "Read DB",
                            "DB for reads",
                            "reader DB",
                            "Query database",
                            "MySQL slave",
                            "DB copy",
                            "DB mirror",
                            "Postgres (async copy)",
                            "Reporting DB",
                            "primary and replica"}) {
    EXPECT_TRUE(contains(asked_as(alias), "understood as \"a message of a replica\"")) << alias << asked_as(alias);
  }
  for (const char* alias : {"Primary", "Write DB", "Postgres (read/write)", "DB for reads and writes", "Writer DB"}) {
    EXPECT_TRUE(asked_as(alias) == "get database#1" || contains(asked_as(alias), "contradict each other")) << alias;
  }
  EXPECT_TRUE(contains(error_of_lines("participant pg_r as Read Replica\napp->>cache: get\napp->>pg_r: SELECT k"),
                       "understood as \"a message of a replica\""));
}

TEST(ProtocolRoleNames, a_cache_in_the_process_of_each_instance_is_one_and_that_is_said) {
  for (const char* alias : {"local",
                            "Local cache",
                            "L1",
                            "L1 cache",
                            "in-process cache",
                            "In-Process LRU",
                            "In-memory cache",
                            "memory cache",
                            "Process memory",
                            "Caffeine",
                            "Guava cache",
                            "Ehcache",
                            "LRU cache",
                            "IMemoryCache",
                            "MemoryCache",
                            "HashMap (cache)",
                            "Cache (ConcurrentHashMap)",
                            "Static cache",
                            "RAM cache",
                            "Embedded cache",
                            "Cache (dict)",
                            "Dictionary cache",
                            "Map cache",
                            "Cache (one in each pod)",
                            "Cache (per container)"}) {
    const std::string lines = std::string("participant X as ") + alias + "\napp->>X: Get\napp->>db: Get";
    const Protocol protocol = read_lines(lines);
    EXPECT_EQ(protocol.caches, (std::vector<DrawnCache>{{"local cache", true}})) << alias;
    EXPECT_TRUE(contains(describe_reading(protocol),
                         "each app instance has one of its own; where all share it, say "
                         "role X = cache"))
        << alias;
    EXPECT_EQ(read_lines(lines, {"X=cache"}).caches, (std::vector<DrawnCache>{{"cache", false}})) << alias;
  }
  EXPECT_EQ(read_lines("%% stalemate: role cache = local-cache\napp->>cache: Get\napp->>db: Get").caches,
            (std::vector<DrawnCache>{{"local cache", true}}));
  EXPECT_EQ(read_lines("app->>cache: Get\napp->>db: Get", {"cache=local-cache"}).caches,
            (std::vector<DrawnCache>{{"local cache", true}}));
  EXPECT_TRUE(starts_with(error_of_lines("%% stalemate: role cache = local-cache\n%% stalemate: role cache = cache\n"
                                         "app->>cache: Get\napp->>db: Get"),
                          "t.mmd:3:1: \"cache\" is the local-cache since line 2"));
}

TEST(ProtocolRoleNames, caches_beside_each_other_in_a_diagram_are_several) {
  const auto caches = [](const std::string& text) { return read_protocol(text, "t.md", {}).caches; };
  const auto both = [](const std::string& one, const std::string& other) {
    return "participant A as " + one + "\nparticipant B as " + other + "\n";
  };
  const std::string read =
      "app->>A: Get value\nA-->>app: miss\napp->>B: Get value\nB-->>app: miss\napp->>db: Get value\n"
      "app->>B: Set value\napp->>A: Set value\n";
  const std::string write = "app->>db: Set value\napp->>B: Delete value\napp->>A: Delete value\n";
  const std::string write_one = "app->>db: Set value\napp->>Redis: Delete value\napp->>Memcached: Delete value\n";
  EXPECT_EQ(caches(page(both("L1 cache", "Redis") + read, both("L1 cache", "Redis") + write)),
            (std::vector<DrawnCache>{{"local cache", true}, {"cache", false}}));
  EXPECT_EQ(caches(page(both("Memcached", "Redis") + read, both("Memcached", "Redis") + write)),
            (std::vector<DrawnCache>{{"cache Memcached", false}, {"cache Redis", false}}));
  EXPECT_EQ(caches(page(both("L1 cache", "Caffeine") + read, both("L1 cache", "Caffeine") + write)),
            (std::vector<DrawnCache>{{"local cache L1 cache", true}, {"local cache Caffeine", true}}));
  EXPECT_EQ(caches(page("app->>Redis: Get value\nRedis-->>app: miss\napp->>db: Get value\napp->>Redis: Set value\n",
                        write_one)),
            (std::vector<DrawnCache>{{"cache Redis", false}, {"cache Memcached", false}}))
      << "who is known is known first";
  // A reply is of the one that was asked.
  EXPECT_TRUE(contains(error_of_lines(both("Memcached", "Redis") + "app->>A: Get\nB-->>app: miss\napp->>db: Get"),
                       "a reply from the cache Redis, but the latest request (line 4) went to the cache Memcached"));
  EXPECT_EQ(outline(read_lines(both("L1 cache", "Redis") + read).operations.at(0).body),
            "get cache#1; if miss; get cache2#3; if miss; get database#5; set cache2#6; set cache#7");
  // Where one of them is in each process and the diagrams never draw both, they may be one.
  EXPECT_TRUE(contains(answer_to(page(read_of("redis", "db"), "participant C as Local cache\n" + write_of("C", "db"))),
                       "read as two caches"));
}

// A service that is asked for what the cache is filled with, and asks nobody, is what the values come from; where a
// database is drawn, too, that is asked.
TEST(ProtocolRoleNames, a_service_that_the_cache_is_filled_from_is_the_database_where_none_is_drawn) {
  const auto lines = [](const std::string& get, const std::string& more) {
    return "participant S as Sync Service\nparticipant C as Redis\nparticipant N as NetBox API\n" + more +
           "S->>C: GET devices\nalt miss\nS->>N: " + get + "\nS->>C: SET devices\nend\n";
  };
  for (const char* get : {"GET /api/dcim/devices/", "fetch devices"}) {
    const Protocol protocol = read_lines(lines(get, ""));
    EXPECT_EQ(outline(protocol.operations.at(0).body), "get cache#1; alt{miss: get database#2; set cache#3}") << get;
    EXPECT_TRUE(contains(describe_reading(protocol),
                         "\"NetBox API\" has what the cache is filled with, and asks nobody, so it is "
                         "a database; say role N = what it is if it is not"));
  }
  EXPECT_TRUE(contains(error_of_lines(lines("fetch devices", "participant D as Postgres\n")),
                       "\"N\" is called an app (by \"api\" in its alias), but it is asked"));
}

TEST(ProtocolRoleNames, what_is_not_modelled_of_a_cache_beside_another_or_in_the_process_is_refused) {
  const std::string both = "participant A as L1 cache\nparticipant B as Redis\n";
  for (const auto& [asked, reason] : std::initializer_list<std::pair<const char*, const char*>>{
           {"app->>B: INCR gen:item:1", "a condition by version, generation or amount at a cache beside another"},
           {"app->>B: set item:1 only if the version is newer",
            "a condition by version, generation or amount at a cache beside another"},
           {"app->>A: SET lock:item:1 NX",
            "a condition, a lock or a mark at a cache in the app's process beside another"},
           {"app->>A: get item:1, take a lease if it is missing",
            "a condition, a lock or a mark at a cache in the app's process beside another"}})
    EXPECT_TRUE(contains(error_of_lines(both + "app->>A: Get\napp->>B: Get\napp->>db: Get\n" + asked),
                         std::string("understood as \"") + reason + "\""))
        << asked;
  EXPECT_TRUE(
      contains(error_of_lines("participant A as Memcached\nparticipant B as Redis\napp->>A: SET lock:item:1 NX\n"
                              "app->>B: SET lock:item:1 NX\napp->>db: Set"),
               "\"a condition, a lock or a mark at two caches\""));
  const std::string local = "participant A as L1 cache\napp->>db: Set\n";
  EXPECT_TRUE(contains(error_of_lines(local + "app-)A: Delete"), "that nobody waits for\""));
  EXPECT_TRUE(
      contains(error_of_lines(local + "app-xA: Delete"), "\"a lost call of a cache in the app's own process\""));
  EXPECT_TRUE(
      contains(error_of_lines(both + "app->>A: Get\nA-->>app: miss\napp->>B: Get\nB-->>app: miss\napp->>db: Get\n"
                                     "app->>B: Set"),
               "t.mmd:4:1: the local cache is looked into here, and nothing on this page ever puts anything there"));
  std::string seven;
  for (int i = 1; i <= 7; ++i) seven += "participant C" + std::to_string(i) + " as Redis " + std::to_string(i) + "\n";
  EXPECT_TRUE(contains(error_of_lines(seven + "app->>C1: Get\napp->>db: Get"), "\"more than 6 caches\""));
  EXPECT_EQ(error_of_lines(seven.substr(0, seven.rfind("participant")) + "app->>C1: Get\napp->>db: Get\napp->>C1: Set"),
            "no error");
}

TEST(ProtocolRoleNames, of_several_caches_that_one_may_be_one_that_all_share_is_taken) {
  for (const char* alias : {"Redis / Hazelcast / near cache", "near cache / Redis", "Redis / in-process LRU"}) {
    const std::string app = "participant app\nparticipant kept as " + std::string(alias) + "\n";
    const Protocol protocol = read_lines(app +
                                         "app->>kept: Get value\nkept-->>app: miss\napp->>database: Get\n"
                                         "app->>kept: Set value\n");
    EXPECT_FALSE(protocol.caches.at(0).local) << alias;
    EXPECT_TRUE(contains(describe_reading(protocol),
                         "it is taken as one that all app instances share; where each has "
                         "one of its own, say role kept = local-cache"))
        << alias;
  }
}

TEST(ProtocolRoleNames, a_cache_of_less_than_an_instance_or_before_the_app_is_not_the_cache) {
  for (const char* alias :
       {"near cache", "Redis near cache", "Hazelcast near cache / near cache", "First-level cache", "first level cache",
        "Request cache", "request-scoped cache", "DataLoader cache", "Apollo cache", "React Query cache", "SWR cache",
        "Hibernate session cache", "ORM cache", "Sidecar cache", "Thread-local cache"}) {
    EXPECT_TRUE(contains(asked_as(alias), "understood as \"a cache of less than an app instance, or beside one\""))
        << alias << " " << asked_as(alias);
  }
  for (const char* alias : {"CDN", "CDN edge", "edge cache", "CloudFront", "HTTP cache", "Varnish", "DNS cache"}) {
    EXPECT_TRUE(contains(asked_as(alias), "understood as \"a cache that answers before the app is asked\""))
        << alias << " " << asked_as(alias);
  }
  for (const char* alias : {"Browser cache", "cache proxy", "app cache", "client cache"}) {
    EXPECT_TRUE(contains(asked_as(alias), "contradict each other")) << alias << " " << asked_as(alias);
  }
  for (const char* alias :
       {"Redis (in-memory)", "Shared cache", "L2 cache", "PageCache", "Plan cache", "Cache (Redis)",
        "Redis request cache", "Session cache", "Write-through cache", "Cache cluster", "Redis node"}) {
    EXPECT_EQ(asked_as(alias), "get cache#1") << alias;
  }
  EXPECT_EQ(outline(read_lines("%% stalemate: role L1 = cache\napp->>L1: get").operations[0].body), "get cache#1");
}

TEST(ProtocolRoleNames, a_cache_that_writes_the_database_by_itself_is_not_the_cache) {
  for (const char* alias : {"Write-behind cache", "Cache (write-behind)", "write back cache", "WriteBehind cache"}) {
    EXPECT_TRUE(contains(asked_as(alias), "understood as \"a cache that writes to the database by itself, later\""))
        << alias << " " << asked_as(alias);
  }
}

TEST(ProtocolRoleNames, a_box_of_which_there_are_several_around_app_and_cache_is_asked_about) {
  const auto error = [](const std::string& box, const std::string& inside, const std::string& outside) {
    return error_of_lines("box " + box + "\n" + inside + "end\n" + outside + "app->>cache: get\napp->>db: get");
  };
  const std::string both = "participant app\nparticipant cache\n";
  for (const char* box : {"Pod (each instance)", "Aqua Pod", "One process", "Node 1", "each app server",
                          "per container", "rgb(33,66,99) App instance", "Lambda"}) {
    EXPECT_TRUE(contains(error(box, both, "participant db\n"), "has each app instance a cache of its own?")) << box;
  }
  for (const char* box : {"Backend", "Aqua", "Our servers", "rgb(33,66,99)"})
    EXPECT_EQ(error(box, both, "participant db\n"), "no error") << box;
  EXPECT_EQ(error("Host", both + "participant db\n", ""), "no error") << "all are in it";
  EXPECT_EQ(error("Redis node", "participant cache\n", "participant app\nparticipant db\n"), "no error");
  EXPECT_EQ(error("Pod", both, "participant db\n%% stalemate: role cache = cache\n"), "no error") << "said";
}

TEST(ProtocolRoleNames, words_that_contradict_each_other_are_asked_about) {
  for (const char* alias :
       {"Redis gateway",   "db service",      "cache-service", "postgres client",    "Cache Worker",
        "DB Admin (user)", "user database",   "cache db",      "Redis store",        "KV store",
        "key-value store", "in-memory store", "Local storage", "in-memory database", "cache metrics",
        "database log",    "Redis replicas",  "Backend DB",    "cache proxy",        "secondary cache"}) {
    EXPECT_TRUE(contains(asked_as(alias), "contradict each other; likeliest ")) << alias << " " << asked_as(alias);
  }
  for (const char* alias : {"store", "order store", "Postgres 16", "SQL Server", "orders_db", "Payments DB"}) {
    EXPECT_EQ(asked_as(alias), "get database#1") << alias;
  }
}

TEST(ProtocolRoleNames, what_the_alias_contradicts_does_not_count) {
  EXPECT_EQ(
      outline(read_lines("participant redis_client as App\nparticipant pg_cache as Cache\nparticipant redis_db as "
                         "Database\nredis_client->>pg_cache: get\nredis_client->>redis_db: get")
                  .operations[0]
                  .body),
      "get cache#1; get database#2");
  EXPECT_TRUE(contains(describe_reading(read_lines("participant pg as Prices\napp->>pg: get")),
                       "its alias says nothing that is known"));
}

TEST(ProtocolRoleNames, one_alias_is_one_participant_in_all_diagrams) {
  const std::string two = "participant OC as Page cache\n" + read_of("OC", "db");
  const std::string other = "participant Cache as Page cache\n" + write_of("Cache", "db");
  EXPECT_EQ(answer_to(page(two, other)), "no error");
  EXPECT_FALSE(contains(describe_reading(read_protocol(page(two, other), "t.md", {})), "the same cache"));
  const std::string given = "participant X as Prices\n%% stalemate: role X = cache\n" + read_of("X", "db");
  EXPECT_EQ(answer_to(page(given, "participant Y as Prices\n" + write_of("Y", "db"))), "no error");
}

TEST(ProtocolRoleNames, two_names_that_may_be_one_server_are_taken_as_one_and_that_is_said) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"cache", "redis"}, {"Redis", "RedisCache"}, {"price_cache", "cache"}, {"cache", "memcached"}};
  for (const auto& [a, b] : pairs) {
    const std::string text = page(read_of(a, "db"), write_of(b, "db"));
    EXPECT_TRUE(
        contains(describe_reading(read_protocol(text, "t.md", {})), "the same cache as \"" + a + "\" in line 4"));
  }
  const std::string text = page(read_of("cache", "postgres"), write_of("cache", "pg"));
  EXPECT_TRUE(contains(describe_reading(read_protocol(text, "t.md", {})), "the same database as \"postgres\""));
}

TEST(ProtocolRoleNames, two_names_that_are_two_servers_are_asked_about) {
  const std::vector<std::pair<std::string, std::string>> pairs = {
      {"redis", "memcached"},         {"Redis", "valkey"},
      {"redis1", "redis2"},           {"cache_1", "cache_2"},
      {"stock_cache", "order_cache"}, {"session cache", "product cache"}};
  for (const auto& [a, b] : pairs) {
    const std::string error = answer_to(page(read_of(a, "db"), write_of(b, "db")));
    EXPECT_TRUE(contains(error, "read as two caches; if they are one, call them alike: participant " + b + " as " + a))
        << a << " " << b << " " << error;
  }
  EXPECT_TRUE(
      contains(answer_to(page(read_of("cache", "postgres"), write_of("cache", "mysql"))), "read as two databases"));
  EXPECT_TRUE(contains(answer_to(page(read_of("cache", "users_db"), write_of("cache", "orders_db"))), "two databases"));
  const std::string third = "# Again\n" + fenced(write_of("memcached", "db"));
  EXPECT_TRUE(contains(answer_to(page(read_of("cache", "db"), write_of("redis", "db")) + third), "two caches"))
      << "not only the first is compared";
  EXPECT_TRUE(contains(answer_to(page("participant C as Redis\n" + read_of("C", "db"),
                                      "participant C as Memcached\n" + write_of("C", "db"))),
                       "two caches"))
      << "one id, two aliases";
}

TEST(ProtocolRoleNames, a_second_database_in_one_diagram_has_no_way_around) {
  const std::string error = error_of_lines("app->>redis: get\napp->>mysql: get\napp->>postgres: get");
  EXPECT_TRUE(contains(error, "understood as \"a second database beside mysql\", which is not modelled yet")) << error;
  EXPECT_FALSE(contains(error, "= app")) << error;
  EXPECT_FALSE(contains(error, "leave")) << error;
}

TEST(ProtocolRoleNames, who_is_only_told_is_a_third_party) {
  for (const char* name : {"mailer", "Email", "Notification service", "analytics", "Metrics", "logger", "Payment API",
                           "Slack", "mail server", "sms"}) {
    const std::string lines =
        std::string("participant X as ") + name +
        "\nuser->>app: PUT\napp->>db: set\napp->>X: send\napp-)X: send\napp->>cache: delete\napp-->>user: ok";
    EXPECT_EQ(error_of_lines(lines), "no error") << name;
    EXPECT_EQ(outline(read_lines(lines).operations.at(0).body), "set database#2; delete cache#5; ack") << name;
  }
  EXPECT_EQ(outline(read_lines("participant P as Payment service\nuser->>P: pay\nP->>db: set\nP->>cache: delete")
                        .operations.at(0)
                        .body),
            "set database#2; delete cache#3")
      << "it asks the servers: it is the app";
  EXPECT_EQ(outline(read_lines("webhook->>app: PUT\napp->>db: set\napp-->>webhook: ok").operations.at(0).body),
            "set database#2; ack")
      << "it starts the operation";
  EXPECT_EQ(outline(read_lines("%% stalemate: role X = third-party\napp->>db: set\napp->>X: get the rate\nX-->>app: 2")
                        .operations.at(0)
                        .body),
            "set database#1");
}

TEST(ProtocolRoleNames, a_position_that_contradicts_the_name_is_asked_about) {
  const auto error = [](const std::string& lines) { return error_of_lines(lines); };
  EXPECT_EQ(outline(read_lines("store->>app: add shelf\napp->>db: set\napp->>cache: delete\napp-->>store: done")
                        .operations[0]
                        .body),
            "set database#2; delete cache#3; ack")
      << "whatever else a store may be, one that only asks is not the database";
  EXPECT_TRUE(contains(error("cache->>app: load\napp->>db: get"), "\"cache\" is called a cache"));
  EXPECT_TRUE(
      contains(error("app->>cache: get\ncache-->>app: miss\napp->>repository: get product\nrepository-->>app: "
                     "product\napp->>cache: set\napp->>db: set"),
               "\"repository\" is called an app (by \"repository\" in its name), but it is asked \"get product\""));
  EXPECT_TRUE(
      contains(error("app->>db: set\nparticipant redis as Session service\napp->>redis: DEL k"), "is called an app"));
  EXPECT_EQ(error("controller->>repository: save\nrepository->>db: update\nrepository->>cache: delete"), "no error")
      << "layers of one app";
  EXPECT_EQ(error("user->>gateway: GET\ngateway->>api: GET product\napi->>cache: get\napi-->>gateway: 200"),
            "no error");
  EXPECT_EQ(error("%% stalemate: role X = app\napp->>cache: get\napp->>X: get"), "no error") << "said";
}

}  // namespace
}  // namespace stalemate::model
