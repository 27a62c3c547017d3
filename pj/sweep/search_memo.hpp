#pragma once

#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <unordered_map>

#include "pj/study/metrics.hpp"

namespace pj {

/// What the search for the best mapping of one layer came to.
struct SearchOutcome {
  Verdict verdict = Verdict::yes();  ///< "no": nothing fits, or nothing was found in time, and why
  LayerMetrics measured;
};

/// Outcomes of searches by all that they depend on (`mapping_key`), for the points of one run: many points differ in
/// what a layer's search does not depend on, as the clock or an area. Any thread may call it; of several that want the
/// same outcome at a time, one searches and the others wait. It forgets all when it has grown large.
class SearchMemo {
 public:
  /// The outcome under this key, searched for where it is not there. What `search` throws is thrown to all who wait.
  SearchOutcome find(const std::string& key, const std::function<SearchOutcome()>& search);

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_future<SearchOutcome>> outcomes_;
};

}  // namespace pj
