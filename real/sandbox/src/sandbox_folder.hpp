// The folder of a sandbox: made and locked, its private files, and the removal of those that nobody owns any more. A
// folder is called kSandboxPrefix PID "-" XXXXXX, with the pid of the program it is for, and is locked (flock) as long
// as its supervisor lives.
#pragma once

#include <sys/types.h>

#include <string>
#include <system_error>
#include <vector>

namespace stalemate::real {

inline constexpr const char* kSandboxPrefix = "stalemate-sandbox-";

// Why the servers do not start; empty: the program is gone, there is nobody to tell.
struct StartupFailure {
  std::string reason;
};

struct FolderPlan {
  std::string base;   // where to make it
  pid_t program = 0;  // whom it is for
  uid_t uid = 0;      // whom to give it, if made by root
  gid_t gid = 0;
};

// Makes one, locked until this process ends. `made` is its name, set as soon as there is something to remove.
void make_sandbox_folder(const FolderPlan& plan, std::string& made);

// Throws StartupFailure where there is no room for a PostgreSQL: initdb, which fills 40 MB, would fail later, and its
// log be cut off where there is no room for it either. `base`: where the folder is.
void check_room(const std::string& folder, const std::string& base);

// The folders in `base` that this user may remove, `own` aside, whose program is dead and whose supervisor is, too.
std::vector<std::string> leftovers_in(const std::string& base, const std::string& own = "");
void remove_leftovers(const std::string& base, const std::string& own);

// The folder, and the shared memory of a PostgreSQL in it that was killed (its key is the inode of the data directory:
// PostgreSQL, src/backend/port/sysv_shmem.c), which no restart takes along any more. Where its supervisor was killed
// its last processes may just be ending: they are waited for, 4 s at most.
void remove_sandbox_folder(const std::string& path, std::error_code& error);

// Those made for this program, whose supervisors have ended.
void remove_folders_of(const std::string& base, pid_t program);

// Readable by its owner alone.
void write_private_file(const std::string& path, const std::string& text);

// "" where there is none.
std::string read_all(const std::string& path);
// What a log says went wrong, in one line for an error message: its first line about an error; else its last.
std::string failure_in(const std::string& log);

}  // namespace stalemate::real
