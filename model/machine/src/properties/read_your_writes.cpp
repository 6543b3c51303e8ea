// read-your-writes: a read returns the latest write that was acknowledged in its own session before, or a newer one.
#include "applying.hpp"
#include "freshness.hpp"

namespace stalemate::model {

PropertyKind read_your_writes() {
  return {
      .name = "read-your-writes",
      .claim = "a read returns what its own session wrote and was told is done, or something newer",
      .antecedent = "a read in a session whose write was acknowledged before",
      .applies = reads_and_writes,
      .says_something = [](const Scenario& scenario) { return reads_after(scenario, OperationKind::kWrite); },
      .make = [](const MonitorSetting& setting) -> std::unique_ptr<Monitor> {
        return watch_freshness(setting, WhoseWrites::kOwn);
      },
  };
}

}  // namespace stalemate::model
