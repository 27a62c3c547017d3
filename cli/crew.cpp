#include "cli/crew.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

namespace pj {

namespace {

namespace fs = std::filesystem;

/// Was this process started by mpirun, or by srun with PMIx, among others? So say their environment variables.
bool is_one_of_a_crew() {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  return size != nullptr ? std::string(size) != "1" : std::getenv("PMIX_RANK") != nullptr;
}

}  // namespace

std::unique_ptr<Crew> crew_of_this_process() {
  if (!is_one_of_a_crew()) {
    return nullptr;
  }
  std::error_code fault;
  const fs::path program = fs::read_symlink("/proc/self/exe", fault);
  return join_crew((program.parent_path() / "libpicojoule_mpi.so").string());
}

}  // namespace pj
