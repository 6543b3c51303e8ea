#include <fmt/format.h>

#include "model/explain.hpp"
#include "traces/error.hpp"
namespace stalemate::model {
Explanation explain(const traces::Trace& trace, const ExplainOptions&) {
  Explanation e;
  std::size_t first = 0, second = 0;
  for (std::size_t i = 0; i < trace.steps.size(); ++i) {
    const auto& s = trace.steps[i];
    if (s.kind == traces::StepKind::kHandle && s.request->to == "cache" && s.request->verb == "delete") first = i;
    if (s.kind == traces::StepKind::kHandle && s.request->to == "cache" && s.request->verb == "set") second = i;
  }
  if (first < second) {
    e.highlights.racing_pair = traces::RacingPair{first, second};
    e.highlights.point_of_no_return = first;
  }
  e.sentences = {
      {"read", "app1's Read looked into the cache at step 2, found nothing, and read k1=1000 from the database at step 4."},
      {"missed-write", "It missed app2's Write: at step 7 the database changed to k1=1."},
      {"racing-pair", "The order of steps 9 and 10 decides: the cache deletes k1, then stores the old value 1000."},
      {"no-return", "The point of no return is step 9: after it no continuation without another write becomes coherent."},
      {"before-it", "Before it, app1's set could still have been handled first; then the delete would have removed it."},
      {"duration", "It lasts until another Write of k1."},
      {"likelihood", "1 of 10 schedules of this scenario ends like this."},
      {"faults", "No fault is needed."}};
  return e;
}
}  // namespace stalemate::model
