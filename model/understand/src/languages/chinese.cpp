// Chinese.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"缓存", "cache"},
    {"查询", "get"},
};

}  // namespace

const Language kChinese = {"zh", "Chinese", false, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
