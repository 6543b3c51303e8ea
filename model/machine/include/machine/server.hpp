// Servers: what the requests of a protocol go to. Each kind is one file in src/servers/ and one line in the table in
// src/server.cpp: what it keeps in a state, what it answers, what happens to it of itself and by faults. The machine
// knows of no kind.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "machine/fault.hpp"
#include "machine/layout.hpp"
#include "machine/program.hpp"
#include "machine/scenario.hpp"
#include "machine/step_record.hpp"

namespace stalemate::model {

// (A server that makes a request wait, as for a lock, will answer that it is blocked.)
struct Answer {
  Outcome outcome = Outcome::kOk;
  CodedValue value = 0;  // of kValue
};

// A request as it reaches a server.
struct Query {
  const Instruction& instruction;
  std::size_t key = 0;
  CodedValue carried = 0;
  bool unchanged = false;  // what its session watches has not changed
};

// Where the changes of a step go.
struct ServerStep {
  StateRef words;
  StepRecord* record = nullptr;
  bool may_fail_over = false;  // a fault may still roll back what a command changes
  std::uint64_t* touched =
      nullptr;  // gathers the keys of whose entries nobody may say any more that they are unchanged
};

inline constexpr std::uint64_t kEveryKey = ~std::uint64_t{0};

// What handling a request touches of the entry of its key.
struct Touches {
  bool reads = false;
  bool writes = false;
};

class Server {
 public:
  explicit Server(ServerId self) : self_(self) {}
  virtual ~Server() = default;

  // What it has of `key`: 0 nothing, else value + 1; whether that has a time to live.
  virtual CodedValue entry(StateView words, std::size_t key) const = 0;
  virtual bool expires(StateView words, std::size_t key) const;

  // Before the first step every key has its initial value, where the scenario says so. REQUIRES: `words` are zero.
  virtual void fill(StateRef words) const;

  // What it answers, in a state; and what it does then, where that is to be done. REQUIRES: the verb is one of its own.
  virtual Answer peek(StateView words, const Query& query) const = 0;
  virtual void carry_out(const ServerStep& step, const Query& query, const Answer& answer) const = 0;
  virtual Touches touches(const Instruction& instruction) const;

  // Whether anything may ever happen in it of itself; what may in this state, as choices, and what each does.
  virtual bool acts_freely() const;
  virtual void free_steps(StateView words, std::vector<std::uint16_t>& choices) const;
  virtual void happen(const ServerStep& step, std::uint16_t choice) const;

  // What a fault that strikes servers of its kind may do here, as choices; what would change nothing is none. And what
  // it does. `watched`: some session watches a key here.
  virtual void strikes(StateView words, FaultEffect effect, bool watched, std::vector<std::uint16_t>& choices) const;
  virtual void strike(const ServerStep& step, FaultEffect effect, std::uint16_t choice) const;
  // No fault can roll anything back any more: what was kept for it is forgotten.
  virtual void forget(StateRef words) const;

 protected:
  // Every change of an entry passes here. `field` holds it, as `kept`.
  static void touch(const ServerStep& step, std::uint64_t keys) {
    if (step.touched != nullptr) *step.touched |= keys;
  }
  void put(const ServerStep& step, std::size_t key, CodedValue value, Field field, std::uint64_t kept) const;

 private:
  ServerId self_;
};

struct ServerSetting {
  const Program& program;
  const Scenario& scenario;
  LayoutBuilder& layout;  // for its fields
  StoreFields& fields;    // where its entries stand, for whoever watches
};

// What the protocol's servers are in a scenario, in the order of Program::servers.
std::vector<std::unique_ptr<const Server>> make_servers(const ServerSetting& setting);

}  // namespace stalemate::model
