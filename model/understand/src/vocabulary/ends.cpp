// Remarks by which an operation ends where they stand, or leaves out what follows: "return early", "nothing to
// invalidate".
#include "vocabulary/signs.hpp"
#include "vocabulary/vocabulary.hpp"

namespace stalemate::model {
namespace {

// With which a remark says that the operation ends, or that what follows is left out.
constexpr std::string_view kEnds[] = {
    "return",   "returns",  "returned", "returning", "abort",     "aborts",     "aborted",  "throw",     "throws",
    "thrown",   "raise",    "raises",   "rethrow",   "stop",      "stops",      "stopped",  "quit",      "quits",
    "exit",     "exits",    "bail",     "bails",     "skip",      "skips",      "skipped",  "skipping",  "done",
    "finish",   "finished", "ends",     "ended",     "terminate", "terminates", "cancel",   "cancels",   "cancelled",
    "canceled", "fail",     "reject",   "rejects",   "early",     "omit",       "omits",    "panic",     "respond",
    "responds", "leave",    "leaves",   "break",     "breaks",    "unwind",     "rejected", "untouched", "unchanged"};
constexpr std::string_view kEndPhrases[] = {"give up",        "gives up",    "leave out",    "the rest",
                                            "end here",       "end of",      "nothing to",   "nothing else",
                                            "nothing more",   "do nothing",  "does nothing", "is over",
                                            "operation over", "that is all", "thats all"};
constexpr std::string_view kGoingOn[] = {"continue", "continues", "continuing", "proceed",
                                         "proceeds", "carry",     "resume"};
constexpr std::string_view kLeftOut[] = {"deletion", "removal", "invalidation", "eviction",  "invalidate", "need",
                                         "needed",   "further", "more",         "necessary", "required"};

}  // namespace

bool says_end(std::string_view text) {
  const std::vector<std::string> words = split_words(text);
  bool ends = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_in(kGoingOn, words[i])) return false;
    const bool is_negated = i > 0 && is_negation(words[i - 1]);
    ends = ends || (is_in(kEnds, words[i]) && !is_negated);
    const bool leaves_out = is_request_verb(words[i]) || is_in(kLeftOut, words[i]);
    const SignEntry* sign = sign_entry(words[i]);
    const bool undone = sign != nullptr && (sign->sign == Sign::kGone || sign->sign == Sign::kOk);
    ends = ends || (is_negated && (leaves_out || undone));
  }
  return ends || !phrase_in(kEndPhrases, words).empty();
}

}  // namespace stalemate::model
