#include <algorithm>
#include <array>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

/// `ij,jk->ik`: the letters of each operand and of the result.
struct Equation {
  std::vector<std::string> operands;
  std::string result;
};

Equation parse_equation(std::string text) {
  std::erase(text, ' ');
  if (text.find('.') != std::string::npos) {
    throw InputError("its equation '" + text + "' has an ellipsis, which cannot be read; name all axes");
  }
  const std::size_t arrow = text.find("->");
  Equation equation{.operands = split(text.substr(0, arrow), ',')};
  if (arrow != std::string::npos) {
    equation.result = text.substr(arrow + 2);
    return equation;
  }
  // Without an arrow the result has the letters that stand once, in alphabetical order.
  std::string all = text;
  std::erase(all, ',');
  std::sort(all.begin(), all.end());
  std::copy_if(all.begin(), all.end(), std::back_inserter(equation.result),
               [&](char letter) { return std::count(all.begin(), all.end(), letter) == 1; });
  return equation;
}

bool has(const std::string& letters, char letter) {
  return letters.find(letter) != std::string::npos;
}

/// A value whose axes have letters.
struct Lettered {
  ValueId value;
  std::string letters;
};

Lettered transposed(NodeImport& node, const Lettered& from, const std::string& letters, const std::string& part) {
  Transpose layer;
  for (const char letter : letters) {
    layer.permutation.push_back(static_cast<std::int64_t>(from.letters.find(letter)));
  }
  if (letters == from.letters) {
    return from;
  }
  return {node.add_one(layer, {from.value}, part), letters};
}

/// Axes that neither the other operand nor the result has are summed.
Lettered summed(NodeImport& node, Lettered from, const std::string& kept, const std::string& part) {
  Reduce layer{.kind = Reduce::Kind::Sum, .keep_axes = false};
  std::string rest;
  for (std::size_t i = 0; i < from.letters.size(); ++i) {
    if (has(kept, from.letters[i])) {
      rest += from.letters[i];
    } else {
      layer.axes.push_back(static_cast<std::int64_t>(i));
    }
  }
  return layer.axes.empty() ? from : Lettered{node.add_one(layer, {from.value}, part), rest};
}

std::int64_t product_of(const NodeImport& node, const Lettered& from, const std::string& letters) {
  Sizes sizes;
  for (const char letter : letters) {
    sizes.push_back(node.value(from.value).shape[from.letters.find(letter)]);
  }
  return element_count(sizes);
}

/// Operand a as batch × rows × summed and b as batch × summed × columns: one matrix product.
Lettered product(NodeImport& node, const Lettered& a, const Lettered& b, const std::string& result) {
  std::string batch, rows, inner, columns;
  for (const char letter : a.letters) {
    (has(b.letters, letter) ? (has(result, letter) ? batch : inner) : rows) += letter;
  }
  for (const char letter : b.letters) {
    columns += has(a.letters, letter) ? "" : std::string(1, letter);
  }
  const Lettered left = transposed(node, a, batch + rows + inner, "left/turned");
  const Lettered right = transposed(node, b, batch + inner + columns, "right/turned");
  Sizes shape;
  for (const char letter : batch + rows) {
    shape.push_back(product_of(node, a, std::string(1, letter)));
  }
  for (const char letter : columns) {
    shape.push_back(product_of(node, b, std::string(1, letter)));
  }
  const std::int64_t count = product_of(node, a, batch);
  const std::int64_t depth = product_of(node, a, inner);
  const Reshape left_shape{{count, product_of(node, a, rows), depth}};
  const Reshape right_shape{{count, depth, product_of(node, b, columns)}};
  const ValueId matrix = node.add_one(
      MatMul{}, {node.add_one(left_shape, {left.value}, "left"), node.add_one(right_shape, {right.value}, "right")},
      "product");
  return {node.add_one(Reshape{shape}, {matrix}, "axes"), batch + rows + columns};
}

Lettered lettered(const NodeImport& node, std::size_t i, const std::string& letters) {
  std::string sorted = letters;
  std::sort(sorted.begin(), sorted.end());
  if (letters.size() != node.shape(i).size() || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    throw InputError("the letters '" + letters + "' do not name each axis of " + shape_text(node.shape(i)) +
                     " once; diagonals cannot be read");
  }
  return {node.input(i), letters};
}

std::vector<ValueId> convert_einsum(NodeImport& node) {
  const Equation equation = parse_equation(node.text("equation", ""));
  if (equation.operands.size() != node.input_count() || node.input_count() > 2) {
    throw InputError("its equation names " + std::to_string(equation.operands.size()) + " operands and it has " +
                     std::to_string(node.input_count()) + "; one or two can be read");
  }
  Lettered total = lettered(node, 0, equation.operands[0]);
  if (equation.operands.size() == 1) {
    total = summed(node, total, equation.result, "sum");
  } else {
    const Lettered other = lettered(node, 1, equation.operands[1]);
    const Lettered left = summed(node, total, other.letters + equation.result, "left/sum");
    const Lettered right = summed(node, other, total.letters + equation.result, "right/sum");
    total = product(node, left, right, equation.result);
  }
  const bool fits = std::all_of(equation.result.begin(), equation.result.end(),
                                [&](char letter) { return has(total.letters, letter); });
  if (!fits || equation.result.size() != total.letters.size()) {
    throw InputError("the result '" + equation.result + "' of its equation has letters that no operand has");
  }
  const Lettered result = transposed(node, total, equation.result, "");
  return result.value != node.input(0) ? std::vector{result.value}
                                       : node.add(Activation{.kind = Activation::Kind::Identity}, {result.value});
}

constexpr std::array einsum_rows{
    OperatorRow{"", "Einsum", convert_einsum},
};

}  // namespace

std::span<const OperatorRow> einsum_operators() {
  return einsum_rows;
}

}  // namespace pj
