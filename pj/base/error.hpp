#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace pj {

/// A place in a user's file. Lines and columns count from 1; 0 means "the file as a whole".
struct Position {
  std::string file;
  int line = 0;
  int column = 0;

  bool operator==(const Position&) const = default;
};

/// `file:line:column`, shortened where a part is unknown.
std::string to_string(const Position& position);

/// The user's input is wrong. The message is one line: place, fault, way out.
class InputError : public std::runtime_error {
 public:
  explicit InputError(const std::string& message);
  InputError(const Position& position, const std::string& message);
};

/// A file or data set that the user names is not there.
class MissingInput : public InputError {
 public:
  using InputError::InputError;
};

/// The answer to a question that may be "no"; a "no" carries its reason and is not an error.
class Verdict {
 public:
  static Verdict yes() { return Verdict(true, {}); }
  static Verdict no(std::string reason) { return Verdict(false, std::move(reason)); }

  explicit operator bool() const { return yes_; }
  const std::string& reason() const { return reason_; }

  bool operator==(const Verdict&) const = default;

 private:
  Verdict(bool yes, std::string reason) : yes_(yes), reason_(std::move(reason)) {}

  bool yes_;
  std::string reason_;
};

/// Throws `std::logic_error` with `promise` when it is broken. Input can never make it fail.
inline void ensure(bool kept, const char* promise) {
  if (!kept) {
    throw std::logic_error(promise);
  }
}

}  // namespace pj
