#pragma once

namespace pj {

/// By how much sums of the same terms in another order may differ, relative.
constexpr double sum_rounding = 1e-12;

}  // namespace pj
