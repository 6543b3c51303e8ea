// The seam for stores, of whatever kind: what a replay needs of any. A Store is an area of our own inside a server, a
// StoreSession one connection to it. Adapters turn library exceptions into EnvironmentError ("PostgreSQL at host:port
// ...", never a password) or Interrupted; connects and statements end after the address's timeout.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "traces/shapes.hpp"
#include "traces/trace.hpp"

namespace stalemate::real {

using traces::Rows;
using traces::Shape;
using traces::Shapes;

// What a trace's request asks of a store. Words and numbers as in traces::Request, keys as they are called in the
// server.
struct Wanted {
  std::string verb;
  std::string product;
  std::optional<std::int64_t> value = {};   // what it stores; of a look-again what its session has
  std::optional<std::int64_t> ttl = {};     // a time to live in seconds, if any
  std::string watch = {};                   // of a get, and of a set-if-unchanged that of the get before it
  std::optional<std::int64_t> number = {};  // the version or the generation that it compares
  std::string other = {};                   // the second entry that it is about
  std::vector<std::string> also = {};       // further entries to which it is done at once
  // Of a set with a lease: what the lease was given with, "" where there was none; of a publish: whose app instance.
  std::string token = {};
  Shapes shapes = {};
};

// What a server really replied. `error` is empty, or one line of the server's refusal; `reply.outcome` is "error" then.
// `token`: what a lease that it gives is known by.
struct Answer {
  traces::Reply reply;
  std::string error;
  std::string token = {};
};

// One row or entry, by the name it has in the server; as in traces::Entry, but that a count which stands as a value is
// one here.
struct StoredValue {
  std::string name;
  std::optional<std::int64_t> value = std::nullopt;
  std::optional<std::int64_t> ttl = std::nullopt;  // in a cache: seconds until it expires, where it is given any
  bool marker = false;
  std::int64_t version = 0;
  std::int64_t generation = 0;
  bool stale = false;
  bool lease = false;
  bool operator==(const StoredValue&) const = default;
};

// No answer came: the driver gave up waiting, or its connection broke. Whether the request was carried out, it cannot
// know; the session is of no use any more.
class NoAnswer : public EnvironmentError {
 public:
  NoAnswer(const std::string& line, std::string what_it_saw) : EnvironmentError(line), saw(std::move(what_it_saw)) {}
  std::string saw;  // "timed out", "connection broken"
};

class StoreSession {
 public:
  virtual ~StoreSession() = default;
  virtual int socket() const = 0;
  // How long it waits for answers from now on, instead of the address's timeout. A driver that cannot be told waits on.
  virtual void set_patience(std::chrono::milliseconds) {}
  // REQUIRES: what stores has its value. Throws InputError for a verb that its kind does not know.
  virtual Answer ask(const Wanted& wanted) = 0;
};

class Store {
 public:
  virtual ~Store() = default;
  virtual std::string version() const = 0;  // "PostgreSQL 15.18"
  // Makes the area, if it is not there, and these its only rows or entries. With a new area it removes those of runs
  // that were killed, where the server can tell that they were.
  virtual void fill(const std::vector<StoredValue>& values) = 0;
  // What the traces from now on need. REQUIRES: fill() comes before anything else is asked.
  virtual void set_shapes(const Shapes&) {}
  // All of it, sorted by name, as another connection than the sessions' sees it.
  virtual std::vector<StoredValue> contents() = 0;
  // How many seconds a connection that is made from now on waits for answers.
  virtual void set_patience(int seconds) = 0;
  // Both over a connection of their own. tear_down() runs a mapping's teardown, where its setup has run; remove()
  // removes the area, if it is there, and makes sure that it is gone.
  virtual void tear_down() = 0;
  virtual void remove() = 0;
};

}  // namespace stalemate::real
