#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "pj/sweep/crew.hpp"

namespace pj {

/// Computes the line of one point.
using ComputeLine = std::function<std::string(std::int64_t point)>;
/// Keeps the line of one point; any thread may call it.
using KeepLine = std::function<void(std::int64_t point, const std::string& line)>;

/// The first process tells the others whether all are ready, and waits for them. `state` stands for all that they must
/// agree on, `fault` for what is wrong here (empty: nothing). Throws `InputError` where something is wrong anywhere: in
/// the first process with the reason, in the others with an empty message.
void agree(Crew& crew, const std::string& state, const std::string& fault);

/// The first process: hands out the points, to its own `threads` and to the other processes as they ask, and keeps what
/// comes back. Throws the first fault after all have stopped.
void lead(Crew& crew, const std::vector<std::int64_t>& points, int threads, const ComputeLine& compute,
          const KeepLine& keep);

/// The other processes: `threads` of them ask for points until there are no more.
void follow(Crew& crew, int threads, const ComputeLine& compute);

}  // namespace pj
