#include "pj/study/results_file.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "tests/support/fault.hpp"
#include "tests/support/files.hpp"

namespace pj {

namespace {

const std::string a = "{\"key\":\"a\"}\n";
const std::string b = "{\"key\":\"b\"}\n";

std::string file_fault(const std::string& path) {
  return input_fault([&] { const ResultsFile file(path); });
}

}  // namespace

TEST_CASE("lines that were appended are there when the file is opened again") {
  const TemporaryFolder folder;
  const std::string path = folder.path("r.jsonl");
  ResultsFile(path).append(a);
  ResultsFile(path).append(b);
  const ResultsFile file(path);
  CHECK(file.lines() == std::map<std::string, std::string>{{"a", a}, {"b", b}});
  CHECK_FALSE(file.was_torn());
}

TEST_CASE("a line that was cut off is removed, wherever it was cut") {
  const TemporaryFolder folder;
  for (std::size_t length = 1; length < b.size(); ++length) {
    const std::string path = folder.file("r.jsonl", a + b.substr(0, length));
    {
      ResultsFile file(path);
      CHECK(file.was_torn());
      CHECK(file.lines().size() == 1);
      file.append(b);
    }
    CHECK(read_file(path, 100) == a + b);
  }
}

TEST_CASE("what is no file of results is left alone") {
  const TemporaryFolder folder;
  const std::string text = folder.file("notes.txt", "buy milk\n");
  CHECK(file_fault(text) ==
        text + ":1: is not a line of results; name another file with --results, or remove the line");
  CHECK(read_file(text, 100) == "buy milk\n");
  const std::string torn = folder.file("torn.txt", "buy milk");
  CHECK(file_fault(torn) == torn + ":1: is not a line of results; name another file with --results");
  CHECK(read_file(torn, 100) == "buy milk");
  CHECK(file_fault("/dev/full") ==
        "/dev/full: is not a regular file; results need one, from which a run that was stopped goes on");
  CHECK(file_fault(folder.path("no/r.jsonl")).find("cannot be written: No such file or directory") !=
        std::string::npos);
}

TEST_CASE("a second run on the same file is refused, and the file is free after the first") {
  const TemporaryFolder folder;
  const std::string path = folder.path("r.jsonl");
  {
    ResultsFile first(path);
    first.append(a);
    CHECK(file_fault(path) ==
          path + ": another run is writing these results; wait for it, or choose another file with --results");
    first.replace(b + a);
  }
  CHECK(file_fault(path) == "no fault");
  CHECK(read_file(path, 100) == b + a);
}

TEST_CASE("where the disk is full a line is kept whole or not at all") {
  const TemporaryFolder folder;
  const std::string path = folder.path("r.jsonl");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{a.size() + 3, a.size() + 3};  // stands for the disk
    ::setrlimit(RLIMIT_FSIZE, &small);
    int status = 1;
    try {
      ResultsFile file(path);
      file.append(a);
      file.append(b);
    } catch (const InputError& error) {
      status = std::string(error.what()).find("the points so far are kept") == std::string::npos ? 2 : 0;
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  CHECK(read_file(path, 100) == a);
}

}  // namespace pj
