// A page of somebody's docs, parted into what each of its diagrams is about: for who judges many pages, most of whose
// diagrams have nothing to do with a cache. Diagrams that draw the same cache or database are of one feature. One
// without a cache and a database is passed over, with the reason. Roles are told as for understand(); of a diagram that
// cannot be parsed the words decide whether it is missed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/finding.hpp"
#include "understand/understanding.hpp"

namespace stalemate::model {

// A page may have so many bytes.
inline constexpr std::size_t kDiagramBytesMax = std::size_t{4} << 20;

struct DiagramPlace {
  int line = 1;                       // of the word sequenceDiagram
  int first_line = 1, last_line = 1;  // of its block, fences included
};

struct Feature {
  int line = 1;     // of its first diagram
  int servers = 1;  // the line of the first diagram that draws the same cache or database
  std::vector<DiagramPlace> diagrams;
  // The page with every other block blank, each line with its number, and what this says alone.
  Understanding read;
};

struct PassedOver {
  int line = 1;
  std::string why;  // "no cache is drawn"
};

struct Page {
  std::string file;
  std::vector<Feature> features;
  std::vector<PassedOver> passed_over;
  std::vector<Finding> broken;  // blocks that cannot be parsed, and may be about a cache and a database
};

// Throws InputError for a `roles` that is none, and for what breaks the page as a whole where it may be about a cache
// and a database.
Page part_page(std::string_view text, const std::string& name, const std::vector<std::string>& roles);

// The feature of which a diagram stands in line `line` of the page, understood. Throws InputError where there is none.
Understanding try_to_read_at(std::string_view text, const std::string& name, int line,
                             const std::vector<std::string>& roles);

}  // namespace stalemate::model
