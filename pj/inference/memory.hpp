#pragma once

#include <vector>

#include "pj/inference/plan.hpp"

namespace pj {

/// For each node the values that nothing reads after it: its last-read operands and results that nobody reads.
std::vector<std::vector<ValueId>> last_uses(const Network& network);

/// What a run in the order of the nodes needs. A layer's workspace is taken as 16 bytes for each element of its
/// operands and results: numbers are unpacked, and sums are kept in float64.
MemoryNeed memory_need(const Network& network);

/// Throws `InputError` with the number where the need is more than `limit` (0: than the machine has).
void check_memory(const Network& network, const MemoryNeed& need, std::int64_t limit);

/// Throws `InputError` where a weight that a node reads has no elements, or holds NaN.
void check_weights(const Network& network);

}  // namespace pj
