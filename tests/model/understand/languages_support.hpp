// What the tests of the languages share: tables of what people write and what it is to be read as.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "../../../model/understand/src/languages/language.hpp"
#include "../../../model/understand/src/vocabulary/vocabulary.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {

struct Said {
  const char* text;
  const char* means;
};
using SaidTable = std::vector<Said>;

// The labels of one language.
class Labels {
 public:
  explicit Labels(const Language& language) : language_(language) {}

  std::string english(std::string_view text) const { return in_english(text, &language_); }

  void expect_english(const SaidTable& table) const {
    for (const Said& said : table) EXPECT_EQ(english(said.text), said.means) << said.text;
  }
  // "get", "set", "add", "delete"; "" for a label that asks for nothing.
  void expect_verbs(const SaidTable& table) const {
    for (const Said& said : table) {
      const RequestWords words = request_words(english(said.text));
      const bool verb = words.kind == RequestWords::Kind::kVerb;
      EXPECT_EQ(verb ? to_string(words.verb) : std::string_view(), said.means)
          << said.text << ": " << english(said.text);
    }
  }
  void expect_lives(std::string_view text, int seconds) const {
    EXPECT_EQ(request_words(english(text)).ttl, seconds) << text << ": " << english(text);
  }
  void expect_two_steps(std::string_view text) const {
    EXPECT_EQ(request_words(english(text)).kind, RequestWords::Kind::kAmbiguous) << text << ": " << english(text);
  }
  // "value", "miss", "value or miss", …; "unclear" where it says two things in one breath, or that age decides.
  void expect_replies(Verb verb, const SaidTable& table) const {
    for (const Said& said : table) {
      const ReplyWords words = reply_words(english(said.text), verb);
      EXPECT_EQ(words.unclear ? "unclear" : list_of(words.outcomes), said.means)
          << said.text << ": " << english(said.text);
    }
  }
  void expect_roles(const SaidTable& table) const {
    for (const Said& said : table) {
      const RoleWords words = role_words(english(said.text));
      EXPECT_EQ(words.role ? to_string(*words.role) : std::string_view(), said.means)
          << said.text << ": " << english(said.text);
    }
  }
  // "read", "write", "" for neither.
  void expect_headings(const SaidTable& table) const {
    for (const Said& said : table) {
      const auto kind = operation_words(english(said.text)).kind();
      EXPECT_EQ(kind ? to_string(*kind) : std::string_view(), said.means) << said.text << ": " << english(said.text);
    }
  }
  // What is not modelled is refused by name, wherever it stands.
  void expect_not_modelled(const SaidTable& table) const {
    for (const Said& said : table) {
      const RequestWords words = request_words(english(said.text));
      EXPECT_EQ(words.not_modelled, said.means) << said.text << ": " << english(said.text);
    }
  }
  // Asked about: perhaps, at another time, nobody waits.
  void expect_doubts(const std::vector<const char*>& texts) const {
    for (const char* text : texts) {
      DrawnRequest drawn;
      drawn.verb = Verb::kDelete;
      EXPECT_NE(doubt_about(english(text), drawn), "") << text << ": " << english(text);
    }
  }

 private:
  const Language& language_;
};

// "Read: ..." and "Write: ..." one after the other, of a page whose language is told by its words.
inline std::string told_of_page(const std::string& page) {
  std::string text;
  for (const Operation& operation : read_protocol(page, "t.md", {}).operations)
    text += (text.empty() ? "" : "\n") + operation.name + ": " + outline(operation.body);
  return text;
}

}  // namespace stalemate::model
