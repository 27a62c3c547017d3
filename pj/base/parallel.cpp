#include "pj/base/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <thread>
#include <vector>

namespace pj {

int thread_count(int wanted) {
  if (wanted > 0) {
    return wanted;
  }
  cpu_set_t cores;
  CPU_ZERO(&cores);
  const bool is_known = ::sched_getaffinity(0, sizeof cores, &cores) == 0;
  return std::max(1, is_known ? CPU_COUNT(&cores) : static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work) {
  const auto wanted = static_cast<std::size_t>(thread_count(threads));
  std::vector<std::exception_ptr> faults(count);
  std::atomic<std::size_t> next{0};
  std::atomic<bool> failed{false};
  const auto run = [&] {
    while (!failed) {
      const std::size_t i = next++;  // once taken it runs, so the first fault by index is always found
      if (i >= count) {
        return;
      }
      try {
        work(i);
      } catch (...) {
        faults[i] = std::current_exception();
        failed = true;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(wanted, count); ++i) {
      helpers.emplace_back(run);
    }
    run();
  }
  for (const std::exception_ptr& fault : faults) {
    if (fault) {
      std::rethrow_exception(fault);
    }
  }
}

}  // namespace pj
