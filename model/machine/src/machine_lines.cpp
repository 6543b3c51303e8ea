// M2: over which connections a session's requests go, and so which of them wait for one another.
#include <array>
#include <optional>
#include <utility>

#include "machine/machine.hpp"

namespace stalemate::model {

// Each the first request of its connection; what a server sends itself is on none of a session's.
std::vector<std::size_t> Machine::lines_of(const std::vector<RequestRecord>& requests) const {
  std::vector<std::size_t> lines(requests.size());
  std::array<std::optional<std::size_t>, kServersMax> last{};
  for (std::size_t i = 0; i < requests.size(); ++i) {
    lines[i] = i;
    if (is_by_server(requests[i])) continue;
    std::optional<std::size_t>& before = last.at(program_->instructions[requests[i].instruction].server);
    if (before && !requests[*before].cut && !scenario_.pooled) lines[i] = lines[*before];
    before = i;
  }
  return lines;
}

// What of the session is still under way to that server is on a connection that it uses no more.
void Machine::give_up_connection(Step& step, std::size_t session, ServerId server) const {
  if (!cuts_) return;
  std::vector<RequestRecord> requests = in_slots(step.words, session);
  for (std::size_t i = requests.size(); i-- > 0;) {
    if (is_by_server(requests[i]) || program_->instructions[requests[i].instruction].server != server) continue;
    requests[i].cut = true;
    return put_requests(step.words, sessions_[session].slots, requests);
  }
}

// M3, of a session that sends nothing any more: whether the last connection to a server was given up says nothing.
void Machine::forget_cuts(std::vector<RequestRecord>& requests) const {
  std::array<bool, kServersMax> seen{};
  for (std::size_t i = requests.size(); i-- > 0;) {
    if (is_by_server(requests[i])) continue;
    bool& later = seen.at(program_->instructions[requests[i].instruction].server);
    if (!std::exchange(later, true)) requests[i].cut = false;
  }
}

}  // namespace stalemate::model
