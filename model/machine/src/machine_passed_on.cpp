// What servers send of their own (understand/protocol.hpp, R6): what follows a request that a cache has handled, who
// waits for it, and what a cache forgets that starts again.
#include <algorithm>

#include "machine/machine.hpp"

namespace stalemate::model {

// Whether the server that answers so asks for something else first, or then.
bool Machine::passes_on(const Instruction& handled, Outcome outcome) {
  const bool found = !handled.by && handled.verb == Verb::kGet && outcome != Outcome::kMiss;
  return handled.passes_on != kNoInstruction && !found;
}

// What it asks for: the same for the same, with the value that it was given or asked for.
RequestRecord Machine::passed_on(const RequestRecord& handled, const Answer& answer) const {
  const Instruction& instruction = program_->instructions[handled.instruction];
  RequestRecord next = handled;
  next.instruction = instruction.passes_on;
  next.cut = false;
  if (brings_value(answer.outcome)) next.carried = answer.value;
  return next;
}

void Machine::send_on(Step& step, const RequestRecord& request) const {
  const Instruction& instruction = program_->instructions[request.instruction];
  if (instruction.mark) step.marks.reach(*instruction.mark);
  if (step.record != nullptr) step.record->sent.push_back(request);
}

// `last` was all that a server still had to do for it: who waits for that server is answered.
void Machine::answer_caller(Step& step, std::size_t session, const RequestRecord& last) const {
  if (!works_for(step.words, session, last)) return;
  const Instruction& asked = program_->instructions[location(step.words, session).instruction];
  const Outcome outcome = asked.verb == Verb::kGet ? Outcome::kLoaded : Outcome::kOk;
  set(step.words, lane(session).program_counter, asked.reply_locations[static_cast<std::size_t>(outcome)]);
  const CodedValue value = brings_value(outcome) ? last.carried : 0;
  if (value != 0) set(step.words, reply_field(session), value);
  if (step.record == nullptr) return;
  step.record->reply = {outcome, value};
  step.record->answered = asked.arrow;
}

bool Machine::works_for(StateView words, std::size_t session, const RequestRecord& request) const {
  const Location& at = location(words, session);
  if (!at.waits || request.operation != invoked(words, session)) return false;
  const InstructionId first = program_->instructions[at.instruction].passes_on;
  return request.instruction == first || request.instruction == program_->instructions[first].passes_on;
}

bool Machine::is_worked_on(StateView words, std::size_t session) const {
  const std::vector<RequestRecord> requests = in_slots(words, session);
  return std::any_of(requests.begin(), requests.end(),
                     [&](const RequestRecord& request) { return works_for(words, session, request); });
}

bool Machine::is_by_server(const RequestRecord& request) const {
  return program_->instructions[request.instruction].by.has_value();
}

bool Machine::is_work_of(const RequestRecord& request, const Server& cache) const {
  const Instruction& instruction = program_->instructions[request.instruction];
  const ServerId drawn = cache.place().drawn;
  return instruction.by && (instruction.by == drawn || instruction.server == drawn);
}

bool Machine::is_change_passed_on(const RequestRecord& request) const {
  return program_->instructions[request.instruction].commits;
}

std::size_t Machine::changes_passed_on(StateView words, std::size_t session, const Server& cache) const {
  const std::vector<RequestRecord> requests = in_slots(words, session);
  return static_cast<std::size_t>(std::count_if(requests.begin(), requests.end(), [&](const RequestRecord& request) {
    return is_work_of(request, cache) && is_change_passed_on(request);
  }));
}

bool Machine::has_work(StateView words, const Server& cache) const {
  if (!program_->passes_on) return false;
  for (std::size_t s = 0; s < sessions_.size(); ++s)
    for (const auto& requests : {in_slots(words, s), ghosts(words, s)})
      for (const RequestRecord& request : requests)
        if (is_work_of(request, cache)) return true;
  return false;
}

std::size_t Machine::ways_to_forget(StateView words, const Server& cache) const {
  std::size_t ways = 1;
  for (std::size_t s = 0; s < sessions_.size() && program_->passes_on; ++s)
    ways *= changes_passed_on(words, s, cache) + 1;
  return ways;
}

// What a cache was about to do is forgotten when it starts again; `choice` tells, session by session, how many of the
// youngest requests that change the database went with it.
void Machine::forget_work(Step& step, const Server& cache, std::size_t choice) const {
  if (!program_->passes_on) return;
  for (std::size_t s = 0; s < sessions_.size(); ++s) {
    const std::vector<RequestRecord> requests = in_slots(step.words, s);
    const std::size_t passed_on = changes_passed_on(step.words, s, cache);
    std::size_t kept = passed_on - choice % (passed_on + 1);
    choice /= passed_on + 1;
    std::vector<RequestRecord> left;
    for (const RequestRecord& request : requests) {
      const bool survives = is_change_passed_on(request) && kept > 0;
      if (is_work_of(request, cache) && !survives) continue;
      if (is_work_of(request, cache)) --kept;
      left.push_back(request);
    }
    put_requests(step.words, sessions_[s].slots, left);
    left.clear();
    for (const RequestRecord& request : ghosts(step.words, s))
      if (!is_work_of(request, cache) || is_change_passed_on(request)) left.push_back(request);
    put_requests(step.words, sessions_[s].ghosts, left);
  }
}

}  // namespace stalemate::model
