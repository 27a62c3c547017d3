#include <algorithm>

#include "pj/network/elements.hpp"
#include "pj/onnx/export.hpp"

namespace pj {

namespace {

Constant reals(const std::vector<float>& numbers) {
  const std::vector<double> wide(numbers.begin(), numbers.end());
  return constant_of(NumberFormat::float32(), {static_cast<std::int64_t>(numbers.size())}, wide);
}

std::string resize_mode(Resize::Mode mode) {
  return mode == Resize::Mode::Nearest ? "nearest" : mode == Resize::Mode::Linear ? "linear" : "cubic";
}

const char* reduce_name(Reduce::Kind kind) {
  static constexpr const char* names[] = {"ReduceSum",       "ReduceMean",      "ReduceMax", "ReduceMin",
                                          "ReduceProd",      "ReduceL1",        "ReduceL2",  "ReduceLogSum",
                                          "ReduceLogSumExp", "ReduceSumSquare", "ArgMax",    "ArgMin"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace

void export_layer(NodeExport& node, const Concat& layer) {
  node.write("Concat", {{"axis", attribute(layer.axis)}});
}

void export_layer(NodeExport& node, const Split& layer) {
  node.write("Split", {node.input(0), node.integers("split", layer.sizes)}, {{"axis", attribute(layer.axis)}});
}

void export_layer(NodeExport& node, const Slice& layer) {
  std::vector<std::string> inputs{node.input(0), node.integers("starts", layer.starts),
                                  node.integers("ends", layer.ends)};
  if (!layer.axes.empty() || !layer.steps.empty()) {
    inputs.push_back(layer.axes.empty() ? "" : node.integers("axes", layer.axes));
  }
  if (!layer.steps.empty()) {
    inputs.push_back(node.integers("steps", layer.steps));
  }
  node.write("Slice", inputs, {});
}

void export_layer(NodeExport& node, const Pad& layer) {
  static constexpr const char* modes[] = {"constant", "reflect", "edge", "wrap"};
  Sizes pads = layer.begin;
  pads.insert(pads.end(), layer.end.begin(), layer.end.end());
  std::vector<std::string> inputs{node.input(0), node.integers("pads", pads)};
  if (layer.value != 0.0F) {
    inputs.push_back(node.number("value", layer.value, node.operand(0).format));
  }
  node.need(layer.mode == Pad::Mode::Wrap ? 19 : 17);
  node.write("Pad", inputs, {{"mode", attribute(std::string(modes[static_cast<std::size_t>(layer.mode)]))}});
}

void export_layer(NodeExport& node, const Reshape& layer) {
  node.write("Reshape", {node.input(0), node.integers("shape", layer.shape)}, {});
}

void export_layer(NodeExport& node, const Transpose& layer) {
  node.write("Transpose", {{"perm", attribute(layer.permutation)}});
}

void export_layer(NodeExport& node, const Resize& layer) {
  std::vector<std::string> inputs{node.input(0), layer.roi.empty() ? "" : node.constant("roi", reals(layer.roi))};
  if (layer.scales.empty()) {
    inputs.insert(inputs.end(), {"", node.integers("sizes", layer.sizes)});
  } else {
    inputs.push_back(node.constant("scales", reals(layer.scales)));
  }
  Attributes attributes{{"mode", attribute(resize_mode(layer.mode))},
                        {"coordinate_transformation_mode", attribute(layer.coordinates)},
                        {"nearest_mode", attribute(layer.nearest)},
                        {"cubic_coeff_a", attribute(layer.cubic_coefficient)},
                        {"exclude_outside", flag(layer.exclude_outside)},
                        {"extrapolation_value", attribute(layer.extrapolation)}};
  if (layer.antialias) {
    node.need(18);
    attributes["antialias"] = flag(true);
  }
  node.write("Resize", inputs, attributes);
}

void export_layer(NodeExport& node, const Gather& layer) {
  switch (layer.kind) {
    case Gather::Kind::Slices:
      node.write("Gather", {{"axis", attribute(layer.axis)}});
      break;
    case Gather::Kind::Elements:
      node.write("GatherElements", {{"axis", attribute(layer.axis)}});
      break;
    case Gather::Kind::Nd:
      node.write("GatherND", {{"batch_dims", attribute(layer.batch_axes)}});
      break;
  }
}

void export_layer(NodeExport& node, const Scatter& layer) {
  static constexpr const char* reductions[] = {"none", "add", "mul", "min", "max"};
  node.need(layer.combine >= Scatter::Combine::Min ? 18 : 17);
  Attributes attributes{{"reduction", attribute(std::string(reductions[static_cast<std::size_t>(layer.combine)]))}};
  if (layer.kind == Scatter::Kind::Elements) {
    attributes["axis"] = attribute(layer.axis);
  }
  node.write(layer.kind == Scatter::Kind::Elements ? "ScatterElements" : "ScatterND", attributes);
}

void export_layer(NodeExport& node, const Reduce& layer) {
  Attributes attributes{{"keepdims", flag(layer.keep_axes)}};
  if (layer.kind == Reduce::Kind::ArgMax || layer.kind == Reduce::Kind::ArgMin) {
    attributes["axis"] = attribute(layer.axes.at(0));
    attributes["select_last_index"] = flag(layer.last_index);
    node.write(reduce_name(layer.kind), attributes);
    return;
  }
  std::vector<std::string> inputs{node.input(0)};
  const bool as_input = layer.kind == Reduce::Kind::Sum || node.opset() >= 18;
  if (!layer.axes.empty() && as_input) {
    inputs.push_back(node.integers("axes", layer.axes));
  } else if (!layer.axes.empty()) {
    attributes["axes"] = attribute(layer.axes);
  }
  node.write(reduce_name(layer.kind), inputs, attributes);
}

void export_layer(NodeExport& node, const Expand& layer) {
  const bool tiles = layer.kind == Expand::Kind::Tile;
  node.write(tiles ? "Tile" : "Expand", {node.input(0), node.integers(tiles ? "repeats" : "shape", layer.sizes)}, {});
}

void export_layer(NodeExport& node, const DepthToSpace& layer) {
  Attributes attributes{{"blocksize", attribute(layer.block)}};
  if (!layer.inverse) {
    attributes["mode"] = attribute(std::string(layer.column_row_depth ? "CRD" : "DCR"));
  }
  node.write(layer.inverse ? "SpaceToDepth" : "DepthToSpace", attributes);
}

}  // namespace pj
