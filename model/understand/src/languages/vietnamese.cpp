// Vietnamese.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"lấy", "get"},
    {"ghi", "set"},
};

}  // namespace

const Language kVietnamese = {"vi", "Vietnamese", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
