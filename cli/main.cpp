#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "cli/command_line.hpp"
#include "cli/fault.hpp"
#include "cli/signals.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/report/page.hpp"

namespace pj {

namespace {

void run_verb(const Verb& verb, const Options& options) {
  for (const std::string& path : {options.json, options.csv, options.report}) {
    if (!path.empty()) {
      check_can_write(path);
    }
  }
  if (!options.report.empty()) {
    check_has_pages();
  }
  Progress progress(std::cerr, ::isatty(STDERR_FILENO) == 1);
  Console console{std::cout, std::cerr, progress, interrupt_on_signals()};
  verb.run(options, console);
}

/// A reader that went away (`| head`) is no fault; a full disk behind standard output is one.
void run(const std::vector<std::string>& words) {
  const CommandLine line = parse_command_line(words);
  std::cout.exceptions(std::ios::badbit);
  try {
    if (line.verb != nullptr) {
      run_verb(*line.verb, line.options);
    }
    std::cout << line.text << std::flush;
  } catch (const std::ios::failure&) {
    std::cout.exceptions(std::ios::goodbit);  // the stream is flushed once more when the program ends
    if (errno != EPIPE) {
      throw InputError(std::string("standard output cannot be written: ") + std::strerror(errno));
    }
  }
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
