#pragma once

#include <string>

#include "cli/options.hpp"
#include "cli/verbs.hpp"
#include "pj/study/mapping_cache.hpp"

namespace pj {

/// The folder of the cache of results: `picojoule` in the folder that the environment gives to caches, which is
/// $XDG_CACHE_HOME where that is an absolute path (XDG Base Directory Specification), else $HOME/.cache. Empty where
/// there is neither. Either may be null.
std::string cache_folder(const char* xdg_cache_home, const char* home);

/// That folder for this run: empty with --no-cache.
std::string cache_folder(const Options& options);

/// Says in one line where results could not be kept.
void warn_of_fault(const MappingCache& cache, Console& console);

}  // namespace pj
