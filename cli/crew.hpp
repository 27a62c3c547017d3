#pragma once

#include <memory>

#include "pj/sweep/crew.hpp"

namespace pj {

/// The processes that `mpirun` started together with this one, or null where there are none. The MPI part is a plugin
/// beside the program, so that nobody else pays for it at the start.
std::unique_ptr<Crew> crew_of_this_process();

}  // namespace pj
