// Portuguese.
#include <iterator>

#include "languages/language.hpp"

namespace stalemate::model {
namespace {

constexpr Phrase kPhrases[] = {
    {"o", "the"},         {"a", "the"},       {"de", "of"},      {"do", "of"},      {"da", "of"},
    {"no", "in"},         {"na", "in"},       {"não", "not"},    {"busca*", "get"}, {"guarda*", "set"},
    {"apaga*", "delete"}, {"vazio", "empty"}, {"linha*", "row"}, {"feito", "done"},
};

}  // namespace

const Language kPortuguese = {"pt", "Portuguese", true, false, kPhrases, std::size(kPhrases)};

}  // namespace stalemate::model
