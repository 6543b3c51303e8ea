// From a parsed file to its protocol: roles first, then each diagram's steps, then the operations' kinds and names.
#include <string>
#include <utility>
#include <vector>

#include "model/protocol.hpp"
#include "understand_directives.hpp"
#include "understand_naming.hpp"
#include "understand_reading.hpp"
#include "understand_roles.hpp"
#include "understand_steps.hpp"

namespace stalemate::model {
namespace {

bool asks_cache(const std::vector<Act>& body) {
  for (const Act& act : body) {
    if (const auto* request = std::get_if<Request>(&act.node); request != nullptr && request->to == Role::kCache) {
      return true;
    }
    const auto* choice = std::get_if<Choice>(&act.node);
    if (choice == nullptr) continue;
    for (const Branch& branch : choice->branches) {
      if (asks_cache(branch.body)) return true;
    }
  }
  return false;
}

}  // namespace

bool Protocol::has_cache() const {
  for (const Operation& operation : operations) {
    if (asks_cache(operation.body)) return true;
  }
  return false;
}

Protocol understand(const Document& document, const std::vector<std::string>& roles) {
  Reading reading(document);
  const std::vector<RolesOfDiagram> roles_of_diagrams = read_roles(document, roles, reading);
  std::vector<std::vector<Segment>> segments;
  bool any = false;
  for (std::size_t i = 0; i < document.diagrams.size(); ++i) {
    const Diagram& diagram = document.diagrams[i].diagram;
    segments.emplace_back();
    if (const Position said = ignored_at(document.name, diagram); said.line != 0) {
      reading.add(said, "says that the diagram is passed over");
      reading.pass_over(diagram.at, "as said in line " + std::to_string(said.line));
      continue;
    }
    segments.back() = read_steps(diagram, roles_of_diagrams[i], reading);
    any = true;
  }
  if (!any) {
    fail_at(document.name, document.diagrams.front().diagram.at,
            "every diagram is passed over, so there is nothing to check; take %% stalemate: ignore out of one");
  }
  name_operations(document, segments, reading);
  note_different_keys(segments, reading);

  Protocol protocol;
  protocol.name = document.name;
  protocol.text = document.text;
  protocol.roles = roles;
  for (std::vector<Segment>& of_diagram : segments) {
    for (Segment& segment : of_diagram) protocol.operations.push_back(std::move(segment.operation));
  }
  protocol.reading = reading.finish();
  return protocol;
}

Protocol read_protocol(std::string_view text, const std::string& name, const std::vector<std::string>& roles) {
  return understand(parse_document(text, name), roles);
}

}  // namespace stalemate::model
