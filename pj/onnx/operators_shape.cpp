#include <algorithm>
#include <array>
#include <numeric>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/network/shapes.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

std::vector<ValueId> reshaped(NodeImport& node, Sizes shape) {
  return node.add(Reshape{std::move(shape)}, {node.input(0)});
}

/// With `allowzero` a 0 is a size and copies nothing; the layer says that with a −1, which zero elements leave open.
Sizes with_zeros(Sizes shape) {
  const auto zero = std::find(shape.begin(), shape.end(), 0);
  if (zero == shape.end()) {
    return shape;
  }
  if (std::count(shape.begin(), shape.end(), 0) > 1 || std::count(shape.begin(), shape.end(), -1) > 0) {
    throw InputError("its shape " + shape_text(shape) + " has more than one 0 or -1 with allowzero; use one");
  }
  *zero = -1;
  return shape;
}

std::vector<ValueId> convert_reshape(NodeImport& node) {
  const auto shape = node.opset() < 5 ? std::optional(node.integers("shape")) : node.integers_or_input("shape", 1);
  if (!shape) {
    throw InputError("it has no shape; the file is damaged");
  }
  return reshaped(node, node.flag("allowzero", false) ? with_zeros(*shape) : *shape);
}

std::vector<ValueId> convert_flatten(NodeImport& node) {
  const Sizes& shape = node.shape(0);
  const std::int64_t given = node.integer("axis", 1);
  const auto axis = given == node.rank(0) ? given : given == 0 ? 0 : node.axis(given);
  if (axis == 1 && std::find(shape.begin(), shape.end(), 0) == shape.end()) {
    return reshaped(node, {0, -1});  // holds for any batch
  }
  const auto middle = shape.begin() + axis;
  const std::int64_t rows = element_count(Sizes(shape.begin(), middle));
  const std::int64_t columns = element_count(Sizes(middle, shape.end()));
  return reshaped(node, with_zeros({rows, columns}));
}

std::vector<ValueId> convert_transpose(NodeImport& node) {
  Sizes permutation = node.integers("perm");
  if (permutation.empty()) {
    permutation.resize(node.shape(0).size());
    std::iota(permutation.rbegin(), permutation.rend(), 0);
  }
  return node.add(Transpose{permutation}, {node.input(0)});
}

std::vector<ValueId> convert_squeeze(NodeImport& node) {
  const Sizes& input = node.shape(0);
  const auto axes = node.integers_or_input("axes", 1);
  std::vector<bool> gone(input.size(), false);
  for (std::size_t i = 0; i < input.size() && !axes; ++i) {
    gone[i] = input[i] == 1;
  }
  for (const std::int64_t given : axes.value_or(Sizes{})) {
    const auto axis = static_cast<std::size_t>(node.axis(given));
    gone[axis] = true;
    if (input[axis] != 1) {
      throw InputError("it squeezes axis " + std::to_string(axis) + " of " + shape_text(input) +
                       ", which has more than one element");
    }
  }
  Sizes shape;
  for (std::size_t i = 0; i < input.size(); ++i) {
    if (!gone[i]) {
      shape.push_back(input[i]);
    }
  }
  return reshaped(node, with_zeros(shape));
}

std::vector<ValueId> convert_unsqueeze(NodeImport& node) {
  const auto axes = node.integers_or_input("axes", 1);
  if (!axes || axes->size() > 64) {
    throw InputError("its axes are missing or more than 64");
  }
  const std::size_t rank = node.shape(0).size() + axes->size();
  Sizes shape(rank, -1);
  for (const std::int64_t given : *axes) {
    const std::size_t axis = axis_index(given, rank);
    if (shape[axis] == 1) {
      throw InputError("its axes name axis " + std::to_string(axis) + " twice; name each once");
    }
    shape[axis] = 1;
  }
  auto size = node.shape(0).begin();
  for (std::int64_t& entry : shape) {
    entry = entry == 1 ? 1 : *size++;
  }
  return reshaped(node, with_zeros(shape));
}

std::vector<ValueId> convert_concat(NodeImport& node) {
  const std::int64_t axis = node.opset() < 4 ? node.integer("axis", 1) : node.integer("axis");
  return node.add(Concat{axis}, node.inputs());
}

/// Pieces as equal as possible; the last one may be smaller (ONNX Split, num_outputs).
Sizes equal_pieces(std::int64_t size, std::int64_t count, bool exact) {
  if (count < 1 || (exact && size % count != 0)) {
    throw InputError("it splits " + std::to_string(size) + " into " + std::to_string(count) +
                     " equal pieces; give their sizes");
  }
  const std::int64_t piece = ceil_div(size, count);
  Sizes sizes;
  for (std::int64_t i = 0; i < count; ++i) {
    sizes.push_back(std::clamp<std::int64_t>(size - i * piece, 0, piece));
  }
  return sizes;
}

std::vector<ValueId> convert_split(NodeImport& node) {
  const std::int64_t axis = node.integer("axis", 0);
  const auto outputs = static_cast<std::int64_t>(node.output_count());
  const std::int64_t count = node.integer("num_outputs", outputs);
  if (count > outputs) {
    throw InputError("it makes " + std::to_string(count) + " pieces and names " + std::to_string(outputs));
  }
  const auto given = node.integers_or_input("split", 1);
  const std::int64_t size = node.shape(0)[static_cast<std::size_t>(node.axis(axis))];
  const Sizes sizes = given ? *given : equal_pieces(size, count, !node.has("num_outputs"));
  return node.add(Split{.axis = axis, .sizes = sizes}, {node.input(0)});
}

std::vector<ValueId> convert_slice(NodeImport& node) {
  const bool old = node.opset() < 10;
  Slice slice;
  slice.starts = old ? node.integers("starts") : node.known_integers(1, "starts");
  slice.ends = old ? node.integers("ends") : node.known_integers(2, "ends");
  slice.axes = node.integers_or_input("axes", 3).value_or(Sizes{});
  slice.steps = node.integers_or_input("steps", 4).value_or(Sizes{});
  return node.add(slice, {node.input(0)});
}

Pad::Mode pad_mode(const std::string& text) {
  static constexpr std::array modes{"constant", "reflect", "edge", "wrap"};
  const auto* mode = std::find(modes.begin(), modes.end(), text);
  if (mode == modes.end()) {
    throw InputError("its mode is '" + text + "'; known: constant, reflect, edge, wrap");
  }
  return static_cast<Pad::Mode>(mode - modes.begin());
}

std::vector<ValueId> convert_pad(NodeImport& node) {
  const bool old = node.opset() < 11;
  const auto axis_count = node.shape(0).size();
  const auto pads = node.integers_or_input(node.opset() < 2 ? "paddings" : "pads", old ? SIZE_MAX : 1);
  Sizes axes(axis_count);
  std::iota(axes.begin(), axes.end(), 0);
  if (node.has_input(3)) {
    axes = node.known_integers(3, "axes");
  }
  if (!pads || pads->size() != 2 * axes.size()) {
    throw InputError("its pads do not have two entries for each of " + std::to_string(axes.size()) + " axes");
  }
  Pad pad{.mode = pad_mode(node.text("mode", "constant")), .begin = Sizes(axis_count, 0), .end = Sizes(axis_count, 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(node.axis(axes[i]));
    pad.begin[axis] = (*pads)[i];
    pad.end[axis] = (*pads)[i + axes.size()];
  }
  if (pad.mode == Pad::Mode::Constant) {
    pad.value = old                 ? node.real("value", 0.0F)
                : node.has_input(2) ? static_cast<float>(node.known_real(2, "padding value"))
                                    : 0.0F;
  }
  return node.add(pad, {node.input(0)});
}

std::vector<ValueId> convert_expand(NodeImport& node) {
  return node.add(Expand{.kind = Expand::Kind::Broadcast, .sizes = node.known_integers(1, "shape")}, {node.input(0)});
}

std::vector<ValueId> convert_tile(NodeImport& node) {
  if (node.opset() < 6) {
    throw InputError("its form before opset 6 cannot be read; convert the model with onnx.version_converter");
  }
  return node.add(Expand{.kind = Expand::Kind::Tile, .sizes = node.known_integers(1, "repeats")}, {node.input(0)});
}

std::vector<ValueId> convert_depth_to_space(NodeImport& node) {
  const std::string mode = node.text("mode", "DCR");
  if (mode != "DCR" && mode != "CRD") {
    throw InputError("its mode is '" + mode + "'; known: DCR, CRD");
  }
  return node.add(DepthToSpace{.block = node.integer("blocksize"), .column_row_depth = mode == "CRD"}, {node.input(0)});
}

std::vector<ValueId> convert_space_to_depth(NodeImport& node) {
  return node.add(DepthToSpace{.block = node.integer("blocksize"), .inverse = true}, {node.input(0)});
}

/// Crops or pads each axis to its target, half of the rest on each side; the odd one falls behind the map.
std::vector<ValueId> convert_center_crop_pad(NodeImport& node) {
  const Sizes target = node.known_integers(1, "shape");
  Sizes axes = node.integers("axes");
  if (axes.empty()) {
    axes.resize(node.shape(0).size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  if (axes.size() != target.size()) {
    throw InputError("its shape has " + std::to_string(target.size()) + " entries for " + std::to_string(axes.size()) +
                     " axes");
  }
  Slice crop;
  Pad pad{.begin = Sizes(node.shape(0).size(), 0), .end = Sizes(node.shape(0).size(), 0)};
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const auto axis = static_cast<std::size_t>(node.axis(axes[i]));
    const std::int64_t size = node.shape(0)[axis];
    const std::int64_t kept = std::min(size, target[i]);
    const std::int64_t start = (size - kept) / 2;
    crop.axes.push_back(static_cast<std::int64_t>(axis));
    crop.starts.push_back(start);
    crop.ends.push_back(start + kept);
    crop.steps.push_back(1);
    pad.begin[axis] = (target[i] - kept) / 2;
    pad.end[axis] = target[i] - kept - pad.begin[axis];
  }
  return node.add(pad, {node.add_one(crop, {node.input(0)}, "crop")});
}

constexpr std::array shape_rows{
    OperatorRow{"", "Reshape", convert_reshape},
    OperatorRow{"", "Flatten", convert_flatten},
    OperatorRow{"", "Transpose", convert_transpose},
    OperatorRow{"", "Squeeze", convert_squeeze},
    OperatorRow{"", "Unsqueeze", convert_unsqueeze},
    OperatorRow{"", "Concat", convert_concat},
    OperatorRow{"", "Split", convert_split},
    OperatorRow{"", "Slice", convert_slice},
    OperatorRow{"", "Pad", convert_pad},
    OperatorRow{"", "Expand", convert_expand},
    OperatorRow{"", "Tile", convert_tile},
    OperatorRow{"", "DepthToSpace", convert_depth_to_space},
    OperatorRow{"", "SpaceToDepth", convert_space_to_depth},
    OperatorRow{"", "CenterCropPad", convert_center_crop_pad},
};

}  // namespace

std::span<const OperatorRow> shape_operators() {
  return shape_rows;
}

}  // namespace pj
