#pragma once

namespace pj {

/// By how much sums of the same terms in another order may differ, relative.
constexpr double sum_rounding = 1e-12;

/// Tables count memory in megabytes of 10⁶ bytes.
constexpr double bits_per_megabyte = 8e6;

}  // namespace pj
