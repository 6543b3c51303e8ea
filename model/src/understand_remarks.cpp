// What can only be said of a request when the whole operation is known: what comes after it. Changes the reading, never
// the protocol.
#include <algorithm>

#include "source_text.hpp"
#include "understand_steps.hpp"

namespace stalemate::model {

void StepWalk::remark_on(Segment& segment, const std::vector<Act>& body, bool followed) {
  for (std::size_t i = 0; i < body.size(); ++i) {
    const auto happens = [](const Act& act) { return !std::holds_alternative<Guard>(act.node); };
    const auto after = body.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    const bool goes_on = followed || std::any_of(after, body.end(), happens);
    if (const auto* request = std::get_if<Request>(&body[i].node)) {
      if (!goes_on || segment.silent_gets.count(request->arrow) == 0) continue;
      reading_.also_assumed(segment.line_of_arrow.at(request->arrow),
                            "no reply is drawn: what follows happens on a hit and on a miss; draw cache-->>app: miss "
                            "to say otherwise");
    } else if (const auto* answer = std::get_if<Acknowledge>(&body[i].node)) {
      segment.answers.push_back({segment.line_of_arrow.at(answer->arrow), goes_on});
    } else if (const auto* choice = std::get_if<Choice>(&body[i].node)) {
      for (const Branch& branch : choice->branches) {
        remark_on(segment, branch.body, goes_on && !branch.ends_operation);
      }
    }
  }
}

}  // namespace stalemate::model
