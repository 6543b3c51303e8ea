// The generators of random pages.
#include "ask/random_page.hpp"

#include <tuple>
#include <vector>

#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

rc::Gen<std::string> random_arrow(OperationKind kind) {
  const std::string miss = "cache-->>app: Does not exist\n";
  if (kind == OperationKind::kRead)
    return rc::gen::weightedElement<std::string>(
        {{6, "app->>cache: Get value\n"},
         {6, "app->>cache: Get value\n" + miss},
         {2, "app->>cache: Get value\ncache-->>app: Value\n"},
         {8, "app->>database: Get value\n"},
         {2, "app->>database: Get value\ndatabase-->>app: Value\n"},
         {8, "app->>cache: Set value\n"},
         {2, "app->>cache: Set value, TTL 60\n"},
         {4, "app->>cache: Set value if absent\n"},
         {2, "app->>cache: Set value if absent\ncache-->>app: already there\n"},
         {3, "app-)cache: Set value\n"},
         {2, "app-)cache: Delete value\n"},
         {2, "app->>cache: Delete value\n"},
         {1, "app-xcache: Set value\n"},
         {1, "app-xcache: Get value\n"},
         {1, "app-xdatabase: Get value\n"},
         {1, "app->>database: Set value\n"},
         {2, "app-->>user: done\n"}});
  return rc::gen::weightedElement<std::string>({{8, "app->>database: Set value\n"},
                                                {2, "app-)database: Set value\n"},
                                                {1, "app-xdatabase: Set value\n"},
                                                {1, "app->>database: Get value\n"},
                                                {6, "app->>cache: Delete value\n"},
                                                {5, "app->>cache: Set value\n"},
                                                {1, "app->>cache: Set value, TTL 60\n"},
                                                {2, "app->>cache: Set value if absent\n"},
                                                {1, "app->>cache: Set value if absent\ncache-->>app: already there\n"},
                                                {3, "app-)cache: Delete value\n"},
                                                {2, "app-)cache: Set value\n"},
                                                {1, "app-xcache: Delete value\n"},
                                                {2, "app->>cache: Get value\n"},
                                                {1, "app->>cache: Get value\n" + miss},
                                                {3, "app-->>user: done\n"}});
}

rc::Gen<std::string> random_lines(OperationKind kind, int depth) {
  auto line = random_arrow(kind);
  if (depth > 0) {
    const auto label =
        rc::gen::element<std::string>("miss", "hit", "timeout", "error", "success", "already there", "small", "large");
    using Parts = std::tuple<std::string, std::string, std::string, bool, std::string, std::string>;
    const auto block = rc::gen::map(
        rc::gen::tuple(rc::gen::element<std::string>("alt", "alt", "opt", "break"), label,
                       random_lines(kind, depth - 1), rc::gen::arbitrary<bool>(),
                       rc::gen::oneOf(label, rc::gen::just<std::string>("")), random_lines(kind, depth - 1)),
        [](const Parts& parts) {
          const auto& [word, first, body, has_else, second, other] = parts;
          std::string text = word + " " + first + "\n" + body;
          if (word == "alt" && has_else) text += "else " + second + "\n" + other;
          return text + "end\n";
        });
    line = rc::gen::weightedOneOf<std::string>({{5, line}, {1, block}});
  }
  return rc::gen::map(
      rc::gen::resize(depth > 1 ? 5 : 3, rc::gen::nonEmpty(rc::gen::container<std::vector<std::string>>(line))),
      [](const std::vector<std::string>& all) {
        std::string text;
        for (const std::string& one : all) text += one;
        return text;
      });
}

}  // namespace

std::string as_page(const std::string& read, const std::string& write) {
  const auto diagram = [](const std::string& name, const std::string& lines) {
    return "# " + name + "\n\n```mermaid\nsequenceDiagram\nparticipant app\nparticipant cache\nparticipant database\n" +
           lines + "```\n\n";
  };
  return diagram("Read", read) + diagram("Write", write);
}

rc::Gen<std::string> random_page() {
  const auto start = rc::gen::weightedElement<std::string>(
      {{3, ""},
       {3, "app->>cache: Get value\ncache-->>app: Does not exist\napp->>database: Get value\n"},
       {2, "app->>database: Get value\n"},
       {1, "app->>cache: Get value\nopt miss\napp->>database: Get value\nend\n"}});
  return rc::gen::map(
      rc::gen::tuple(start, random_lines(OperationKind::kRead, 2), random_lines(OperationKind::kWrite, 2)),
      [](const std::tuple<std::string, std::string, std::string>& parts) {
        // Random arrows start over where no person's would.
        const std::string one = "%% stalemate: operation continues\n";
        return as_page(one + std::get<0>(parts) + std::get<1>(parts), one + std::get<2>(parts));
      });
}

}  // namespace stalemate::model
