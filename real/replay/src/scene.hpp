// What stays between the replays of a stage: stores with their areas and proxies, and app instances. Knows servers, not
// traces: director.hpp decides when.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "app_host.hpp"
#include "app_instance.hpp"
#include "replay/stage.hpp"
#include "scene_store.hpp"
#include "stores/work_area.hpp"
#include "traces/trace.hpp"
#include "wire/servers.hpp"

namespace stalemate::real {

class Scene {
 public:
  // `area`: its run is made here. Connects to the database, whatever traces come.
  Scene(const Servers& servers, std::shared_ptr<AppHost> host, WorkArea area);

  // For the next trace, which has these stores, this server as its cache, and needs this of them. Throws InputError
  // where it has more of a kind than there are servers.
  void set(const std::vector<traces::Store>& stores, traces::CacheServer cache, const Shapes& shapes);
  const Shapes& shapes() const { return shapes_; }
  const model::Mapping* mapping() const { return area_.mapping.get(); }  // null: the tutorial's table and keys
  const std::vector<std::string>& names() const { return area_.names; }

  // The store of that name; null where the trace has none. at() REQUIRES that it has.
  SceneStore* find(const std::string& store);
  SceneStore& at(const std::string& store);
  // Where an app instance connects to it.
  DriverPlace place(const std::string& store);
  // How long the director waits for an answer: a little longer than the driver, which says best what is wrong.
  Link::Milliseconds timeout(const std::string& store);

  // Where the sessions of an app instance find a cache in its process; where it listens to a channel or a database.
  static DriverPlace place_in_process(const std::string& store);
  DriverPlace listeners_place(const std::string& store);

  AppInstance& app(int number);
  bool is_alive(int number) const { return apps_.contains(number); }
  void kill_app(int number) { apps_.erase(number); }
  void kill_apps() { apps_.clear(); }

  // See Stage::close().
  std::string clean_up(const Silence& silence = {});

 private:
  struct Standing {
    std::string kind;  // of server, as in kMakers
    std::unique_ptr<SceneStore> store;
  };
  // Stands it there, if it is not yet.
  SceneStore& of_kind(std::string_view kind);

  Servers servers_;
  WorkArea area_;
  std::shared_ptr<AppHost> host_;
  Shapes shapes_;
  std::vector<Standing> standing_;  // of all traces so far: what is in them is still to be removed
  std::map<std::string, SceneStore*> named_;
  std::set<std::string> channels_;
  std::map<int, AppInstance> apps_;  // after the proxies that their connections pass
};

}  // namespace stalemate::real
