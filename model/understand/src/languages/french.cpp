// French.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"lire", "read"},
    {"absent*", "absent"},
};

}  // namespace

const Language kFrench = {"fr", "French", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
