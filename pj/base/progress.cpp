#include "pj/base/progress.hpp"

#include <string>

namespace pj {

namespace {

constexpr std::size_t columns = 79;  // of the narrowest usual terminal, less the cursor's
constexpr const char* start_of_cleared_line = "\r\x1b[K";

/// The first code points of UTF-8 `text`, as many as there are columns.
std::string_view one_row(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts_a_code_point = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts_a_code_point && ++width > columns) {
      return text.substr(0, i);
    }
  }
  return text;
}

}  // namespace

Progress::Progress(std::ostream& out, bool is_terminal, std::chrono::milliseconds interval)
    : out_(out), is_terminal_(is_terminal), interval_(interval) {}

void Progress::show(std::string_view line) {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (!is_terminal_ || now < next_) {
    return;
  }
  out_ << start_of_cleared_line << one_row(line) << std::flush;
  next_ = now + interval_;
  shown_ = true;
}

void Progress::clear() {
  const std::lock_guard lock(mutex_);
  if (shown_) {
    out_ << start_of_cleared_line << std::flush;
  }
  shown_ = false;
}

}  // namespace pj
