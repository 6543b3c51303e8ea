// `%% stalemate:` lines: how a file overrides what would be guessed of it.
//   role X = cache               the participant X is the cache (anywhere in the file, for the whole file);
//   local-cache:
//                                each app instance has one in its process
//   operation = NAME             names the operation that begins here; also "operation NAME is read|write"
//   operation continues          what follows belongs to the operation at hand, whatever notes say and arrows look
//   like,
//                                up to the next "operation" or message from outside
//   means WORD                   the next arrow: get, set, add, delete, local; or ok, value, miss, conflict, error,
//   timeout
//   branch = OUTCOME[, OUTCOME]  first in a branch of alt, opt or break: what it tests; or else, or free
//   language = pt              what the file is written in, by its code; en for English (anywhere in the file)
//   same = A, B                  these names in headings, labels and keys are of one thing, and of one entry
//   entries = A, B               these names are of two entries of the cache, both made of the same row
//   sql, redis or key ...        a line of a mapping (understand/mapping.hpp), anywhere in the file
//   readers = 2, fault = lost-message, ...   words of the scenario (understand/wanted.hpp), anywhere in the file
//   expect PROPERTY violated     or holds: what `lint` makes sure of
//   race                         first in a diagram: each app in it is an instance of its own, and the diagram shows
//                                one order of what they do
//   ignore                       first in a diagram: the diagram is passed over
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "languages/language.hpp"
#include "read/diagram.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {

struct Override {
  enum class Kind {
    kRole,
    kOperation,
    kContinues,
    kMeans,
    kBranch,
    kLanguage,
    kSame,
    kEntries,
    kIgnore,
    kMapping,
    kScenario,
    kExpect,
    kRace
  };
  Kind kind = Kind::kRole;
  std::string participant;  // kRole
  Role role = Role::kApp;
  bool local_cache = false;    // kRole: it is a cache, one in each app instance
  bool cache_replica = false;  // kRole: it is a read replica of a cache
  std::string operation;       // kOperation: its name, may be empty where only the kind is said
  std::optional<OperationKind> operation_kind;
  bool local = false;  // kMeans: one of local, verb, outcome
  std::optional<Verb> verb;
  std::optional<Outcome> outcome;
  bool free = false;  // kBranch: one of free, otherwise, tests
  bool otherwise = false;
  Outcomes tests;
  std::vector<std::string> names;      // kSame, kEntries
  const Language* language = nullptr;  // kLanguage; null: English
};

// Throws InputError at `at` for an unknown key or word, with the list of those known.
Override read_directive(const std::string& name, Position at, const std::string& text);

// Where a diagram says that it is to be passed over, nowhere ({0, 0}) if it does not.
Position ignored_at(const std::string& name, const Diagram& diagram);
// Likewise, that it shows a race.
Position race_at(const std::string& name, const Diagram& diagram);

// "X=cache", as given on the command line. Throws InputError.
Override read_role_option(const std::string& text);

}  // namespace stalemate::model
