// See director.hpp. What is in the process of an app instance: its caches, and who listens there to what is published.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "director.hpp"

namespace stalemate::real {

int Director::app_of(const std::string& store) const {
  const traces::Store* const found = traces::find_store(trace_.stores, store);
  return found == nullptr ? 0 : found->app;
}

nlohmann::json Director::order(const std::string& store, nlohmann::json command) {
  AppInstance& app = scene_.app(app_of(store));
  const DriverPlace place = Scene::place_in_process(store);
  return app.order(app.idle_driver(0, place), std::move(command), place.timeout);
}

// The process is new, or has been asked by traces before.
void Director::begin_app(int app) {
  for (const traces::Store& store : trace_.stores) {
    if (store.app == app) {
      nlohmann::json entries = nlohmann::json::array();
      const bool is_first = step_number_ == 0;
      for (const traces::Entry& entry : entries_of(trace_.initial, store.name)) {
        if (!entry.value || !is_first) continue;
        entries.push_back({{"name", product_of(entry.key)}, {"value", *entry.value}});
        if (entry.expires) entries.back()["ttl"] = kTimeToLiveMore;
      }
      order(store.name, {{"entries", "fill"}, {"with", entries}});
    }
  }
  const bool has_cache =
      std::any_of(trace_.stores.begin(), trace_.stores.end(), [app](const auto& one) { return one.app == app; });
  const std::string teller = who_tells();
  if (!has_cache || teller.empty()) return;
  const DriverPlace place = scene_.listeners_place(teller);
  scene_.app(app).close_all(place.server);  // what was said in traces before was said to them
  scene_.app(app).idle_driver(0, place);
}

// Who has listened to a Redis that is gone listens to the one that stands there now. `cache`: what it was, too.
void Director::listen_anew(const std::string& cache) {
  const std::string teller = who_tells();
  if (teller.empty() || !stand_together(teller, cache)) return;
  const DriverPlace place = scene_.listeners_place(teller);
  std::set<int> apps;
  for (const traces::Store& store : trace_.stores)
    if (store.app != 0 && scene_.is_alive(store.app)) apps.insert(store.app);
  for (const int app : apps)
    scene_.app(app).order(scene_.app(app).idle_driver(0, place),
                          {{"open", place.product},
                           {"server", place.server},
                           {"address", place.address},
                           {"area", place.area},
                           {"mapping", place.mapping}},
                          place.timeout);
}

// The channel, or the database that tells of itself; "" where nobody does.
std::string Director::who_tells() const {
  for (const traces::Store& store : trace_.stores)
    if (store.kind == "channel" || (scene_.shapes().tells && store.kind == "database")) return store.name;
  return "";
}

std::string Director::call(const traces::Step& step) {
  if (!step.request || app_of(step.request->to) != step.app) refuse("it asks no cache in its own process");
  AppInstance& app = scene_.app(step.app);
  const DriverPlace place = Scene::place_in_process(step.request->to);
  Driver& driver = app.idle_driver(step.session, place);
  app.run(driver, wanted_by(id_of(step), *step.request), place.timeout);
  const std::optional<DriversReport> report = app.wait(driver, place.timeout);
  if (!report || !report->failed.empty())
    throw EnvironmentError(report ? report->failed
                                  : fmt::format("app instance {} does not answer; replay again", step.app));
  if (step.reply) compare(*step.reply, report->answer);
  remember(step, *step.request, report->answer);
  return text_of(report->answer);
}

// A process that is gone hears nothing.
std::string Director::deliver(const traces::Step& step) {
  const int app = app_of(step.store);
  if (app == 0) refuse(fmt::format("the {} is in no process that hears anything", step.store));
  if (!scene_.is_alive(app)) return "nobody is there to hear it";
  const std::string teller = who_tells();
  if (teller.empty()) refuse("nothing is published anywhere");
  const DriverPlace place = scene_.listeners_place(teller);
  const bool is_lost = step.kind == traces::StepKind::kLoseDelivery;
  nlohmann::json drop_in = nlohmann::json::array();
  if (!is_lost) drop_in.push_back(step.store);
  AppInstance& instance = scene_.app(app);
  instance.order(instance.idle_driver(0, place), {{"hear", product_of(step.key)}, {"own", app}, {"drop_in", drop_in}},
                 place.timeout);
  return is_lost ? "thrown away unheard" : "heard";
}

// While nothing of it is under way.
std::string Director::restart_app(const traces::Step& step) {
  const int app = app_of(step.store);
  if (app == 0) refuse(fmt::format("the {} is in no process", step.store));
  scene_.kill_app(app);
  begin_app(app);
  return "killed and started again";
}

std::vector<StoredValue> Director::contents_of(const traces::Store& store) {
  if (store.app == 0) return scene_.at(store.name).store().contents();
  std::vector<StoredValue> contents;
  if (!scene_.is_alive(store.app)) return contents;
  const nlohmann::json held = order(store.name, {{"entries", "contents"}});
  for (const nlohmann::json& one : held.at("held")) {
    StoredValue& stored = contents.emplace_back();
    stored.name = one.at("name");
    if (one.contains("value")) stored.value = one.at("value").get<std::int64_t>();
    stored.marker = one.at("marker");
    stored.stale = one.at("stale");
    stored.lease = one.at("lease");
  }
  return contents;
}

}  // namespace stalemate::real
