// Ends a test that goes on for too long, with its name; also where a test program is run by itself. Part of every test
// program. The limit is no claim about speed: it is for what hangs, and generous for a machine that is busy.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstring>

namespace stalemate {
namespace {

constexpr unsigned kSecondsMax = STALEMATE_TEST_SECONDS_MAX;
char running[512];

extern "C" void end_test(int) {
  for (const char* part : {"\nFAILED: it goes on for too long: ", static_cast<const char*>(running), "\n"}) {
    if (::write(STDERR_FILENO, part, std::strlen(part)) < 0) break;
  }
  std::abort();
}

class TimeLimit : public ::testing::EmptyTestEventListener {
  void OnTestStart(const ::testing::TestInfo& test) override {
    std::snprintf(running, sizeof running, "%s.%s", test.test_suite_name(), test.name());
    std::signal(SIGALRM, end_test);
    ::alarm(kSecondsMax);
  }
  void OnTestEnd(const ::testing::TestInfo&) override { ::alarm(0); }
};

const bool is_listening = [] {
  ::testing::UnitTest::GetInstance()->listeners().Append(new TimeLimit);
  return true;
}();

}  // namespace
}  // namespace stalemate
