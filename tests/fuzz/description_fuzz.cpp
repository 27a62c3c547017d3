#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "pj/base/error.hpp"
#include "pj/base/yaml.hpp"
#include "pj/network/densities.hpp"
#include "pj/timeloop/problem.hpp"
#include "pj/workload/workload_file.hpp"

namespace {

[[noreturn]] void fail(const std::string& fault) {
  std::fputs((fault + "\n").c_str(), stderr);
  std::abort();
}

/// Reads a file of one kind, writes it and reads that, which must be the same again.
template <class Read, class Write>
void check_round_trip(const pj::YamlNode& file, const Read& read, const Write& write) {
  std::string text;
  try {
    text = write(read(file));
  } catch (const pj::InputError&) {
    return;
  }
  try {
    if (write(read(pj::parse_yaml(text, "again.yaml"))) != text) {
      fail("what was read changed on its way through a file");
    }
  } catch (const pj::InputError& fault) {
    fail(std::string("what was written is refused: ") + fault.what());
  }
}

}  // namespace

/// Any text is read as densities, a workload and a Timeloop problem, or refused with an `InputError`; what was read is
/// the same after it was written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const pj::YamlNode file = pj::parse_yaml(std::string(reinterpret_cast<const char*>(data), size), "fuzz.yaml");
    const auto problem = [](const pj::Workload& workload) {
      return pj::timeloop_problem(workload, pj::TimeloopVersion::V04);
    };
    check_round_trip(file, pj::parse_densities, [](const pj::Densities& densities) { return to_yaml(densities); });
    check_round_trip(file, pj::parse_timeloop_problem, problem);
    pj::timeloop_problem(pj::parse_workload(file), pj::TimeloopVersion::V03);
  } catch (const pj::InputError&) {
  }
  return 0;
}
