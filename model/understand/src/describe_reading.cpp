// Prints a reading for people: every operation line by line, and under each line who it introduces and what was
// assumed. Columns are aligned by code points; the result depends on the protocol alone.
#include <algorithm>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "understand/protocol.hpp"

namespace stalemate::model {
namespace {

constexpr int kSourceColumnsMax = 44;  // a longer statement pushes its meaning to the right

std::string padded(const std::string& text, int width) {
  const int missing = width - columns(text);
  return missing > 0 ? text + std::string(static_cast<std::size_t>(missing), ' ') : text;
}

const Operation* operation_at(const Protocol& protocol, Position at) {
  for (const Operation& operation : protocol.operations) {
    if (operation.at == at) return &operation;
  }
  return nullptr;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

std::string list_of_operations(const Protocol& protocol) {
  std::string text;
  for (const Operation& operation : protocol.operations) text += (text.empty() ? "" : ", ") + operation.name;
  return text;
}

}  // namespace

std::string describe_reading(const Protocol& protocol) {
  int number_columns = 1;
  int source_columns = 0;
  for (const ReadingLine& line : protocol.reading) {
    number_columns = std::max(number_columns, static_cast<int>(std::to_string(line.at.line).size()));
    const int width = columns(line.source);
    if (width <= kSourceColumnsMax) source_columns = std::max(source_columns, width);
  }
  std::string text = protocol.name + ": " + counted(protocol.operations.size(), "operation") + " (" +
                     list_of_operations(protocol) + ")\n";
  if (!protocol.roles.empty()) {
    text += "roles given:";
    for (const std::string& role : protocol.roles) text += " " + role;
    text += "\n";
  }
  std::size_t assumptions = 0;
  const std::string under(static_cast<std::size_t>(number_columns + source_columns) + 8, ' ');
  for (const ReadingLine& line : protocol.reading) {
    const bool beneath = line.source.empty();
    if (const Operation* operation = operation_at(protocol, line.at); operation != nullptr && !beneath) {
      text += "\n" + operation->name + " (line " + std::to_string(line.at.line) + "):\n";
    }
    if (beneath) {
      text += under + line.meaning + "\n";
    } else {
      const std::string number = std::to_string(line.at.line);
      text += std::string(static_cast<std::size_t>(number_columns) - number.size() + 2, ' ') + number + "  " +
              padded(line.source, source_columns) + "  — " + line.meaning + "\n";
    }
    if (line.assumed.empty()) continue;
    ++assumptions;
    text += under + "assumed: " + line.assumed + "\n";
  }
  text += "\n";
  if (assumptions == 0) {
    text += "Nothing was assumed.\n";
  } else {
    text += counted(assumptions, "assumption") + " above. Where one is wrong, the diagram can say otherwise.\n";
  }
  return text;
}

}  // namespace stalemate::model
