// Japanese.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"キャッシュ", "cache"},
    {"取得", "get"},
};

}  // namespace

const Language kJapanese = {"ja", "Japanese", false, true, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
