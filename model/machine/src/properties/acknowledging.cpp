#include "acknowledging.hpp"

namespace stalemate::model {

void Acknowledging::hear(const Event& event, StateRef words) const {
  const std::size_t s = event.session;
  switch (event.kind) {
    case EventKind::kWriteAsked:
      if (event.awaited)
        stand(s, kInDoubt, words);
      else if (get(words, standing_[s]) == kNothing)
        stand(s, kWritten, words);
      return;
    case EventKind::kWriteAnswered:
      return stand(s, kWritten, words);
    case EventKind::kWriteInDoubt:
      return stand(s, kInDoubt, words);
    case EventKind::kEnded:
      return stand(s, kNothing, words);
    default:
      return;
  }
}

bool Acknowledging::acknowledges(const Event& told, StateView words) const {
  if (told.operation != OperationKind::kWrite) return false;
  const std::uint64_t standing = get(words, standing_[told.session]);
  return standing == kWritten || (tells_early_ && standing == kNothing && told.write_stands_behind);
}

}  // namespace stalemate::model
