#pragma once

#include <atomic>
#include <cstdint>

namespace pj {

/// Returns when `value` is no longer `old`. The thread watches for a fifth of a millisecond, which is shorter than
/// waking it, and then sleeps, so that other processes keep the cores; who changes the value calls `notify_all`.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old);

}  // namespace pj
