// What kinds of steps there are. What each is called, does to a message, and how it is told stands in one table,
// src/step_kind.cpp: a new kind is a name here and a row there.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace stalemate::traces {

enum class StepKind : std::uint8_t {
  kInvoke,         // an operation starts
  kHandle,         // a server carries out a request
  kReceive,        // the app gets a reply
  kCall,           // the app asks a store in its own process, which answers in the same step
  kLoseRequest,    // a request never arrives; who awaits it times out
  kLoseReply,      // carried out, but the reply never arrives; the session times out
  kLateRequest,    // the session times out; the request is a ghost from now on
  kDuplicate,      // a copy of a request in flight is a ghost from now on
  kRefuse,         // a server answers a request with an error, and has done nothing
  kCancel,         // an operation ends where it stands; what it awaited may yet arrive
  kCrash,          // an app instance dies, while a message of this session is in flight
  kAppRestart,     // the same, and it starts again at once: its sessions go on with their next operations
  kEvict,          // the cache drops one entry
  kExpire,         // an entry's time to live is over; no fault
  kCacheRestart,   // the cache drops everything
  kCacheFailover,  // a replica takes over that misses the last command that changed the cache
  kIdleRestart,    // an app instance starts again while nothing of it is under way: told by the first of its caches
  kExpireMarker,   // the time of a marker is over, as a fault
  kDeliver,        // a cache in an app instance hears that an entry has changed, and drops it; no fault
  kLoseDelivery,   // it never hears
  kGiveUp,         // a cache that was to ask the database itself has started again: who awaits it times out; no fault
  kApply,          // a replica of the cache applies the next of its changes; no fault
};

// kFree: it happens of itself and is no fault.
enum class StepFamily : std::uint8_t { kInvoke, kHandle, kReceive, kCall, kFault, kFree };
std::string_view to_string(StepFamily family);  // "invoke", "handle", "receive", "call", "fault", "free"

enum class StepAbout : std::uint8_t { kNoMessage, kRequest, kReply, kEither };

// What becomes of the message that it is about. kLate: it is a ghost from now on; kCopied: a copy of it is; kRefused:
// it arrives, and an error comes back at once; kBrokenOff: who awaits it is gone, and it may not arrive any more;
// kDies: its app instance is gone, and so is whatever of it may not arrive yet; kStartsAgain: so it is, and another
// process takes its place.
enum class StepEffect : std::uint8_t {
  kNone,
  kArrives,
  kLost,
  kLate,
  kCopied,
  kRefused,
  kBrokenOff,
  kDies,
  kStartsAgain
};
std::string_view to_string(StepEffect effect);  // "none", "arrives", ..., "dies", "starts-again"

// The sentences are formats (fmt) of parts, which whoever tells them names: {actor}, {app}, {store}, {key}, {diagram},
// {missed} (missed_words());
//   line      (render.cpp) {subject} "cache: get k1"; "" where it does not apply: {answer} " -> miss", {nobody},
//             {times_out}, {arriving}
//   event     (an explanation's) {server} "the cache", {message} "app1's get k1", {of_reply} "the reply to " or ""
//   sentence  (lesson/sentence.cpp) {server} "cache", {request} "get k1", {answer} "miss", {answers}, {stops_waiting},
//             {under_way}
struct StepKindFacts {
  StepKind kind;
  std::string_view name;  // "lose-request": what a step of it is called
  StepFamily family;
  std::string_view own_name;  // "lost-request": which fault or free step, mostly as --fault names it; "" of others
  StepAbout about;
  StepEffect effect;
  bool of_store;      // it happens in a store: no app instance, session, operation or message
  bool of_one_entry;  // then: to the entry of a key
  std::string_view line;
  std::string_view event;
  std::string_view sentence;
  std::string_view legend;  // "" where it is explained with others
  bool replayed = true;     // on real servers; else it is modelled alone, and refused by name

  bool is_fault() const { return family == StepFamily::kFault; }
  // Whether its request is not in flight any more.
  bool ends_request() const {
    return effect == StepEffect::kArrives || effect == StepEffect::kLost || effect == StepEffect::kRefused;
  }
  // Whether the process of its app instance ends, and with it all that the instance was about to do.
  bool ends_process() const { return effect == StepEffect::kDies || effect == StepEffect::kStartsAgain; }
  // Whether who awaits the message stops waiting for it.
  bool times_out() const { return effect == StepEffect::kLost || effect == StepEffect::kLate; }
};

// All kinds, in the order of StepKind.
std::span<const StepKindFacts> step_kinds();
const StepKindFacts& facts_of(StepKind kind);

std::string_view to_string(StepKind kind);  // its name

// What is asked most.
bool is_fault(StepKind kind);     // it is charged to one of the scenario's faults
bool is_of_store(StepKind kind);  // it happens in a store: no app instance, session, operation or message
bool takes_reply(StepKind kind);  // it is about a reply in flight, which it takes away
bool carries_out(StepKind kind);  // a server carries out its request: handle, call

}  // namespace stalemate::traces
