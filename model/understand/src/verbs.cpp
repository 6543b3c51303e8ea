// What is known of the verbs beside what a trace says of them: how they may turn out, and how they are told.
#include "verbs.hpp"

#include <iterator>

#include "base/invariant.hpp"

namespace stalemate::model {
namespace {

// In the order of Verb.
constexpr VerbWords kRows[] = {
    {Verb::kGet, Answers::kFinds, "to get the key", ""},
    {Verb::kSet, Answers::kDone, "to set the key", ""},
    {Verb::kAdd, Answers::kIfAbsent, "to set the key, only if it is absent,",
     "insert into the database only if absent"},
    {Verb::kDelete, Answers::kRemoves, "to delete the key", ""},
    {Verb::kSetIfUnchanged, Answers::kIfUnchanged, "to set the key, only if it is unchanged since the get,",
     "compare and set by version"},
    {Verb::kExists, Answers::kFindsMarker, "whether the marker is there", "look for a marker in the database"},
    {Verb::kMark, Answers::kDone, "to put a marker there", "put a marker into the database"},
    {Verb::kMarkIfAbsent, Answers::kIfAbsent, "to put a marker there, only if nothing is there",
     "take a lock in the database"},
    {Verb::kSetUnless, Answers::kIfAbsent, "to set the key, only if the other entry is not there,",
     "change something only if a condition holds"},
    {Verb::kSetIfNewer, Answers::kIfNewer, "to set the key, only over an older version,",
     "change something only if a condition holds"},
    {Verb::kMarkIfNewer, Answers::kIfNewer, "to put a marker with its version there, only over an older version",
     "change something only if a condition holds"},
    {Verb::kGetVersion, Answers::kTells, "to get the version of the key", ""},
    {Verb::kCountUp, Answers::kDone, "to count the generation up", "count a generation up in the database"},
    {Verb::kDeleteAndCountUp, Answers::kRemoves, "to delete the key and to count its generation up, in one step",
     "delete from the database"},
    {Verb::kGetGeneration, Answers::kTells, "to get the generation of the key", "a generation in the database"},
    {Verb::kSetIfGeneration, Answers::kIfUnchanged, "to set the key, only if its generation is as it was read,",
     "change something only if a condition holds"},
    {Verb::kMarkStale, Answers::kRemoves, "to mark the key as stale, so that whoever gets it next has its lease",
     "mark a row"},
    {Verb::kPublish, Answers::kDone, "to tell every other app instance that the key has changed", "publish an event"},
    {Verb::kIncrease, Answers::kDone, "to change what is there, by an amount of its own", ""},
    {Verb::kIncreaseIfThere, Answers::kIfUnchanged, "to change what is there, only if something is,",
     "change something only if a condition holds"},
    {Verb::kSetIfVersion, Answers::kIfUnchanged, "to set the key, only if its version is as it was read,", ""},
    {Verb::kRemove, Answers::kDone, "to remove the row of the key", ""},
    {Verb::kWait, Answers::kTells, "to answer once its replica has all that it has",
     "a wait for a replica of the database"},
    {Verb::kLookAgain, Answers::kFindsSame, "whether the row is as it was read", ""},
};
static_assert(std::size(kRows) == std::size(traces::kVerbs));

}  // namespace

const VerbWords& words_of(Verb verb) { return kRows[static_cast<std::size_t>(verb)]; }

std::vector<Outcome> possible_outcomes(Role to, Verb verb, const Finds& finds) {
  switch (answers_of(verb)) {
    case Answers::kFinds:
      if (to == Role::kDatabase && finds.absent) return {Outcome::kValue, Outcome::kNoRow};
      if (to == Role::kDatabase) return {Outcome::kValue};
      if (finds.loads) return {Outcome::kValue, Outcome::kLoaded};
      if (finds.lease && finds.stale)
        return {Outcome::kValue, Outcome::kGranted, Outcome::kDenied, Outcome::kStale, Outcome::kWon};
      if (finds.lease) return {Outcome::kValue, Outcome::kGranted, Outcome::kDenied};
      if (finds.marker) return {Outcome::kValue, Outcome::kMiss, Outcome::kMarker};
      return {Outcome::kValue, Outcome::kMiss};
    case Answers::kFindsMarker:
      return {Outcome::kMarker, Outcome::kMiss};
    case Answers::kIfAbsent:
    case Answers::kIfUnchanged:
    case Answers::kIfNewer:
    case Answers::kFindsSame:
      return {Outcome::kOk, Outcome::kConflict};
    case Answers::kDone:
    case Answers::kRemoves:
    case Answers::kTells:
      return {Outcome::kOk};
  }
  STALEMATE_INVARIANT(false, "every verb has outcomes");
}

Verb verb_at(Role server, Verb verb) {
  return server == Role::kDatabase && verb == Verb::kDelete ? Verb::kRemove : verb;
}

Answers answers_of(Verb verb) { return words_of(verb).answers; }

}  // namespace stalemate::model
