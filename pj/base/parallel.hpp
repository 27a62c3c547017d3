#pragma once

#include <cstddef>
#include <functional>

namespace pj {

/// That many threads; for 0 one per core that this process may use (`taskset` and `mpirun` may leave it a few only).
int thread_count(int wanted);

/// Calls `work(i)` once for every i in [0, count) on at most `threads` threads (0: one per core).
/// The first exception, by index, is thrown again after all threads have ended.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace pj
