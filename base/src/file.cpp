// Reading and writing whole files (POSIX). A new file is made under a temporary name in its own folder, synced, and
// only then named; whatever fails on the way removes it. Every error names the path.
#include "base/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace stalemate {
namespace {

constexpr int kSymlinksMax = 40;          // as many as Linux follows
constexpr int kTemporaryNamesMax = 1000;  // tried before giving up

// A file descriptor that is closed when it goes out of scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int number() const { return number_; }
  bool is_open() const { return number_ >= 0; }
  // Closes now; false if that reports an error (which may be a failed write).
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

int open_retrying(const char* path, int flags, mode_t mode = 0) {
  int number = -1;
  do {
    number = ::open(path, flags | O_CLOEXEC, mode);
  } while (number < 0 && errno == EINTR);
  return number;
}

// What an errno means to somebody who wanted to write to `path`, as the right kind of error.
[[noreturn]] void refuse_writing(const std::string& path, int error) {
  const std::string shown = printable(path);
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      throw InputError(fmt::format("{}: its folder does not exist; make it first", shown));
    case EISDIR:
      throw InputError(fmt::format("{}: is a folder; name a file", shown));
    case ELOOP:
      throw InputError(fmt::format("{}: a symbolic link that leads nowhere; name a file", shown));
    case ENAMETOOLONG:
      throw InputError(fmt::format("{}: the name is too long; choose a shorter one", clipped(shown, 200)));
    case ENOSPC:
    case EDQUOT:
      throw EnvironmentError(fmt::format("{}: no space left to write it; free some or write elsewhere", shown));
    case EFBIG:
      throw EnvironmentError(
          fmt::format("{}: larger than the limit for a file here; raise it (ulimit -f) or write elsewhere", shown));
    case EACCES:
    case EPERM:
      throw EnvironmentError(fmt::format("{}: no permission to write there; change it or write elsewhere", shown));
    case EROFS:
      throw EnvironmentError(fmt::format("{}: the file system is read-only; write elsewhere", shown));
    default:
      throw EnvironmentError(
          fmt::format("{}: cannot be written: {}; mend that or write elsewhere", shown, std::strerror(error)));
  }
}

// While it lives, going beyond a limit on file sizes is an error of write() and no signal that kills the process and
// leaves a temporary file behind. The signal is sent to the thread that writes, so blocking it there is enough.
class NoSizeSignal {
 public:
  NoSizeSignal() {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGXFSZ);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
  }
  ~NoSizeSignal() {
    const int error = errno;
    if (::sigismember(&before_, SIGXFSZ) == 0) {
      const timespec now = {};
      ::sigtimedwait(&signals_, nullptr, &now);  // takes the one that is pending, if any
    }
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = error;
  }
  NoSizeSignal(const NoSizeSignal&) = delete;
  NoSizeSignal& operator=(const NoSizeSignal&) = delete;

 private:
  sigset_t signals_ = {};
  sigset_t before_ = {};
};

// Writes everything; false with errno set otherwise.
bool write_all(int number, std::string_view text) {
  const NoSizeSignal no_size_signal;
  while (!text.empty()) {
    const ssize_t written = ::write(number, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Where a symbolic link leads, even if nothing is there yet.
std::string follow_links(const std::string& path) {
  std::string current = path;
  for (int hops = 0; hops < kSymlinksMax; ++hops) {
    char target[4096];
    const ssize_t size = ::readlink(current.c_str(), target, sizeof target);
    if (size < 0) return current;  // not a link, or nothing there
    const std::string to(target, static_cast<std::size_t>(size));
    current = to.empty() || to.front() == '/' ? to : folder_of(current) + "/" + to;
  }
  refuse_writing(path, ELOOP);
}

// An open stream of this process that `path` is a name for (/dev/stdout, /proc/self/fd/2). Opening it anew would start
// at the beginning of the file behind it.
std::optional<int> own_stream(const std::string& path, const struct stat& status) {
  if (!path.starts_with("/dev/") && !path.starts_with("/proc/")) return std::nullopt;
  for (const int number : {STDOUT_FILENO, STDERR_FILENO}) {
    struct stat stream = {};
    if (::fstat(number, &stream) == 0 && stream.st_dev == status.st_dev && stream.st_ino == status.st_ino) {
      return number;
    }
  }
  return std::nullopt;
}

// How a path is to be written.
struct Plan {
  enum class Way { kStream, kInPlace, kNew, kReplace };
  Way way = Way::kNew;
  int stream = -1;         // kStream: the descriptor
  std::string target;      // otherwise: the path, symbolic links followed
  mode_t permissions = 0;  // kReplace: those of the file that is there
};

// Decides without touching anything. Throws what write_file is to throw for what can be known beforehand.
Plan plan_writing(const std::string& path, Overwrite overwrite) {
  if (path.empty()) throw InputError("the name of the file to write is empty; name a file");
  struct stat status = {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) refuse_writing(path, errno);
    Plan plan{.way = Plan::Way::kNew, .stream = -1, .target = follow_links(path), .permissions = 0};
    if (plan.target.empty() || plan.target.back() == '/') refuse_writing(path, EISDIR);
    const std::string folder = folder_of(plan.target);
    if (::stat(folder.c_str(), &status) != 0) refuse_writing(path, errno);
    if (!S_ISDIR(status.st_mode)) refuse_writing(path, ENOTDIR);
    return plan;
  }
  if (S_ISDIR(status.st_mode)) refuse_writing(path, EISDIR);
  if (const auto stream = own_stream(path, status)) {
    return Plan{.way = Plan::Way::kStream, .stream = *stream, .target = path, .permissions = 0};
  }
  if (!S_ISREG(status.st_mode)) {
    return Plan{.way = Plan::Way::kInPlace, .stream = -1, .target = path, .permissions = 0};
  }
  if (overwrite == Overwrite::kKeep) {
    throw InputError(
        fmt::format("{}: exists already and is kept; give another name, or --force to replace it", printable(path)));
  }
  return Plan{.way = Plan::Way::kReplace,
              .stream = -1,
              .target = follow_links(path),
              .permissions = static_cast<mode_t>(status.st_mode & 07777U)};
}

// A file under a temporary name, removed unless it was given its final one.
class TemporaryFile {
 public:
  // In the folder of `target`. Throws for `path`, the name the user knows.
  TemporaryFile(const std::string& path, const std::string& target) {
    for (int attempt = 0; attempt < kTemporaryNamesMax; ++attempt) {
      name_ = fmt::format("{}/.stalemate-{}-{}", folder_of(target), ::getpid(), attempt);
      number_ = open_retrying(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
      if (number_ >= 0) return;
      if (errno != EEXIST) break;
    }
    refuse_writing(path, errno);
  }
  ~TemporaryFile() {
    if (!is_named_) ::unlink(name_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  int number() const { return number_; }

  // Gives it its final name, replacing what is there if `replace`. 0, or an errno.
  int move_to(const std::string& target, bool replace) {
    if (replace) {
      is_named_ = ::rename(name_.c_str(), target.c_str()) == 0;
      return is_named_ ? 0 : errno;
    }
    is_named_ = ::renameat2(AT_FDCWD, name_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE) == 0;
    if (is_named_) return 0;
    if (errno != EINVAL && errno != ENOSYS) return errno;
    return ::link(name_.c_str(), target.c_str()) == 0 ? 0 : errno;  // the temporary name goes with the object
  }

 private:
  std::string name_;
  int number_ = -1;
  bool is_named_ = false;
};

}  // namespace

std::string read_text_file(const std::string& path, std::size_t bytes_max) {
  const std::string shown = printable(path);
  const Descriptor descriptor(open_retrying(path.c_str(), O_RDONLY | O_NOCTTY));
  if (!descriptor.is_open()) {
    if (errno == ENOENT) throw InputError(fmt::format("{}: no such file; check its name and folder", shown));
    if (errno == EACCES) throw InputError(fmt::format("{}: no permission to read it", shown));
    throw InputError(fmt::format("{}: cannot be opened: {}", shown, std::strerror(errno)));
  }
  struct stat status = {};
  if (::fstat(descriptor.number(), &status) != 0) {
    throw InputError(fmt::format("{}: cannot be read: {}", shown, std::strerror(errno)));
  }
  if (S_ISDIR(status.st_mode)) throw InputError(fmt::format("{}: is a folder; name a file in it", shown));
  const auto refuse_size = [&] {
    throw InputError(
        fmt::format("{}: larger than {} bytes, the most that is read here; is it the right file?", shown, bytes_max));
  };
  if (S_ISREG(status.st_mode) && static_cast<std::size_t>(status.st_size) > bytes_max) refuse_size();

  std::string text;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t size = ::read(descriptor.number(), buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw InputError(fmt::format("{}: cannot be read: {}", shown, std::strerror(errno)));
    if (size == 0) break;
    text.append(buffer, static_cast<std::size_t>(size));
    if (text.size() > bytes_max) refuse_size();
  }
  if (const auto bad = find_bad_utf8(text)) {
    const Position place = position_of(text, *bad);
    fail_at(shown, place,
            fmt::format("not UTF-8 (byte 0x{:02x}); save the file as UTF-8",
                        static_cast<unsigned>(static_cast<unsigned char>(text[*bad]))),
            "not-utf8");
  }
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  return text;
}

std::string base_name(std::string_view path) {
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || path.size() == 1) return std::string(path);
  return std::string(path.substr(slash + 1));
}

// I1: `descriptor` is there iff the plan is not kStream, `temporary` iff a regular file is made.
struct StreamedFile::Impl {
  std::string path;
  Plan plan;
  std::optional<TemporaryFile> temporary;
  std::optional<Descriptor> descriptor;
  off_t appended = 0;  // bytes, by calls that succeeded
};

StreamedFile::StreamedFile(const std::string& path, Overwrite overwrite) : impl_(std::make_unique<Impl>()) {
  impl_->path = path;
  impl_->plan = plan_writing(path, overwrite);
  switch (impl_->plan.way) {
    case Plan::Way::kStream:
      return;
    case Plan::Way::kInPlace:
      impl_->descriptor.emplace(open_retrying(impl_->plan.target.c_str(), O_WRONLY | O_NOCTTY));
      if (!impl_->descriptor->is_open()) refuse_writing(path, errno);
      return;
    case Plan::Way::kNew:
    case Plan::Way::kReplace:
      impl_->temporary.emplace(path, impl_->plan.target);
      impl_->descriptor.emplace(impl_->temporary->number());
      if (impl_->plan.way == Plan::Way::kReplace &&
          ::fchmod(impl_->descriptor->number(), impl_->plan.permissions) != 0) {
        refuse_writing(path, errno);
      }
  }
}

StreamedFile::~StreamedFile() = default;

void StreamedFile::append(std::string_view text) {
  const int number = impl_->descriptor ? impl_->descriptor->number() : impl_->plan.stream;
  if (!write_all(number, text)) refuse_writing(impl_->path, errno);
  impl_->appended += static_cast<off_t>(text.size());
}

void StreamedFile::finish_without_the_last() {
  if (impl_->temporary && ::ftruncate(impl_->descriptor->number(), impl_->appended) != 0)
    refuse_writing(impl_->path, errno);
  finish();
}

void StreamedFile::finish() {
  if (!impl_->descriptor) return;
  if (impl_->temporary && ::fsync(impl_->descriptor->number()) != 0) refuse_writing(impl_->path, errno);
  if (!impl_->descriptor->close()) refuse_writing(impl_->path, errno);
  if (!impl_->temporary) return;
  const int error = impl_->temporary->move_to(impl_->plan.target, impl_->plan.way == Plan::Way::kReplace);
  if (error == EEXIST) {
    throw InputError(
        fmt::format("{}: came into being meanwhile and is kept; give another name, or --force to replace it",
                    printable(impl_->path)));
  }
  if (error != 0) refuse_writing(impl_->path, error);
}

void write_file(const std::string& path, std::string_view text, Overwrite overwrite) {
  StreamedFile file(path, overwrite);
  file.append(text);
  file.finish();
}

void check_writable(const std::string& path, Overwrite overwrite) {
  const Plan plan = plan_writing(path, overwrite);
  if (plan.way == Plan::Way::kStream) return;
  const bool in_place = plan.way == Plan::Way::kInPlace;
  const std::string place = in_place ? plan.target : folder_of(plan.target);
  if (::faccessat(AT_FDCWD, place.c_str(), in_place ? W_OK : W_OK | X_OK, AT_EACCESS) != 0) refuse_writing(path, errno);
}

}  // namespace stalemate
