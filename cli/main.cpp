#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "cli/command_line.hpp"
#include "cli/fault.hpp"
#include "cli/signals.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"

namespace pj {

namespace {

/// A reader that went away (`| head`) is no fault; a full disk behind standard output is one.
void flush(std::ostream& out) {
  errno = 0;
  if (!out.flush() && errno != EPIPE) {
    throw InputError(std::string("standard output cannot be written: ") + std::strerror(errno));
  }
}

void run(const std::vector<std::string>& words) {
  const CommandLine line = parse_command_line(words);
  if (line.verb != nullptr) {
    for (const std::string& path : {line.options.json, line.options.csv}) {
      if (!path.empty()) {
        check_can_write(path);
      }
    }
    Progress progress(std::cerr, ::isatty(STDERR_FILENO) == 1);
    Console console{std::cout, std::cerr, progress, interrupt_on_signals()};
    line.verb->run(line.options, console);
  }
  std::cout << line.text;
  flush(std::cout);
}

}  // namespace

}  // namespace pj

int main(int argc, char** argv) {
  try {
    std::ios::sync_with_stdio(false);
    pj::run({argv + (argc > 0 ? 1 : 0), argv + argc});
  } catch (...) {
    return pj::report_fault(std::current_exception(), std::cerr);
  }
  return pj::exit_done;
}
