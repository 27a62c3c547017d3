#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"
#include "cli/verbs.hpp"

namespace pj {

/// What the user asks for: a verb with its options, or only a text (help, the version).
struct CommandLine {
  const Verb* verb = nullptr;
  Options options;
  std::string text;
};

/// Reads the words behind the program's name. Throws `InputError` with "did you mean".
CommandLine parse_command_line(const std::vector<std::string>& words);

}  // namespace pj
