// The transition function: the one place that knows what a step does. Search, walks and replays all go through it. It
// works on raw words through a layout; reduce/packed_system.hpp gives it the fixed-size blocks that sim/ wants.
//
// M1: a lane awaits at most one message; its program counter says which, and whether it is the request or the reply. A
//     session owns its lanes; today it has one.
// M2: requests of one session to one server are handled in the order sent, as long as they go over one connection:
//     asynchronous ones wait in its slots, oldest first, and the awaited one is always the youngest. After a timeout
//     the session goes on over a new connection; where it takes one for each request, nothing is in order. What a
//     server sends for it stands there, too, in an order of its own; where a session waits for it, nothing that it
//     awaits itself is in flight. Ghosts, which nobody knows of any more, are handled in any order.
// M3: fields without meaning are zero, so that equal states are equal bytes. A session's value outlives its Read (it is
//     the result), until the next invoke; a Write has one from when the database answered a get until it asks something
//     that carries its own value, or ends; one that changes what is there, R4 (understand/protocol.hpp) says. Ghosts
//     stand in the order of their operation and instruction, which says all of them. A replica has nothing once its
//     server cannot fail over any more.
//
// What a server keeps, answers and suffers is its own affair (machine/server.hpp).
//
// Actors are the sessions, in the order of the scenario, and behind them the servers in which something can happen.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "machine/fault.hpp"
#include "machine/layout.hpp"
#include "machine/program.hpp"
#include "machine/property.hpp"
#include "machine/scenario.hpp"
#include "machine/server.hpp"
#include "machine/step_record.hpp"
#include "sim/system.hpp"

namespace stalemate::model {

// kHandleReceive and kHandleLose are the fused steps: a handle, and in the same instant the receipt or the loss of the
// reply. kCall is one step by itself: a store in the session's own process is asked and answers. kDeliver: what was
// published reaches a cache. kApply: a replica of a cache applies the next change.
enum class ActionKind : std::uint8_t {
  kInvoke,
  kHandle,
  kHandleReceive,
  kReceive,
  kFault,
  kHandleLose,
  kExpire,
  kCall,
  kDeliver,
  kApply
};
inline constexpr std::size_t kActionKinds = static_cast<std::size_t>(ActionKind::kApply) + 1;

// One enabled choice. `session` is an actor. `slot` as in MessageRef; behind the asynchronous requests come the ghosts.
// `choice` counts the transitions from 0 (invoke: operation, key and transition; crash: what may yet arrive; evict,
// expire, deliver: the cell). `target` and `budget` of a fault: which budget pays, and which of its targets strikes.
struct Action {
  ActionKind kind = ActionKind::kInvoke;
  std::uint8_t session = 0;
  std::uint8_t slot = 0;
  std::uint8_t budget = 0;
  std::uint16_t target = 0;
  std::uint16_t choice = 0;
  bool operator==(const Action&) const = default;
};

// Of a session. (An action will then say which of them acts.)
inline constexpr std::size_t kLanes = 1;

// kFused: a reply is received in the step that makes it. Schedules are counted so.
enum class Granularity { kPlain, kFused };

// Requests of one session in flight that it does not await, at most: a slot of an action.
inline constexpr std::size_t kRequestsMax = 254;

// What the steps that a search compiles for a thread take, unless it is to be less (reduce/step_table.hpp).
inline constexpr std::size_t kTableBytesMax = std::size_t{4} << 20;

// Bit of Judgement::labels.
inline constexpr std::uint32_t kAtRest = 1;

class Machine {
 public:
  // Machines of one protocol share its program. REQUIRES: program is not null.
  Machine(std::shared_ptr<const Program> program, Scenario scenario, std::vector<const PropertyKind*> properties,
          Granularity granularity);

  const Program& program() const { return *program_; }
  const Scenario& scenario() const { return scenario_; }
  const std::vector<const PropertyKind*>& properties() const { return properties_; }
  Granularity granularity() const { return granularity_; }
  std::size_t words() const { return words_; }  // of a state

  // Marks: first the program's, then one a property (its antecedent), then one a (budget, target) of faults.
  std::size_t antecedent_mark(std::size_t property) const { return program_->marks.size() + property; }
  std::size_t fault_mark(std::size_t budget, std::size_t target) const;

  std::size_t actors() const { return sessions_.size() + acting_.size(); }
  // By place. Of an actor: null for a session.
  const std::vector<std::unique_ptr<const Server>>& servers() const { return servers_; }
  const Server* server_of(std::size_t actor) const {
    return actor < sessions_.size() ? nullptr : servers_[acting_[actor - sessions_.size()]].get();
  }
  const DrawnServer& drawn(const Server& server) const { return program_->servers[server.place().drawn]; }
  // What a server is called: "cache"; a local one "local cache of app1".
  std::string name_of(const Server& server) const;
  // Whether there is a replica of it.
  bool is_followed(const Server& server) const { return replica_ != nullptr && replica_->place().follows == &server; }
  // The one that a request of a session goes to.
  const Server& asked_by(std::size_t session, const Instruction& instruction) const;

  // Changes that a replica of a cache may be behind, at most; and how many the scenario can make, be it more than that.
  // 0: there is none, or none that lags.
  std::size_t behind_max() const { return std::min(kBehindMax, changes_max_); }
  std::size_t changes_max() const { return changes_max_; }

  // The four functions of sim::System on words. `words` of initial() are zero on entry.
  void initial(StateRef words, sim::Marks& marks) const;
  void actions(StateView words, std::vector<Action>& out) const;
  // Those of one actor; actions() lists actor after actor.
  void actions_of(StateView words, std::size_t actor, std::vector<Action>& out) const;
  // What the step did goes into `record`, if there is one. REQUIRES: then it is no fused step.
  sim::PropertyMask apply(StateRef words, Action action, sim::Marks& marks, StepRecord* record = nullptr) const;
  sim::Judgement judge(const std::uint64_t* words, sim::Marks& marks) const;

  // Bit b: budget b is not spent yet; budget b may be spent on a request of this instruction or on its reply. REQUIRES:
  // b < 64.
  std::uint64_t budgets_left(StateView words) const;
  std::uint64_t budgets_covering(InstructionId instruction) const;
  // Bit b: budget b may be spent on a fault that strikes this server.
  std::uint64_t budgets_striking(const DrawnServer& server) const;
  // Whether a budget that is not spent yet allows: that who awaits this request times out; a fault of this effect.
  bool may_fail(StateView words, InstructionId instruction) const;
  bool may_come(StateView words, FaultEffect effect) const;

  // Where everything stands.
  const LayoutBuilder& layout() const { return layout_; }

  // What the words say, for telling.
  const Location& location(StateView words, std::size_t session) const;
  ProgramCounter program_counter(StateView words, std::size_t session) const;
  bool in_flight(StateView words, std::size_t session) const;  // a message of it
  std::size_t key(StateView words, std::size_t session) const;
  std::size_t invoked(StateView words, std::size_t session) const;  // operations so far
  unsigned held(StateView words, std::size_t session) const;        // last value received: 0 none, else value + 1
  unsigned replied(StateView words, std::size_t session) const;     // value in the reply in flight, likewise
  // What a request of this instruction carries; the request that the session awaits. REQUIRES: one is in flight.
  unsigned carried(StateView words, std::size_t session, const Instruction& instruction) const;
  RequestRecord awaited_request(StateView words, std::size_t session) const;
  ReplyRecord awaited_reply(StateView words, std::size_t session) const;  // REQUIRES: a reply to it is in flight
  std::vector<RequestRecord> in_slots(StateView words, std::size_t session) const;
  std::vector<RequestRecord> ghosts(StateView words, std::size_t session) const;
  RequestRecord request_of(StateView words, const Action& action) const;  // of a step about a message; carried as in it
  bool is_ghost(StateView words, const Action& action) const;             // and nobody knows of that message
  bool crashed(StateView words, std::size_t session) const;
  // Whether nobody knows of the request in that slot (from 0) any more: who sent it is gone, or who awaited it.
  bool is_left(StateView words, std::size_t session, std::size_t slot) const;
  // How many outcomes a crash has: what of the requests in flight may yet arrive. `handled`: the session's awaited
  // request is handled first.
  std::size_t ways_to_cancel(const Instruction& instruction, bool handled) const;
  std::size_t ways_to_crash(StateView words, std::size_t session, bool handled) const;
  const FaultKind& fault(const Action& action) const;  // REQUIRES: kFault or kHandleLose
  bool is_coherent(StateView words) const;             // every cached entry equals the database
  const ScriptedOperation* operation(StateView words,
                                     std::size_t session) const;  // under way or last; null before

  // An invoke's choice taken apart: which operation of which key, and by which transition it begins.
  struct Invocation {
    std::uint16_t operation = 0;
    std::size_t key = 0;
    std::size_t transition = 0;
    const std::vector<Transition>* transitions = nullptr;
  };
  Invocation invocation(StateView words, const Action& action) const;

  // A fused action as the plain ones it stands for; any other as itself.
  static std::vector<Action> plain(Action action);

 private:
  // What a session does one after the other. (Branches of a `par` will be lanes that begin and end together.)
  struct LaneFields {
    Field program_counter, reply;
  };
  struct SessionFields {
    std::array<LaneFields, kLanes> lanes;
    Field invoked, value, key;
    Field version, generation;  // where things are stored by one: the session's
    Field reply_number;         // of either, in the reply in flight
    Field unchanged;  // where the program watches: what the session's latest watching get watches has not changed
    Field kept;  // where a lease may come back: bit n: it would be unchanged where the last n + 1 commands are missed
    struct Slot {
      Field instruction, carried, key, operation;  // instruction + 1, 0: empty
      Field unchanged, kept, cut, number;
    };
    std::vector<Slot> slots;
    std::vector<Slot> ghosts;
    Field crashed;
    Field gone;   // operations up to this one, with requests in the slots, are of a process that is gone; 0: none are
    Field again;  // its last operation failed, and is going to be run again
  };
  using Slots = std::vector<SessionFields::Slot>;
  // Where one step's consequences are gathered.
  struct Step {
    StateRef words;
    sim::Marks& marks;
    StepRecord* record = nullptr;
    sim::PropertyMask violated = 0;
  };

  void lay_out();
  void lay_out(std::size_t session);
  void refuse_too_many_crashes() const;
  void refuse_too_many_restarts() const;
  const LaneFields& lane(std::size_t session) const { return sessions_[session].lanes.front(); }
  Field reply_field(std::size_t session) const;  // where the value in a reply in flight stands
  void push_choices(std::vector<Action>& out, Action action, std::size_t count) const;
  void push_faults(StateView words, std::vector<Action>& out, const MessageRef& message) const;
  void push_server_actions(StateView words, std::size_t actor, std::vector<Action>& out) const;
  std::size_t ways_to_strike(StateView words, const FaultTarget& target, const MessageRef& message) const;
  bool may_strike(StateView words, const FaultBudget& budget, const FaultTarget& target,
                  const MessageRef& message) const;
  bool covers(const FaultTarget& target, const MessageRef& message) const;
  bool may_befall(const FaultTarget& target, const Server& server) const;
  // Whether a session that stands there awaits a message that is under way to a server: none in its own process.
  bool is_sent(const Location& at) const;
  bool is_spent(StateView words, std::size_t budget) const;  // nothing is left of that budget
  // The connections that requests of a session, oldest first, are on: those with the same number wait for one another.
  std::vector<std::size_t> lines_of(const std::vector<RequestRecord>& requests) const;
  void give_up_connection(Step& step, std::size_t session, ServerId server) const;
  void forget_cuts(std::vector<RequestRecord>& requests) const;
  bool is_of_gone_process(StateView words, std::size_t session, const RequestRecord& request) const;
  bool is_idle(StateView words, int app) const;  // nothing that an app instance knows of is under way
  void push_idle_restart(StateView words, const Server& server, std::vector<std::uint16_t>& choices) const;
  bool may_handle(StateView words, std::size_t session, const Instruction& asked, std::size_t slots_before) const;
  // R6: of what servers send themselves. Whether the session waits for this; for anything; who sends it or keeps it.
  bool works_for(StateView words, std::size_t session, const RequestRecord& request) const;
  bool is_worked_on(StateView words, std::size_t session) const;
  bool is_by_server(const RequestRecord& request) const;
  bool is_work_of(const RequestRecord& request, const Server& cache) const;
  bool is_change_passed_on(const RequestRecord& request) const;
  std::size_t changes_passed_on(StateView words, std::size_t session, const Server& cache) const;
  bool has_work(StateView words, const Server& cache) const;
  std::size_t ways_to_forget(StateView words, const Server& cache) const;
  std::size_t ways_to_fail(StateView words, const MessageRef& message, Outcome failure) const;
  static bool passes_on(const Instruction& handled, Outcome outcome);
  RequestRecord passed_on(const RequestRecord& handled, const Answer& answer) const;
  void send_on(Step& step, const RequestRecord& request) const;
  void add_to_slots(Step& step, std::size_t session, const RequestRecord& request) const;
  void answer_caller(Step& step, std::size_t session, const RequestRecord& last) const;
  void forget_work(Step& step, const Server& cache, std::size_t choice) const;
  void lose(Step& step, const Action& action, Outcome failure) const;
  struct Delivery {
    Query query;
    std::size_t ordinal = 0;  // of the operation that asked; 0: the one under way
    bool counts = false;      // Event::counts
    bool under_way = false;   // Event::under_way
  };
  Answer serve(Step& step, std::size_t session, const Delivery& delivery) const;
  void tell_all(Step& step, std::size_t session, const Instruction& instruction, std::size_t key) const;
  // Lets something happen at a server, by act(server step): what a failover would bring back is kept, whoever watches
  // what changes hears of it, and a replica is one change more behind.
  template <class Act>
  void at_server(Step& step, const Server& server, const Act& act) const {
    std::uint64_t touched = 0;
    Kept kept = Kept::kAsItWas;
    const bool followed = is_followed(server);
    const std::vector<Held> before = followed ? server.contents(step.words) : std::vector<Held>();
    const ServerStep here{step.words, step.record, fails_over_ && may_come(step.words, FaultEffect::kRollBack),
                          program_->watches ? &touched : nullptr, &kept};
    act(here);
    if (followed && server.contents(step.words) != before) replica_->fall_behind(here, before);
    keep_leases(step, server, kept);
    forget_watches(step, server, touched);
  }
  bool is_unchanged(StateView words, std::size_t session, const Instruction& instruction) const;
  bool is_anything_watched(StateView words) const;
  Query query_now(StateView words, std::size_t session, const Instruction& instruction) const;  // as it is sent now
  unsigned number_now(StateView words, std::size_t session, const Instruction& instruction) const;
  RequestRecord asked_now(StateView words, std::size_t session, InstructionId id) const;  // as it is sent now
  unsigned versions() const;                                                              // of a row, at most
  unsigned generations() const;                                                           // of an entry, at most
  unsigned deliveries() const;                                                            // to a cell, at most
  std::size_t at_most(const std::function<bool(const Instruction&)>& counts) const;
  std::size_t changes_of(ServerId cache) const;  // of what it has, at most
  void forget_watches(Step& step, const Server& server, std::uint64_t cells) const;
  void forget_watch(Step& step, std::size_t session) const;
  void keep_leases(Step& step, const Server& server, Kept kept) const;
  void give_leases_back(Step& step, const Server& server, std::size_t missed) const;
  bool are_leases_same(StateView words, const Server& server, std::size_t fewer, std::size_t more) const;
  void forget_kept(Step& step) const;
  void push_failovers(StateView words, const Server& server, std::size_t most, bool watched,
                      std::vector<std::uint16_t>& choices) const;
  template <class Visit>
  void each_lease(StateView words, const Server& server, const Visit& visit) const;
  void invoke(Step& step, const Action& action) const;
  void handle(Step& step, const Action& action) const;
  void happen(Step& step, const Action& action) const;
  void receive(Step& step, const Action& action) const;
  void call(Step& step, const Action& action) const;
  void strike(Step& step, const Action& action) const;
  void strike_message(Step& step, const Action& action, FaultEffect effect) const;
  MessageRef struck_by(StateView words, const Action& action) const;
  // The first message that an app instance knows of, and for which is_it(message): of a session first what it awaits,
  // then what it does not, oldest first.
  template <class IsIt>
  std::optional<MessageRef> first_message(StateView words, int app, const IsIt& is_it) const {
    for (std::size_t s = 0; s < sessions_.size(); ++s) {
      if (scenario_.sessions[s].app != app) continue;
      const Location& at = location(words, s);
      const MessageRef awaited{s, 0, at.instruction, at.is_reply, at.waits};
      if (at.instruction != kNoInstruction && is_it(awaited)) return awaited;
      const Slots& slots = sessions_[s].slots;
      for (std::size_t slot = 0; slot < slots.size() && get(words, slots[slot].instruction) != 0; ++slot) {
        const auto sent = static_cast<InstructionId>(get(words, slots[slot].instruction) - 1);
        const MessageRef unawaited{s, slot + 1, sent, false};
        if (!is_left(words, s, slot) && is_it(unawaited)) return unawaited;
      }
    }
    return std::nullopt;
  }
  void fail(Step& step, std::size_t session, Outcome failure, std::size_t choice) const;
  void cancel(Step& step, std::size_t session, bool arrives) const;
  void break_off(Step& step, std::size_t session) const;
  void crash(Step& step, std::size_t session, std::size_t choice, bool starts_again) const;
  void empty_process(Step& step, int app) const;
  void settle_gone(Step& step, std::size_t session, const std::vector<RequestRecord>& requests) const;
  void add_ghost(Step& step, std::size_t session, const RequestRecord& request) const;
  void follow(Step& step, std::size_t session, const std::vector<Transition>& transitions, std::size_t choice) const;
  void acknowledge(Step& step, std::size_t session, const Effect& effect, bool ends) const;
  void make_change(Step& step, std::size_t session) const;
  void ask(Step& step, std::size_t session, const Instruction& instruction) const;
  enum class Ends : std::uint8_t { kWell, kFailed, kBrokenOff };  // kBrokenOff: nobody is there to try it again
  void end_operation(Step& step, std::size_t session, Ends ends) const;
  void settle_retries(Step& step, std::size_t session, Ends ends) const;
  static std::vector<RequestRecord> requests_in(StateView words, const Slots& slots);
  static void put_request(StateRef words, const SessionFields::Slot& slot, const RequestRecord& request);
  static void put_requests(StateRef words, const Slots& slots, const std::vector<RequestRecord>& requests);
  bool is_left_in_slots(StateView words, std::size_t session, const RequestRecord& ghost) const;
  RequestRecord take_slot(Step& step, std::size_t session, std::size_t slot) const;
  void tell(Step& step, const Event& event) const;
  void take(Step& step, const RequestRecord& request, bool was_reply, bool was_ghost) const;
  Event event(const Step& step, EventKind kind, std::size_t session) const;

  std::shared_ptr<const Program> program_;
  Scenario scenario_;
  std::vector<const PropertyKind*> properties_;
  Granularity granularity_;
  LayoutBuilder layout_;
  std::size_t words_ = 0;
  std::vector<std::uint64_t> busy_;  // by word: bits that are zero exactly where nothing is in flight or under way
  StoreFields stores_;
  std::vector<SessionFields> sessions_;
  std::vector<Field> budgets_;
  std::vector<std::unique_ptr<const Server>> servers_;
  std::vector<std::size_t> acting_;       // places of those in which something may happen
  std::vector<std::size_t> first_place_;  // by Program::servers
  const Server* replica_ = nullptr;       // of a cache; there is at most one
  std::size_t changes_max_ = 0;           // changes_max()
  bool fails_over_ = false;               // some server may
  bool cuts_ = false;                     // some request may be in flight whose connection is given up
  std::vector<std::unique_ptr<Monitor>> monitors_;
};

// Compiles the protocol and resolves the scenario and the properties (empty: the default ones that apply). Where one of
// these does not allow fusing, steps are plain. Throws
// InputError for what does not fit together, and for states that would be larger than 256 bytes.
Machine make_machine(const Protocol& protocol, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity);

// The same for a protocol that was compiled before, with the options that `words` ask for.
Machine make_machine(std::shared_ptr<const Program> program, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity);

}  // namespace stalemate::model
