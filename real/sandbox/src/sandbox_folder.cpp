// See sandbox_folder.hpp.
#include "sandbox_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace stalemate::real {

namespace fs = std::filesystem;

void make_sandbox_folder(const FolderPlan& plan, std::string& made) {
  std::string name = plan.base + "/" + kSandboxPrefix + std::to_string(plan.program) + "-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    throw StartupFailure{"no folder can be made in " + plan.base + ": " + std::strerror(errno)};
  }
  made = name;
  const int lock = ::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);  // open as long as this process lives
  if (lock < 0 || ::flock(lock, LOCK_EX) != 0) {
    throw StartupFailure{"cannot lock " + name + ": " + std::strerror(errno)};
  }
  if (::geteuid() == 0 && ::chown(name.c_str(), plan.uid, plan.gid) != 0) {
    throw StartupFailure{"cannot give away " + name + ": " + std::strerror(errno)};
  }
}

namespace {

// Locked while `use` is called, so that no supervisor takes it meanwhile.
template <typename Use>
void for_each_leftover(const std::string& base, const std::string& own, const Use& use) {
  std::error_code error;
  for (fs::directory_iterator it(base, error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (!name.starts_with(kSandboxPrefix) || it->path() == fs::path(own)) continue;
    int pid = 0;
    std::from_chars(name.data() + std::strlen(kSandboxPrefix), name.data() + name.size(), pid);
    if (pid <= 0 || ::kill(pid, 0) == 0 || errno != ESRCH) continue;
    const int folder = ::open(it->path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) continue;
    struct stat info = {};
    const bool is_ours = ::fstat(folder, &info) == 0 && (info.st_uid == ::geteuid() || ::geteuid() == 0);
    if (is_ours && ::flock(folder, LOCK_EX | LOCK_NB) == 0) use(it->path().string());
    ::close(folder);
  }
}

}  // namespace

void check_room(const std::string& folder, const std::string& base) {
  constexpr std::uintmax_t kBytes = std::uintmax_t{48} << 20;
  std::error_code error;
  const fs::space_info room = fs::space(folder, error);
  if (error || room.capacity == 0 || room.available >= kBytes) return;
  throw StartupFailure{"no space left on the device of " + base + " (" + std::to_string(room.available >> 20) +
                       " MiB, a PostgreSQL takes " + std::to_string(kBytes >> 20) +
                       "); make room there, or point TMPDIR elsewhere"};
}

std::vector<std::string> leftovers_in(const std::string& base, const std::string& own) {
  std::vector<std::string> paths;
  for_each_leftover(base, own, [&](const std::string& path) { paths.push_back(path); });
  std::sort(paths.begin(), paths.end());
  return paths;
}

void remove_leftovers(const std::string& base, const std::string& own) {
  for_each_leftover(base, own, [](const std::string& path) {
    std::error_code left;  // a server of it that is still dying may be in the way; it is tried again at the end
    remove_sandbox_folder(path, left);
  });
}

void remove_folders_of(const std::string& base, pid_t program) {
  const std::string prefix = kSandboxPrefix + std::to_string(program) + "-";
  std::error_code error;
  std::vector<std::string> paths;
  for (fs::directory_iterator it(base, error), end; !error && it != end; it.increment(error))
    if (it->path().filename().string().starts_with(prefix)) paths.push_back(it->path().string());
  for (const std::string& path : paths) {
    const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0) continue;
    std::error_code left;
    if (::flock(folder, LOCK_EX | LOCK_NB) == 0) remove_sandbox_folder(path, left);
    ::close(folder);
  }
}

namespace {

// PostgreSQL's processes work in its data directory.
bool works_in(const std::string& folder) {
  std::error_code error;
  for (fs::directory_iterator it("/proc", error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    if (fs::read_symlink(it->path() / "cwd", unreadable).string().starts_with(folder)) return true;
  }
  return false;
}

void remove_shared_memory(const std::string& postgres_folder) {
  struct stat data = {};
  if (::stat(postgres_folder.c_str(), &data) != 0) return;
  const auto key = static_cast<key_t>(data.st_ino);  // cut off as PostgreSQL cuts it off
  std::ifstream segments("/proc/sysvipc/shm");
  std::string line;
  std::getline(segments, line);  // the names of the columns
  while (std::getline(segments, line)) {
    std::istringstream columns(line);
    long long its_key = 0;
    int id = -1;
    std::string mode, size, creator, last;
    int attached = -1;
    uid_t owner = 0;
    columns >> its_key >> id >> mode >> size >> creator >> last >> attached >> owner;
    if (columns && its_key == key && attached == 0 && owner == data.st_uid) ::shmctl(id, IPC_RMID, nullptr);
  }
}

}  // namespace

void remove_sandbox_folder(const std::string& path, std::error_code& error) {
  constexpr int kWaitsMax = 400;
  constexpr useconds_t kWait = 10'000;
  for (int waits = 0; waits < kWaitsMax && works_in(path + "/postgres"); ++waits) ::usleep(kWait);
  remove_shared_memory(path + "/postgres");
  fs::remove_all(path, error);
}

void write_private_file(const std::string& path, const std::string& text) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (fd >= 0) ::close(fd);
  if (!written) throw StartupFailure{"cannot write " + path + ": " + std::strerror(error)};
}

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();  // an iterator would throw where the process that a file of /proc is about ends meanwhile
  return text.str();
}

std::string failure_in(const std::string& log) {
  std::istringstream lines(read_all(log));
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    while (!line.empty() && static_cast<unsigned char>(line.back()) <= ' ') line.pop_back();
    for (const char* word : {"FATAL", "PANIC", "ERROR", "error:", "could not", "Could not", "Can't"})
      if (line.find(word) != std::string::npos) return line;
    if (!line.empty()) last = line;
  }
  return last.empty() ? "its log is empty" : last;
}

}  // namespace stalemate::real
