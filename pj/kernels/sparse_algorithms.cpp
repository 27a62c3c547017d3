#include "pj/kernels/sparse_algorithms.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "pj/kernels/blas.hpp"
#include "pj/kernels/random_codes.hpp"
#include "pj/kernels/rounding.hpp"

namespace pj {

namespace {

constexpr auto float_bytes = static_cast<std::int64_t>(sizeof(float));
constexpr std::int64_t place_bytes = 2;  // of an index of 16 bits
constexpr std::int64_t start_bytes = 8;

std::int64_t kept_of(std::int64_t numbers, double density) {
  return std::clamp<std::int64_t>(std::llround(static_cast<double>(numbers) * density), 1, numbers);
}

/// As many multiplications and additions, so many for each output.
OperationCount for_outputs(const ConvShape& s, std::int64_t terms) {
  const std::int64_t count = element_count(s.output()) * terms;
  return {.multiplications = count, .additions = count};
}

std::int64_t kept_inputs(const ConvShape& s, double density) {
  return kept_of(s.filter_size(), density);
}

OperationCount kept_operations(const ConvShape& s, double density) {
  return for_outputs(s, kept_inputs(s, density));
}

double kept_error_bound(const ConvShape& s, double density) {
  return sum_error_bound(static_cast<double>(kept_inputs(s, density)), float_roundoff);
}

/// Entries of all windows of an output; the last window may be too small for as many.
std::int64_t balanced_inputs(const ConvShape& s, double density) {
  const std::int64_t entries = balanced_entries(density);
  const std::int64_t K = s.filter_size();
  return K / balanced_window * entries + std::min(entries, K % balanced_window);
}

/// Calls `keep(i)` for `kept` of so many numbers, every choice of them as likely as any other.
template <class Keep>
void choose(Rng& rng, std::int64_t numbers, std::int64_t kept, const Keep& keep) {
  for (std::int64_t i = 0; i < numbers; ++i) {
    if (rng.between(0, numbers - i - 1) < kept) {
      keep(i);
      --kept;
    }
  }
}

double largest_of(std::span<const float> numbers) {
  float largest = 0.0F;
  for (const float number : numbers) {
    largest = std::max(largest, std::abs(number));
  }
  return static_cast<double>(largest);
}

using Prepare = SparseConv (*)(const SparseKernels&, const ConvShape&, std::span<const float>);

SparseExample example(const SparseKernels& kernels, const ConvShape& s, Buffer<float> weights, Prepare prepare) {
  SparseConv sparse = prepare(kernels, s, weights);
  const double largest = largest_of(weights);
  return {std::move(weights), largest, std::move(sparse)};
}

/// The same number of weights in each filter.
Buffer<float> random_filters(const ConvShape& s, double density, Rng& rng) {
  Buffer<float> weights(static_cast<std::size_t>(element_count(s.weights())));
  const std::int64_t K = s.filter_size();
  for (std::int64_t m = 0; m < s.M; ++m) {
    choose(rng, K, kept_inputs(s, density),
           [&](std::int64_t i) { weights[static_cast<std::size_t>(m * K + i)] = random_in_unit(rng); });
  }
  return weights;
}

SparseExample random_rows(const SparseKernels& kernels, const ConvShape& s, double density, Rng& rng) {
  return example(kernels, s, random_filters(s, density, rng), prepare_sparse_rows);
}

SparseExample random_columns(const SparseKernels& kernels, const ConvShape& s, double density, Rng& rng) {
  return example(kernels, s, random_filters(s, density, rng), prepare_sparse_columns);
}

SparseExample random_balanced(const SparseKernels& kernels, const ConvShape& s, double density, Rng& rng) {
  Buffer<float> weights(static_cast<std::size_t>(element_count(s.weights())));
  const std::int64_t K = s.filter_size();
  for (std::int64_t i = 0; i < s.M * ceil_div(K, balanced_window); ++i) {
    const std::int64_t first = i % ceil_div(K, balanced_window) * balanced_window;
    float* const window = weights.data() + i / ceil_div(K, balanced_window) * K + first;
    choose(rng, std::min(balanced_window, K - first), balanced_entries(density),
           [&](std::int64_t place) { window[place] = random_in_unit(rng); });
  }
  return example(kernels, s, std::move(weights), prepare_balanced);
}

SparseExample random_blocks(const SparseKernels& kernels, const ConvShape& s, double density, Rng& rng) {
  Buffer<float> weights(static_cast<std::size_t>(element_count(s.weights())));
  const std::int64_t K = s.filter_size();
  for (std::int64_t m = 0; m < s.M; m += std::min(block_size, s.group_M() - m % s.group_M())) {
    const std::int64_t last = m + std::min(block_size, s.group_M() - m % s.group_M());
    choose(rng, K, kept_inputs(s, density), [&](std::int64_t i) {
      for (std::int64_t row = m; row < last; ++row) {
        weights[static_cast<std::size_t>(row * K + i)] = random_in_unit(rng);
      }
    });
  }
  return example(kernels, s, std::move(weights), prepare_block_sparse);
}

std::int64_t circulant_blocks(const ConvShape& s, std::int64_t b) {
  return ceil_div(s.M, b) * ceil_div(s.filter_size(), b);
}

SparseExample random_circulant(const SparseKernels& kernels, const ConvShape& s, double density, Rng& rng) {
  const std::int64_t b = circulant_size(density);
  const std::int64_t K = s.filter_size();
  Buffer<float> columns(static_cast<std::size_t>(circulant_blocks(s, b) * b));
  std::ranges::generate(columns, [&] { return random_in_unit(rng); });
  Buffer<float> weights(static_cast<std::size_t>(s.M * K));
  for (std::int64_t i = 0; i < s.M * K; ++i) {
    const std::int64_t m = i / K;
    const std::int64_t block = m / b * ceil_div(K, b) + i % K / b;
    weights[static_cast<std::size_t>(i)] = columns[static_cast<std::size_t>(block * b + (m - i % K % b + b) % b)];
  }
  return {std::move(weights), largest_of(columns), prepare_circulant(kernels, s, b, columns)};
}

SparseExample random_low_rank(const SparseKernels&, const ConvShape& s, double density, Rng& rng) {
  const std::int64_t rank = low_rank(s, density);
  Tensor<float, 2> left({s.M, rank});
  Tensor<float, 2> right({rank, s.C});
  for (Tensor<float, 2>* factor : {&left, &right}) {
    std::ranges::generate(factor->elements(), [&] { return random_in_unit(rng); });
  }
  Buffer<float> weights(static_cast<std::size_t>(s.M * s.C));
  multiply(left.view(), right.view(), {std::span<float>(weights), {s.M, s.C}});
  return {std::move(weights), largest_of(left.elements()) * largest_of(right.elements()),
          prepare_low_rank(s, rank, left.elements(), right.elements())};
}

/// The factors' product, from which the weights of an example are rounded, and the two products in a row.
double low_rank_error_bound(const ConvShape& s, double density) {
  const auto rank = static_cast<double>(low_rank(s, density));
  const auto C = static_cast<double>(s.C);
  const double terms = accumulated_roundings(rank + C, float_roundoff) + accumulated_roundings(rank, float_roundoff);
  return terms * rank * C;
}

std::int64_t kept_values(const ConvShape& s, double density) {
  return s.M * kept_inputs(s, density);
}

std::int64_t row_bytes(const ConvShape& s, double density) {
  return kept_values(s, density) * (float_bytes + place_bytes) + (s.M + 1) * start_bytes;
}

std::int64_t column_bytes(const ConvShape& s, double density) {
  return kept_values(s, density) * (float_bytes + place_bytes) + (s.filter_size() + 1) * start_bytes;
}

std::int64_t balanced_values(const ConvShape& s, double density) {
  return s.M * balanced_inputs(s, density);
}

std::int64_t balanced_bytes(const ConvShape& s, double density) {
  return balanced_values(s, density) * (float_bytes + 1);
}

OperationCount balanced_operations(const ConvShape& s, double density) {
  return for_outputs(s, balanced_inputs(s, density));
}

double balanced_error_bound(const ConvShape& s, double density) {
  return sum_error_bound(static_cast<double>(balanced_inputs(s, density)), float_roundoff);
}

/// One place for each block.
std::int64_t block_bytes(const ConvShape& s, double density) {
  const std::int64_t blocks = s.groups * ceil_div(s.group_M(), block_size) * kept_inputs(s, density);
  return kept_values(s, density) * float_bytes + blocks * static_cast<std::int64_t>(sizeof(std::int32_t));
}

std::int64_t circulant_values(const ConvShape& s, double density) {
  const std::int64_t b = circulant_size(density);
  return circulant_blocks(s, b) * b;
}

/// The spectra are kept.
std::int64_t circulant_bytes(const ConvShape& s, double density) {
  const std::int64_t b = circulant_size(density);
  return circulant_blocks(s, b) * (b / 2 + 1) * 2 * float_bytes;
}

std::int64_t low_rank_values(const ConvShape& s, double density) {
  return low_rank(s, density) * (s.C + s.M);
}

const std::array all_sparse{
    SparseAlgorithm{"CSR", "Tinney and Walker 1967, by rows", rows_can_run, kept_values, kept_operations, row_bytes,
                    kept_error_bound, random_rows},
    SparseAlgorithm{"CSC", "Han et al., ISCA 2016: by columns, zeros of the input skipped", columns_can_run,
                    kept_values, kept_operations, column_bytes, kept_error_bound, random_columns},
    SparseAlgorithm{"balanced", "Yao et al., AAAI 2019: as many weights in every 32 inputs", connected_can_run,
                    balanced_values, balanced_operations, balanced_bytes, balanced_error_bound, random_balanced},
    SparseAlgorithm{"16x1 blocks", "Narang, Undersander and Diamos 2017", block_sparse_can_run, kept_values,
                    kept_operations, block_bytes, kept_error_bound, random_blocks},
    SparseAlgorithm{
        "block-circulant", "Ding et al., MICRO 2017", connected_can_run, circulant_values,
        [](const ConvShape& s, double density) { return circulant_operations(s, circulant_size(density)); },
        circulant_bytes,
        [](const ConvShape& s, double density) { return circulant_error_bound(s, circulant_size(density)); },
        random_circulant},
    SparseAlgorithm{"low rank", "Denton et al., NIPS 2014: two factors", low_rank_can_run, low_rank_values,
                    [](const ConvShape& s, double density) {
                      const std::int64_t terms = s.N * s.P() * s.Q() * low_rank_values(s, density);
                      return OperationCount{.multiplications = terms, .additions = terms};
                    },
                    [](const ConvShape& s, double density) { return low_rank_values(s, density) * float_bytes; },
                    low_rank_error_bound, random_low_rank},
};

}  // namespace

std::span<const SparseAlgorithm> sparse_algorithms() {
  return all_sparse;
}

std::int64_t balanced_entries(double density) {
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(balanced_window) * density));
}

std::int64_t circulant_size(double density) {
  constexpr std::int64_t largest = 256;
  const auto least = static_cast<std::uint64_t>(std::ceil(1.0 / std::max(density, 1.0 / largest) - 1e-9));
  return static_cast<std::int64_t>(std::bit_ceil(std::max<std::uint64_t>(least, 2)));
}

std::int64_t low_rank(const ConvShape& s, double density) {
  const double kept = static_cast<double>(s.M) * static_cast<double>(s.C) * density;
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(kept / static_cast<double>(s.M + s.C)));
}

}  // namespace pj
