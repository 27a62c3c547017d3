#include "cli/cache.hpp"

#include <cstdlib>

namespace pj {

std::string cache_folder(const char* xdg_cache_home, const char* home) {
  if (xdg_cache_home != nullptr && xdg_cache_home[0] == '/') {
    return std::string(xdg_cache_home) + "/picojoule";
  }
  return home != nullptr && home[0] == '/' ? std::string(home) + "/.cache/picojoule" : "";
}

std::string cache_folder(const Options& options) {
  return options.no_cache ? "" : cache_folder(std::getenv("XDG_CACHE_HOME"), std::getenv("HOME"));
}

void warn_of_fault(const MappingCache& cache, Console& console) {
  if (const std::string fault = cache.fault(); !fault.empty()) {
    console.warnings << "picojoule: warning: results are not kept for later runs (--no-cache does without): " << fault
                     << "\n";
  }
}

}  // namespace pj
