// The table of step kinds.
#include "traces/step_kind.hpp"

#include <array>
#include <cstddef>

namespace stalemate::traces {
namespace {

using Family = StepFamily;
using About = StepAbout;
using Effect = StepEffect;

constexpr StepKindFacts kKinds[] = {
    {.kind = StepKind::kInvoke,
     .name = "invoke",
     .family = Family::kInvoke,
     .own_name = "",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = false,
     .of_one_entry = false,
     .line = "starts {diagram} {key}",
     .event = "{actor} starts {diagram} {key}",
     .sentence = "{actor} starts {diagram} {key}",
     .legend = "invoke: an operation starts; handle: the server carries out a request; receive: the app gets the "
               "reply"},
    {.kind = StepKind::kHandle,
     .name = "handle",
     .family = Family::kHandle,
     .own_name = "",
     .about = About::kRequest,
     .effect = Effect::kArrives,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject}{answer}{nobody}",
     .event = "{server} handles {message}",
     .sentence = "The {server} handles {actor}'s {request}{answers}",
     .legend = ""},
    {.kind = StepKind::kReceive,
     .name = "receive",
     .family = Family::kReceive,
     .own_name = "",
     .about = About::kReply,
     .effect = Effect::kArrives,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject}{answer} arrives",
     .event = "{server}'s reply to {message} arrives",
     .sentence = "{actor} gets the {server}'s answer to {request}: {answer}",
     .legend = ""},
    {.kind = StepKind::kCall,
     .name = "call",
     .family = Family::kCall,
     .own_name = "",
     .about = About::kRequest,
     .effect = Effect::kArrives,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject}{answer}, in its own process",
     .event = "{server} handles {message}",
     .sentence = "The {server} handles {actor}'s {request} at once{answers}",
     .legend = "call: the app asks a cache in its own process, which answers at once",
     .replayed = false},
    {.kind = StepKind::kLoseRequest,
     .name = "lose-request",
     .family = Family::kFault,
     .own_name = "lost-request",
     .about = About::kRequest,
     .effect = Effect::kLost,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject} never arrives{times_out}",
     .event = "{message} is lost on its way to {server}",
     .sentence = "{actor}'s {request} is lost on its way to the {server}{stops_waiting}",
     .legend = "lose-request: the request is lost on its way; no server ever sees it"},
    {.kind = StepKind::kLoseReply,
     .name = "lose-reply",
     .family = Family::kFault,
     .own_name = "lost-reply",
     .about = About::kReply,
     .effect = Effect::kLost,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject}{answer} is lost; times out",
     .event = "{server}'s reply to {message} is lost",
     .sentence = "The {server}'s answer to {actor}'s {request} is lost; {actor} stops waiting and cannot know",
     .legend = "lose-reply: the server carried out the request, but its reply is lost"},
    {.kind = StepKind::kLateRequest,
     .name = "late-request",
     .family = Family::kFault,
     .own_name = "late-request",
     .about = About::kRequest,
     .effect = Effect::kLate,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject} is late; times out",
     .event = "{message} takes too long on its way to {server}",
     .sentence = "{actor}'s {request} takes too long; {actor} stops waiting, and it may reach the {server} yet",
     .legend = "late-request: the request takes longer than the app waits for it, and is handled whenever it arrives"},
    {.kind = StepKind::kDuplicate,
     .name = "duplicate",
     .family = Family::kFault,
     .own_name = "duplicate",
     .about = About::kRequest,
     .effect = Effect::kCopied,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject} is sent twice",
     .event = "{message} is sent twice",
     .sentence = "{actor}'s {request} is sent twice: a copy of it will reach the {server}, too",
     .legend = "duplicate: the network delivers the request twice, and the copy whenever it likes"},
    {.kind = StepKind::kRefuse,
     .name = "refuse",
     .family = Family::kFault,
     .own_name = "error",
     .about = About::kRequest,
     .effect = Effect::kRefused,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject} -> error; nothing is done",
     .event = "{server} answers {message} with an error",
     .sentence = "The {server} answers {actor}'s {request} with an error and does nothing",
     .legend = "refuse: the server answers with an error, and has done nothing",
     .replayed = false},
    {.kind = StepKind::kCancel,
     .name = "cancel",
     .family = Family::kFault,
     .own_name = "cancel",
     .about = About::kEither,
     .effect = Effect::kBrokenOff,
     .of_store = false,
     .of_one_entry = false,
     .line = "{subject}{answer} is awaited no more{arriving}",
     .event = "{actor}'s {diagram} {key} is cancelled while {of_reply}{message} is under way",
     .sentence = "{actor}'s {diagram} {key} is cancelled, its {request} {under_way}",
     .legend = "cancel: who started the operation goes away, and it ends where it stands; what it awaited may yet "
               "arrive",
     .replayed = false},
    {.kind = StepKind::kCrash,
     .name = "crash",
     .family = Family::kFault,
     .own_name = "crash",
     .about = About::kEither,
     .effect = Effect::kDies,
     .of_store = false,
     .of_one_entry = false,
     .line = "app{app} crashes at {subject}{answer}{arriving}",
     .event = "app{app} crashes while {of_reply}{message} is under way",
     .sentence = "app{app} crashes, its {request} {under_way}; it does nothing more",
     .legend = "crash: the app instance dies with all its sessions and never starts again; what it sent may yet "
               "arrive"},
    {.kind = StepKind::kEvict,
     .name = "evict",
     .family = Family::kFault,
     .own_name = "evict",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = true,
     .line = "evicts {key}",
     .event = "the {store} drops {key}",
     .sentence = "The {store} drops {key}",
     .legend = "evict: the cache drops an entry for want of room"},
    {.kind = StepKind::kExpire,
     .name = "expire",
     .family = Family::kFree,
     .own_name = "expire",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = true,
     .line = "{key} expires",
     .event = "{key} expires in the {store}",
     .sentence = "The time of {key} in the {store} is over",
     .legend = "expire: the cache drops an entry whose time to live is over"},
    {.kind = StepKind::kCacheRestart,
     .name = "cache-restart",
     .family = Family::kFault,
     .own_name = "cache-restart",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = false,
     .line = "restarts, empty",
     .event = "the {store} restarts, empty",
     .sentence = "The {store} restarts and is empty",
     .legend = "cache-restart: the cache starts again, with nothing in it"},
    {.kind = StepKind::kCacheFailover,
     .name = "cache-failover",
     .family = Family::kFault,
     .own_name = "cache-failover",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = false,
     .line = "fails over; the last change is lost",
     .event = "a replica of the {store} takes over that misses the last change",
     .sentence = "A replica of the {store} takes over that missed the last change",
     .legend = "cache-failover: a replica of the cache takes over that never got the last change"},
    {.kind = StepKind::kExpireMarker,
     .name = "expire-marker",
     .family = Family::kFault,
     .own_name = "expire",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = true,
     .line = "{key} expires too soon",
     .event = "{key} expires in the {store} while it is needed",
     .sentence = "The time of {key} in the {store} is over",
     .legend = "expire-marker: the time of a lock, a stamp or a tombstone is over before its work is",
     .replayed = false},
    {.kind = StepKind::kDeliver,
     .name = "deliver",
     .family = Family::kFree,
     .own_name = "deliver",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = true,
     .line = "hears that {key} has changed",
     .event = "the {store} hears that {key} has changed",
     .sentence = "The {store} hears that {key} has changed, and drops what it has of it",
     .legend = "deliver: what was published reaches an app instance, and its cache drops the entry",
     .replayed = false},
    {.kind = StepKind::kLoseDelivery,
     .name = "lose-delivery",
     .family = Family::kFault,
     .own_name = "lost-delivery",
     .about = About::kNoMessage,
     .effect = Effect::kNone,
     .of_store = true,
     .of_one_entry = true,
     .line = "never hears that {key} has changed",
     .event = "the {store} never hears that {key} has changed",
     .sentence = "The {store} never hears that {key} has changed",
     .legend = "lose-delivery: what was published never reaches this app instance",
     .replayed = false},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < std::size(kKinds); ++i)
    if (static_cast<std::size_t>(kKinds[i].kind) != i) return false;
  return true;
}
static_assert(is_in_order(), "facts_of() finds a kind by its number");

}  // namespace

std::string_view to_string(StepFamily family) {
  constexpr std::string_view kNames[] = {"invoke", "handle", "receive", "call", "fault", "free"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(StepFamily::kFree) + 1);
  return kNames[static_cast<std::size_t>(family)];
}

std::string_view to_string(StepEffect effect) {
  constexpr std::string_view kNames[] = {"none", "arrives", "lost", "late", "copied", "refused", "broken-off", "dies"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(StepEffect::kDies) + 1);
  return kNames[static_cast<std::size_t>(effect)];
}

std::span<const StepKindFacts> step_kinds() { return kKinds; }

const StepKindFacts& facts_of(StepKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

std::string_view to_string(StepKind kind) { return facts_of(kind).name; }

bool is_fault(StepKind kind) { return facts_of(kind).is_fault(); }

bool is_of_store(StepKind kind) { return facts_of(kind).of_store; }

bool carries_out(StepKind kind) { return kind == StepKind::kHandle || kind == StepKind::kCall; }

bool takes_reply(StepKind kind) { return facts_of(kind).about == StepAbout::kReply; }

}  // namespace stalemate::traces
