// What a stop signal must not turn into: a process ended by SIGPIPE, because a connection that the signal shut is still
// being written to.
#include "os/signals.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <thread>

#include "real/support.hpp"
#include "sim/random.hpp"

namespace stalemate::real {
namespace {

// Writes where nobody reads; the error.
int write_to_closed() {
  std::array<int, 2> ends = {};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), 0);
  ::close(ends[1]);
  const int error = ::write(ends[0], "x", 1) < 0 ? errno : 0;
  ::close(ends[0]);
  return error;
}

bool is_blocked(int signal) {
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  return sigismember(&mask, signal) == 1;
}

TEST(StopSignals, a_write_to_a_closed_connection_is_an_error_meanwhile_in_new_threads_too_and_nothing_stays_pending) {
  ASSERT_FALSE(is_blocked(SIGPIPE));
  {
    const StopSignals signals;
    EXPECT_EQ(write_to_closed(), EPIPE);
    int error = 0;
    std::thread([&error] { error = write_to_closed(); }).join();
    EXPECT_EQ(error, EPIPE);
  }
  EXPECT_FALSE(is_blocked(SIGPIPE));
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0);
}

TEST(StopSignals, a_replay_that_is_told_to_stop_at_any_moment_ends_by_that_signal_and_no_other) {
  for (std::uint64_t i = 0; i < 6; ++i) {
    sim::Random random(2, i);
    const auto delay_us = static_cast<useconds_t>(random.below(60'000));
    SCOPED_TRACE(delay_us);
    const support::Folder folder;
    support::Child child("endless", folder);
    ASSERT_TRUE(child.says("at step 3")) << child.output();
    ::usleep(delay_us);
    child.send(SIGTERM);
    EXPECT_EQ(child.wait(), 128 + SIGTERM) << child.output();
    EXPECT_TRUE(folder.becomes_empty());
  }
}

}  // namespace
}  // namespace stalemate::real
