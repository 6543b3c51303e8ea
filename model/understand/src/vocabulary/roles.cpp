// What participants are called. A name is looked at word by word; where its words contradict each other and none says
// more than the others, it is ambiguous: people name servers after who uses them and clients after what they use, so
// neither is guessed. A long file: half of it is tables.
#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::string_view kCaches[] = {"cache",     "caches",   "redis",       "memcached", "memcache", "valkey",
                                        "dragonfly", "keydb",    "elasticache", "hazelcast", "mcrouter", "garnet",
                                        "l2",        "caffeine", "ehcache",     "guava",     "ncache"};
constexpr std::string_view kDatabases[] = {
    "db",          "database", "postgres",  "postgresql", "pg",        "mysql",   "mariadb",   "cockroach",
    "cockroachdb", "crdb",     "sql",       "sqlite",     "mssql",     "store",   "datastore", "storage",
    "oracle",      "mongo",    "mongodb",   "dynamodb",   "cassandra", "spanner", "aurora",    "rds",
    "tidb",        "yugabyte", "primary",   "rdbms",      "sqlserver", "master",  "firestore", "couchbase",
    "scylladb",    "dynamo",   "databases", "scylla",     "couchdb",   "riak",    "cosmos",    "cosmosdb"};
// Databases of which a read need not see the latest write, or sees it only where it is asked to.
constexpr std::string_view kLooselyConsistent[] = {"cassandra", "scylladb", "scylla", "dynamodb", "dynamo",
                                                   "couchbase", "couchdb",  "riak",   "cosmos",   "cosmosdb"};
constexpr std::string_view kReplicas[] = {"replica",   "follower",    "secondary", "standby",  "replicas",
                                          "followers", "secondaries", "slave",     "readonly", "ro"};
constexpr std::string_view kQueues[] = {"queue",    "kafka",  "topic",  "outbox", "cdc",      "binlog", "wal",
                                        "rabbitmq", "sqs",    "pubsub", "broker", "debezium", "stream", "nats",
                                        "kinesis",  "rabbit", "topics", "queues", "eventbus"};
constexpr std::string_view kWorkers[] = {"worker",  "consumer",  "invalidator", "relay",   "job",   "cron",
                                         "workers", "consumers", "jobs",        "sidekiq", "celery"};
constexpr std::string_view kApps[] = {"app",     "application", "api",        "service",      "server",     "backend",
                                      "webapp",  "handler",     "controller", "microservice", "repository", "gateway",
                                      "reader",  "writer",      "proxy",      "peer",         "peers",      "nginx",
                                      "haproxy", "envoy",       "balancer",   "loadbalancer", "alb",        "elb",
                                      "nlb",     "ingress",     "traefik",    "kong",         "apisix"};
// Layers before the app that let through what they are asked; only beside what a third party would do by its name.
constexpr std::string_view kLettingThrough[] = {"filter", "middleware", "guard", "interceptor"};
constexpr std::string_view kOutsiders[] = {"user",     "client", "browser", "customer",
                                           "frontend", "admin",  "mobile",  "visitor"};
constexpr std::string_view kThirdParties[] = {
    "mailer",       "mail",          "mails",    "email",  "emails",    "smtp",    "sendgrid",   "sms",     "twilio",
    "notification", "notifications", "notifier", "push",   "analytics", "metrics", "prometheus", "grafana", "datadog",
    "statsd",       "telemetry",     "tracing",  "logger", "logging",   "log",     "logs",       "sentry",  "payment",
    "payments",     "paypal",        "stripe",   "slack",  "webhook",   "audit",   "auth",       "webhooks"};

// "DB (read only)", "reader endpoint": a copy of the database. "Read DB" is one, too, unless it is written as well.
constexpr std::string_view kReplicaPhrases[] = {"read only",     "reader endpoint", "read endpoint", "reader instance",
                                                "read instance", "read node",       "read host",     "read pool",
                                                "read copy",     "replica set"};
// Beside a cache's name, one replica of it that is read: not several, which lag each on its own, and no app instance.
constexpr std::string_view kOneReplica[] = {"replica", "follower", "slave"};
constexpr std::string_view kOfWhom[] = {"per", "each", "every", "other", "own", "my", "this"};
// Beside a database's name.
constexpr std::string_view kCopying[] = {"copy", "copies", "mirror", "mirrored", "replicated", "reporting"};
constexpr std::string_view kReading[] = {"read", "reads", "reading", "reader", "query", "queries"};
constexpr std::string_view kWriting[] = {"write", "writes", "writing", "writer", "rw"};

// Caches that each app instance has in its process. "In memory" says so only where no product is named: Redis is in
// memory and shared.
constexpr std::string_view kLocal[] = {
    "local",      "l1",          "in process", "inprocess",   "inproc",         "per node",      "per pod",
    "heap",       "process",     "caffeine",   "guava",       "ehcache",        "lru",           "per instance",
    "imemory",    "hash map",    "hashmap",    "sync map",    "concurrent map", "weak map",      "weakmap",
    "ristretto",  "bigcache",    "freecache",  "cachetools",  "functools",      "apcu",          "moka",
    "per worker", "per server",  "per host",   "per process", "per container",  "each instance", "each pod",
    "each node",  "each server", "in app",     "jvm"};
// Where no product is named: a static cache in Redis is shared.
constexpr std::string_view kLocalAlone[] = {"static",   "map cache", "cache map", "dict",           "dictionary", "ram",
                                            "embedded", "private",   "own",       "instance cache", "pod cache"};
// Caches of a request, a thread, a unit of work or somebody's browser, and those that stand beside an app instance or
// are kept up to date by another server.
constexpr std::string_view kOfLess[] = {"request scoped",
                                        "thread local",
                                        "per thread",
                                        "per request",
                                        "first level",
                                        "data loader",
                                        "dataloader",
                                        "orm",
                                        "hibernate",
                                        "entity manager",
                                        "persistence context",
                                        "identity map",
                                        "apollo",
                                        "react query",
                                        "tanstack",
                                        "rtk",
                                        "swr",
                                        "sidecar",
                                        "near"};
constexpr std::string_view kOfLessAlone[] = {"request cache"};
constexpr std::string_view kInMemory[] = {"in memory", "inmemory", "memory"};
// Caches that answer before the app is asked.
constexpr std::string_view kEdge[] = {"cdn",        "edge",    "http",  "cloudfront", "fastly", "akamai",
                                      "cloudflare", "varnish", "squid", "dns",        "nginx",  "proxy"};
// Caches that are written at once and write the database at some later time.
constexpr std::string_view kWriteBehind[] = {"write behind", "writebehind", "write back", "writeback"};
// Of which there are several, each with what stands in one box with it.
constexpr std::string_view kManyWords[] = {"instance", "instances", "pod",       "pods",       "process", "processes",
                                           "node",     "nodes",     "container", "containers", "each",    "every",
                                           "per",      "vm",        "jvm",       "host",       "hosts",   "machine",
                                           "lambda",   "replica",   "replicas",  "worker",     "workers"};
// A store of one of these kinds may be a cache or a database.
constexpr std::string_view kVagueStores[] = {"store", "storage", "datastore"};
constexpr std::string_view kKeyValue[] = {"kv", "key value", "keyvalue"};
// These are caches where nothing else in the name tells a role.
constexpr std::string_view kLoneCaches[] = {"local", "l1",         "lru",    "memory", "inmemory",   "cdn",
                                            "edge",  "cloudfront", "fastly", "akamai", "cloudflare", "varnish"};

// And these are outside where even that tells nothing: before an API they only call it, and without one they are the
// app.
constexpr std::string_view kLoneOutsiders[] = {"web", "website", "www", "spa"};

// Products; those of one family are spellings of one.
struct Product {
  std::string_view word;
  std::string_view family;
};
constexpr Product kProducts[] = {
    {"redis", "redis"},       {"memcached", "memcached"}, {"memcache", "memcached"},  {"mcrouter", "memcached"},
    {"valkey", "valkey"},     {"dragonfly", "dragonfly"}, {"keydb", "keydb"},         {"hazelcast", "hazelcast"},
    {"garnet", "garnet"},     {"postgres", "postgres"},   {"postgresql", "postgres"}, {"pg", "postgres"},
    {"mysql", "mysql"},       {"mariadb", "mariadb"},     {"cockroach", "cockroach"}, {"cockroachdb", "cockroach"},
    {"crdb", "cockroach"},    {"sqlite", "sqlite"},       {"mssql", "mssql"},         {"sqlserver", "mssql"},
    {"oracle", "oracle"},     {"mongo", "mongo"},         {"mongodb", "mongo"},       {"dynamodb", "dynamo"},
    {"dynamo", "dynamo"},     {"cassandra", "cassandra"}, {"spanner", "spanner"},     {"tidb", "tidb"},
    {"yugabyte", "yugabyte"}, {"firestore", "firestore"}, {"couchbase", "couchbase"}, {"scylladb", "scylladb"},
    {"ncache", "ncache"}};

// Words of a server's name that do not tell it from another.
constexpr std::string_view kPlainNameWords[] = {
    "the",    "a",       "an",     "my",     "our",        "main",       "node",   "cluster", "instance",
    "shared", "central", "tier",   "remote", "managed",    "external",   "system", "backing", "engine",
    "layer",  "key",     "value",  "kv",     "in",         "memory",     "aws",    "azure",   "gcp",
    "cloud",  "sql",     "no",     "nosql",  "relational", "read",       "write",  "rw",      "or",
    "of",     "truth",   "source", "and",    "with",       "distributed"};

// A queue that tells everybody at most once.
constexpr std::string_view kChannels[] = {"pubsub"};
// Whose cache it is, where it is not that of the app instance at hand.
constexpr std::string_view kOfOthers[] = {
    "other instance", "other instances", "other app instances", "other process", "other processes", "other pods",
    "other nodes",    "other servers",   "every other",         "all other",     "all others",      "peers",
    "other workers",  "other replicas",  "other app",           "other apps",    "subscribers"};

std::optional<Role> role_of_word(std::string_view word) {
  if (is_in(kCaches, word)) return Role::kCache;
  if (is_in(kDatabases, word)) return Role::kDatabase;
  if (is_in(kReplicas, word)) return Role::kReplica;
  if (is_in(kQueues, word)) return Role::kQueue;
  if (is_in(kWorkers, word)) return Role::kWorker;
  if (is_in(kApps, word)) return Role::kApp;
  if (is_in(kOutsiders, word)) return Role::kOutside;
  if (is_in(kThirdParties, word)) return Role::kThirdParty;
  return std::nullopt;
}

std::string_view without_number(std::string_view word) {
  while (!word.empty() && is_digit(word.back())) word.remove_suffix(1);
  return word;
}

// "redis1" and "db_2" are the cache and the database.
std::optional<Role> role_of_numbered_word(std::string_view word) {
  if (const auto role = role_of_word(word)) return role;
  return role_of_word(without_number(word));
}

// The words of a name: those written in camelCase are taken apart unless they tell something as they are, so that
// "KeyDB" is not "db".
std::vector<std::string> name_words(std::string_view text) {
  const std::vector<std::string> parts = split_words(text);
  std::vector<std::string> words;
  const auto add = [&](const std::string& word) {
    const bool pub_sub = word == "sub" && !words.empty() && words.back() == "pub";
    if (pub_sub)
      words.back() = "pubsub";
    else
      words.push_back(word);
  };
  std::size_t next = 0;
  for (const std::string& whole : whole_words(text)) {
    const std::size_t first = next;
    for (std::size_t length = 0; length < whole.size(); ++next) length += parts[next].size();
    if (role_of_numbered_word(whole) || is_in(kLoneCaches, whole)) {
      add(whole);
    } else {
      for (std::size_t i = first; i < next; ++i) add(parts[i]);
    }
  }
  return words;
}

struct RoleHit {
  Role role;
  std::string word;
};

std::vector<RoleHit> role_hits(const std::vector<std::string>& words) {
  std::vector<RoleHit> hits;
  for (const std::string& word : words) {
    if (const auto role = role_of_numbered_word(word)) hits.push_back({*role, word});
  }
  if (!hits.empty()) return hits;
  for (const std::string& word : words) {
    if (is_in(kLoneCaches, word)) hits.push_back({Role::kCache, word});
  }
  if (!hits.empty()) return hits;
  for (const std::string& word : words) {
    if (is_in(kLoneOutsiders, word)) hits.push_back({Role::kOutside, word});
  }
  return hits;
}

template <typename Table>
bool holds_any(const Table& table, const std::vector<std::string>& words) {
  return std::any_of(words.begin(), words.end(), [&](const std::string& word) { return is_in(table, word); });
}

std::vector<std::string_view> families(const std::vector<std::string>& words) {
  std::vector<std::string_view> found;
  for (const std::string& word : words) {
    for (const Product& product : kProducts) {
      if (product.word == without_number(word)) found.push_back(product.family);
    }
  }
  return found;
}

// Which other kind of cache a name speaks of.
void tell_kind_of_cache(const std::vector<std::string>& words, RoleWords& found) {
  found.cache_word = phrase_in(kOfLess, words);
  if (found.cache_word.empty() && families(words).empty()) found.cache_word = phrase_in(kOfLessAlone, words);
  if (!found.cache_word.empty()) {
    found.cache_kind = CacheKind::kOfLess;
    return;
  }
  found.cache_word = phrase_in(kLocal, words);
  if (found.cache_word.empty() && families(words).empty()) {
    found.cache_word = phrase_in(kInMemory, words);
    if (found.cache_word.empty()) found.cache_word = phrase_in(kLocalAlone, words);
  }
  if (!found.cache_word.empty()) {
    found.cache_kind = CacheKind::kLocal;
    return;
  }
  found.cache_word = phrase_in(kEdge, words);
  if (!found.cache_word.empty()) {
    found.cache_kind = CacheKind::kEdge;
    return;
  }
  found.cache_word = phrase_in(kWriteBehind, words);
  if (!found.cache_word.empty()) found.cache_kind = CacheKind::kWritesLater;
}

std::string quoted_word(const std::string& word) { return "\"" + word + "\""; }

// "Redis / near cache": of several that one participant may be, one is a cache that all app instances share.
void weigh_alternatives(std::string_view text, RoleWords& found) {
  if (found.cache_kind != CacheKind::kLocal && found.cache_kind != CacheKind::kOfLess) return;
  std::vector<std::string> alternatives;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t bar = std::min(text.find(" / ", from), text.size());
    alternatives.emplace_back(text.substr(from, bar - from));
    from = bar + std::string_view(" / ").size();
  }
  if (alternatives.size() < 2) return;
  const bool one_is_shared = std::any_of(alternatives.begin(), alternatives.end(), [](const std::string& one) {
    const RoleWords words = role_words(one);
    return words.role == Role::kCache && words.cache_kind == CacheKind::kShared;
  });
  if (!one_is_shared) return;
  found.assumed =
      "of the caches that its name speaks of it is taken as one that all app instances share; where each "
      "has one of its own, say role X = local-cache";
  found.cache_kind = CacheKind::kShared;
  found.cache_word.clear();
}

// Numbers, and what is left of a server's name without them and without what only says that it is one.
struct ServerName {
  std::vector<std::string> own;
  std::vector<std::string> numbers;
  std::vector<std::string_view> products;
};
ServerName server_name(std::string_view text) {
  ServerName name;
  const std::vector<std::string> words = name_words(text);
  name.products = families(words);
  for (const std::string& word : words) {
    const std::string_view stem = without_number(word);
    if (stem.size() < word.size() && (stem.empty() || role_of_word(stem)) && !role_of_word(word))
      name.numbers.push_back(word.substr(stem.size()));
    if (word.size() == 1 && !is_digit(word.front())) name.numbers.push_back(word);
    const bool plain = role_of_numbered_word(word) || is_in(kPlainNameWords, word) || stem.size() < 2;
    if (!plain) name.own.push_back(word);
  }
  return name;
}

// Whether both say something, and nothing in common.
template <typename Word>
bool contradict(const std::vector<Word>& a, const std::vector<Word>& b) {
  if (a.empty() || b.empty()) return false;
  return std::none_of(a.begin(), a.end(),
                      [&](const Word& word) { return std::find(b.begin(), b.end(), word) != b.end(); });
}

// The words of a name that each say a role, in their order.
struct RoleHits {
  explicit RoleHits(std::vector<RoleHit> hits) : all(std::move(hits)) {}
  std::vector<RoleHit> all;

  const std::string* word_of(Role role) const {
    for (const RoleHit& hit : all) {
      if (hit.role == role) return &hit.word;
    }
    return nullptr;
  }
  bool has(Role role) const { return word_of(role) != nullptr; }
  // Whether no other role is said but by a word that many names have.
  bool are_only(std::initializer_list<Role> roles) const {
    return std::all_of(all.begin(), all.end(), [&](const RoleHit& hit) {
      const bool plain = hit.role == Role::kApp && (hit.word == "server" || is_in(kReading, hit.word));
      return plain || std::find(roles.begin(), roles.end(), hit.role) != roles.end();
    });
  }
};

// The word that makes a database a replica; empty: none does.
std::string word_of_copy(const std::vector<std::string>& words, const RoleHits& hits) {
  std::string copy = phrase_in(kReplicaPhrases, words);
  if (copy.empty() && hits.has(Role::kReplica)) copy = *hits.word_of(Role::kReplica);
  const bool database = hits.has(Role::kDatabase);
  if (copy.empty() && database && holds_any(kReading, words) && !holds_any(kWriting, words)) copy = "read";
  if (copy.empty() && database) copy = phrase_in(kCopying, words);
  return copy;
}

// The word that makes a cache a replica of one; empty: none does.
std::string word_of_cache_replica(const std::vector<std::string>& words, const RoleHits& hits) {
  if (!hits.has(Role::kCache) || !hits.are_only({Role::kReplica, Role::kCache}) || holds_any(kOfWhom, words)) return "";
  const std::string* const replica = hits.word_of(Role::kReplica);
  const bool is_set = phrase_in(kReplicaPhrases, words) == "replica set";
  return replica != nullptr && is_in(kOneReplica, *replica) && !is_set ? *replica : "";
}

void leave_open(const RoleHit& one, const RoleHit& other, RoleWords& found) {
  found.role.reset();
  found.word = quoted_word(one.word) + " and " + quoted_word(other.word);
  found.either = {one.role, other.role};
  found.ambiguous = true;
}

// The role that the words say together. Of two, one may say more than the other. REQUIRES: some word says one.
RoleWords weigh(const RoleHits& hits, const std::string& copy) {
  RoleWords found;
  const auto choose = [&](Role role) {
    found.role = role;
    found.word = *hits.word_of(role);
    found.ambiguous = false;
  };
  const RoleHit& first = hits.all.front();
  choose(first.role);
  const auto other =
      std::find_if(hits.all.begin(), hits.all.end(), [&](const RoleHit& hit) { return hit.role != first.role; });
  if (other == hits.all.end() && copy.empty()) return found;

  const bool cache = hits.has(Role::kCache);
  const bool one_server = copy.empty() && cache != hits.has(Role::kDatabase);
  const Role server = cache ? Role::kCache : Role::kDatabase;
  const bool third_party = hits.has(Role::kThirdParty);
  const bool publishes = hits.has(Role::kQueue) && is_in(kChannels, *hits.word_of(Role::kQueue));
  const RoleHit& last = hits.all.back();
  if (hits.are_only({Role::kQueue, Role::kWorker}) && (last.role == Role::kQueue || last.role == Role::kWorker)) {
    choose(last.role);  // "job queue", "queue worker"
  } else if (publishes && hits.are_only({Role::kCache, Role::kQueue})) {
    choose(Role::kQueue);  // "Redis pub/sub"
  } else if (one_server && hits.are_only({Role::kCache, Role::kDatabase})) {
    choose(server);  // "redis server"
  } else if (one_server && third_party && hits.all.back().role == server &&
             hits.are_only({server, Role::kThirdParty})) {
    choose(server);
    found.assumed = quoted_word(found.word) + " makes it the " + std::string(to_string(server)) + ", although " +
                    quoted_word(*hits.word_of(Role::kThirdParty)) +
                    " would be a third party; say role X = third-party if it is one";
  } else if (hits.has(Role::kApp) && third_party && hits.are_only({Role::kApp, Role::kThirdParty})) {
    choose(Role::kThirdParty);  // "mail server"
    found.may_be_app = true;
  } else if (hits.has(Role::kApp) && hits.has(Role::kOutside) && hits.are_only({Role::kApp, Role::kOutside})) {
    choose(Role::kApp);
    found.may_be_outside = true;
    found.assumed = quoted_word(found.word) + " makes it the app, although " +
                    quoted_word(*hits.word_of(Role::kOutside)) + " would be outside; say role X = outside if it is";
  } else {
    leave_open(first, other == hits.all.end() ? RoleHit{Role::kReplica, copy} : *other, found);
  }
  return found;
}

// What makes a database something else, or a loose one.
void doubt_database(const std::vector<std::string>& words, RoleWords& found) {
  const bool vague = is_in(kVagueStores, found.word);
  found.vague = vague;
  std::string kept = phrase_in(kInMemory, words);
  if (kept.empty() && vague) kept = phrase_in(kKeyValue, words);
  if (kept.empty() && vague) kept = phrase_in(kLocal, words);
  if (kept.empty() && vague) kept = phrase_in(kEdge, words);
  if (!kept.empty()) return leave_open({Role::kCache, kept}, {Role::kDatabase, found.word}, found);
  if (const std::string loose = phrase_in(kLooselyConsistent, words); !loose.empty())
    found.assumed = quoted_word(loose) + " is taken as one database whose reads see every write before them";
}

}  // namespace

RoleWords role_words(std::string_view text) {
  const std::vector<std::string> words = name_words(text);
  RoleHits hits(role_hits(words));
  // "MongoDB (user collection)": what a server holds, in brackets behind its name, makes it nobody outside.
  if (const std::size_t open = text.find('('); open != std::string_view::npos && open > 0 && text.ends_with(')')) {
    const RoleHits alone(role_hits(name_words(text.substr(0, open))));
    const RoleHits inside(role_hits(name_words(text.substr(open))));
    const bool is_product = !families(name_words(text.substr(0, open))).empty();
    if (is_product && inside.are_only({Role::kOutside})) hits = alone;
  }
  // "AuthFilter": a layer of the app, whoever is asked behind it.
  const bool of_auth = !hits.all.empty() && std::all_of(hits.all.begin(), hits.all.end(),
                                                        [](const RoleHit& hit) { return hit.word == "auth"; });
  if (of_auth && holds_any(kLettingThrough, words)) hits = RoleHits({{Role::kApp, words.back()}});
  const std::string copy = word_of_copy(words, hits);
  RoleWords found;
  if (!copy.empty() && hits.are_only({Role::kReplica, Role::kDatabase})) {
    found.role = Role::kReplica;
    found.word = copy;
    return found;
  }
  if (hits.all.empty()) return found;
  if (const std::string replica = word_of_cache_replica(words, hits); !replica.empty()) {
    found.role = Role::kCache;
    found.word = *hits.word_of(Role::kCache);
    tell_kind_of_cache(words, found);
    if (found.cache_kind == CacheKind::kShared) {
      found.cache_kind = CacheKind::kReplica;
      found.cache_word = replica;
      return found;
    }
  }
  found = weigh(hits, copy);
  if (found.role == Role::kDatabase) doubt_database(words, found);
  if (found.role == Role::kCache) tell_kind_of_cache(words, found);
  if (found.role == Role::kCache) weigh_alternatives(text, found);
  found.of_others = found.role == Role::kCache && !phrase_in(kOfOthers, words).empty();
  found.channel = found.role == Role::kQueue && is_in(kChannels, found.word);
  return found;
}

std::set<Role> roles_spoken_of(std::string_view text) {
  std::set<Role> roles;
  for (const std::string& word : split_words(text)) {
    if (const auto role = role_words(word).role) roles.insert(*role);
  }
  return roles;
}

bool says_one_of_many(std::string_view label) { return holds_any(kManyWords, split_words(label)); }

std::vector<std::string> own_words_of_server(std::string_view text) {
  std::vector<std::string> own = server_name(text).own;
  const RoleWords words = role_words(text);
  const std::vector<std::string> understood = split_words(words.cache_word);
  std::erase_if(own, [&](const std::string& word) {
    return is_in(understood, word) ||
           (words.of_others && std::any_of(std::begin(kOfOthers), std::end(kOfOthers),
                                           [&](std::string_view phrase) { return is_in(split_words(phrase), word); }));
  });
  return own;
}

bool names_other_instances(std::string_view text) { return !phrase_in(kOfOthers, name_words(text)).empty(); }

bool says_every_instance(std::string_view text) {
  constexpr std::string_view kEvery[] = {"every instance", "all instances", "every app instance", "all app instances",
                                         "each instance",  "every client",  "all clients",        "every process",
                                         "all processes",  "every node",    "all nodes",          "every pod",
                                         "all pods",       "everyone",      "everybody"};
  return !phrase_in(kEvery, split_words(text)).empty();
}

bool says_changed(std::string_view text) {
  constexpr std::string_view kChanged[] = {"changed",     "gone",         "invalid",       "invalidate", "invalidated",
                                           "invalidates", "invalidation", "invalidations", "drop",       "evict",
                                           "clear",       "updated",      "stale",         "forget",     "delete",
                                           "del",         "remove",       "expired"};
  return holds_any(kChanged, split_words(text));
}

std::string without_name_of_cache(std::string_view text, bool local) {
  constexpr std::string_view kOfLocal[] = {
      "in-process cache", "in process cache", "in-memory cache", "in memory cache", "in-memory map",
      "process memory",   "memory cache",     "local cache",     "cache locally",   "local copy",
      "own copy",         "l1 cache",         "in-process",      "in process",      "l1"};
  constexpr std::string_view kOfShared[] = {"l2"};
  std::string left(text);
  const auto take_away = [&](std::string_view name) {
    const auto inside = [&](std::size_t at) {
      return at < left.size() &&
             (is_digit(left[at]) || (static_cast<unsigned char>(left[at]) & 0x80) != 0 ||
              lower(left.substr(at, 1)) != left.substr(at, 1) || (left[at] >= 'a' && left[at] <= 'z'));
    };
    const std::string small = lower(left);
    const std::size_t at = small.find(name);
    if (at == std::string::npos || (at > 0 && inside(at - 1)) || inside(at + name.size())) return;
    left.erase(at, name.size());
  };
  for (const std::string_view name : kOfLocal)
    if (local) take_away(name);
  for (const std::string_view name : kOfShared)
    if (!local) take_away(name);
  return left;
}

SameServer same_server(std::string_view a, std::string_view b) {
  if (name_words(a) == name_words(b)) return SameServer::kYes;
  const ServerName one = server_name(a);
  const ServerName other = server_name(b);
  if (contradict(one.products, other.products) || contradict(one.numbers, other.numbers) ||
      contradict(one.own, other.own))
    return SameServer::kNo;
  return SameServer::kMaybe;
}

}  // namespace stalemate::model
