#include "pj/base/files.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>

#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

constexpr std::int64_t limit = 1 << 20;

std::size_t files_in(const std::string& folder) {
  const std::filesystem::directory_iterator entries(folder);
  return static_cast<std::size_t>(std::distance(begin(entries), end(entries)));
}

}  // namespace

TEST_CASE("what is written is what is read") {
  const TemporaryFolder folder;
  const std::string content("a\0b\r\n\xff", 6);
  write_file(folder.path("a"), content);
  CHECK(read_file(folder.path("a"), limit) == content);
}

TEST_CASE("a file is replaced and leaves nothing else in its folder") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "old and longer");
  write_file(path, "new");
  CHECK(read_file(path, limit) == "new");
  CHECK(files_in(folder.path("")) == 1);
}

TEST_CASE("a file keeps its old content where the new cannot be written") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder.path("a"));
  CHECK_THROWS_AS(write_file(folder.path("a"), "new"), InputError);
  CHECK(files_in(folder.path("")) == 1);
}

TEST_CASE("what a link leads to is written and the link stays") {
  const TemporaryFolder folder;
  const std::string file = folder.file("a", "old");
  std::filesystem::create_symlink(file, folder.path("link"));
  CHECK_NOTHROW(check_can_write(folder.path("link")));
  write_file(folder.path("link"), "new");
  CHECK(read_file(file, limit) == "new");
  CHECK(std::filesystem::is_symlink(folder.path("link")));
}

TEST_CASE("a missing file is named") {
  const TemporaryFolder folder;
  const std::string path = folder.path("none.yaml");
  CHECK_THROWS_WITH_AS(read_file(path, limit), (path + ": no such file").c_str(), InputError);
  CHECK_THROWS_WITH_AS(read_file("", limit), "no such file", InputError);
}

TEST_CASE("a folder is not read as a file") {
  const TemporaryFolder folder;
  const std::string message = folder.path("") + ": is a directory; name a file in it";
  CHECK_THROWS_WITH_AS(read_file(folder.path(""), limit), message.c_str(), InputError);
}

TEST_CASE("a device is not read as a file") {
  CHECK_THROWS_WITH_AS(read_file("/dev/zero", limit), "/dev/zero: is not a regular file", InputError);
}

TEST_CASE("an empty file is refused") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "");
  CHECK_THROWS_WITH_AS(read_file(path, limit), (path + ": is empty").c_str(), InputError);
}

TEST_CASE("a file over the limit is refused before it is read") {
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "12345");
  CHECK(read_file(path, 5) == "12345");
  CHECK_THROWS_WITH_AS(read_file(path, 4), (path + ": has 5 bytes; the limit is 4").c_str(), InputError);
}

TEST_CASE("a file without permission is refused") {
  if (::geteuid() == 0) {
    std::printf("SKIPPED: unreadable files (root reads everything)\n");
    return;
  }
  const TemporaryFolder folder;
  const std::string path = folder.file("a", "12345");
  std::filesystem::permissions(path, std::filesystem::perms::none);
  CHECK_THROWS_WITH_AS(read_file(path, limit), (path + ": cannot be read; check its permissions").c_str(), InputError);
}

TEST_CASE("a file cannot be written into a folder that is not there") {
  const TemporaryFolder folder;
  const std::string path = folder.path("none/a");
  const std::string message = path +
                              ": cannot be written: No such file or directory; choose a folder that exists, is "
                              "writable and has space";
  CHECK_THROWS_WITH_AS(write_file(path, "a"), message.c_str(), InputError);
}

TEST_CASE("many writers of a file do not disturb each other, nor does what killed ones left") {
  const TemporaryFolder folder;
  folder.file("a." + std::to_string(::getpid()) + "-0.part", "left behind");
  parallel_for(64, 8, [&](std::size_t i) { write_file(folder.path("a"), std::string(1000, char('a' + i % 8))); });
  const std::string last = read_file(folder.path("a"), limit);
  CHECK(last == std::string(1000, last.front()));
  CHECK(files_in(folder.path("")) == 2);
}

TEST_CASE("a full disk is reported") {
  CHECK_THROWS_WITH_AS(write_file("/dev/full", "a"),
                       "/dev/full: cannot be written: No space left on device; choose a folder that exists, is "
                       "writable and has space",
                       InputError);
}

TEST_CASE("what cannot be written is known before the work") {
  const TemporaryFolder folder;
  const std::string file = folder.file("a", "old");
  CHECK_NOTHROW(check_can_write(file));
  CHECK_NOTHROW(check_can_write(folder.path("new")));
  CHECK_NOTHROW(check_can_write("/dev/null"));
  CHECK_NOTHROW(check_can_write("in_this_folder"));
  CHECK_THROWS_AS(check_can_write(folder.path("none/a")), InputError);
  CHECK_THROWS_AS(check_can_write(folder.path("")), InputError);
  CHECK_THROWS_AS(check_can_write(file + "/a"), InputError);
  CHECK(files_in(folder.path("")) == 1);
}

TEST_CASE("a device is written directly") {
  CHECK_NOTHROW(write_file("/dev/null", "a"));
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

}  // namespace pj
