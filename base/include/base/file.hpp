// Reading whole text files and writing new ones, so that nothing is lost and no half file ever stands under a final
// name. Deterministic: bytes in, bytes out; no locale, no newline translation.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace stalemate {

// The bytes of the file at `path`, which must be valid UTF-8 of at most `bytes_max` bytes. A leading byte order mark is
// dropped. "-" is not special.
// Throws InputError: missing, unreadable, a directory, too large, not UTF-8 (with line and column of the first bad
// byte).
std::string read_text_file(const std::string& path, std::size_t bytes_max);

// `path` without its folders, for results that must not tell where they were made.
std::string base_name(std::string_view path);

enum class Overwrite { kKeep, kForce };

// Writes `text` to `path`. A regular file appears under its name only when every byte is on the disk (temporary file in
// the same folder, fsync, then link or rename); an existing one is kept unless kForce. Anything else that exists (a
// device, a pipe: /dev/stdout, /dev/full) is written to in place and never replaced. A symbolic link is followed.
// Throws InputError: exists and kKeep; folder missing; `path` is a directory. Throws EnvironmentError: disk full, no
// permission; nothing is left behind then.
void write_file(const std::string& path, std::string_view text, Overwrite overwrite);

// What write_file would refuse without writing anything, so that long work can fail before it starts rather than after.
void check_writable(const std::string& path, Overwrite overwrite);

// A file that is written as it comes, by the same rules and with the same errors as write_file: a regular one has its
// name only after finish(); destroyed before, nothing is left. Not for several threads at a time.
class StreamedFile {
 public:
  StreamedFile(const std::string& path, Overwrite overwrite);
  ~StreamedFile();
  StreamedFile(const StreamedFile&) = delete;
  StreamedFile& operator=(const StreamedFile&) = delete;

  void append(std::string_view text);
  // REQUIRES: called once, last.
  void finish();
  // Instead, after append() failed: a regular file ends with what the calls before have appended, and has its name.
  void finish_without_the_last();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stalemate
