#include <array>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/onnx/operators.hpp"
#include "pj/onnx/reader.hpp"

namespace pj {

namespace {

std::vector<ValueId> convert_gather(NodeImport& node) {
  return node.add(Gather{.axis = node.integer("axis", 0)}, {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_gather_elements(NodeImport& node) {
  return node.add(Gather{.kind = Gather::Kind::Elements, .axis = node.integer("axis", 0)},
                  {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_gather_nd(NodeImport& node) {
  return node.add(Gather{.kind = Gather::Kind::Nd, .batch_axes = node.integer("batch_dims", 0)},
                  {node.input(0), node.input(1)});
}

Scatter::Combine combination(const NodeImport& node) {
  static constexpr std::array names{"none", "add", "mul", "min", "max"};
  const std::string text = node.text("reduction", "none");
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (text == names[i]) {
      return static_cast<Scatter::Combine>(i);
    }
  }
  throw InputError("its reduction is '" + text + "'; known: none, add, mul, min, max");
}

std::vector<ValueId> convert_scatter_elements(NodeImport& node) {
  return node.add(
      Scatter{.kind = Scatter::Kind::Elements, .combine = combination(node), .axis = node.integer("axis", 0)},
      {node.input(0), node.input(1), node.input(2)});
}

std::vector<ValueId> convert_scatter_nd(NodeImport& node) {
  return node.add(Scatter{.kind = Scatter::Kind::Nd, .combine = combination(node)},
                  {node.input(0), node.input(1), node.input(2)});
}

/// 0, 1, …, count − 1 along one axis of `rank`.
Constant counting(const NodeImport& node, std::int64_t count, std::size_t axis, std::size_t rank,
                  const NumberFormat& format) {
  if (count < 0 || count > small_constant) {
    throw InputError("it has " + std::to_string(count) + " classes; at most " + std::to_string(small_constant) +
                     " can be read");
  }
  Sizes shape(rank, 1);
  shape[axis] = count;
  node.reserve(shape, format);
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return constant_of(format, shape, std::span<const std::int64_t>(numbers));
}

/// One where the index is the position along a new axis: Equal and Where.
std::vector<ValueId> convert_one_hot(NodeImport& node) {
  const std::int64_t depth = node.known_integer(1, "depth");
  const std::int64_t rank = node.rank(0) + 1;
  const std::int64_t given = node.integer("axis", -1);
  const std::int64_t axis = given < 0 ? given + rank : given;
  if (axis < 0 || axis >= rank) {
    throw InputError("its axis is " + std::to_string(given) + " for a result of " + std::to_string(rank) + " axes");
  }
  Sizes shape = node.shape(0);
  shape.insert(shape.begin() + axis, 1);
  const NumberFormat format = node.format(0);
  const ValueId column = node.add_one(Reshape{shape}, {node.input(0)}, "column");
  const ValueId count = node.number(static_cast<double>(depth), format, "depth");
  const ValueId index = combine(node, Elementwise::Kind::Mod, column, count, "index");  // negative ones from the end
  const ValueId positions =
      node.constant(counting(node, depth, static_cast<std::size_t>(axis), shape.size(), format), "positions");
  const ValueId hit = combine(node, Elementwise::Kind::Equal, index, positions, "hit");
  const ValueId off = node.add_one(Slice{{0}, {1}, {0}, {1}}, {node.input(2)}, "off");
  const ValueId on = node.add_one(Slice{{1}, {2}, {0}, {1}}, {node.input(2)}, "on");
  return node.add(Elementwise{Elementwise::Kind::Where}, {hit, on, off});
}

/// One at the first maximum of each row: ArgMax and Equal.
std::vector<ValueId> convert_hardmax(NodeImport& node) {
  const std::int64_t axis = node.axis(node.integer("axis", node.opset() < 13 ? 1 : -1));
  if (node.opset() < 13 && axis + 1 != node.rank(0)) {
    throw InputError("its form before opset 13 flattens axes; convert the model with onnx.version_converter");
  }
  const auto at = static_cast<std::size_t>(axis);
  const ValueId best = node.add_one(Reduce{.kind = Reduce::Kind::ArgMax, .axes = {axis}}, {node.input(0)}, "best");
  const ValueId positions =
      node.constant(counting(node, node.shape(0)[at], at, node.shape(0).size(), NumberFormat::fixed(64)), "positions");
  const ValueId hit = combine(node, Elementwise::Kind::Equal, best, positions, "hit");
  return node.add(Cast{node.format(0)}, {hit});
}

/// Zeros above (or below) a diagonal: Where with a constant mask.
std::vector<ValueId> convert_trilu(NodeImport& node) {
  const Sizes& shape = node.shape(0);
  if (shape.size() < 2) {
    throw InputError("its input is " + shape_text(shape) + "; it must have at least two axes");
  }
  const bool upper = node.flag("upper", true);
  const std::int64_t diagonal = node.has_input(1) ? node.known_integer(1, "diagonal") : 0;
  const Sizes square{shape[shape.size() - 2], shape.back()};
  const std::int64_t count = element_count(square);
  if (count > (std::int64_t{1} << 24)) {
    throw InputError("its mask of " + shape_text(square) + " is too large to be read");
  }
  node.reserve(square, NumberFormat::boolean());
  std::vector<std::int64_t> mask;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t distance = i % square[1] - i / square[1];
    mask.push_back(upper ? distance >= diagonal : distance <= diagonal);
  }
  const ValueId kept =
      node.constant(constant_of(NumberFormat::boolean(), square, std::span<const std::int64_t>(mask)), "kept");
  const ValueId zero = node.number(0.0, node.format(0), "zero");
  return node.add(Elementwise{Elementwise::Kind::Where}, {kept, node.input(0), zero});
}

constexpr std::array selection_rows{
    OperatorRow{"", "Gather", convert_gather},
    OperatorRow{"", "GatherElements", convert_gather_elements},
    OperatorRow{"", "GatherND", convert_gather_nd},
    OperatorRow{"", "Scatter", convert_scatter_elements},
    OperatorRow{"", "ScatterElements", convert_scatter_elements},
    OperatorRow{"", "ScatterND", convert_scatter_nd},
    OperatorRow{"", "OneHot", convert_one_hot},
    OperatorRow{"", "Hardmax", convert_hardmax},
    OperatorRow{"", "Trilu", convert_trilu},
};

}  // namespace

std::span<const OperatorRow> selection_operators() {
  return selection_rows;
}

}  // namespace pj
