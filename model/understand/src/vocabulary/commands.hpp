// What the readings of commands have in common: a label taken apart at its spaces, and the request that one asks for.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {

// Without the brackets, commas and colons around them.
std::vector<std::string> tokens_in(std::string_view label);
// Without "EX 30" and the like, which time_to_live() reads.
std::vector<std::string> without_expiry(const std::vector<std::string>& tokens);
bool is_plainly_a_key(const std::string& token);  // "product:1"
// Whether each word of the tokens from `first` on is in the table.
template <typename Table>
bool are_all_in(const Table& table, const std::vector<std::string>& tokens, std::size_t first) {
  for (std::size_t i = first; i < tokens.size(); ++i)
    for (const std::string& word : split_words(tokens[i]))
      if (!is_in(table, word)) return false;
  return true;
}
// The request of a verb about a key; `inner` is its command alone. Its time to live is read from the label.
RequestWords command_about(Verb verb, const std::string& key, std::string_view label, std::string inner);

// Whether it says that several things are done in one step.
bool says_at_once(const std::vector<std::string>& words);
inline constexpr std::string_view kTakenAtOnce =
    "that it looks and stores in one step, as a script does; two steps are two arrows";

// About generations: numbers that are counted up whenever what is cached is not to be relied on any more, and without
// whose being as it was nothing is stored. None where a label asks for nothing of the kind.
std::optional<RequestWords> generation_request(std::string_view label, const std::vector<std::string>& tokens);
// About leases: a get that takes one where nothing is, or something stale; a set with one; what marks as stale.
// REQUIRES: the label names a key.
std::optional<RequestWords> lease_request(std::string_view label, const std::vector<std::string>& tokens);

}  // namespace stalemate::model
