// The signs of an outcome that replies and labels of branches are read by: what single words say, clause by clause.
// Shared by vocabulary_replies.cpp and vocabulary_labels.cpp; what they mean for a request is said there.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {

// What one or a few words of a reply say.
enum class Sign {
  kHit,
  kMiss,
  kNil,
  kExists,
  kAbsent,
  kGone,
  kValue,
  kServes,
  kAnswers,
  kOk,
  kConflict,
  kError,
  kTimeout
};
struct SignEntry {
  std::string_view word;
  Sign sign;
  bool weak = false;
};

// Whether what was asked for is there.
enum class Side { kHere, kAway, kOther };
Side side_of(Sign sign);

// What one clause says; a clause ends at punctuation, "and", "or", "but".
struct Clause {
  std::vector<std::string> words;
  bool after_or = false;
};
std::vector<Clause> clauses_of(std::string_view text);

const SignEntry* sign_entry(std::string_view word);

// What the words at `i` say, if anything, and how many they are.
struct SignAt {
  SignEntry entry;
  std::size_t words = 1;
};
std::optional<SignAt> sign_at(const std::vector<std::string>& words, std::size_t i, Verb verb);

struct FoundSign {
  Sign sign;
  bool weak;
};
// All signs of a text, negations applied.
std::vector<FoundSign> signs_in(std::string_view text, Verb verb);

bool is_negation(std::string_view word);
bool is_yes_or_no(std::string_view word);
bool is_store_word(std::string_view word);    // "redis", "table"
bool is_reply_filler(std::string_view word);  // says nothing beside a sign: "the", "returned"

}  // namespace stalemate::model
