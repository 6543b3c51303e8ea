// An SVG sequence diagram read back: its elements with their attributes and text, by Boost.PropertyTree's XML parser.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "traces/render.hpp"

namespace stalemate::traces::svg {

struct Element {
  std::string name;
  std::map<std::string, std::string> attributes;
  std::string text;  // of the element itself and of those inside
  std::vector<Element> children;

  bool has(const std::string& attribute) const { return attributes.contains(attribute); }
  // Throws if it is not there, or no integer.
  int integer(const std::string& attribute) const;
  const std::string& at(const std::string& attribute) const { return attributes.at(attribute); }
  bool is_of_class(const std::string& word) const;
};

// The root element. Throws where the text is not XML.
Element parse(const std::string& text);
Element draw(const Trace& trace, const Highlights& highlights = {});

// Every element, outer before inner.
std::vector<const Element*> all(const Element& root);
// Those of the class that are not part of the legend.
std::vector<const Element*> of_class(const Element& root, const std::string& word);
// Not of a temporary: they point into it.
std::vector<const Element*> all(const Element&& root) = delete;
std::vector<const Element*> of_class(const Element&& root, const std::string& word) = delete;

// The integers in an attribute of a path, in order.
std::vector<int> numbers(const std::string& path);

struct Box {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
  bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};
// What a <text> covers at least, its letters being as narrow as those of common fonts.
Box box_of(const Element& text);

}  // namespace stalemate::traces::svg
