#include <cmath>

#include "pj/kernels/blas.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

using Weights = Buffer<float>;

ConvOperands<float> operands(const ConvShape& shape, const Weights& weights, std::span<const float> input,
                             std::span<float> output) {
  return {shape, {input, shape.input()}, {std::span<const float>(weights), shape.weights()}, {output, shape.output()}};
}

/// The filters times the columns of each image and group: of its Toeplitz matrix, which `workspace` holds, or of the
/// input itself.
void run_products(const ConvOperands<float>& conv, std::span<float> workspace) {
  const ProductShape shape = toeplitz_product(conv.shape);
  const auto filter_size = static_cast<std::size_t>(shape.M * shape.K);
  const auto product_size = static_cast<std::size_t>(shape.M * shape.N);
  const auto column_size = static_cast<std::size_t>(shape.K * shape.N);
  const std::int64_t blocks = conv.shape.N * conv.shape.groups;
  for (std::int64_t block = 0; block < blocks; ++block) {
    const std::int64_t group = block % conv.shape.groups;
    const auto b = static_cast<std::size_t>(block);
    std::span<const float> columns = workspace;
    if (conv.shape.is_pointwise()) {
      columns = conv.input.elements().subspan(b * column_size, column_size);
    } else {
      fill_toeplitz(conv, block / conv.shape.groups, group, TensorView<float, 2>(workspace, {shape.K, shape.N}));
    }
    multiply({conv.weights.elements().subspan(static_cast<std::size_t>(group) * filter_size, filter_size),
              {shape.M, shape.K}},
             {columns, {shape.K, shape.N}},
             {conv.output.elements().subspan(b * product_size, product_size), {shape.M, shape.N}});
  }
}

}  // namespace

PreparedConv prepare_direct(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  const auto run = [shape, kept = Weights(weights.begin(), weights.end())](const ConvMemory& memory) {
    conv_direct(operands(shape, kept, memory.input, memory.output));
  };
  return with_epilogue({.weights = std::ssize(weights), .run = run}, shape, epilogue);
}

double direct_error_bound(const ConvShape& s) {
  return sum_error_bound(static_cast<double>(s.group_C() * s.R * s.S), float_roundoff);
}

PreparedConv prepare_im2col(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  const ProductShape product = toeplitz_product(shape);
  const bool is_connected = shape.is_fully_connected();
  const auto run = [=, kept = Weights(weights.begin(), weights.end())](const ConvMemory& memory) {
    if (is_connected) {
      multiply_transposed({memory.input, {shape.N, product.K}}, {std::span<const float>(kept), {shape.M, product.K}},
                          {memory.output, {shape.N, shape.M}});
    } else {
      run_products(operands(shape, kept, memory.input, memory.output), memory.workspace);
    }
  };
  return with_epilogue({.weights = std::ssize(weights),
                        .workspace = is_connected || shape.is_pointwise() ? 0 : product.K * product.N,
                        .run = run},
                       shape, epilogue);
}

int strassen_levels(const ProductShape& shape) {
  constexpr std::int64_t smallest =
      2048;  // as measured on square matrices: two levels take longer than one where halves are smaller
  int levels = 1;
  while (std::min({shape.M, shape.K, shape.N}) >> (levels + 1) >= smallest) {
    ++levels;
  }
  return levels;
}

Verdict strassen_can_run(const ConvShape& shape) {
  const ProductShape product = toeplitz_product(shape);
  if (std::min({product.M, product.K, product.N}) < 2) {
    return Verdict::no("Strassen halves rows and columns, and here is only one");
  }
  return Verdict::yes();
}

PreparedConv prepare_strassen(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  const auto run = [shape, kept = Weights(weights.begin(), weights.end())](const ConvMemory& memory) {
    const int levels = strassen_levels(toeplitz_product(shape));
    conv_toeplitz(operands(shape, kept, memory.input, memory.output), [&](auto a, auto b, auto product) {
      strassen(a, b, product, levels, [](auto left, auto right, auto p) { multiply(left, right, p); });
    });
  };
  return with_epilogue({.weights = std::ssize(weights), .run = run}, shape, epilogue);
}

OperationCount strassen_conv_operations(const ConvShape& shape) {
  const ProductShape product = toeplitz_product(shape);
  return shape.N * shape.groups * strassen_operations(product, strassen_levels(product));
}

double strassen_error_bound(const ConvShape& shape) {
  // Higham 2002, theorem 23.2: f(2k) = 12 f(k) + 46 k, f(k) = k², in the depth of the product.
  const ProductShape product = toeplitz_product(shape);
  const int levels = strassen_levels(product);
  auto depth = static_cast<double>(strassen_leaf(product, levels).K);
  double factor = depth * depth;
  for (int level = 0; level < levels; ++level, depth *= 2.0) {
    factor = 12.0 * factor + 46.0 * depth;
  }
  return factor * float_roundoff *
         (1.0 + 1e-3);  // and a little for the terms of second order, which are left out there
}

}  // namespace pj
