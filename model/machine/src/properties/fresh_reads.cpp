// fresh-reads: a read invoked after a write was acknowledged returns that write's value or a newer one.
#include "applying.hpp"
#include "freshness.hpp"

namespace stalemate::model {

PropertyKind fresh_reads() {
  return {
      .name = "fresh-reads",
      .claim = "a read invoked after a write was acknowledged returns that write or a newer one",
      .antecedent = "a read invoked after an acknowledged write",
      .applies = reads_and_writes,
      .hears_events = true,
      .says_something =
          [](const Scenario& scenario) {
            // A read among the first operations is invoked before any write where all of them are.
            for (const Session& session : scenario.sessions) {
              for (std::size_t i = scenario.all_invoked ? 1 : 0; i < session.operations.size(); ++i) {
                if (session.operations[i].kind == OperationKind::kRead) return true;
              }
            }
            return false;
          },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_freshness(setting, WhoseWrites::kEverybodys);
      },
  };
}

}  // namespace stalemate::model
