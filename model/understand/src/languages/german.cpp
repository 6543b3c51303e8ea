// German.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"lesen", "read"},
    {"nicht", "not"},
};

}  // namespace

const Language kGerman = {"de", "German", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
