// Applies the edits that change nothing; see understanding.hpp.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "read/source_text.hpp"
#include "understand/understanding.hpp"

namespace stalemate::model {
namespace {

std::string indentation_of(std::string_view line) {
  return std::string(line.substr(0, std::min(line.find_first_not_of(" \t>"), line.size())));
}

// `text` with the edits' lines in it, each before its own.
std::string with_edits(const std::string& text, const std::vector<Edit>& edits) {
  std::string result;
  int number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size() - 1) + 1;
    const std::string_view line = std::string_view(text).substr(begin, end - begin);
    const std::string_view line_end = line.ends_with("\r\n") ? "\r\n" : "\n";
    ++number;
    for (const Edit& edit : edits) {
      if (edit.before == number) result += indentation_of(line) + edit.line + std::string(line_end);
    }
    result += line;
    begin = end;
  }
  return result;
}

// What a reading says, positions aside: steps, roles, and what is still open.
std::string meaning_of(const Understanding& read) {
  Understanding copy = read;
  for (ParticipantRead& participant : copy.participants) participant.at = {};
  const auto is_assumption = [](const Finding& finding) { return finding.severity == Severity::kAssumption; };
  copy.findings.erase(std::remove_if(copy.findings.begin(), copy.findings.end(), is_assumption), copy.findings.end());
  for (Finding& finding : copy.findings) {
    finding.at = {};
    finding.edits.clear();
    finding.what.clear();  // names lines
  }
  std::string text = to_json(copy);
  for (std::size_t at = text.find("\"line\": "); at != std::string::npos; at = text.find("\"line\": ", at + 1))
    text.erase(at + 8, text.find_first_of(",\n", at) - at - 8);
  return text;
}

}  // namespace

std::string in_lines(const std::vector<Edit>& edits) {
  std::string text;
  for (const Edit& edit : edits)
    text += fmt::format("    before line {}:  {}\n{:20}{}\n", edit.before, edit.line, "", edit.means);
  return text;
}

Fixed fixed(const std::string& text, const std::string& name, const std::vector<std::string>& roles) {
  Fixed result{text, {}, try_to_read(text, name, roles)};
  const std::string meaning = meaning_of(result.read);
  std::vector<Edit> safe;
  for (const Finding& finding : result.read.findings) {
    for (const Edit& edit : finding.edits) {
      const bool known = std::find(safe.begin(), safe.end(), edit) != safe.end();
      if (edit.safe && !known) safe.push_back(edit);
    }
  }
  const auto apply = [&](const std::vector<Edit>& edits) {
    std::string changed = with_edits(text, edits);
    Understanding read = try_to_read(changed, name, roles);
    if (meaning_of(read) != meaning) return false;
    result = {std::move(changed), edits, std::move(read)};
    return true;
  };
  if (safe.empty() || apply(safe)) return result;
  // One of them does not fit with the others: each that does.
  std::vector<Edit> kept;
  for (const Edit& edit : safe) {
    kept.push_back(edit);
    if (!apply(kept)) kept.pop_back();
  }
  return result;
}

}  // namespace stalemate::model
