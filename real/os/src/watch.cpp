// The table behind watch.hpp: fixed, so that a signal handler can walk it without a lock.
#include "os/watch.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <thread>

#include "base/invariant.hpp"

namespace stalemate::real {
namespace {

// I1: `fd` is -1 iff the slot is free. I2: a slot changes hands only under the lock, and a socket is closed only after
// its slot is free, so that the thread never shuts down a number that has become another file's.
struct Slot {
  std::atomic<int> fd{-1};
  std::atomic<std::int64_t> deadline_ms{0};  // 0: not waiting
  std::atomic<bool> expired{false};
};
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::array<Slot, 1024> slots;

// Never destroyed: the thread outlives static objects.
std::mutex& table_lock() {
  static auto* const kLock = new std::mutex;
  return *kLock;
}

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

[[noreturn]] void keep_deadlines() {
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
    const std::lock_guard lock(table_lock());
    for (Slot& slot : slots) {
      const std::int64_t deadline = slot.deadline_ms.load();
      if (slot.fd.load() < 0 || deadline == 0 || now_ms() < deadline) continue;
      slot.expired = true;
      slot.deadline_ms = 0;
      ::shutdown(slot.fd.load(), SHUT_RDWR);
    }
  }
}

// A forked child inherits neither the thread nor the sockets, and a lock that nobody holds.
void survive_forks_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    const int failed = ::pthread_atfork([] { table_lock().lock(); }, [] { table_lock().unlock(); },
                                        [] {
                                          for (Slot& slot : slots) slot.fd = -1;
                                          table_lock().unlock();
                                        });
    STALEMATE_INVARIANT(failed == 0, "three functions that a fork calls can be kept");
  });
}

// REQUIRES: the lock is held. A forked child has no such thread and starts its own.
void start_thread_once() {
  static pid_t started_in = 0;
  if (started_in == ::getpid()) return;
  started_in = ::getpid();
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread(keep_deadlines).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}  // namespace

WatchedSocket::WatchedSocket(int fd, int timeout_seconds) : slot_(0), timeout_seconds_(timeout_seconds) {
  survive_forks_once();
  const std::lock_guard lock(table_lock());
  start_thread_once();
  const int count = static_cast<int>(slots.size());
  while (slot_ < count && slots[static_cast<std::size_t>(slot_)].fd.load() >= 0) ++slot_;
  STALEMATE_INVARIANT(slot_ < count, "at most 1024 connections at a time");
  Slot& slot = slots[static_cast<std::size_t>(slot_)];
  slot.deadline_ms = 0;
  slot.expired = false;
  slot.fd = fd;
}

WatchedSocket::~WatchedSocket() {
  const std::lock_guard lock(table_lock());
  slots[static_cast<std::size_t>(slot_)].fd = -1;
}

void WatchedSocket::begin_wait() {
  slots[static_cast<std::size_t>(slot_)].deadline_ms = now_ms() + timeout_seconds_ * 1000;
}

void WatchedSocket::end_wait() { slots[static_cast<std::size_t>(slot_)].deadline_ms = 0; }

bool WatchedSocket::timed_out() const { return slots[static_cast<std::size_t>(slot_)].expired; }

void shut_down_watched_sockets() noexcept {
  for (Slot& slot : slots) {
    const int fd = slot.fd.load();
    if (fd >= 0) ::shutdown(fd, SHUT_RDWR);
  }
}

}  // namespace stalemate::real
