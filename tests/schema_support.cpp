// Runs the validator: schema_check.py.
#include "schema_support.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace stalemate::traces::schema {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kScript = STALEMATE_SOURCE_DIR "/tests/schema_check.py";

class Scratch {
 public:
  Scratch() : folder_((fs::temp_directory_path() / "stalemate-schema-test-XXXXXX").string()) {
    if (mkdtemp(folder_.data()) == nullptr) throw std::runtime_error("no temporary folder");
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() { fs::remove_all(folder_); }
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

 private:
  std::string folder_;
};

// As one word of a shell's command.
std::string quoted(const std::string& text) {
  std::string word = "'";
  for (const char c : text) word += c == '\'' ? "'\\''" : std::string(1, c);
  return word + "'";
}

}  // namespace

std::vector<std::string> judge(const std::string& schema, const std::vector<json>& documents) {
  const Scratch scratch;
  const std::string path = scratch.path("documents");
  {
    std::ofstream out(path, std::ios::binary);
    for (const json& document : documents) out << document.dump() << '\n';
    if (!out.flush()) throw std::runtime_error(path + ": cannot be written");
  }
  const std::string command =
      "/usr/bin/python3 -I " + quoted(kScript) + " " + quoted(schema) + " " + quoted(path) + " 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("no process for: " + command);
  std::vector<std::string> lines(1);
  std::string output;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    output += static_cast<char>(c);
    if (c == '\n') {
      lines.emplace_back();
    } else {
      lines.back() += static_cast<char>(c);
    }
  }
  lines.pop_back();
  if (pclose(pipe) != 0 || lines.size() != documents.size()) {
    throw std::runtime_error("needs Debian's python3-jsonschema (./dev test installs it): " + command + "\n" + output);
  }
  return lines;
}

}  // namespace stalemate::traces::schema
