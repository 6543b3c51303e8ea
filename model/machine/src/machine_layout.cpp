// Which bits of a state hold what, and a machine made of a protocol and a scenario.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/invariant.hpp"
#include "machine/machine.hpp"

namespace stalemate::model {
namespace {

// At most this many asynchronous requests of one session can be in flight at once.
std::size_t async_arrows(const Program& program, const Session& session) {
  std::size_t most = 0;
  for (const ScriptedOperation& operation : session.operations) {
    std::size_t worst = 0;
    for (const std::uint16_t candidate : operation.candidates) {
      std::size_t count = 0;
      for (const Instruction& instruction : program.instructions)
        if (instruction.operation == candidate && !instruction.awaited && !instruction.drawn_lost) ++count;
      worst = std::max(worst, count);
    }
    most += worst;
  }
  return most;
}

// Requests that a session can send in all its script, or servers for it, at most; those that are awaited, or all.
std::size_t requests_of(const Program& program, const Session& session, bool awaited) {
  std::size_t most = 0;
  for (const ScriptedOperation& operation : session.operations)
    for (const Instruction& instruction : program.instructions)
      if ((instruction.awaited || !awaited) && std::find(operation.candidates.begin(), operation.candidates.end(),
                                                         instruction.operation) != operation.candidates.end())
        ++most;
  return most;
}

// Whether a session may wait in vain and go on. (Who gives up on a cache that has started again has nothing else under
// way to it: what was sent before has been handled before.)
bool times_out(const Program& program, const Scenario& scenario) {
  return scenario.allows(FaultEffect::kLose) || scenario.allows(FaultEffect::kDelay) ||
         std::any_of(program.instructions.begin(), program.instructions.end(),
                     [](const Instruction& one) { return one.drawn_lost && one.awaited; });
}

// Whether a session may send something over a new connection while the old one still carries something.
bool gives_up_connections(const Program& program, const Scenario& scenario) {
  if (scenario.pooled) return false;
  return scenario.allows(FaultEffect::kStartAgain) ||
         (times_out(program, scenario) && (program.has_async || scenario.allows(FaultEffect::kCancel)));
}

// How many ways a crash may cut the queues of a session with so many requests in flight, at most: where they are spread
// evenly over the servers, or each is on a connection of its own.
std::size_t most_ways_to_cut(const Program& program, const Scenario& scenario, std::size_t requests) {
  std::size_t ways = 1;
  const bool apart = scenario.pooled || gives_up_connections(program, scenario);
  for (; requests > 0 && apart && ways <= kChoicesMax; --requests) ways *= 2;
  for (std::size_t left = program.servers.size(); left > 0; --left) {
    const std::size_t share = requests / left;
    ways *= share + 1;
    requests -= share;
  }
  return ways;
}

// At most this many operations of one session end while a request of theirs is in flight that may yet arrive.
std::size_t broken_off(const Scenario& scenario, const Session& session) {
  std::size_t most = scenario.allows(FaultEffect::kCrash) ? 1 : 0;
  for (const FaultBudget& budget : scenario.budgets)
    if (budget.includes(FaultEffect::kCancel) || budget.includes(FaultEffect::kStartAgain))
      most += budget.unlimited ? session.operations.size() : budget.budget;
  return std::min(most, session.operations.size());
}

// At most this many requests that servers send for a session, and that something waits for, can be in flight at once:
// one that the session waits for, and what a server left that has started again.
std::size_t passed_on_requests(const Program& program, const Scenario& scenario, const Session& session) {
  if (!program.passes_on) return 0;
  std::size_t left = 0;
  for (const FaultBudget& budget : scenario.budgets)
    if (budget.includes(FaultEffect::kDropAll) || budget.includes(FaultEffect::kRollBack))
      left += budget.unlimited ? requests_of(program, session, true) : budget.budget;
  return 1 + std::min(left, requests_of(program, session, true));
}

// At most this many late requests and copies of one session can be in flight at once.
std::size_t ghosts_of(const Program& program, const Scenario& scenario, const Session& session) {
  std::size_t most = 0;
  for (const FaultBudget& budget : scenario.budgets) {
    if (budget.includes(FaultEffect::kCopy))
      most += budget.budget;
    else if (budget.includes(FaultEffect::kDelay))
      most += budget.unlimited ? requests_of(program, session, false)
                               : std::min<std::size_t>(budget.budget, requests_of(program, session, false));
  }
  return most;
}

}  // namespace

Machine::Machine(std::shared_ptr<const Program> program, Scenario scenario, std::vector<const PropertyKind*> properties,
                 Granularity granularity)
    : program_(std::move(program)),
      scenario_(std::move(scenario)),
      properties_(std::move(properties)),
      granularity_(granularity) {
  lay_out();
}

// What an action, and a word of bits, have room for.
static_assert(kSessionsMax < kActorsMax && kActorsMax <= 64 && kKeysMax <= 64 && kWritesMax <= 63 && kBudgetsMax <= 64);
static_assert(kTargetsMax <= std::numeric_limits<decltype(Action::target)>::max());
static_assert(kChoicesMax <= std::numeric_limits<decltype(Action::choice)>::max() + std::size_t{1});

void Machine::lay_out() {
  STALEMATE_INVARIANT(properties_.size() <= std::numeric_limits<sim::PropertyMask>::digits, "a property has a bit");
  for (const DrawnServer& drawn : program_->servers)
    if (drawn.follows && !scenario_.words.no_replica_lag) changes_max_ = changes_of(*drawn.follows);
  servers_ = make_servers({*program_, scenario_, layout_, stores_, versions(), generations(), deliveries(),
                           static_cast<unsigned>(behind_max())});
  for (const auto& server : servers_)
    if (server->place().follows != nullptr) replica_ = server.get();
  first_place_.resize(program_->servers.size());
  for (std::size_t place = servers_.size(); place-- > 0;) first_place_[servers_[place]->place().drawn] = place;
  for (const auto& server : servers_)
    if (server->acts_freely() || budgets_striking(drawn(*server)) != 0) acting_.push_back(server->place().number);
  if (scenario_.sessions.size() + acting_.size() > kActorsMax)
    throw InputError(
        fmt::format("the scenario has {} sessions and {} caches in which something may happen; at most {} "
                    "of both are possible; take fewer app instances",
                    scenario_.sessions.size(), acting_.size(), kActorsMax));
  fails_over_ = scenario_.allows(FaultEffect::kRollBack);
  cuts_ = gives_up_connections(*program_, scenario_);
  for (const FaultBudget& budget : scenario_.budgets)
    budgets_.push_back(layout_.add(budget.unlimited ? 1 : budget.budget + 1ULL));
  for (std::size_t s = 0; s < scenario_.sessions.size(); ++s) lay_out(s);
  layout_.end_session();
  refuse_too_many_crashes();
  refuse_too_many_restarts();
  for (const PropertyKind* property : properties_)
    monitors_.push_back(property->make({*program_, scenario_, stores_, layout_}));
  words_ = layout_.words();
  busy_.resize(words_);
  const auto watch = [&](Field field) { busy_[field.word] |= field.mask() << field.shift; };
  for (const auto& server : servers_)
    for (const Field field : server->busy()) watch(field);
  for (const SessionFields& fields : sessions_) {
    for (const LaneFields& lane : fields.lanes) watch(lane.program_counter);
    watch(fields.again);
    if (!fields.slots.empty()) watch(fields.slots.front().instruction);
    if (!fields.ghosts.empty()) watch(fields.ghosts.front().instruction);
  }
}

// Every database write that may be sent or copied is one more commit.
unsigned Machine::versions() const {
  const auto commits = [](const Instruction& instruction) { return instruction.commits; };
  return program_->versions ? static_cast<unsigned>(at_most(commits)) + 1 : 1;
}

unsigned Machine::generations() const {
  const auto counts = [](const Instruction& instruction) { return traces::facts_of(instruction.verb).counts; };
  return program_->generations ? static_cast<unsigned>(at_most(counts)) + 1 : 1;
}

unsigned Machine::deliveries() const {
  return static_cast<unsigned>(at_most([](const Instruction& instruction) { return instruction.tells.has_value(); })) +
         1;
}

// By what it is asked; and as often as that can have put something into one of its cells, that may go of itself or by a
// fault, one after the other.
std::size_t Machine::changes_of(ServerId cache) const {
  const std::size_t commands = at_most(
      [&](const Instruction& one) { return one.server == cache && (changes(one.verb) || one.watch == Watch::kLease); });
  const DrawnServer& drawn = program_->servers[cache];
  const bool ever_expires = std::any_of(program_->instructions.begin(), program_->instructions.end(),
                                        [&](const Instruction& one) { return one.server == cache && one.ttl != 0; });
  const bool expires = !scenario_.words.no_expiry && (ever_expires || (scenario_.cached && drawn.fills_expire != 0));
  if (!expires && budgets_striking(drawn) == 0) return commands;
  const auto entries = static_cast<std::size_t>(std::popcount(drawn.entries));
  const std::size_t filled = scenario_.cached ? entries * static_cast<std::size_t>(scenario_.keys) : 0;
  return commands * (1 + entries) + filled;
}

// How many requests of a kind may arrive, at most.
std::size_t Machine::at_most(const std::function<bool(const Instruction&)>& counts) const {
  std::size_t requests = 0;
  for (const Session& session : scenario_.sessions)
    for (const ScriptedOperation& operation : session.operations) {
      std::size_t most = 0;
      for (const std::uint16_t candidate : operation.candidates) {
        std::set<int> arrows;
        for (const Instruction& instruction : program_->instructions)
          if (instruction.operation == candidate && counts(instruction) && !instruction.drawn_lost)
            arrows.insert(instruction.arrow);
        most = std::max(most, arrows.size());
      }
      requests += most;
    }
  for (const FaultBudget& budget : scenario_.budgets)
    if (budget.includes(FaultEffect::kCopy)) requests += budget.budget;
  return requests;
}

// What nearly every step looks at comes first and stands together.
void Machine::lay_out(std::size_t s) {
  const Session& session = scenario_.sessions[s];
  const std::uint64_t values = scenario_.values;
  const auto keys = static_cast<std::uint64_t>(scenario_.keys);
  const std::uint64_t operations = session.operations.size() + 1;
  bool free_key = false;
  for (const ScriptedOperation& operation : session.operations) free_key |= operation.key == kAnyKey;
  const unsigned value_width = LayoutBuilder::width_of(values + 1);
  layout_.begin_session(s, LayoutBuilder::width_of(program_->locations.size()) + LayoutBuilder::width_of(operations) +
                               value_width * (program_->get_while_holding ? 2 : 1) +
                               (free_key ? LayoutBuilder::width_of(keys) : 0) + (program_->watches ? 1 : 0));
  SessionFields fields;
  for (LaneFields& lane : fields.lanes) lane.program_counter = layout_.add(program_->locations.size());
  fields.invoked = layout_.add(operations);
  fields.value = layout_.add(values + 1, Meaning::kCoded);
  if (program_->get_while_holding)
    for (LaneFields& lane : fields.lanes) lane.reply = layout_.add(values + 1, Meaning::kCoded);
  if (free_key) fields.key = layout_.add(keys);
  const std::uint64_t kept = program_->leases ? std::uint64_t{1} << scenario_.missed() : 1;
  if (program_->watches) fields.unchanged = layout_.add(2);
  fields.kept = layout_.add(kept);
  const unsigned numbers = std::max(versions(), generations());
  fields.version = layout_.add(versions());
  fields.generation = layout_.add(generations());
  fields.reply_number = layout_.add(numbers);
  const bool crashes = scenario_.allows(FaultEffect::kCrash);
  const auto add_requests = [&](Slots& requests, std::size_t count, bool cuts) {
    for (std::size_t i = 0; i < count; ++i)
      requests.push_back({layout_.add(program_->instructions.size() + 1), layout_.add(values + 1, Meaning::kCoded),
                          layout_.add(keys), layout_.add(operations), program_->watches ? layout_.add(2) : Field{},
                          layout_.add(kept), layout_.add(cuts ? 2 : 1), layout_.add(numbers)});
  };
  add_requests(fields.slots,
               (program_->has_async ? async_arrows(*program_, session) : 0) + broken_off(scenario_, session) +
                   passed_on_requests(*program_, scenario_, session),
               cuts_);
  add_requests(fields.ghosts, ghosts_of(*program_, scenario_, session), false);
  if (crashes) fields.crashed = layout_.add(2);
  if (scenario_.allows(FaultEffect::kStartAgain)) fields.gone = layout_.add(operations);
  if (scenario_.words.retries != 0) fields.again = layout_.add(2);
  if (fields.slots.size() + fields.ghosts.size() > kRequestsMax)
    throw InputError(
        fields.ghosts.empty()
            ? fmt::format("session {} of app instance {} may have {} requests in flight that it does not await, and at "
                          "most {} are possible; take fewer operations",
                          session.session, session.app, fields.slots.size(), kRequestsMax)
            : "--fault: so many late requests and copies are more than a state can hold; allow fewer");
  stores_.operation.push_back(fields.invoked);
  sessions_.push_back(std::move(fields));
}

// A crash leaves a choice for what each session of an app instance has in flight.
void Machine::refuse_too_many_crashes() const {
  if (!scenario_.allows(FaultEffect::kCrash) && !scenario_.allows(FaultEffect::kStartAgain)) return;
  for (const Session& first : scenario_.sessions) {
    std::size_t ways = 1;
    for (std::size_t s = 0; s < sessions_.size() && ways <= kChoicesMax; ++s)
      if (scenario_.sessions[s].app == first.app)
        ways *= most_ways_to_cut(*program_, scenario_, sessions_[s].slots.size());
    if (ways > kChoicesMax)
      throw InputError(fmt::format(
          "--fault crash: app instance {} can have so many requests in flight that a crash has more than {} "
          "outcomes; take fewer sessions or operations in it",
          first.app, kChoicesMax));
  }
}

// A cache that starts again leaves one for what it has passed on for each session.
void Machine::refuse_too_many_restarts() const {
  if (!scenario_.allows(FaultEffect::kDropAll) && !scenario_.allows(FaultEffect::kRollBack)) return;
  std::size_t ways = std::max<std::size_t>(scenario_.missed(), 1);
  for (std::size_t s = 0; s < sessions_.size() && ways <= kChoicesMax; ++s) {
    std::size_t passed_on = 0;
    for (const ScriptedOperation& operation : scenario_.sessions[s].operations)
      passed_on += static_cast<std::size_t>(
          std::count_if(program_->instructions.begin(), program_->instructions.end(), [&](const Instruction& one) {
            return one.by && one.commits &&
                   std::find(operation.candidates.begin(), operation.candidates.end(), one.operation) !=
                       operation.candidates.end();
          }));
    ways *= passed_on + 1;
  }
  if (ways > kChoicesMax)
    throw InputError(fmt::format(
        "--fault: a cache that starts again can have so many sets under way to the database that this has more than {} "
        "outcomes; take fewer sessions or operations",
        kChoicesMax));
}

std::size_t Machine::fault_mark(std::size_t budget, std::size_t target) const {
  std::size_t mark = program_->marks.size() + properties_.size() + target;
  for (std::size_t i = 0; i < budget; ++i) mark += scenario_.budgets[i].targets.size();
  return mark;
}

Machine make_machine(const Protocol& protocol, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity) {
  return make_machine(std::make_shared<const Program>(compile(protocol, compile_options(words))), words, properties,
                      granularity);
}

Machine make_machine(std::shared_ptr<const Program> program, const traces::Scenario& words,
                     const std::vector<std::string>& properties, Granularity granularity) {
  Scenario scenario = resolve(words, *program);
  std::vector<const PropertyKind*> selected = select_properties(properties, *program, scenario);
  if (program->passes_on ||
      std::any_of(selected.begin(), selected.end(), [](const PropertyKind* kind) { return !kind->fuses; }))
    granularity = Granularity::kPlain;
  Machine machine(std::move(program), std::move(scenario), std::move(selected), granularity);
  if (machine.words() > kWordsMax)
    throw InputError(
        fmt::format("the scenario needs {} bytes a state and {} is the most; take fewer app instances, "
                    "operations or keys",
                    machine.words() * 8, kWordsMax * 8));
  std::vector<std::uint64_t> first(machine.words());
  sim::Marks unused;
  machine.initial(first.data(), unused);
  STALEMATE_INVARIANT(machine.judge(first.data(), unused).violated == 0, "no property is broken before the first step");
  return machine;
}

}  // namespace stalemate::model
