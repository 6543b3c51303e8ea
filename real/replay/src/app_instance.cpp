// See app_instance.hpp.
#include "app_instance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app_child.hpp"
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

Driver& AppInstance::idle_driver(int session, const DriverPlace& place) {
  for (auto driver = drivers_.begin(); driver != drivers_.end();) {
    const auto next = std::next(driver);
    const bool fits = driver->server == place.server && driver->watches == place.watches && !driver->is_busy;
    // Of the same name may be another server in every trace.
    const bool is_of_no_use = driver->is_broken || driver->epoch != place.epoch || driver->product != place.product;
    if (fits && is_of_no_use) {
      close(*driver);
    } else if (fits && driver->session == session) {
      return *driver;
    }
    driver = next;
  }
  return open(session, place);
}

Driver& AppInstance::open(int session, const DriverPlace& place) {
  Driver& driver = drivers_.emplace_back();
  driver.number = ++last_driver_;
  driver.session = session;
  driver.server = place.server;
  driver.product = place.product;
  driver.epoch = place.epoch;
  driver.watches = place.watches;
  tell(driver, {{"open", place.product},
                {"server", place.server},
                {"address", place.address},
                {"area", place.area},
                {"mapping", place.mapping}});
  const std::optional<json> told = answer(driver, place.timeout);
  if (!told)
    throw EnvironmentError(
        fmt::format("{}: app instance {} cannot connect in time; check what holds it up, then replay again",
                    place.called, number_));
  if (told->contains("failed")) throw EnvironmentError(told->at("failed").get<std::string>());
  if (place.proxy == nullptr) return driver;
  driver.link = place.proxy->link(told->at("opened").get<int>(), place.timeout);
  driver.link->hold();
  return driver;
}

void AppInstance::run(Driver& driver, const Wanted& wanted, Link::Milliseconds patience) {
  json command = to_json(wanted);
  command["patience_ms"] = patience.count();
  driver.is_busy = true;
  tell(driver, std::move(command));
}

json AppInstance::order(Driver& driver, json command, Link::Milliseconds timeout) {
  tell(driver, std::move(command));
  const std::optional<json> told = answer(driver, timeout);
  if (!told)
    throw EnvironmentError(
        fmt::format("app instance {} does not answer; check what holds it up, then replay again", number_));
  if (told->contains("failed")) throw EnvironmentError(told->at("failed").get<std::string>());
  return *told;
}

std::optional<DriversReport> AppInstance::wait(Driver& driver, Link::Milliseconds timeout) {
  const std::optional<json> told = answer(driver, timeout);
  if (!told) return {};
  driver.is_busy = false;
  DriversReport report;
  if (told->contains("failed")) {
    driver.is_broken = true;
    told->at("failed").get_to(report.failed);
    told->at("saw").get_to(report.saw);
    return report;
  }
  report.answer = answer_of(*told);
  return report;
}

void AppInstance::close(Driver& driver) {
  if (driver.link) driver.link->cut();  // a driver that still waits waits no more
  tell(driver, {{"close", true}});
  const int number = driver.number;
  early_.remove_if([number](const json& told) { return told.at("driver") == number; });
  drivers_.remove_if([number](const Driver& one) { return one.number == number; });
}

void AppInstance::close_all(const std::string& server) {
  for (auto driver = drivers_.begin(); driver != drivers_.end();) {
    const auto next = std::next(driver);
    if (driver->server == server) close(*driver);
    driver = next;
  }
}

void AppInstance::tell(const Driver& driver, json command) const {
  command["driver"] = driver.number;
  if (!app_.channel.send(command.dump())) throw_ended();
}

std::optional<json> AppInstance::answer(const Driver& driver, Link::Milliseconds timeout) {
  constexpr Link::Milliseconds kLookUp(200);
  const Clock::time_point until = Clock::now() + timeout;
  for (;;) {
    const auto told =
        std::find_if(early_.begin(), early_.end(), [&](const json& one) { return one.at("driver") == driver.number; });
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
    const int number = one.at("driver");
    // Of a driver that was closed, nobody wants to know.
    if (std::any_of(drivers_.begin(), drivers_.end(), [&](const Driver& open) { return open.number == number; })) {
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
