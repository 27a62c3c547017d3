#pragma once

#include <chrono>
#include <mutex>
#include <ostream>
#include <string_view>

namespace pj {

/// One line on a terminal that says how far long work is. It is written over, at most every `interval`, and
/// cleared at the end; where the stream is no terminal nothing is written. Any thread may call it.
class Progress {
 public:
  Progress(std::ostream& out, bool is_terminal, std::chrono::milliseconds interval = std::chrono::milliseconds(100));
  ~Progress() { clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// Shows the line, cut to one row, unless the last one is too recent.
  void show(std::string_view line);
  /// Takes the line away.
  void clear();

 private:
  std::ostream& out_;
  const bool is_terminal_;
  const std::chrono::milliseconds interval_;
  std::chrono::steady_clock::time_point next_;
  bool shown_ = false;
  std::mutex mutex_;
};

}  // namespace pj
