#include "tests/support/files.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "pj/base/error.hpp"

namespace pj {

namespace {

/// The fields of one CSV line (RFC 4180, without line ends inside quotes).
std::vector<std::string> fields_of(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
      fields.back() += line[++i];
    } else if (line[i] == '"') {
      quoted = !quoted;
    } else if (line[i] == ',' && !quoted) {
      fields.emplace_back();
    } else if (line[i] != '\r') {
      fields.back() += line[i];
    }
  }
  return fields;
}

}  // namespace

std::string in_repository(const std::string& path) {
  return std::string(PJ_SOURCE_DIR) + "/" + path;
}

std::string in_shared(const std::string& path) {
  return std::string(PJ_SOURCE_DIR) + "/../shared/" + path;
}

bool shared_is_there(const std::string& what) {
  if (std::filesystem::is_directory(in_shared(""))) {
    return true;
  }
  std::printf("SKIPPED: %s (no ../shared beside this checkout)\n", what.c_str());
  return false;
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "pj-test-XXXXXX").string();
  ensure(::mkdtemp(pattern.data()) != nullptr, "a temporary folder can be made");
  folder_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::string TemporaryFolder::file(const std::string& name, const std::string& content) const {
  std::ofstream(path(name), std::ios::binary) << content;
  return path(name);
}

std::vector<std::map<std::string, std::string>> read_csv(const std::string& path) {
  std::ifstream stream(path);
  std::vector<std::string> header;
  std::vector<std::map<std::string, std::string>> rows;
  for (std::string line; std::getline(stream, line);) {
    if (line.empty() || line.starts_with('#')) {
      continue;
    }
    const std::vector<std::string> fields = fields_of(line);
    if (header.empty()) {
      header = fields;
      continue;
    }
    auto& row = rows.emplace_back();
    for (std::size_t i = 0; i < header.size(); ++i) {
      row[header[i]] = i < fields.size() ? fields[i] : "";
    }
  }
  return rows;
}

}  // namespace pj
