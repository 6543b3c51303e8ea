// See base/error.hpp and base/finding.hpp.
#include "base/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace stalemate {
namespace {

std::string lines_of(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) text += (text.empty() ? "" : "\n") + finding.line();
  return text;
}

}  // namespace

std::string_view to_string(Severity severity) {
  constexpr std::array<std::string_view, 4> kNames = {"error", "not-modelled", "question", "assumption"};
  return kNames.at(static_cast<std::size_t>(severity));
}

std::string Finding::line() const { return fmt::format("{}:{}:{}: {}", file, at.line, at.column, what); }

void sort(std::vector<Finding>& findings) {
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& a, const Finding& b) {
    return std::tie(a.at.line, a.at.column) < std::tie(b.at.line, b.at.column);
  });
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
}

InputError::InputError(std::vector<Finding> findings)
    : std::runtime_error(lines_of(findings)),
      findings_(std::make_shared<const std::vector<Finding>>(std::move(findings))) {}

const std::vector<Finding>& InputError::findings() const {
  static const std::vector<Finding> kNone;
  return findings_ ? *findings_ : kNone;
}

void fail_at(const std::string& file, Position at, std::string_view what, std::string_view code) {
  throw InputError(
      std::vector<Finding>{Finding{std::string(code), Severity::kError, file, at, std::string(what), {}, {}}});
}

void fail_with(std::vector<Finding> findings) {
  const bool any_error = std::any_of(findings.begin(), findings.end(),
                                     [](const Finding& finding) { return finding.severity == Severity::kError; });
  if (any_error) throw InputError(std::move(findings));
  throw NotModelledError(std::move(findings));
}

}  // namespace stalemate
