#include "pj/sweep/crew.hpp"

#include <dlfcn.h>

#include <chrono>
#include <thread>

#include "pj/base/error.hpp"

namespace pj {

CrewMessage receive(Crew& crew) {
  constexpr std::chrono::microseconds pause(200);
  while (true) {
    if (auto message = crew.poll()) {
      return *std::move(message);
    }
    std::this_thread::sleep_for(pause);
  }
}

std::unique_ptr<Crew> join_crew(const std::string& library) {
  void* plugin = ::dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL);  // Open MPI's own plugins look for its symbols
  void* make = plugin == nullptr ? nullptr : ::dlsym(plugin, "pj_make_crew");
  if (make == nullptr) {
    const char* fault = ::dlerror();
    throw InputError(std::string("started by mpirun, but without MPI (") + (fault == nullptr ? "no reason" : fault) +
                     "); build picojoule where libopenmpi-dev is installed, or start it alone");
  }
  return std::unique_ptr<Crew>(reinterpret_cast<MakeCrew>(make)());
}

}  // namespace pj
