// Reads SVG back.
#include "svg_support.hpp"

#include <algorithm>
#include <boost/property_tree/ptree.hpp>
#include <boost/property_tree/xml_parser.hpp>
#include <sstream>
#include <stdexcept>

namespace stalemate::traces::svg {
namespace {

using boost::property_tree::ptree;

Element element_of(const std::string& name, const ptree& tree) {
  Element element{.name = name, .attributes = {}, .text = tree.data(), .children = {}};
  for (const auto& [child_name, child] : tree) {
    if (child_name == "<xmlattr>") {
      for (const auto& [attribute, value] : child) {
        if (!element.attributes.emplace(attribute, value.data()).second)
          throw std::runtime_error("twice: " + attribute);
      }
    } else if (child_name == "<xmltext>") {
      element.text += child.data();
    } else if (child_name == "<xmlcomment>") {
      throw std::runtime_error("a comment: " + child.data());
    } else {
      element.children.push_back(element_of(child_name, child));
      element.text += element.children.back().text;
    }
  }
  return element;
}

void collect(const Element& element, std::vector<const Element*>& found, const std::string& but_class) {
  if (!but_class.empty() && element.is_of_class(but_class)) return;
  found.push_back(&element);
  for (const Element& child : element.children) collect(child, found, but_class);
}

bool is_narrow(char c) { return std::string(" !\"'()*,-./:;I[]`fijlrt|").find(c) != std::string::npos; }

}  // namespace

int Element::integer(const std::string& attribute) const {
  const std::string& digits = attributes.at(attribute);
  std::size_t end = 0;
  const int value = std::stoi(digits, &end);
  if (end != digits.size()) throw std::runtime_error(attribute + " is no integer: " + digits);
  return value;
}

bool Element::is_of_class(const std::string& word) const {
  if (!has("class")) return false;
  std::istringstream words(at("class"));
  for (std::string one; words >> one;) {
    if (one == word) return true;
  }
  return false;
}

Element parse(const std::string& text) {
  std::istringstream in(text);
  ptree tree;
  boost::property_tree::read_xml(in, tree, boost::property_tree::xml_parser::no_concat_text);
  if (tree.size() != 1) throw std::runtime_error("not one root element");
  return element_of(tree.front().first, tree.front().second);
}

Element draw(const Trace& trace, const Highlights& highlights) {
  return parse(find_renderer("svg")->render(trace, highlights));
}

std::vector<const Element*> all(const Element& root) {
  std::vector<const Element*> found;
  collect(root, found, "");
  return found;
}

std::vector<const Element*> of_class(const Element& root, const std::string& word) {
  std::vector<const Element*> found;
  collect(root, found, "legend");
  std::erase_if(found, [&](const Element* element) { return !element->is_of_class(word); });
  return found;
}

std::vector<int> numbers(const std::string& path) {
  std::vector<int> found;
  std::istringstream words(path);
  for (std::string word; words >> word;) {
    if (word.find_first_of("0123456789") != std::string::npos) found.push_back(std::stoi(word));
  }
  return found;
}

Box box_of(const Element& text) {
  const int font = text.is_of_class("title") ? 17 : 12;
  int hundredths = 0;
  for (const char c : text.text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (byte >= 0x80 && byte < 0xC0) continue;  // inside a character
    hundredths += byte >= 0x80 ? 80 : is_narrow(c) ? 28 : 52;
  }
  const int width = hundredths * font / 100;
  const int x = text.integer("x");
  const int y = text.integer("y");
  const std::string& anchor = text.at("text-anchor");
  const int left = anchor == "start" ? x : anchor == "middle" ? x - width / 2 : x - width;
  return {.left = left, .top = y - font * 3 / 4, .right = left + width, .bottom = y + font / 5};
}

}  // namespace stalemate::traces::svg
