// What runs that were killed (SIGKILL) left behind: folders of sandboxes here, schemas and keys in servers that stay.
// Only what bears such a run's mark and whose run is over; what a run that lives works with is not touched.
#pragma once

#include <string>
#include <vector>

#include "wire/servers.hpp"

namespace stalemate::real {

struct Leftovers {
  std::vector<std::string> found;  // "folder /tmp/stalemate-sandbox-71-x2", "schema stalemate_1f at PostgreSQL at h:1"
  std::vector<std::string> kept;   // of those, the ones that are still there, each with the reason where it is known
};

// Lists them, and removes them where `removes`. Throws InputError and EnvironmentError (a URL; a server
// that cannot be asked) before anything is removed there, and Interrupted.
Leftovers clean(const ServerUrls& urls, bool removes);

}  // namespace stalemate::real
