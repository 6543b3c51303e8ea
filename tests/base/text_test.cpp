// Small text tools: positions, what a text becomes in XML, names that are near.
#include "base/text.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace stalemate {
namespace {

TEST(Text, positions_count_lines_and_code_points_from_one) {
  const std::string text = "ab\n\u00e9x\n";
  EXPECT_EQ(position_of(text, 0), (Position{1, 1}));
  EXPECT_EQ(position_of(text, 2), (Position{1, 3}));
  EXPECT_EQ(position_of(text, 3), (Position{2, 1}));
  EXPECT_EQ(position_of(text, 5), (Position{2, 2}));  // behind a character of two bytes
  EXPECT_EQ(position_of(text, 1000), (Position{3, 1}));
}

TEST(Text, a_column_is_found_behind_characters_of_several_bytes) {
  const std::string line = "\u00e9\u20acx";
  EXPECT_EQ(offset_of_column(line, 1), 0U);
  EXPECT_EQ(offset_of_column(line, 2), 2U);
  EXPECT_EQ(offset_of_column(line, 3), 5U);
  EXPECT_EQ(offset_of_column(line, 4), line.size());
  EXPECT_EQ(columns(line), 3);
}

TEST(Text, xml_keeps_what_was_said_in_an_element_an_attribute_and_a_label) {
  const std::string text = "a<b>&\"c\"\n'd'\x01\uffff";
  EXPECT_EQ(xml_escaped(text, XmlPlace::kElement), "a&lt;b&gt;&amp;\"c\"\n'd'? ");
  EXPECT_EQ(xml_escaped(text, XmlPlace::kAttribute), "a&lt;b&gt;&amp;&quot;c&quot;&#10;'d'? ");
  EXPECT_EQ(xml_escaped(text), "a&lt;b&gt;&amp;&quot;c&quot; &#39;d&#39;  ");
}

TEST(Text, words_in_quotes_end_after_forty_characters) {
  EXPECT_EQ(in_quotes("  a\tb "), "\"a b\"");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), "\"" + std::string(40, 'x') + "\u2026\"");
}

TEST(Text, the_nearest_name_is_offered_where_one_is_near) {
  const std::vector<std::string> names = {"lost-request", "lost-reply", "evict"};
  EXPECT_EQ(suggestion("lost-repl", names), " (did you mean lost-reply?)");
  EXPECT_EQ(suggestion("lostrequest", names), " (did you mean lost-request?)");
  EXPECT_EQ(suggestion("evcit", names), " (did you mean evict?)");
  EXPECT_EQ(suggestion("zzzzzzzzzzzzzzzz", names), "");
  EXPECT_EQ(suggestion("anything", {}), "");
}

}  // namespace
}  // namespace stalemate
