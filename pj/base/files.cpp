#include "pj/base/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void cannot_write(const std::string& path, int fault) {
  throw InputError({path}, std::string("cannot be written: ") + std::strerror(fault) +
                               "; choose a folder that exists, is writable and has space");
}

/// Writes everything to an open file, or returns the error number.
int write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno != EINTR) {
      return errno;
    }
    content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return ::fsync(file) == 0 || errno == EINVAL ? 0 : errno;
}

/// A new, open file beside `path` and its name. Other writers, and those that were killed, may have neighbours too.
std::pair<int, std::string> open_neighbour(const std::string& path) {
  constexpr int most_writers = 1000;
  std::string name;
  int file = -1;
  for (int i = 0; i < most_writers && file < 0 && (i == 0 || errno == EEXIST); ++i) {
    name = path + "." + std::to_string(::getpid()) + "-" + std::to_string(i) + ".part";
    file = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  }
  return {file, name};
}

/// The file that a symbolic link (`/dev/stdout` is one) leads to, so that the link itself is not replaced.
std::string followed(const std::string& path) {
  std::error_code fault;
  if (!fs::is_symlink(path, fault)) {
    return path;
  }
  const fs::path target = fs::canonical(path, fault);
  return fault ? path : target.string();
}

}  // namespace

std::string read_file(const std::string& path, std::int64_t limit) {
  std::error_code fault;
  const fs::file_status status = fs::status(path, fault);
  if (!fs::exists(status)) {
    throw MissingInput({path}, "no such file");
  }
  if (fs::is_directory(status)) {
    throw InputError({path}, "is a directory; name a file in it");
  }
  if (!fs::is_regular_file(status)) {
    throw InputError({path}, "is not a regular file");
  }
  const auto size = static_cast<std::int64_t>(fs::file_size(path, fault));
  if (size > limit) {
    throw InputError({path}, "has " + grouped(size) + " bytes; the limit is " + grouped(limit));
  }
  std::ifstream stream(path, std::ios::binary);
  std::string content(static_cast<std::size_t>(size), '\0');
  if (!stream || !stream.read(content.data(), size)) {
    throw InputError({path}, "cannot be read; check its permissions");
  }
  if (content.empty()) {
    throw InputError({path}, "is empty");
  }
  return content;
}

void write_file(const std::string& name, std::string_view content) {
  const std::string path = followed(name);
  // Devices and pipes cannot be replaced by a rename: they are written directly.
  std::error_code fault;
  const bool special = fs::exists(path, fault) && !fs::is_regular_file(path, fault);
  const auto [file, target] =
      special ? std::pair{::open(path.c_str(), O_WRONLY | O_CLOEXEC), path} : open_neighbour(path);
  if (file < 0) {
    cannot_write(name, errno);
  }
  int failure = write_all(file, content);
  if (::close(file) != 0 && failure == 0) {
    failure = errno;
  }
  if (failure == 0 && !special && ::rename(target.c_str(), path.c_str()) != 0) {
    failure = errno;
  }
  if (failure != 0) {
    if (!special) {
      ::unlink(target.c_str());
    }
    cannot_write(name, failure);
  }
}

void check_can_write(const std::string& name) {
  const std::string path = followed(name);
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    cannot_write(name, EISDIR);
  }
  const bool special = fs::exists(path, ignored) && !fs::is_regular_file(path, ignored);
  const std::string folder = fs::path(path).parent_path().string();
  const std::string target = special ? path : (folder.empty() ? "." : folder);
  if (!special && fs::exists(target, ignored) && !fs::is_directory(target, ignored)) {
    cannot_write(name, ENOTDIR);
  }
  if (::access(target.c_str(), W_OK) != 0) {
    cannot_write(name, errno);
  }
}

}  // namespace pj
