#pragma once

#include <string>
#include <vector>

#include "pj/sparse/sparse_format.hpp"

namespace pj {

/// What storage formats take of a matrix with independent zeros.
struct FormatComparison {
  int value_bits = 16;
  MatrixShape shape;
  std::vector<SparseFormat> formats;
  std::vector<double> densities;

  /// The expected bits of one number.
  double bits(std::size_t format, double density) const;
  /// The format that takes the fewest bits; of equal ones the first.
  std::size_t best(double density) const;
};

/// The usual formats for the weights of a 3×3 convolution from 512 to 512 channels, dense to one non-zero in a hundred.
FormatComparison compare_formats(int value_bits);

/// A row for each density with the best format, and the density up to which each format saves.
std::string formats_table(const FormatComparison& comparison);
std::string formats_csv(const FormatComparison& comparison);
/// Every number (docs/json.md).
std::string formats_json(const FormatComparison& comparison);

}  // namespace pj
