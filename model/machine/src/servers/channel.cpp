// A channel: what is published there goes on to every app instance that is up, at once and at most once to each; the
// caches there keep what is on its way to them (servers/cache.cpp). The channel itself keeps nothing.
#include "base/invariant.hpp"
#include "machine/server.hpp"

namespace stalemate::model {
namespace {

class Channel final : public Server {
 public:
  explicit Channel(const Place& place) : Server(place, 0, 0) {}

  Held held(StateView, std::size_t) const override { return {}; }
  bool has_versions(std::size_t) const override { return false; }
  Answer peek(StateView, const Query& query) const override {
    STALEMATE_INVARIANT(query.instruction.verb == Verb::kPublish, "a channel is asked to publish");
    return {};
  }
  void carry_out(const ServerStep&, const Query&, const Answer&) const override {}
  Touches touches(const Instruction&) const override { return {}; }
};

}  // namespace

std::unique_ptr<const Server> channel(const Place& place, const ServerSetting&) {
  return std::make_unique<Channel>(place);
}

}  // namespace stalemate::model
