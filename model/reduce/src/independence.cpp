// What each request touches, by the program; what may follow it, by a fixed point over that table; and the
// comparison of one actor's present with all the others' futures.
#include "reduce/independence.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kStoresMax = kServersMax * (kEntriesMax + 1) + 1;
constexpr std::size_t kColumnsMax = 2 * kStoresMax + 2;
constexpr std::uint64_t kAllKeys = ~std::uint64_t{0};

}  // namespace

Independence::Independence(const Machine& machine) : machine_(machine) {
  const std::vector<DrawnServer>& drawn = machine.program().servers;
  first_.resize(drawn.size());
  on_their_way_.resize(drawn.size());
  // Local ones last.
  for (const bool local : {false, true}) {
    for (const auto& server : machine.servers()) {
      const Place& place = server->place();
      if (drawn[place.drawn].local != local || place.app > 1) continue;
      first_[place.drawn] = stores_;
      stores_ += server->entries();
    }
    for (std::size_t server = 0; server < drawn.size() && !local; ++server)
      if (drawn[server].told != 0) on_their_way_[server] = stores_++;
    for (std::size_t server = 0; server < drawn.size() && !local; ++server)
      if (drawn[server].follows) unapplied_ = stores_++;
    if (!local) shared_ = stores_;
  }
  columns_ = 2 * stores_ + 2;
  STALEMATE_INVARIANT(stores_ <= kStoresMax, "there are no more servers and entries");
  const Scenario& scenario = machine.scenario();
  may_start_again_ = scenario.allows(FaultEffect::kStartAgain);
  may_crash_ = may_start_again_ || scenario.allows(FaultEffect::kCrash);
  may_break_off_ = may_crash_ || scenario.allows(FaultEffect::kCancel);
  has_unawaited_ = machine.program().has_async || machine.program().passes_on || may_break_off_ ||
                   scenario.allows(FaultEffect::kDelay) || scenario.allows(FaultEffect::kCopy);
  events_matter_ = std::any_of(machine.properties().begin(), machine.properties().end(),
                               [](const PropertyKind* kind) { return kind->hears_events; });
  for (const Session& session : scenario.sessions) {
    std::uint64_t together = 0;
    for (std::size_t s = 0; s < scenario.sessions.size(); ++s)
      if (&scenario.sessions[s] == &session || (may_crash_ && scenario.sessions[s].app == session.app))
        together |= std::uint64_t{1} << s;
    together_.push_back(together);
  }
  for (const Session& session : scenario.sessions) app_of_.push_back(session.app);
  for (std::size_t actor = scenario.sessions.size(); actor < machine.actors(); ++actor) {
    server_budgets_.push_back(machine.budgets_striking(machine.drawn(*machine.server_of(actor))));
    app_of_.push_back(machine.server_of(actor)->place().app);
  }
  of_restart_.assign(columns_, 0);
  add_crash(of_restart_);
  tabulate_requests();
  tabulate_replies();
  tabulate_scripts();
}

void Independence::tabulate_requests() {
  const std::vector<Instruction>& instructions = machine_.program().instructions;
  for (std::size_t instruction = 0; instruction < instructions.size(); ++instruction) {
    Row row = row_of(instructions[instruction]);
    row[budgets()] = machine_.budgets_covering(static_cast<InstructionId>(instruction));
    if (may_break_off_ && events_matter_) row[events()] = 1;
    handling_.push_back(std::move(row));
  }
  // What its server sends then is a step of the same actor's, and one after it.
  for (std::size_t instruction = 0; instruction < instructions.size(); ++instruction)
    for (InstructionId next = instructions[instruction].passes_on; next != kNoInstruction;
         next = instructions[next].passes_on)
      add(handling_[instruction].data(), Row(handling_[next]), kAllKeys);
  // The least fixed point: what follows a request is what follows any transition from it. A chain of requests is no
  // longer than the table.
  onwards_ = handling_;
  for (std::size_t round = 0; round < instructions.size(); ++round)
    for (std::size_t instruction = 0; instruction < instructions.size(); ++instruction)
      for (const std::vector<Transition>& transitions : instructions[instruction].after)
        for (const Transition& transition : transitions) add_way(onwards_[instruction], transition);
}

void Independence::tabulate_replies() {
  const Program& program = machine_.program();
  constexpr auto kTimeout = static_cast<std::size_t>(Outcome::kTimeout);
  received_.assign(program.locations.size(), Row(columns_));
  after_ = received_;
  for (std::size_t location = 0; location < program.locations.size(); ++location) {
    const Location& at = program.locations[location];
    if (at.instruction == kNoInstruction || !at.is_reply) continue;
    const Instruction& instruction = program.instructions[at.instruction];
    received_[location][budgets()] = handling_[at.instruction][budgets()];
    add_crash(received_[location]);
    // A database write that is answered, or in doubt, is an event, and so is the end of an operation.
    received_[location][events()] = events_matter_ && (instruction.commits || may_break_off_) ? 1 : 0;
    after_[location] = received_[location];
    for (const std::size_t outcome : {static_cast<std::size_t>(at.outcome), kTimeout}) {
      for (const Transition& transition : instruction.after[outcome]) {
        if (is_event(transition)) received_[location][events()] = 1;
        add_way(after_[location], transition);
      }
    }
  }
}

void Independence::tabulate_scripts() {
  for (const Session& session : machine_.scenario().sessions) {
    std::vector<Row> to_come(session.operations.size() + 1, Row(columns_));
    for (std::size_t i = session.operations.size(); i-- > 0;) {
      const ScriptedOperation& operation = session.operations[i];
      Row row(columns_);
      row[events()] = events_matter_ ? 1 : 0;
      for (const std::uint16_t candidate : operation.candidates)
        for (const Transition& transition : machine_.program().operations[candidate].start) add_way(row, transition);
      const std::uint64_t keys =
          operation.key == kAnyKey ? kAllKeys : std::uint64_t{1} << static_cast<unsigned>(operation.key);
      add(to_come[i].data(), to_come[i + 1], kAllKeys);
      add(to_come[i].data(), row, keys);
    }
    to_come_.push_back(std::move(to_come));
  }
}

// Handled at the server, and received or lost by the session, now or later.
Independence::Row Independence::row_of(const Instruction& instruction) const {
  Row row(columns_);
  add_crash(row);
  const Server& server = machine_.asked_by(0, instruction);  // of whichever session: they are alike
  const Touches touches = server.touches(instruction);
  for (std::size_t entry = 0; entry < server.entries(); ++entry) {
    const std::size_t store = first_[instruction.server] + entry;
    if ((touches.reads >> entry & 1) != 0) row[reads(store)] = kAllKeys;
    if ((touches.writes >> entry & 1) != 0) row[writes(store)] = kAllKeys;
  }
  // A cache that starts again forgets what it was about to do.
  if (instruction.by && !instruction.is_answer)
    for (std::size_t store = 0; store < machine_.program().entries.size(); ++store)
      row[writes(first_[*instruction.by] + store)] = kAllKeys;
  if (instruction.tells) row[writes(on_their_way_[instruction.tells->server])] = kAllKeys;
  if (unapplied_ != 0) {
    if (machine_.drawn(server).follows) row[reads(unapplied_)] = kAllKeys;
    if (machine_.is_followed(server) && (touches.writes != 0 || instruction.verb == Verb::kWait))
      row[writes(unapplied_)] = kAllKeys;
  }
  bool event = instruction.commits;
  for (const std::vector<Transition>& transitions : instruction.after)
    for (const Transition& transition : transitions) event = event || is_event(transition);
  row[events()] = events_matter_ && event ? 1 : 0;
  return row;
}

// A crash takes along what is in the process.
void Independence::add_crash(Row& row) const {
  if (!may_crash_) return;
  for (std::size_t store = shared_; store < stores_; ++store) row[writes(store)] = kAllKeys;
  for (std::size_t server = 0; server < first_.size(); ++server)
    if (machine_.program().servers[server].told != 0) row[writes(on_their_way_[server])] = kAllKeys;
}

// Whether a property hears of the way itself.
bool Independence::is_event(const Transition& transition) const {
  const bool told = std::any_of(transition.effects.begin(), transition.effects.end(),
                                [](const Effect& effect) { return effect.kind == EffectKind::kAcknowledge; });
  return events_matter_ && (told || transition.next == kNoInstruction);
}

void Independence::add_way(Row& row, const Transition& transition) const {
  if (is_event(transition)) row[events()] = 1;
  for (const Effect& effect : transition.effects)
    if (effect.kind == EffectKind::kSendAsync) add(row.data(), handling_[effect.instruction], kAllKeys);
  if (transition.next != kNoInstruction) add(row.data(), onwards_[transition.next], kAllKeys);
}

void Independence::add(std::uint64_t* to, const Row& from, std::uint64_t keys) const {
  for (std::size_t column = 0; column < 2 * stores_; ++column) to[column] |= from[column] & keys;
  // The changes that a replica has yet to apply stand in one order, whatever their keys.
  if (unapplied_ != 0)
    for (const std::size_t column : {reads(unapplied_), writes(unapplied_)}) to[column] |= from[column];
  to[budgets()] |= from[budgets()];
  to[events()] |= from[events()];
}

void Independence::add_unawaited(std::uint64_t* to, const std::uint64_t* words, std::size_t session) const {
  if (!has_unawaited_) return;
  for (const auto& requests : {machine_.in_slots(words, session), machine_.ghosts(words, session)})
    for (const RequestRecord& request : requests)
      add(to, handling_[request.instruction], std::uint64_t{1} << request.key);
}

// What a session's next steps may touch, and what its steps may touch from now on.
void Independence::look_at(const std::uint64_t* words, std::size_t session, std::uint64_t* present,
                           std::uint64_t* future) const {
  std::fill_n(present, columns_, 0);
  add_unawaited(present, words, session);
  if (may_start_again_) add(present, of_restart_, kAllKeys);
  std::copy_n(present, columns_, future);
  add(future, to_come_[session][machine_.invoked(words, session)], kAllKeys);
  const Location& at = machine_.location(words, session);
  if (at.instruction == kNoInstruction) {
    if (events_matter_) present[events()] = 1;  // of an invoke
    return;
  }
  const std::uint64_t key = std::uint64_t{1} << machine_.key(words, session);
  const ProgramCounter counter = machine_.program_counter(words, session);
  add(present, at.is_reply ? received_[counter] : handling_[at.instruction], key);
  add(future, at.is_reply ? after_[counter] : onwards_[at.instruction], key);
}

// What may happen in a server, now or later.
void Independence::look_at_server(std::size_t actor, std::uint64_t budgets_left, std::uint64_t* row) const {
  std::fill_n(row, columns_, 0);
  const Server& server = *machine_.server_of(actor);
  row[budgets()] = server_budgets_[actor - together_.size()] & budgets_left;
  if (row[budgets()] == 0 && !server.acts_freely()) return;
  for (std::size_t entry = 0; entry < server.entries(); ++entry)
    row[writes(first_[server.place().drawn] + entry)] = kAllKeys;
  if (machine_.drawn(server).told != 0) row[writes(on_their_way_[server.place().drawn])] = kAllKeys;
  if (unapplied_ != 0 && (machine_.drawn(server).follows || machine_.is_followed(server)))
    row[writes(unapplied_)] = kAllKeys;
}

bool Independence::conflict(const std::uint64_t* a, const std::uint64_t* b, bool one_app,
                            std::uint64_t budgets_left) const {
  std::uint64_t shared = (a[budgets()] & b[budgets()] & budgets_left) | (a[events()] & b[events()]);
  const std::size_t stores = one_app ? stores_ : shared_;
  for (std::size_t store = 0; store < stores; ++store)
    shared |= (a[writes(store)] & (b[reads(store)] | b[writes(store)])) | (a[reads(store)] & b[writes(store)]);
  return shared != 0;
}

std::uint64_t Independence::needed(const std::uint64_t* words) const {
  const std::size_t sessions = to_come_.size();
  const std::size_t count = machine_.actors();
  const std::uint64_t budgets_left = machine_.budgets_left(words);
  std::array<std::uint64_t, kActorsMax * kColumnsMax> presents;  // filled as far as there are actors
  std::array<std::uint64_t, kActorsMax * kColumnsMax> futures;
  const auto present = [&](std::size_t actor) { return presents.data() + actor * columns_; };
  const auto future = [&](std::size_t actor) { return futures.data() + actor * columns_; };
  for (std::size_t s = 0; s < sessions; ++s) look_at(words, s, present(s), future(s));
  for (std::size_t actor = sessions; actor < count; ++actor) {
    look_at_server(actor, budgets_left, present(actor));
    std::copy_n(present(actor), columns_, future(actor));
  }
  const std::uint64_t all = count == kActorsMax ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
  std::uint64_t smallest = all;
  for (std::size_t start = 0; start < sessions; ++start) {
    if (!machine_.in_flight(words, start)) continue;
    // Closed under: whoever may ever conflict with what the set can do now, and whom a crash takes along.
    std::uint64_t set = together_[start];
    for (std::uint64_t unseen = set; unseen != 0 && std::popcount(set) < std::popcount(smallest);) {
      const auto member = static_cast<std::size_t>(std::countr_zero(unseen));
      unseen &= unseen - 1;
      for (std::size_t other = 0; other < count; ++other) {
        const std::uint64_t bit = std::uint64_t{1} << other;
        if ((set & bit) != 0 ||
            !conflict(present(member), future(other), app_of_[member] == app_of_[other], budgets_left))
          continue;
        const std::uint64_t added = (other < sessions ? together_[other] : bit) & ~set;
        set |= added;
        unseen |= added;
      }
    }
    if (std::popcount(set) < std::popcount(smallest)) smallest = set;
  }
  return smallest;
}

}  // namespace stalemate::model
