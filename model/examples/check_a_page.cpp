// Checks a page of one's own: is there an order of messages that leaves the cache wrong? Prints the shortest one.
#include <iostream>

#include "model/model.hpp"

namespace model = stalemate::model;
namespace traces = stalemate::traces;

constexpr const char* kPage = R"(
Read

```mermaid
sequenceDiagram
    app->>cache: get value
    cache-->>app: miss
    app->>database: get value
    app->>cache: set value
```

Write

```mermaid
sequenceDiagram
    app->>database: set value
    app->>cache: delete value
```
)";

int main() try {
  const model::Protocol protocol = model::read_protocol(kPage, "page.md", {});
  traces::Scenario scenario;
  scenario.apps = {"read", "write"};  // one app instance each, as --app takes them
  const model::Report report = model::check(protocol, scenario, {});
  std::cout << to_string(report.verdict) << ' ' << report.property << '\n';
  if (report.trace)
    for (const traces::Step& step : report.trace->steps)
      std::cout << "  " << model::step_name(*report.trace, step) << '\n';
  return 0;
} catch (const stalemate::InputError& error) {
  std::cerr << error.what() << '\n';
  return 2;
}
