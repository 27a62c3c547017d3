#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace pj {

/// The file of a study's results, which is also all that a run needs to go on after it was killed: a line of JSON for
/// each point, appended as soon as it is known. While one program has it, another is refused.
class ResultsFile {
 public:
  /// Opens the file, or makes it. A last line that was cut off while it was written is removed. Throws `InputError`
  /// where the file cannot be written, is no file of results, or another program has it.
  explicit ResultsFile(std::string path);
  ~ResultsFile();
  ResultsFile(const ResultsFile&) = delete;
  ResultsFile& operator=(const ResultsFile&) = delete;

  /// The lines that were there, each with its line end, by their keys.
  const std::map<std::string, std::string>& lines() const { return lines_; }
  /// Was the last line cut off?
  bool was_torn() const { return was_torn_; }

  /// Adds a line, whole or not at all. Any thread may call it.
  void append(std::string_view line);

  /// The bytes that the file has now.
  std::int64_t size() const;

  /// Puts `text` in the place of the content, at once.
  void replace(std::string_view text);

 private:
  void open();
  void read();
  [[noreturn]] void refuse(const std::string& fault) const;

  std::string path_;
  int file_ = -1;
  std::mutex mutex_;
  std::map<std::string, std::string> lines_;
  bool was_torn_ = false;
};

/// The key of a line; throws `InputError` where it has none.
std::string key_of_line(std::string_view line);

}  // namespace pj
