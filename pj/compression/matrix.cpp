#include "pj/compression/matrix.hpp"

#include <cblas.h>

#include <algorithm>

#include "pj/base/error.hpp"

// LAPACK's own interface (Fortran), for which Debian's OpenBLAS has no header.
extern "C" {
void dgesdd_(const char* job, const int* rows, const int* columns, double* a, const int* a_stride, double* values,
             double* left, const int* left_stride, double* right, const int* right_stride, double* work,
             const int* work_size, int* whole_work, int* info);
void dposv_(const char* triangle, const int* order, const int* right_sides, double* a, const int* a_stride, double* b,
            const int* b_stride, int* info);
}

namespace pj {

namespace {

constexpr std::int64_t most_rows = 1 << 20;  // LAPACK counts in 32 bits

int whole(std::int64_t size) {
  if (size > most_rows) {
    throw InputError("a matrix with " + std::to_string(size) + " rows or columns is too large to be factorised");
  }
  return static_cast<int>(size);
}

}  // namespace

Matrix transposed(const Matrix& matrix) {
  Matrix result(matrix.columns, matrix.rows);
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    for (std::int64_t column = 0; column < matrix.columns; ++column) {
      result(column, row) = matrix(row, column);
    }
  }
  return result;
}

Matrix product(const Matrix& a, const Matrix& b) {
  ensure(a.columns == b.rows, "matrices that are multiplied have a size in common");
  Matrix result(a.rows, b.columns);
  if (!result.numbers.empty() && a.columns > 0) {
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, whole(a.rows), whole(b.columns), whole(a.columns), 1.0,
                a.numbers.data(), whole(a.columns), b.numbers.data(), whole(b.columns), 0.0, result.numbers.data(),
                whole(b.columns));
  }
  return result;
}

SingularValues singular_values(const Matrix& matrix) {
  // Row after row is the transpose, column after column: the left factor of the one is the right one of the other.
  Matrix copy = matrix;
  const int rows = whole(matrix.columns);
  const int columns = whole(matrix.rows);
  const int count = std::min(rows, columns);
  SingularValues result{Matrix(matrix.rows, count), std::vector<double>(static_cast<std::size_t>(count)),
                        Matrix(count, matrix.columns)};
  std::vector<int> whole_work(8 * static_cast<std::size_t>(std::max(1, count)));
  double wanted = 0.0;
  int info = 0;
  const auto call = [&](double* work, int work_size) {
    dgesdd_("S", &rows, &columns, copy.numbers.data(), &rows, result.values.data(), result.right.numbers.data(), &rows,
            result.left.numbers.data(), &count, work, &work_size, whole_work.data(), &info);
  };
  call(&wanted, -1);  // asks how much room it needs
  std::vector<double> work(static_cast<std::size_t>(wanted));
  call(work.data(), static_cast<int>(work.size()));
  if (info != 0) {
    throw InputError("its singular values could not be found; are all weights finite numbers?");
  }
  return result;
}

SingularValues truncated(const SingularValues& all, std::int64_t rank) {
  SingularValues result{Matrix(all.left.rows, rank), all.values, Matrix(rank, all.right.columns)};
  result.values.resize(static_cast<std::size_t>(rank));
  for (std::int64_t row = 0; row < all.left.rows; ++row) {
    for (std::int64_t k = 0; k < rank; ++k) {
      result.left(row, k) = all.left(row, k);
    }
  }
  std::copy_n(all.right.numbers.begin(), result.right.numbers.size(), result.right.numbers.begin());
  return result;
}

Matrix solved(Matrix a, const Matrix& b) {
  constexpr double ridge = 1e-9;
  double trace = 0.0;
  for (std::int64_t i = 0; i < a.rows; ++i) {
    trace += a(i, i);
  }
  for (std::int64_t i = 0; i < a.rows; ++i) {
    a(i, i) += ridge * trace / static_cast<double>(a.rows) + 1e-300;
  }
  Matrix columns = transposed(b);  // a column after the other
  const int order = whole(a.rows);
  const int right_sides = whole(b.columns);
  int info = 0;
  dposv_("L", &order, &right_sides, a.numbers.data(), &order, columns.numbers.data(), &order, &info);
  if (info != 0) {
    throw InputError("its least-squares equations have no single solution; choose a lower rank");
  }
  return transposed(columns);
}

}  // namespace pj
