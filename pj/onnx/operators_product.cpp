#include <array>

#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

std::vector<ValueId> convert_matmul(NodeImport& node) {
  return node.add(MatMul{}, {node.input(0), node.input(1)});
}

/// Where a Gemm is x · Wᵀ + b with weights, it is the fully connected layer of the textbooks.
bool is_fully_connected(const NodeImport& node, const MatMul& product) {
  const bool plain = !product.transpose_a && product.transpose_b && product.alpha == 1.0F && product.beta == 1.0F;
  const bool has_bias = node.has_input(2);
  return plain && node.scope().draft().is_weight(node.input(1)) &&
         (!has_bias || node.shape(2) == Sizes{node.shape(1)[0]});
}

std::vector<ValueId> convert_gemm(NodeImport& node) {
  if (node.rank(0) != 2 || node.rank(1) != 2) {
    throw InputError("its operands are " + shape_text(node.shape(0)) + " and " + shape_text(node.shape(1)) +
                     "; both must be matrices");
  }
  const MatMul product{.transpose_a = node.flag("transA", false),
                       .transpose_b = node.flag("transB", false),
                       .alpha = node.real("alpha", 1.0F),
                       .beta = node.has_input(2) ? node.real("beta", 1.0F) : 1.0F};
  if (is_fully_connected(node, product)) {
    return node.add(FullyConnected{}, node.inputs(3));
  }
  return node.add(product, node.inputs(3));
}

constexpr std::array product_rows{
    OperatorRow{"", "MatMul", convert_matmul},
    OperatorRow{"", "Gemm", convert_gemm},
};

}  // namespace

std::span<const OperatorRow> product_operators() {
  return product_rows;
}

}  // namespace pj
