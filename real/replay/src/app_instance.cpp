// See app_instance.hpp.
#include "app_instance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "os/signals.hpp"

namespace stalemate::real {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

AppInstance::AppInstance(AppHost& host, int number) : host_(host), number_(number), app_(host.start()) {}

AppInstance::~AppInstance() {
  try {
    host_.kill(app_.pid);
  } catch (const EnvironmentError&) {
    app_.channel.close();  // the host is dead: so are its children, by the kernel's hand
  }
}

Lane& AppInstance::idle_lane(int session, const LanePlace& place) {
  for (auto lane = lanes_.begin(); lane != lanes_.end();) {
    const auto next = std::next(lane);
    const bool fits = lane->server == place.server && !lane->is_busy;
    if (fits && (lane->is_broken || lane->epoch != place.epoch)) {
      close(*lane);
    } else if (fits && lane->session == session) {
      return *lane;
    }
    lane = next;
  }
  return open(session, place);
}

Lane& AppInstance::open(int session, const LanePlace& place) {
  Lane& lane = lanes_.emplace_back();
  lane.number = ++last_lane_;
  lane.session = session;
  lane.server = place.server;
  lane.epoch = place.epoch;
  tell(lane, {{"open", place.server}, {"address", place.address}, {"area", place.area}, {"mapping", place.mapping}});
  const std::optional<json> told = answer(lane, place.timeout);
  if (!told)
    throw EnvironmentError(
        fmt::format("{}: app instance {} cannot connect in time; check what holds it up, then replay again",
                    place.called, number_));
  if (told->contains("failed")) throw EnvironmentError(told->at("failed").get<std::string>());
  lane.link = place.proxy->link(told->at("opened").get<int>(), place.timeout);
  if (!lane.link) throw EnvironmentError("the proxy does not know a connection that was made through it");
  lane.link->hold();
  return lane;
}

void AppInstance::run(Lane& lane, const traces::Request& request, const std::string& product,
                      Link::Milliseconds patience) {
  json command = {{"run", request.verb}, {"product", product}, {"patience_ms", patience.count()}};
  if (request.value) command["value"] = *request.value;
  if (request.ttl) command["ttl"] = *request.ttl;
  lane.is_busy = true;
  tell(lane, std::move(command));
}

std::optional<DriversReport> AppInstance::wait(Lane& lane, Link::Milliseconds timeout) {
  const std::optional<json> told = answer(lane, timeout);
  if (!told) return {};
  lane.is_busy = false;
  DriversReport report;
  if (told->contains("failed")) {
    lane.is_broken = true;
    told->at("failed").get_to(report.failed);
    told->at("saw").get_to(report.saw);
    return report;
  }
  told->at("outcome").get_to(report.answer.reply.outcome);
  told->at("error").get_to(report.answer.error);
  if (told->contains("value")) report.answer.reply.value = told->at("value").get<std::int64_t>();
  return report;
}

void AppInstance::close(Lane& lane) {
  if (lane.link) lane.link->cut();  // a driver that still waits waits no more
  tell(lane, {{"close", true}});
  const int number = lane.number;
  early_.remove_if([number](const json& told) { return told.at("lane") == number; });
  lanes_.remove_if([number](const Lane& one) { return one.number == number; });
}

void AppInstance::tell(const Lane& lane, json command) const {
  command["lane"] = lane.number;
  if (!app_.channel.send(command.dump())) throw_ended();
}

std::optional<json> AppInstance::answer(const Lane& lane, Link::Milliseconds timeout) {
  constexpr Link::Milliseconds kLookUp(200);
  const Clock::time_point until = Clock::now() + timeout;
  for (;;) {
    const auto told =
        std::find_if(early_.begin(), early_.end(), [&](const json& one) { return one.at("lane") == lane.number; });
    if (told != early_.end()) {
      json found = std::move(*told);
      early_.erase(told);
      return found;
    }
    throw_if_stopped();
    const auto left = std::chrono::duration_cast<Link::Milliseconds>(until - Clock::now());
    if (left.count() < 0) return {};
    const Channel::Incoming incoming = app_.channel.receive(static_cast<int>(std::min(left, kLookUp).count()));
    if (incoming.what == Channel::Incoming::What::kEnd) throw_ended();
    if (incoming.what != Channel::Incoming::What::kMessage) continue;
    json one = json::parse(incoming.text);
    const int number = one.at("lane");
    // Of a lane that was closed, nobody wants to know.
    if (std::any_of(lanes_.begin(), lanes_.end(), [&](const Lane& open) { return open.number == number; })) {
      early_.push_back(std::move(one));
    }
  }
}

void AppInstance::throw_ended() const {
  throw_if_stopped();
  throw EnvironmentError(fmt::format(
      "app instance {} (process {}) has ended unasked; check what killed it, then replay again", number_, app_.pid));
}

}  // namespace stalemate::real
