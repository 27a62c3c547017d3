#include <algorithm>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

template <class Number>
using Total = std::conditional_t<std::is_floating_point_v<Number>, double, std::uint64_t>;

/// sums[n] += Σₖ a[k] · b[k][n]: a row of the product, its sums kept wide.
template <class Number, class Sum>
__attribute__((target_clones("avx2", "default"))) void add_rows(Sum* sums, const Number* a, const Number* b,
                                                                std::int64_t K, std::int64_t N) {
  for (std::int64_t k = 0; k < K; ++k) {
    const auto factor = static_cast<Sum>(a[k]);
    for (std::int64_t n = 0; n < N; ++n) {
      sums[n] += factor * static_cast<Sum>(b[k * N + n]);
    }
  }
}

/// C[m,n] = Σₖ A[m,k] · B[k,n].
template <class Number>
std::vector<Total<Number>> product(const Number* a, const Number* b, std::int64_t M, std::int64_t K, std::int64_t N) {
  std::vector<Total<Number>> sums(static_cast<std::size_t>(M * N));
  for (std::int64_t m = 0; m < M; ++m) {
    add_rows(sums.data() + m * N, a + m * K, b, K, N);
  }
  return sums;
}

/// The matrix with rows and columns exchanged.
template <class Number>
std::vector<Number> transposed(std::span<const Number> matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<Number> turned(matrix.size());
  for (std::int64_t i = 0; i < rows; ++i) {
    for (std::int64_t j = 0; j < columns; ++j) {
      turned[static_cast<std::size_t>(j * rows + i)] = matrix[static_cast<std::size_t>(i * columns + j)];
    }
  }
  return turned;
}

/// Matrices of equal size that lie one behind the other.
template <class Number>
struct Stack {
  std::vector<Number> numbers;
  Sizes batch;
  std::int64_t rows = 1, columns = 1;

  const Number* at(std::int64_t i) const { return numbers.data() + i * rows * columns; }
};

/// An operand as matrices: a vector has one row (or, as the second operand, one column).
template <class Number>
Stack<Number> stack_of(const Constant& tensor, bool transpose, bool vector_is_column) {
  Sizes shape = tensor.shape;
  const bool is_vector = shape.size() == 1;
  if (is_vector) {
    shape.insert(vector_is_column ? shape.end() : shape.begin(), 1);
  }
  Stack<Number> stack{
      numbers_of<Number>(tensor), {shape.begin(), shape.end() - 2}, shape[shape.size() - 2], shape.back()};
  if (!transpose || is_vector) {
    return stack;
  }
  const auto size = static_cast<std::size_t>(stack.rows * stack.columns);
  for (std::size_t begin = 0; size > 0 && begin < stack.numbers.size(); begin += size) {
    const auto matrix = std::span(stack.numbers).subspan(begin, size);
    const auto turned = transposed(std::span<const Number>(matrix), stack.rows, stack.columns);
    std::copy(turned.begin(), turned.end(), matrix.begin());
  }
  std::swap(stack.rows, stack.columns);
  return stack;
}

/// α · sums + β · C. Whole numbers are added as they are where both factors are 1.
template <class Number>
std::vector<Number> scaled(const MatMul& layer, const Arguments& given, const std::vector<Total<Number>>& sums) {
  std::vector<Number> results(sums.size());
  const bool is_plain = layer.alpha == 1.0F && layer.beta == 1.0F;
  const auto added = given.has(2) ? stretched(numbers_of<Number>(given[2]), given.shape(2), given.result().shape)
                                  : std::vector<Number>(sums.size());
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (is_plain) {
      results[i] = static_cast<Number>(sums[i] + static_cast<Total<Number>>(added[i]));
    } else {
      results[i] =
          static_cast<Number>(static_cast<double>(layer.alpha) * static_cast<double>(static_cast<Number>(sums[i])) +
                              static_cast<double>(layer.beta) * static_cast<double>(added[i]));
    }
  }
  return results;
}

template <class Number>
Constant multiplied(const MatMul& layer, const Arguments& given) {
  const auto a = stack_of<Number>(given[0], layer.transpose_a, false);
  const auto b = stack_of<Number>(given[1], layer.transpose_b, true);
  const Sizes batch = broadcast(a.batch, b.batch);
  std::vector<std::int64_t> of_b;
  for_each_place(batch, stretched_strides(b.batch, batch), 0,
                 [&](std::int64_t, std::int64_t place) { of_b.push_back(place); });
  std::vector<Total<Number>> sums;
  for_each_place(batch, stretched_strides(a.batch, batch), 0, [&](std::int64_t i, std::int64_t of_a) {
    const auto matrix = product(a.at(of_a), b.at(of_b[static_cast<std::size_t>(i)]), a.rows, a.columns, b.columns);
    sums.insert(sums.end(), matrix.begin(), matrix.end());
  });
  return tensor_of(given.result(), scaled<Number>(layer, given, sums));
}

template <class Number>
Constant connected(const Arguments& given) {
  const auto input = numbers_of<Number>(given[0]);
  const auto weights = numbers_of<Number>(given[1]);
  const std::int64_t M = given.shape(1)[0];
  const std::int64_t K = given.shape(1)[1];
  const std::int64_t N = given.shape(0)[0];
  const auto turned = transposed(std::span(weights), M, K);
  const auto sums = product(input.data(), turned.data(), N, K, M);
  std::vector<Number> results(sums.size());
  const auto bias = given.has(2) ? numbers_of<Number>(given[2]) : std::vector<Number>(static_cast<std::size_t>(M));
  for (std::size_t i = 0; i < sums.size(); ++i) {
    results[i] = static_cast<Number>(sums[i] + static_cast<Total<Number>>(bias[i % bias.size()]));
  }
  return tensor_of(given.result(), results);
}

}  // namespace

Tensors compute(const MatMul& layer, const Arguments& given) {
  return in_number_type(given[0].format,
                        [&](auto zero) -> Tensors { return {multiplied<decltype(zero)>(layer, given)}; });
}

Tensors compute(const FullyConnected&, const Arguments& given) {
  return in_number_type(given[0].format, [&](auto zero) -> Tensors { return {connected<decltype(zero)>(given)}; });
}

}  // namespace pj
