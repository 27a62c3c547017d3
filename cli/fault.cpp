#include "cli/fault.hpp"

#include <new>
#include <string>

#include "pj/base/error.hpp"
#include "pj/base/interrupt.hpp"

namespace pj {

namespace {

int report_bug(const std::string& what, std::ostream& out) {
  out << "picojoule: this is a bug in picojoule " PJ_VERSION " (" << what
      << "); please send this line, the command and its input files to the maintainers\n";
  return exit_bug;
}

}  // namespace

int report_fault(std::exception_ptr fault, std::ostream& out) {
  try {
    std::rethrow_exception(std::move(fault));
  } catch (const InputError& error) {
    out << "picojoule: " << error.what() << "\n";
    return exit_input;
  } catch (const Interrupted& interrupted) {
    out << "picojoule: " << interrupted.what() << "\n";
    return exit_interrupted;
  } catch (const std::bad_alloc&) {
    out << "picojoule: not enough memory; a smaller batch or fewer threads need less\n";
    return exit_input;
  } catch (const std::exception& error) {
    return report_bug(error.what(), out);
  } catch (...) {
    return report_bug("unknown exception", out);
  }
}

}  // namespace pj
