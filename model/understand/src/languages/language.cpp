// See language.hpp. A text is first made compatible (NFKC: full-width brackets become plain ones, accents join their
// letters), then read from left to right; at each place the longest phrase that fits is taken.
#include "languages/language.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "base/text.hpp"
#include "languages/matching.hpp"
#include "languages/normalized.hpp"
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

constexpr std::size_t kPhrasesTellMin = 2;

// Phrases that English has, too, with another meaning ("lecture", "place") or the same: they tell no language.
constexpr std::string_view kEnglishToo =
    "|a|ab|actual|admin|administrator|al|alerte|alles|also|alte|alter|am|an|api|app|applikation|art|as|at|avant|"
    "avis|bail|base|bei|bien|cache|cacher|car|cas|caso|casos|ce|changer|charge|cheque|cho|client|com|come|commit|"
    "con|consulter|copia|courant|creation|d|da|dans|das|data|date|de|define|del|den|depot|der|des|dia|die|"
    "diffuse|do|dos|du|e|ein|eine|el|en|enfile|error|errors|es|estado|et|expiration|fait|fall|falls|faux|fila|"
    "fin|final|fixe|fixer|flux|fragt|gast|get|gibt es|grave|gut|hat|hay|hit|hole|hora|i|ignore|im|in|"
    "inaccessible*|ins|insertion|is|journal|khi|kho|l|la|lade|le|lecture*|legt|les|lies|ligne|lis|list|liste|lit|"
    "local|lock|logo|man|mas|me|message|met|mete|meter|minuten|mira|miss|mit|modification|modifier|muda|n|nach|"
    "nada|nas|ne|no|no cache|non|normal|note|notification|nova|nul|nulle|nun|o|of|ok|on|once|or|order|orders|os|"
    "oui|page|par|per|persiste|persister|place|placer|plus|popula|popular|pour|premier|primer|programm|proxy|"
    "puis|pula|purger|put|que|ra|range|ranger|redis|remover|rend|replica|responder|rest|retire|ruta|sai|salva|"
    "salve|sans|sau|scenario|seite|sem|ser|server|service|set|seta|si|sim|sin|so|solo|son|status|suppression|sur|"
    "table|tan|text|theo|to|todo|toma|total|trang|transaction|trong|u|un|und|value|ver|version|vide|vider|von|"
    "war|was|web|weg|wert|will|worker|y|";

bool is_english_too(std::string_view phrase) {
  return kEnglishToo.find("|" + std::string(phrase) + "|") != std::string_view::npos;
}

// Where words stand apart, "brot:3" goes on.
bool ends_clause(const Piece& piece, bool spaced) {
  constexpr std::string_view kJoins[] = {"and", "or", "then", "but"};
  if (piece.is_word) return piece.translated && is_in(kJoins, piece.text.substr(piece.text.rfind(' ') + 1));
  if (spaced && (piece.text == ":" || piece.text == "." || piece.text == "/")) return false;
  return piece.text.find_first_of(",.;:?!()[]/|+>\"\n") != std::string::npos;
}

bool asks(const Piece& piece) {
  if (!piece.translated || piece.text.empty()) return false;
  const std::string first = piece.text.substr(0, piece.text.find(' '));
  return is_request_verb(first) || piece.text == "look up";
}

// Where a clause ends with what it asks, that goes before the rest of it; where words stand apart, not past a negation:
// "Cache nicht leeren".
void put_verbs_first(std::vector<Piece>& pieces, bool spaced) {
  for (std::size_t begin = 0; begin < pieces.size();) {
    std::size_t end = begin;
    while (end < pieces.size() && !ends_clause(pieces[end], spaced)) ++end;
    std::size_t last = end;
    while (last > begin && (!pieces[last - 1].is_word || pieces[last - 1].text.empty())) --last;
    std::size_t first = begin;
    while (first < end && (!pieces[first].is_word || pieces[first].text.empty())) ++first;
    const bool negated = spaced && std::any_of(pieces.begin() + static_cast<std::ptrdiff_t>(begin),
                                               pieces.begin() + static_cast<std::ptrdiff_t>(end),
                                               [](const Piece& piece) { return is_negation(piece.text); });
    const bool first_leads = spaced && first < end && asks(pieces[first]);
    if (last > first + 1 && !negated && asks(pieces[last - 1]) && !first_leads) {
      std::rotate(pieces.begin() + static_cast<std::ptrdiff_t>(first),
                  pieces.begin() + static_cast<std::ptrdiff_t>(last) - 1,
                  pieces.begin() + static_cast<std::ptrdiff_t>(last));
    }
    begin = end + 1;
  }
}

// In one text, with a space on each side of what was put into English; where words stand apart, only between words.
std::string joined(const std::vector<Piece>& pieces, bool spaced) {
  std::string text;
  bool apart = false;
  for (const Piece& piece : pieces) {
    if (spaced && piece.text == " " && (text.empty() || text.back() == ' ')) continue;
    if (piece.text.empty()) {
      apart = apart || piece.translated;
      continue;
    }
    const bool space = (apart || piece.translated) && !text.empty() && text.back() != ' ' && piece.is_word &&
                       (!spaced || is_word_byte(text.back()));
    if (space) text += ' ';
    text += piece.text;
    apart = piece.translated;
  }
  return std::string(trim(text));
}

}  // namespace

const std::vector<const Language*>& languages() {
  static const std::vector<const Language*> kLanguages = {&kChinese,    &kFrench,  &kGerman,  &kJapanese,  &kKorean,
                                                          &kPortuguese, &kRussian, &kSpanish, &kVietnamese};
  return kLanguages;
}

const Language* language_of(const std::vector<std::string_view>& texts) {
  const Language* best = nullptr;
  std::size_t most = kPhrasesTellMin - 1;
  std::vector<std::vector<Piece>> pieces;
  std::vector<std::string> beyond_ascii;
  for (const std::string_view text : texts) {
    const std::string plain = normalized_text(text);
    pieces.push_back(pieces_of(plain));
    if (!is_ascii(plain)) beyond_ascii.push_back(plain);
  }
  for (const Language* language : languages()) {
    std::vector<const Phrase*> found;
    if (language->spaced) {
      for (const std::vector<Piece>& each : pieces) find_phrases(each, *language, found);
    } else {
      for (const std::string& text : beyond_ascii) find_phrases(text, *language, found);
    }
    std::size_t bytes = 0;  // of the phrases that were found: a longer one tells more
    std::set<std::string_view> said;
    for (const Phrase* phrase : found) {
      if (phrase->said == phrase->english || is_english_too(phrase->said)) continue;
      said.insert(phrase->said);
      bytes += phrase->said.size();
    }
    if (said.size() < kPhrasesTellMin || bytes <= most) continue;
    best = language;
    most = bytes;
  }
  return best;
}

std::string in_english(std::string_view text, const Language* language) {
  if (language == nullptr) return std::string(text);
  std::vector<Piece> pieces = in_pieces(normalized_text(text), *language);
  if (language->verb_last) put_verbs_first(pieces, language->spaced);
  return joined(pieces, language->spaced);
}

}  // namespace stalemate::model
