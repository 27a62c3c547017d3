#include "pj/base/error.hpp"

#include <algorithm>

namespace pj {

namespace {

/// A message stays one line, whatever a file name or a value in it contains.
std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == 127; }, ' ');
  return text;
}

}  // namespace

std::string to_string(const Position& position) {
  std::string text = position.file;
  if (position.line > 0) {
    text += ":" + std::to_string(position.line);
    if (position.column > 0) {
      text += ":" + std::to_string(position.column);
    }
  }
  return text;
}

InputError::InputError(const std::string& message) : std::runtime_error(one_line(message)) {}

InputError::InputError(const Position& position, const std::string& message)
    : InputError(position.file.empty() ? message : to_string(position) + ": " + message) {}

}  // namespace pj
