#pragma once

#include <exception>
#include <ostream>

namespace pj {

constexpr int exit_done = 0;
constexpr int exit_input = 1;          ///< the input is wrong or nothing fits
constexpr int exit_bug = 70;           ///< EX_SOFTWARE of sysexits.h
constexpr int exit_interrupted = 130;  ///< 128 + SIGINT, as shells say it

/// Says what went wrong in one line and returns the exit status.
int report_fault(std::exception_ptr fault, std::ostream& out);

}  // namespace pj
