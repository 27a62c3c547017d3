#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "pj/mapper/mapper.hpp"

namespace pj {

/// Proved results of searches, kept in a folder between runs: a small text file each, named by a hash of all that the
/// result depends on (`mapping_key`), which the file repeats. Nothing in the folder is trusted: what is damaged, does
/// not fit or does not cost what it says is ignored and later written anew. Any thread and any program may use the
/// folder at the same time, and deleting any of it costs only time.
class MappingCache {
 public:
  /// Keeps results in `folder`, which the first of them makes. An empty name: in memory, for as long as this lives.
  explicit MappingCache(std::string folder) : folder_(std::move(folder)) {}

  /// The result of this search, priced by the model today, if it is there.
  std::optional<MapperResult> find(const Workload& workload, const Accelerator& accelerator,
                                   const MapperOptions& options) const;

  /// Keeps a result, unless it is a "no" or not proved. Where that fails nothing is kept from then on.
  void store(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
             const MapperResult& result) const;

  /// Why results could not be kept; empty where they could.
  std::string fault() const;

 private:
  std::string folder_;
  mutable std::mutex mutex_;  // of what follows
  mutable std::string fault_;
  mutable std::map<std::string, MapperResult> memory_;
};

/// As `find_best_mapping`, but what is in the cache is not searched for, and what was searched for is kept there.
MapperResult find_cached_mapping(const Workload& workload, const Accelerator& accelerator, const MapperOptions& options,
                                 const MappingCache* cache);

}  // namespace pj
