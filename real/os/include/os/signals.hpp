// SIGINT, SIGTERM and SIGHUP while servers run or hold something of ours: the handler sets a flag and ends waits at
// sockets, the code that waited throws Interrupted, everything unwinds and cleans up, and main ends by the same signal.
// The flag is the process's: at most one StopSignals at a time. Not for other rooms' long work.
#pragma once

#include <signal.h>

#include <stdexcept>
#include <string>

namespace stalemate::real {

// The user asked to stop. what() is one line, with what could not be cleaned up. Its handler calls
// end_by_signal(signal) when all is unwound.
class Interrupted : public std::runtime_error {
 public:
  Interrupted(int signal_number, const std::string& line) : std::runtime_error(line), signal(signal_number) {}
  int signal;
};

// While it lives, the three signals are noted instead of ending the process. One that was ignored stays ignored
// (nohup). Writing to a connection that they have shut is an error of the driver's, no SIGPIPE: in this thread, and in
// those that begin meanwhile. The destructor, on the same thread, puts everything back.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  sigset_t mask_before_ = {};
};

// Throws Interrupted if a signal came since the latest StopSignals began.
void throw_if_stopped();

// Ends the process the way the signal would have, so that a shell sees 130, 143 or 129.
[[noreturn]] void end_by_signal(int signal);

}  // namespace stalemate::real
