// `stalemate upgrade`: old trace files, written anew; nothing is lost, and what is refused stays as it was.
#include <gtest/gtest.h>

#include <string>

#include "program_support.hpp"

namespace stalemate::cli {
namespace {

std::string version_1(const std::string& name) {
  return STALEMATE_SOURCE_DIR "/tests/traces/version1/" + name + ".json";
}
std::string saved(const std::string& name) { return STALEMATE_SOURCE_DIR "/traces/saved/" + name + ".json"; }

TEST(UpgradeCommand, an_old_file_is_what_is_saved_today_and_shows_the_same) {
  const Scratch scratch;
  for (const char* name : {"cache-aside-late-fill", "cache-aside-late-request", "write-through-duplicate"}) {
    const std::string path = scratch.write(std::string(name) + ".json", read_all(version_1(name)));
    const Outcome before = run_program({"show", path});
    const Outcome outcome = run_program({"upgrade", path});
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("written anew as version 2; only its form changed: "), std::string::npos) << outcome.out;
    EXPECT_EQ(read_all(path), read_all(saved(name)));
    EXPECT_EQ(run_program({"show", path}).out, before.out);
  }
}

TEST(UpgradeCommand, a_file_of_today_is_left_as_it_is) {
  const Scratch scratch;
  const std::string path = scratch.write("now.json", read_all(saved("two-keys")));
  const Outcome outcome = run_program({"upgrade", path});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("left as it is"), std::string::npos) << outcome.out;
  EXPECT_EQ(read_all(path), read_all(saved("two-keys")));
}

TEST(UpgradeCommand, what_is_no_trace_is_refused_and_kept) {
  const Scratch scratch;
  const std::string path = scratch.write("other.json", "{\"format\": \"other\"}");
  const Outcome outcome = run_program({"upgrade", path});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_NE(outcome.err.find("not a stalemate trace"), std::string::npos) << outcome.err;
  EXPECT_EQ(read_all(path), "{\"format\": \"other\"}");
  EXPECT_EQ(run_program({"upgrade", "-"}).code, 2);
}

}  // namespace
}  // namespace stalemate::cli
