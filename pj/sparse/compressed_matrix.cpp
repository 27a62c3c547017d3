#include "pj/sparse/compressed_matrix.hpp"

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 40;

void check(const CompressedMatrix& matrix) {
  const auto elements = checked_product(matrix.shape.rows, matrix.shape.columns);
  if (matrix.shape.rows < 0 || matrix.shape.columns < 0 || !elements || *elements > most_elements ||
      matrix.index_bits < 1 || matrix.index_bits > most_index_bits) {
    throw InputError("a compressed matrix has up to " + grouped(most_elements) + " elements and runs of 1 to " +
                     std::to_string(most_index_bits) + " bits, not " + std::to_string(matrix.shape.rows) + " × " +
                     std::to_string(matrix.shape.columns) + " and " + std::to_string(matrix.index_bits));
  }
  const auto entries = static_cast<std::int64_t>(matrix.values.size());
  if (static_cast<std::int64_t>(matrix.starts.size()) != matrix.lines() + 1 ||
      matrix.runs.size() != matrix.values.size() || matrix.starts.front() != 0 || matrix.starts.back() != entries) {
    throw InputError("a compressed matrix needs a start for each line, 0 first and the " + std::to_string(entries) +
                     " entries last, and a run for each entry");
  }
  for (std::size_t line = 0; line + 1 < matrix.starts.size(); ++line) {
    const std::int64_t begin = matrix.starts[line];
    const std::int64_t end = matrix.starts[line + 1];
    if (begin > end || end > entries) {
      throw InputError("line " + std::to_string(line) + " of a compressed matrix starts behind the next one");
    }
    std::int64_t left = matrix.line_length();
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t run = matrix.runs[static_cast<std::size_t>(i)];
      if (run < 0 || run >= std::int64_t{1} << matrix.index_bits || run >= left) {
        throw InputError("a run of " + std::to_string(run) + " zeros leads out of line " + std::to_string(line) +
                         " or does not fit " + std::to_string(matrix.index_bits) + " bits");
      }
      left -= run + 1;
    }
  }
}

/// Calls `visit(line, place in the line, value)` for every entry.
template <class Visit>
void for_entries(const CompressedMatrix& matrix, std::size_t line, const Visit& visit) {
  std::int64_t place = 0;
  for (auto i = static_cast<std::size_t>(matrix.starts[line]); i < static_cast<std::size_t>(matrix.starts[line + 1]);
       ++i) {
    place += matrix.runs[i];
    visit(static_cast<std::size_t>(place), matrix.values[i]);
    ++place;
  }
}

}  // namespace

CompressedMatrix compress(std::span<const std::int64_t> dense, const MatrixShape& shape, const SparseFormat& format) {
  ensure(static_cast<std::int64_t>(dense.size()) == shape.elements(), "a matrix has rows times columns elements");
  ensure(format.index_bits >= 1 && format.index_bits <= most_index_bits, "runs have 1 to 32 bits");
  CompressedMatrix matrix{.by_columns = format.kind == SparseFormat::Kind::Csc,
                          .shape = shape,
                          .index_bits = format.index_bits,
                          .starts = {0}};
  const std::int64_t longest = (std::int64_t{1} << format.index_bits) - 1;
  for (std::int64_t line = 0; line < matrix.lines(); ++line) {
    std::int64_t run = 0;
    for (std::int64_t place = 0; place < matrix.line_length(); ++place) {
      const std::int64_t at = matrix.by_columns ? place * shape.columns + line : line * shape.columns + place;
      const std::int64_t value = dense[static_cast<std::size_t>(at)];
      if (value == 0) {
        ++run;
        continue;
      }
      for (; run > longest; run -= longest + 1) {
        matrix.runs.push_back(longest);
        matrix.values.push_back(0);
      }
      matrix.runs.push_back(run);
      matrix.values.push_back(value);
      run = 0;
    }
    matrix.starts.push_back(static_cast<std::int64_t>(matrix.values.size()));
  }
  return matrix;
}

std::vector<std::int64_t> decompress(const CompressedMatrix& matrix) {
  check(matrix);
  std::vector<std::int64_t> dense(static_cast<std::size_t>(matrix.shape.elements()), 0);
  const auto columns = static_cast<std::size_t>(matrix.shape.columns);
  for (std::size_t line = 0; line + 1 < matrix.starts.size(); ++line) {
    for_entries(matrix, line, [&](std::size_t place, std::int64_t value) {
      dense[matrix.by_columns ? place * columns + line : line * columns + place] = value;
    });
  }
  return dense;
}

std::int64_t size_bits(const CompressedMatrix& matrix, int value_bits, int pointer_bits) {
  return static_cast<std::int64_t>(matrix.values.size()) * (value_bits + matrix.index_bits) +
         static_cast<std::int64_t>(matrix.starts.size()) * pointer_bits;
}

MatrixProduct multiply(const CompressedMatrix& matrix, std::span<const std::int64_t> input) {
  check(matrix);
  ensure(static_cast<std::int64_t>(input.size()) == matrix.shape.columns, "a vector has an element for each column");
  MatrixProduct product{.output = std::vector<std::int64_t>(static_cast<std::size_t>(matrix.shape.rows), 0)};
  MatrixAccesses& accesses = product.accesses;
  accesses.starts = static_cast<std::int64_t>(matrix.starts.size());
  for (std::size_t line = 0; line + 1 < matrix.starts.size(); ++line) {
    accesses.input_reads += matrix.by_columns ? 1 : 0;
    accesses.output_writes += matrix.by_columns ? 0 : 1;
    for_entries(matrix, line, [&](std::size_t place, std::int64_t value) {
      const std::size_t row = matrix.by_columns ? place : line;
      const std::size_t column = matrix.by_columns ? line : place;
      product.output[row] += value * input[column];
      ++accesses.entries;
      ++(matrix.by_columns ? accesses.output_reads : accesses.input_reads);
      accesses.output_writes += matrix.by_columns ? 1 : 0;
    });
  }
  return product;
}

}  // namespace pj
