// What people write where the pages of tests/model/false_green/false_green_page.hpp say "Get value" and the like: words
// of requests, replies, names and remarks, by meaning. Not derived from the program's own tables.
#pragma once

#include <string>
#include <vector>

namespace stalemate::model::false_green {

using Words = std::vector<std::string>;

inline const Words kGetWords = {"Get",   "gets",   "read",     "reads",     "fetch",   "fetches",    "load",
                                "loads", "lookup", "look up",  "query",     "select",  "check",      "checks",
                                "find",  "finds",  "retrieve", "retrieves", "search",  "peek",       "obtain",
                                "view",  "HGET",   "looks up", "ask for",   "request", "do you have"};
inline const Words kSetWordsOfCache = {"Set",    "sets",    "put",      "puts",    "store",    "stores",
                                       "save",   "saves",   "write",    "writes",  "update",   "updates",
                                       "cache",  "caches",  "keep",     "memoize", "remember", "fill",
                                       "refill", "refresh", "populate", "warm",    "HSET",     "replace"};
inline const Words kSetWordsOfDatabase = {"Set",      "put",    "store",   "save",      "saves",  "write",
                                          "writes",   "update", "updates", "insert",    "upsert", "persist",
                                          "persists", "modify", "change",  "overwrite", "patch",  "create"};
inline const Words kDeleteWords = {"Delete", "deletes", "del",    "remove", "removes", "invalidate", "invalidates",
                                   "evict",  "evicts",  "purge",  "clear",  "drop",    "bust",       "erase",
                                   "HDEL",   "unlink",  "purges", "drops",  "clears",  "forget",     "forgets"};
// The word, and what follows the noun.
inline const std::vector<std::pair<std::string, std::string>> kAddWords = {{"set", " if absent"},
                                                                           {"store", " if absent"},
                                                                           {"SET", " NX"},
                                                                           {"SETNX", ""},
                                                                           {"put", " if not there"},
                                                                           {"set", " if it does not exist"},
                                                                           {"add", " if absent"},
                                                                           {"set", " only if missing"},
                                                                           {"save", " unless present"},
                                                                           {"put", " if not present"},
                                                                           {"cache", " if not cached"},
                                                                           {"store", " if it is not there"},
                                                                           {"insert", " if not present"},
                                                                           {"write", " unless it exists"}};
inline const Words kNouns = {"price",     "the price",    "product",   "the product", "it",   "item",
                             "the entry", "user profile", "product:1", "price{7}",    "Preis"};

inline const Words kMissWords = {"miss",
                                 "cache miss",
                                 "nil",
                                 "(nil)",
                                 "null",
                                 "Miss!",
                                 "none",
                                 "empty",
                                 "absent",
                                 "missing",
                                 "404",
                                 "a miss",
                                 "MISS",
                                 "NULL",
                                 "undefined",
                                 "key is missing",
                                 "expired or absent",
                                 "key missing"};
inline const Words kNegatedHits = {"not found",
                                   "nothing found",
                                   "no value",
                                   "not in cache",
                                   "not cached",
                                   "does not exist",
                                   "doesn't exist",
                                   "no such key",
                                   "not present",
                                   "no entry",
                                   "no data",
                                   "nothing cached",
                                   "not found in cache",
                                   "no hit",
                                   "nothing there",
                                   "isn't there",
                                   "not available",
                                   "unknown key",
                                   "does not exist in cache",
                                   "no data in cache",
                                   "not present in cache",
                                   "couldn't find it",
                                   "nothing"};
inline const Words kHitWords = {"hit",         "cache hit",      "found",     "exists",       "value",       "Hit!",
                                "in cache",    "data",           "cached",    "present",      "value found", "a hit",
                                "it is there", "found in cache", "available", "cached value", "HIT"};
inline const Words kNegatedMisses = {"not nil",    "not null",   "not empty", "no miss",    "is not missing",
                                     "not a miss", "isn't null", "non-null",  "not absent", "never missing"};
inline const Words kRowWords = {"row", "value", "result", "data", "the row", "record", "one row", "rows", "the value"};
inline const Words kOkWords = {"OK", "ok", "done", "success", "ack", "200", "acknowledged", "Okay"};

inline const Words kAppNames = {"app",        "application", "api",     "service",      "backend",     "webapp",
                                "handler",    "server",      "API",     "OrderService", "product_api", "Backend",
                                "controller", "gateway",     "web_app", "App"};
inline const Words kCacheNames = {"cache",     "redis",  "Redis",       "memcached",   "valkey",     "Cache",
                                  "memcache",  "keydb",  "dragonfly",   "redis_cache", "RedisCache", "price_cache",
                                  "hazelcast", "redis1", "elasticache", "garnet",      "PriceCache"};
inline const Words kDatabaseNames = {"database", "db",        "DB",       "postgres",  "PostgreSQL",
                                     "mysql",    "mariadb",   "sql",      "mongo",     "cockroach",
                                     "pg",       "orders_db", "Database", "sqlite",    "MySQL",
                                     "primary",  "oracle",    "UserDB",   "datastore", "mssql"};
inline const Words kUserNames = {"user", "client", "browser", "customer", "Client", "frontend", "mobile", "admin"};
// True as a whole, whatever the id says.
inline const Words kAppAliases = {"App", "Web application", "Order service", "API", "Backend", "The API<br/>(Go)"};
inline const Words kCacheAliases = {"Cache", "Redis", "Memcached", "Redis<br/>cache", "The cache", "Valkey"};
inline const Words kDatabaseAliases = {"Database", "PostgreSQL", "MySQL", "The database", "Postgres<br/>15", "DB"};
inline const Words kThirdParties = {"mailer", "metrics", "logger", "analytics", "slack", "audit"};
inline const Words kThirdPartyMessages = {"send mail", "count", "log line", "track event", "notify", "audit event"};

inline const Words kInnocentNotes = {"about 3 ms",           "called often",       "the usual way",
                                     "see the wiki",         "id from the path",   "logged at level info",
                                     "JSON, 2 kB",           "in front of all",    "runs on port 6379",
                                     "one of ten instances", "version 7 of redis", "names are examples"};
inline const Words kInnocentWork = {"validate input",     "serialize",      "compute the total", "log",
                                    "build the response", "parse",          "measure time",      "render",
                                    "deserialize",        "count requests", "convert to JSON",   "authenticate"};
inline const Words kInnocentComments = {"%% drawn by hand",
                                        "%% postgres and redis run in one zone",
                                        "%% the queue is drawn elsewhere",
                                        "%% who is user here?",
                                        "%% a database is not a cache",
                                        "%%",
                                        "%% see also: replica.md",
                                        "%% app, cache, database"};
inline const Words kReadNames = {
    "Read",     "Reading",         "Get",     "Lookup",      "Fetch",    "Read path", "Query",   "Reading a value",
    "The read", "Look up a value", "Loading", "How we read", "Retrieve", "GET",       "1. Read", "Read operation"};
inline const Words kWriteNames = {
    "Write",     "Writing",          "Update",  "Save",         "Put",    "Write path", "Updating", "Saving",
    "The write", "Updating a value", "Storing", "How we write", "Modify", "UPDATE",     "2. Write", "Write operation"};
inline const Words kReadCalls = {"get", "GET /price", "read", "fetch", "look up", "load", "get price"};
inline const Words kWriteCalls = {"update", "PUT /price", "save", "write", "change", "set", "update price"};
inline const Words kAnswers = {"done", "200 OK", "ok", "response", "the answer", "OK"};

}  // namespace stalemate::model::false_green
