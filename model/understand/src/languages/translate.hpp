// A parsed file with its texts in the English that vocabulary/ reads, and the way back to what was written.
#pragma once

#include <map>
#include <string>

#include "languages/language.hpp"
#include "read/diagram.hpp"

namespace stalemate::model {

struct Translated {
  const Language* language = nullptr;  // null: English, nothing was changed
  bool said = false;                   // by `%% stalemate: language = CODE`
  // Labels, notes, titles, headings, aliases, names in `same = A, B`. Ids of participants and the file's text are as
  // written.
  Document document;
  std::map<std::string, std::string> written;  // by the English; of several texts that are one in it, the first

  // What was written where `english` stands, or `english` itself.
  const std::string& as_written(const std::string& english) const;
  // An id, or another text that was left as it is.
  std::string in_english(const std::string& text) const { return model::in_english(text, language); }
};

// Throws InputError for a directive that names no language that is known.
Translated translate(const Document& document);

}  // namespace stalemate::model
