// What the tests of languages written without spaces, and of Vietnamese, share: many texts, and what all of them are
// read as. A test of a language is a fixture of its own, so that its labels are put into English by its table.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "../../../model/understand/src/languages/language.hpp"
#include "../../../model/understand/src/vocabulary/vocabulary.hpp"
#include "model/understand/protocol_support.hpp"

namespace stalemate::model {

class LanguageFixture : public testing::Test {
 protected:
  using Texts = std::vector<std::string>;

  explicit LanguageFixture(const Language& language) : language_(language) {}

  std::string english(const std::string& text) const { return in_english(text, &language_); }

  void expect_verb(Verb verb, const Texts& labels) const {
    for (const std::string& label : labels) {
      const RequestWords words = request_words(english(label));
      EXPECT_EQ(words.kind, RequestWords::Kind::kVerb) << label << ": " << english(label) << ": " << words.not_modelled;
      EXPECT_EQ(words.verb, verb) << label << ": " << english(label);
    }
  }

  void expect_no_verb(const Texts& labels) const {
    for (const std::string& label : labels)
      EXPECT_NE(request_words(english(label)).kind, RequestWords::Kind::kVerb) << label << ": " << english(label);
  }

  void expect_refused(const std::string& meaning, const Texts& labels) const {
    for (const std::string& label : labels)
      EXPECT_EQ(request_words(english(label)).not_modelled, meaning) << label << ": " << english(label);
  }

  void expect_doubted(const Texts& labels) const {
    for (const std::string& label : labels)
      EXPECT_NE(doubt_about(english(label), {request_words(english(label)).verb}), "")
          << label << ": " << english(label);
  }

  void expect_outcome(Verb verb, const std::string& outcomes, const Texts& replies) const {
    for (const std::string& reply : replies) {
      const ReplyWords words = reply_words(english(reply), verb);
      EXPECT_EQ(list_of(words.outcomes), outcomes) << reply << ": " << english(reply);
      EXPECT_FALSE(words.unclear) << reply << ": " << english(reply);
    }
  }

  void expect_role(Role role, const Texts& names) const {
    for (const std::string& name : names)
      EXPECT_EQ(role_words(english(name)).role, role) << name << ": " << english(name);
  }

  void expect_heading(OperationKind kind, const Texts& headings) const {
    for (const std::string& heading : headings)
      EXPECT_EQ(operation_words(english(heading)).kind(), kind) << heading << ": " << english(heading);
  }

  void expect_seconds(int seconds, const Texts& labels) const {
    for (const std::string& label : labels)
      EXPECT_EQ(time_to_live(english(label)).seconds, seconds) << label << ": " << english(label);
  }

  static std::string told(const std::string& text) {
    std::string all;
    for (const Operation& operation : read_protocol(text, "t.md", {}).operations)
      all += operation.name + ": " + outline(operation.body) + "\n";
    return all;
  }

 private:
  const Language& language_;
};

}  // namespace stalemate::model
