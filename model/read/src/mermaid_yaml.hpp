// The part of YAML that is read in front matter and behind "@{": mappings of plain or quoted words, nested by
// indentation or by { } and [ ] on one line, and comments. Sound, not complete: what is read here is YAML with this
// meaning for js-yaml, too, with no key twice; everything else is a problem, for the caller to report. Linear but for
// the keys of one mapping.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace stalemate::model {

struct YamlEntry {
  std::string key;
  std::string value;       // of a word, without quotation marks; empty for null and for what has parts
  bool has_parts = false;  // a mapping or a list
};

struct YamlResult {
  std::vector<YamlEntry> entries;  // of the outermost mapping
  std::string problem;             // empty where all of it was read
  std::size_t offset = 0;          // of the problem
};

// Lines `key: value`; `indent` may stand before each.
YamlResult read_yaml_block(std::string_view text, std::string_view indent);

// What stands between { and }: key: value, key: value.
YamlResult read_yaml_flow(std::string_view text);

}  // namespace stalemate::model
