// Spanish.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"leer", "read"},
    {"guarda*", "set"},
};

}  // namespace

const Language kSpanish = {"es", "Spanish", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
