// Files against the real file system: what is refused, what is kept, and that nothing half-written ever stands there.
#include "base/file.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "base/error.hpp"

namespace stalemate {
namespace {

namespace fs = std::filesystem;

class TextFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "stalemate-file-test-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  std::size_t file_count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }
  void put(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  static std::string bytes_of(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  // The line with which reading or writing is refused by an error of the type E.
  template <class E, class Action>
  static std::string refusal(Action action) {
    try {
      action();
    } catch (const E& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
      return error.what();
    }
    ADD_FAILURE() << "not refused";
    return "";
  }
  std::string read_refusal(const std::string& bytes) const {
    put("in", bytes);
    const std::string line = refusal<InputError>([&] { read_text_file(path("in"), 1000); });
    return line.substr(std::min(line.size(), path("in").size()));
  }

  std::string folder_;
};

TEST_F(TextFile, text_is_read_byte_for_byte_and_only_a_leading_byte_order_mark_is_dropped) {
  put("a", "x\r\ny\t\u00e9\U0001F600");
  EXPECT_EQ(read_text_file(path("a"), 1000), "x\r\ny\t\u00e9\U0001F600");
  put("b", "\xEF\xBB\xBFx\xEF\xBB\xBF");
  EXPECT_EQ(read_text_file(path("b"), 1000), "x\xEF\xBB\xBF");
  put("c", "");
  EXPECT_EQ(read_text_file(path("c"), 1000), "");
}

TEST_F(TextFile, a_missing_file_a_folder_and_one_too_large_are_refused) {
  EXPECT_NE(refusal<InputError>([&] { read_text_file(path("none"), 9); }).find("no such file"), std::string::npos);
  EXPECT_NE(refusal<InputError>([&] { read_text_file(folder_, 9); }).find("is a folder"), std::string::npos);
  put("a", "0123456789");
  EXPECT_EQ(read_text_file(path("a"), 10), "0123456789");
  EXPECT_NE(refusal<InputError>([&] { read_text_file(path("a"), 9); }).find("larger than 9 bytes"), std::string::npos);
}

TEST_F(TextFile, a_huge_file_is_refused_by_its_size_without_being_read) {
  put("a", "");
  fs::resize_file(path("a"), std::uintmax_t{1} << 40);  // sparse: reading it would take minutes
  refusal<InputError>([&] { read_text_file(path("a"), 50 << 20); });
}

TEST_F(TextFile, an_endless_device_is_refused_once_the_limit_is_passed) {
  refusal<InputError>([&] { read_text_file("/dev/zero", 1 << 20); });
}

TEST_F(TextFile, bytes_that_are_not_utf8_are_refused_with_line_and_column) {
  EXPECT_TRUE(read_refusal("ab\n\u00e9x\xFFy").starts_with(":2:3: not UTF-8 (byte 0xff)"));
  for (const std::string bad : {"\xC0\xAF", "\xC1\xBF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF",  // over-long
                                "\xED\xA0\x80", "\xED\xBF\xBF",                              // surrogates
                                "\xF4\x90\x80\x80", "\xF5\x80\x80\x80",                      // above U+10FFFF
                                "\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xE2\x28\xA1"}) {
    EXPECT_TRUE(read_refusal("a" + bad).starts_with(":1:2: not UTF-8")) << testing::PrintToString(bad);
  }
  for (const std::string good :
       {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    put("in", good);
    EXPECT_EQ(read_text_file(path("in"), 1000), good);
  }
}

TEST_F(TextFile, a_fifo_is_read_to_its_end) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path("fifo")) << "from a pipe"; });
  EXPECT_EQ(read_text_file(path("fifo"), 100), "from a pipe");
  writer.join();
}

TEST_F(TextFile, base_name_is_the_last_part_of_a_path) {
  EXPECT_EQ(base_name("/a/b.md"), "b.md");
  EXPECT_EQ(base_name("b.md"), "b.md");
  EXPECT_EQ(base_name("a/b/"), "b");
  EXPECT_EQ(base_name("/"), "/");
  EXPECT_EQ(base_name(""), "");
}

TEST_F(TextFile, a_new_file_holds_the_text_and_nothing_else_is_left_in_the_folder) {
  write_file(path("t.json"), "a\r\nb", Overwrite::kKeep);
  EXPECT_EQ(bytes_of(path("t.json")), "a\r\nb");
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(TextFile, a_new_file_gets_the_permissions_that_the_umask_leaves) {
  const mode_t mask = umask(027);
  write_file(path("a"), "x", Overwrite::kKeep);
  umask(mask);
  struct stat status = {};
  ASSERT_EQ(stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0640U);
}

TEST_F(TextFile, an_existing_file_is_kept_unless_forced_and_then_keeps_its_permissions) {
  put("a", "old");
  ASSERT_EQ(chmod(path("a").c_str(), 0604), 0);
  EXPECT_NE(refusal<InputError>([&] { write_file(path("a"), "new", Overwrite::kKeep); }).find("--force"),
            std::string::npos);
  EXPECT_NE(refusal<InputError>([&] { check_writable(path("a"), Overwrite::kKeep); }).find("--force"),
            std::string::npos);
  EXPECT_EQ(bytes_of(path("a")), "old");
  check_writable(path("a"), Overwrite::kForce);
  write_file(path("a"), "new", Overwrite::kForce);
  EXPECT_EQ(bytes_of(path("a")), "new");
  struct stat status = {};
  ASSERT_EQ(stat(path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0604U);
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(TextFile, a_folder_and_a_missing_folder_are_refused_before_and_at_writing) {
  for (const Overwrite overwrite : {Overwrite::kKeep, Overwrite::kForce}) {
    refusal<InputError>([&] { write_file(folder_, "x", overwrite); });
    refusal<InputError>([&] { check_writable(folder_, overwrite); });
    refusal<InputError>([&] { write_file(path("new/"), "x", overwrite); });
    refusal<InputError>([&] { write_file(path("none/a"), "x", overwrite); });
    refusal<InputError>([&] { check_writable(path("none/a"), overwrite); });
    refusal<InputError>([&] { check_writable("", overwrite); });
  }
  put("plain", "");
  refusal<InputError>([&] { check_writable(path("plain/a"), Overwrite::kKeep); });
  refusal<InputError>([&] { check_writable(path(std::string(300, 'x')), Overwrite::kKeep); });
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(TextFile, checking_changes_nothing) {
  check_writable(path("a"), Overwrite::kKeep);
  check_writable("/dev/full", Overwrite::kKeep);
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(TextFile, a_symbolic_link_is_followed_and_stays_a_link) {
  put("real", "old");
  fs::create_symlink("real", path("link"));
  refusal<InputError>([&] { write_file(path("link"), "new", Overwrite::kKeep); });
  write_file(path("link"), "new", Overwrite::kForce);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(bytes_of(path("real")), "new");
}

TEST_F(TextFile, a_symbolic_link_to_nothing_yet_makes_the_file_it_points_to) {
  fs::create_directory(path("sub"));
  fs::create_symlink("sub/later", path("link"));
  write_file(path("link"), "x", Overwrite::kKeep);
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(bytes_of(path("sub/later")), "x");
}

TEST_F(TextFile, a_symbolic_link_to_itself_is_refused) {
  fs::create_symlink("loop", path("loop"));
  refusal<InputError>([&] { write_file(path("loop"), "x", Overwrite::kForce); });
  EXPECT_TRUE(fs::is_symlink(path("loop")));
}

TEST_F(TextFile, a_full_device_is_an_environment_error_and_stays_a_device) {
  for (const Overwrite overwrite : {Overwrite::kKeep, Overwrite::kForce}) {
    const std::string line = refusal<EnvironmentError>([&] { write_file("/dev/full", "x", overwrite); });
    EXPECT_TRUE(line.starts_with("/dev/full: no space left")) << line;
    EXPECT_TRUE(fs::is_character_file("/dev/full"));
  }
}

TEST_F(TextFile, a_pipe_is_written_in_place) {
  ASSERT_EQ(mkfifo(path("fifo").c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] { read = bytes_of(path("fifo")); });
  write_file(path("fifo"), "into a pipe", Overwrite::kKeep);
  reader.join();
  EXPECT_EQ(read, "into a pipe");
  EXPECT_TRUE(fs::is_fifo(path("fifo")));
}

// In a child process, so that limits and streams of this one stay as they are; the child's exit code is 0 if `body`
// says true.
template <class Body>
bool holds_in_child(Body body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  int status = 0;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_F(TextFile, a_write_beyond_the_size_limit_does_not_kill_leaves_nothing_and_keeps_the_old_file) {
  put("old", "old");
  EXPECT_TRUE(holds_in_child([&] {
    const rlimit limit = {1000, 1000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    int refused = 0;
    for (const auto& [name, overwrite] : {std::pair("new", Overwrite::kKeep), std::pair("old", Overwrite::kForce)}) {
      try {
        write_file(path(name), std::string(5000, 'x'), overwrite);
      } catch (const EnvironmentError&) {
        ++refused;
      }
    }
    return refused == 2;
  }));
  EXPECT_EQ(file_count(), 1U);
  EXPECT_EQ(bytes_of(path("old")), "old");
}

TEST_F(TextFile, dev_stdout_goes_on_in_the_file_that_standard_output_is_redirected_to) {
  EXPECT_TRUE(holds_in_child([&] {
    const int out = open(path("out").c_str(), O_WRONLY | O_CREAT, 0600);
    if (out < 0 || dup2(out, STDOUT_FILENO) < 0 || ::write(STDOUT_FILENO, "before ", 7) != 7) return false;
    write_file("/dev/stdout", "trace", Overwrite::kForce);
    return ::write(STDOUT_FILENO, " after", 6) == 6;
  }));
  EXPECT_EQ(bytes_of(path("out")), "before trace after");
}

TEST_F(TextFile, a_folder_without_permission_is_an_environment_error) {
  EXPECT_TRUE(holds_in_child([&] {
    if (geteuid() == 0 && (chmod(folder_.c_str(), 0755) != 0 || seteuid(65534) != 0)) return false;
    if (geteuid() != 65534 && chmod(folder_.c_str(), 0555) != 0) return false;
    int refused = 0;
    try {
      check_writable(path("a"), Overwrite::kKeep);
    } catch (const EnvironmentError&) {
      ++refused;
    }
    try {
      write_file(path("a"), "x", Overwrite::kKeep);
    } catch (const EnvironmentError&) {
      ++refused;
    }
    return refused == 2;
  }));
  chmod(folder_.c_str(), 0755);
  EXPECT_EQ(file_count(), 0U);
}

TEST_F(TextFile, a_streamed_file_has_its_name_only_once_it_is_finished) {
  {
    StreamedFile file(path("run.jsonl"), Overwrite::kKeep);
    file.append("one\n");
    file.append("two\n");
    EXPECT_FALSE(fs::exists(path("run.jsonl")));
    file.finish();
    EXPECT_EQ(bytes_of(path("run.jsonl")), "one\ntwo\n");
  }
  EXPECT_EQ(file_count(), 1U);
}

TEST_F(TextFile, a_streamed_file_that_is_not_finished_leaves_nothing_and_keeps_what_was_there) {
  put("run.jsonl", "old");
  {
    StreamedFile file(path("run.jsonl"), Overwrite::kForce);
    file.append("new");
  }
  EXPECT_EQ(bytes_of(path("run.jsonl")), "old");
  EXPECT_EQ(file_count(), 1U);
  refusal<InputError>([&] { StreamedFile(path("run.jsonl"), Overwrite::kKeep); });
}

}  // namespace
}  // namespace stalemate
