// What a label says that the new value is made of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace stalemate::model {

enum class MadeOf {
  kItself,       // a value of its own, as far as the label says
  kWhatIsThere,  // "n = n + 1": the server changes what it has
  kWhatWasRead,  // "the n that was read plus 1": the app changes what it received
  kSeveral,      // one column so, another otherwise
};
// REQUIRES: it asks for something to be stored; `words` are its own.
MadeOf made_of(std::string_view label, const std::vector<std::string>& words);

}  // namespace stalemate::model
