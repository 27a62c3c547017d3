#pragma once

#include <map>
#include <string>
#include <vector>

namespace pj {

/// A file or folder of this repository, by its path from the root.
std::string in_repository(const std::string& path);

/// A file or folder of the reference data beside the checkout (`../shared`).
std::string in_shared(const std::string& path);

/// True where the reference data are there. Where they are not, prints one line `SKIPPED: reason`, which
/// `./test` counts; a test then returns: `if (!shared_is_there("the zoo's layer tables")) return;`
bool shared_is_there(const std::string& what);

/// A folder of this test's own, removed with the object.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path(const std::string& name) const { return folder_ + "/" + name; }
  /// Writes a file into the folder and returns its path.
  std::string file(const std::string& name, const std::string& content) const;

 private:
  std::string folder_;
};

/// The rows of a CSV file with a header line, each as column name → field; lines that start with # are left out.
std::vector<std::map<std::string, std::string>> read_csv(const std::string& path);

}  // namespace pj
