#include "pj/study/results_file.hpp"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t largest_file = std::int64_t{1} << 33;

bool is_same_file(int file, const std::string& path) {
  struct stat open {};
  struct stat named {};
  return ::fstat(file, &open) == 0 && ::stat(path.c_str(), &named) == 0 && open.st_ino == named.st_ino &&
         open.st_dev == named.st_dev;
}

}  // namespace

std::string key_of_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  const auto key = json.is_object() ? json.find("key") : json.end();
  if (!json.is_object() || key == json.end() || !key->is_string()) {
    throw InputError("is not a line of results");
  }
  return key->get<std::string>();
}

ResultsFile::ResultsFile(std::string path) : path_(std::move(path)) {
  open();
  try {
    read();
  } catch (...) {
    ::close(file_);
    throw;
  }
}

ResultsFile::~ResultsFile() {
  ::close(file_);
}

void ResultsFile::refuse(const std::string& fault) const {
  throw InputError({path_}, fault);
}

void ResultsFile::open() {
  std::error_code ignored;
  if (std::filesystem::exists(path_, ignored) && !std::filesystem::is_regular_file(path_, ignored)) {
    refuse("is not a regular file; results need one, from which a run that was stopped goes on");
  }
  // Whoever ends a run puts a new file in the place of this one: what is locked must be what has the name.
  do {
    if (file_ >= 0) {
      ::close(file_);
    }
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file_ < 0) {
      refuse(std::string("cannot be written: ") + std::strerror(errno) +
             "; choose a folder that exists, is writable and has space");
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      const int fault = errno;
      ::close(file_);
      refuse(fault == EWOULDBLOCK ? std::string("another run is writing these results; wait for it, or choose another "
                                                "file with --results")
                                  : std::string("cannot be locked: ") + std::strerror(fault));
    }
  } while (!is_same_file(file_, path_));
}

void ResultsFile::read() {
  struct stat status {};
  ::fstat(file_, &status);
  if (status.st_size == 0) {
    return;
  }
  const std::string content = read_file(path_, largest_file);
  const std::size_t whole = content.rfind('\n') + 1;  // 0 where there is no line end
  std::size_t number = 1;
  for (std::size_t start = 0; start < whole; ++number) {
    const std::size_t end = content.find('\n', start) + 1;
    const std::string line = content.substr(start, end - start);
    try {
      lines_.emplace(key_of_line(line), line);
    } catch (const InputError&) {
      throw InputError({path_, static_cast<int>(number)},
                       "is not a line of results; name another file with --results, or remove the line");
    }
    start = end;
  }
  if (whole < content.size()) {
    if (whole == 0 && !content.starts_with("{")) {
      throw InputError({path_, 1}, "is not a line of results; name another file with --results");
    }
    was_torn_ = true;
    if (::ftruncate(file_, static_cast<off_t>(whole)) != 0) {
      refuse(std::string("cannot be written: ") + std::strerror(errno));
    }
  }
}

std::int64_t ResultsFile::size() const {
  struct stat status {};
  ::fstat(file_, &status);
  return status.st_size;
}

void ResultsFile::append(std::string_view line) {
  const std::lock_guard lock(mutex_);
  struct stat before {};
  ::fstat(file_, &before);
  while (!line.empty()) {
    const ssize_t written = ::write(file_, line.data(), line.size());
    if (written < 0 && errno != EINTR) {
      const std::string fault = std::strerror(errno);
      // Half a line would be dropped by the next run anyway, so that a failure here loses nothing.
      [[maybe_unused]] const int ignored = ::ftruncate(file_, before.st_size);
      refuse("cannot be written: " + fault + "; the points so far are kept: make space and run the same command again");
    }
    line.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
}

void ResultsFile::replace(std::string_view text) {
  write_file(path_, text);
}

}  // namespace pj
