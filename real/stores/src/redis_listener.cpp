// Who listens to what is published in an area, over a connection of its own.
#include <hiredis/hiredis.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "redis_area.hpp"
#include "redis_connection.hpp"
#include "redis_verbs.hpp"
#include "stores/listener.hpp"
#include "stores/text.hpp"

namespace stalemate::real {

using redis::Connection;
using redis::Reply;
using redis::text_of;

namespace {

class RedisListener : public Listener {
 public:
  struct Message {
    int app = 0;
    std::string product;
  };

  // `heard`: and not taken yet.
  RedisListener(const RedisAddress& address, const Area& area, std::vector<Message> heard)
      : connection_(address, Purpose::kWork), heard_(std::move(heard)) {
    connection_.name(area.client);
    connection_.execute({"SUBSCRIBE", area.prefix + std::string(kChannel)});
  }

  void hear(const std::string& product, int own) override {
    const auto is_it = [&](const Message& message) { return message.product == product && message.app != own; };
    for (;;) {
      const auto heard = std::find_if(heard_.begin(), heard_.end(), is_it);
      if (heard != heard_.end()) {
        heard_.erase(heard);
        return;
      }
      take_next();
    }
  }

  // All that has come. REQUIRES: its Redis is gone.
  std::vector<Message> last_words() {
    try {
      for (;;) take_next();
    } catch (const NoAnswer&) {
      return std::move(heard_);
    }
  }

 private:
  void take_next() {
    const Reply push = connection_.next();
    if (push->type != REDIS_REPLY_ARRAY || push->elements != 3) connection_.throw_strange("SUBSCRIBE");
    const std::string text = text_of(*push->element[2]);
    const std::size_t space = std::min(text.find(' '), text.size());
    heard_.push_back({static_cast<int>(whole_number(text.substr(0, space)).value_or(0)), text.substr(space + 1)});
  }

  Connection connection_;
  std::vector<Message> heard_;
};

}  // namespace

std::unique_ptr<Listener> listen_to_redis(const RedisAddress& address, const WorkArea& area,
                                          std::unique_ptr<Listener> former) {
  std::vector<RedisListener::Message> heard;
  if (auto* const one = dynamic_cast<RedisListener*>(former.get())) heard = one->last_words();
  return std::make_unique<RedisListener>(address, Area(area.run), std::move(heard));
}

}  // namespace stalemate::real
