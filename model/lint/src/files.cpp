// See files.hpp.
#include "files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace stalemate::model {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 5> kExtensions = {".md", ".markdown", ".mdx", ".mmd", ".mermaid"};

bool may_have_diagrams(const fs::path& path) {
  const std::string extension = lower(path.extension().string());
  return std::find(kExtensions.begin(), kExtensions.end(), extension) != kExtensions.end();
}

bool is_passed_by(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return (name.starts_with('.') && name != "." && name != "..") || name == "node_modules";
}

[[noreturn]] void cannot_read(const std::string& path, const std::error_code& error) {
  throw InputError(fmt::format("{}: cannot read it: {}", printable(path), error.message()));
}

void add_below(const std::string& folder, const LintConfig& config, std::vector<std::string>& files) {
  std::error_code error;
  std::vector<std::string> found;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::skip_permission_denied, error);
  if (error) cannot_read(folder, error);
  for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    if (error) cannot_read(folder, error);
    const std::string path = entries->path().string();
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      if (is_passed_by(entries->path()) || config.excludes(path)) entries.disable_recursion_pending();
    } else if (may_have_diagrams(entries->path()) && entries->is_regular_file(ignored) && !config.excludes(path)) {
      found.push_back(path);
    }
  }
  std::sort(found.begin(), found.end());
  files.insert(files.end(), found.begin(), found.end());
}

}  // namespace

std::vector<std::string> files_of(const std::vector<std::string>& paths, const LintConfig& config) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (path == "-") {
      files.push_back(path);
    } else if (fs::is_directory(path, error)) {
      add_below(path, config, files);
    } else if (fs::exists(path, error)) {
      if (!config.excludes(path)) files.push_back(path);
    } else {
      throw InputError(fmt::format("{}: no such file or folder", excerpt(path)));
    }
  }
  std::set<std::string> seen;
  const auto is_seen = [&](const std::string& path) { return !seen.insert(fs::path(path).lexically_normal()).second; };
  files.erase(std::remove_if(files.begin(), files.end(), is_seen), files.end());
  return files;
}

bool names_a_sequence_diagram(const std::string& path) {
  constexpr std::string_view kWord = "sequencediagram";
  std::ifstream file(path, std::ios::binary);
  std::error_code error;
  if (!file || fs::is_directory(path, error))
    throw InputError(fmt::format("{}: cannot read it; check that it is a file, and its rights", printable(path)));
  std::string piece(std::size_t{1} << 16, '\0');
  std::string kept;  // the end of the piece before
  while (file) {
    file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
    kept += lower(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    if (kept.find(kWord) != std::string::npos) return true;
    kept.erase(0, kept.size() - std::min(kept.size(), kWord.size() - 1));
  }
  return false;
}

}  // namespace stalemate::model
