// Russian.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"кэш*", "cache"},
    {"обнов*", "update"},
};

}  // namespace

const Language kRussian = {"ru", "Russian", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
