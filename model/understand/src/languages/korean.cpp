// Korean.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"캐시", "cache"},
    {"조회", "get"},
};

}  // namespace

const Language kKorean = {"ko", "Korean", false, true, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
