// Faults: named things that may go wrong, each within a budget. Each is one file in src/faults/ and one line in the
// table in src/fault.cpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "machine/program.hpp"
#include "traces/trace.hpp"

namespace stalemate::model {

class Machine;

// What a fault may strike: a message of a session. slot 0 is the awaited one (request or reply), slot i the i-th
// asynchronous request in flight.
struct MessageRef {
  std::size_t session = 0;
  std::size_t slot = 0;
  InstructionId instruction = kNoInstruction;
  bool is_reply = false;
  bool waits = false;  // none is in flight: the server that was asked asks others first
  bool is_request() const { return !is_reply && !waits; }
};

// Whether it is a request of a session's, or of a server's own that changes something there.
bool may_come_later(const Program& program, const MessageRef& message);
// Whether a session stands there and awaits it.
bool is_awaited_by_session(const Program& program, const MessageRef& message);

// What it does; machine/machine.hpp carries it out.
enum class FaultEffect : std::uint8_t {
  kLose,          // the message is gone; who awaits it times out
  kDelay,         // the session times out; the request is a ghost from now on
  kCopy,          // a copy of the request is a ghost from now on
  kRefuse,        // the server answers with an error, and has done nothing
  kCancel,        // the operation ends; the request it awaits may yet arrive
  kCrash,         // the app instance dies; of its requests in flight the first few at each server may yet arrive
  kStartAgain,    // the same, and its sessions go on with their next operations
  kDropEntry,     // the cache drops one entry
  kDropAll,       // the cache drops all entries
  kRollBack,      // the cache is again as it was before the last commands that changed it
  kExpireMarker,  // the time of a marker is over
  kLoseDelivery,  // the cache of an app instance never hears that an entry has changed
};
inline constexpr std::size_t kFaultEffects = static_cast<std::size_t>(FaultEffect::kLoseDelivery) + 1;

// Whether the process of an app instance ends.
constexpr bool ends_process(FaultEffect effect) {
  return effect == FaultEffect::kCrash || effect == FaultEffect::kStartAgain;
}

// How what strikes an awaited message turns out for who awaits it.
constexpr Outcome failure_of(FaultEffect effect) {
  return effect == FaultEffect::kRefuse ? Outcome::kError : Outcome::kTimeout;
}

struct FaultKind {
  std::string_view name;
  std::string_view summary;
  traces::StepKind told_as;  // how the step is named in a trace
  FaultEffect effect;
  // What it may strike: such messages, or servers of this kind, whatever is in flight.
  using OfMessages = bool (*)(const Program& program, const MessageRef& message);
  std::variant<OfMessages, Role> target;
  // How it is named where it strikes a server although it strikes messages.
  std::optional<traces::StepKind> told_in_store_as = {};

  // What is asked in a session's own process is no message: only what ends the operation comes between.
  bool may_strike(const Program& program, const MessageRef& message) const {
    const OfMessages* of_messages = std::get_if<OfMessages>(&target);
    return of_messages != nullptr && (*of_messages)(program, message) &&
           (ends_process(effect) || effect == FaultEffect::kCancel ||
            !is_call(program, program.instructions[message.instruction]));
  }
  // What is in an app instance's process neither restarts nor fails over without it. (An instance that starts again
  // while nothing of it is under way is as if what is in its process did.)
  bool strikes(const DrawnServer& drawn) const {
    if (effect == FaultEffect::kStartAgain) return drawn.local;
    const bool alone = effect == FaultEffect::kDropAll || effect == FaultEffect::kRollBack;
    const bool told = effect != FaultEffect::kLoseDelivery || drawn.told != 0;
    return target == std::variant<OfMessages, Role>(drawn.kind) && !(alone && drawn.local) && told;
  }
  // The kind of server that it strikes; null where it strikes messages.
  const Role* server() const { return std::get_if<Role>(&target); }
};

std::span<const FaultKind> fault_kinds();

// Names that stand for several kinds: "lost-message", "any" (all that the scenario has actors for).
struct FaultAlias {
  std::string_view name;
  std::vector<std::string_view> kinds;
};
std::vector<FaultAlias> fault_aliases();

// Names of the design that are not modelled yet.
std::span<const std::string_view> planned_faults();

}  // namespace stalemate::model
