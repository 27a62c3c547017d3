#include <array>

#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

/// The axes became an input at opset 13 (ReduceSum) and 18 (the others).
template <Reduce::Kind kind>
std::vector<ValueId> convert_reduce(NodeImport& node) {
  const Sizes axes = node.integers_or_input("axes", 1).value_or(Sizes{});
  if (axes.empty() && node.flag("noop_with_empty_axes", false)) {
    // No axis is folded; what the function does to one element is left.
    Sizes column = node.shape(0);
    column.push_back(1);
    const ValueId elements = node.add_one(Reshape{column}, {node.input(0)}, "column");
    return node.add(Reduce{.kind = kind, .axes = {node.rank(0)}, .keep_axes = false}, {elements});
  }
  return node.add(Reduce{.kind = kind, .axes = axes, .keep_axes = node.flag("keepdims", true)}, {node.input(0)});
}

template <Reduce::Kind kind>
std::vector<ValueId> convert_arg(NodeImport& node) {
  return node.add(Reduce{.kind = kind,
                         .axes = {node.integer("axis", 0)},
                         .keep_axes = node.flag("keepdims", true),
                         .last_index = node.flag("select_last_index", false)},
                  {node.input(0)});
}

constexpr std::array reduction_rows{
    OperatorRow{"", "ReduceSum", convert_reduce<Reduce::Kind::Sum>},
    OperatorRow{"", "ReduceMean", convert_reduce<Reduce::Kind::Mean>},
    OperatorRow{"", "ReduceMax", convert_reduce<Reduce::Kind::Max>},
    OperatorRow{"", "ReduceMin", convert_reduce<Reduce::Kind::Min>},
    OperatorRow{"", "ReduceProd", convert_reduce<Reduce::Kind::Prod>},
    OperatorRow{"", "ReduceL1", convert_reduce<Reduce::Kind::L1>},
    OperatorRow{"", "ReduceL2", convert_reduce<Reduce::Kind::L2>},
    OperatorRow{"", "ReduceLogSum", convert_reduce<Reduce::Kind::LogSum>},
    OperatorRow{"", "ReduceLogSumExp", convert_reduce<Reduce::Kind::LogSumExp>},
    OperatorRow{"", "ReduceSumSquare", convert_reduce<Reduce::Kind::SumSquare>},
    OperatorRow{"", "ArgMax", convert_arg<Reduce::Kind::ArgMax>},
    OperatorRow{"", "ArgMin", convert_arg<Reduce::Kind::ArgMin>},
};

}  // namespace

std::span<const OperatorRow> reduction_operators() {
  return reduction_rows;
}

}  // namespace pj
