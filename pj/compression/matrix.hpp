#pragma once

#include <cstdint>
#include <vector>

namespace pj {

/// A dense matrix, row after row.
struct Matrix {
  std::int64_t rows = 0, columns = 0;
  std::vector<double> numbers;

  Matrix() = default;
  Matrix(std::int64_t row_count, std::int64_t column_count)
      : rows(row_count), columns(column_count), numbers(static_cast<std::size_t>(row_count * column_count)) {}

  double& operator()(std::int64_t row, std::int64_t column) {
    return numbers[static_cast<std::size_t>(row * columns + column)];
  }
  double operator()(std::int64_t row, std::int64_t column) const {
    return numbers[static_cast<std::size_t>(row * columns + column)];
  }
  bool operator==(const Matrix&) const = default;
};

Matrix transposed(const Matrix& matrix);
/// a · b, by OpenBLAS.
Matrix product(const Matrix& a, const Matrix& b);

/// matrix = left · diag(values) · right, with the values in descending order.
struct SingularValues {
  Matrix left;                 ///< rows × k with orthonormal columns
  std::vector<double> values;  ///< k = min(rows, columns), or fewer after `truncated`
  Matrix right;                ///< k × columns with orthonormal rows
};

/// By LAPACK's divide and conquer (dgesdd).
SingularValues singular_values(const Matrix& matrix);
/// The largest `rank` of them: the nearest matrix of that rank (Eckart and Young 1936).
SingularValues truncated(const SingularValues& all, std::int64_t rank);

/// x with a · x = b for a symmetric positive definite a; a thousandth of a millionth of its mean diagonal is added, so
/// that nearly dependent columns are no trouble.
Matrix solved(Matrix a, const Matrix& b);

}  // namespace pj
