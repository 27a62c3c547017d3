#pragma once

#include <cstdint>
#include <vector>

namespace pj {

/// How numbers are distributed.
struct Distribution {
  struct Bin {
    double low, high;  ///< low ≤ x < high, of the last one x ≤ high
    std::int64_t count;

    bool operator==(const Bin&) const = default;
  };

  std::int64_t count = 0;
  double mean = 0.0;
  double deviation = 0.0;  ///< √(Σ (x − mean)² / (n − 1))
  std::vector<double> sorted;

  /// The number that a share of all is at most, between neighbours by their distance (Hyndman and Fan 1996, rule 7).
  double quantile(double share) const;
  /// So many equal bins from the least to the greatest; one where all are equal.
  std::vector<Bin> histogram(int bins) const;
  /// The standard error of the mean, for independent numbers: deviation / √n.
  double standard_error() const;
};

/// Of at least one number.
Distribution distribution_of(std::vector<double> numbers);

}  // namespace pj
