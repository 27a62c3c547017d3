#include <array>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/onnx/operators.hpp"

namespace pj {

namespace {

using Binary = Elementwise::Kind;

/// Mean and variance of a value over some axes, which stay with size 1.
struct Moments {
  ValueId mean, variance;
};

Moments moments(NodeImport& node, ValueId input, const Sizes& axes) {
  const Reduce mean{.kind = Reduce::Kind::Mean, .axes = axes};
  const ValueId average = node.add_one(mean, {input}, "mean");
  const ValueId deviation = combine(node, Binary::Sub, input, average, "deviation");
  const ValueId square = combine(node, Binary::Mul, deviation, deviation, "square");
  return {average, node.add_one(mean, {square}, "variance")};
}

/// γ · old + (1 − γ) · new: the running statistics of training.
ValueId running(NodeImport& node, ValueId old_value, ValueId new_value, const std::string& part) {
  const auto momentum = static_cast<double>(node.real("momentum", 0.9F));
  const NumberFormat& format = node.value(old_value).format;
  const ValueId kept =
      combine(node, Binary::Mul, old_value, node.number(momentum, format, part + "/momentum"), part + "/kept");
  const ValueId added =
      combine(node, Binary::Mul, new_value, node.number(1.0 - momentum, format, part + "/rest"), part + "/added");
  return combine(node, Binary::Add, kept, added, part);
}

/// Training mode normalises by the batch's own statistics.
std::vector<ValueId> train_batch_normalization(NodeImport& node, const BatchNormalization& layer) {
  Sizes axes(node.shape(0).size());
  std::iota(axes.begin(), axes.end(), 0);
  axes.erase(axes.begin() + 1);
  Moments batch = moments(node, node.input(0), axes);
  const Reshape flat{{-1}};
  batch.mean = node.add_one(flat, {batch.mean}, "batch_mean");
  batch.variance = node.add_one(flat, {batch.variance}, "batch_variance");
  std::vector<ValueId> results{
      node.add_one(layer, {node.input(0), node.input(1), node.input(2), batch.mean, batch.variance})};
  if (node.output_count() > 1) {
    results.push_back(running(node, node.input(3), batch.mean, "running_mean"));
    results.push_back(running(node, node.input(4), batch.variance, "running_variance"));
  }
  return results;
}

std::vector<ValueId> convert_batch_normalization(NodeImport& node) {
  const BatchNormalization layer{.epsilon = node.real("epsilon", 1e-5F)};
  if (!node.flag("spatial", true) && node.rank(0) > 2) {
    throw InputError("it normalises every pixel for itself (spatial = 0), which no layer here does");
  }
  if (node.rank(0) < 2) {
    throw InputError("its input is " + shape_text(node.shape(0)) + "; it must be batch × channels × …");
  }
  if (node.flag("training_mode", false)) {
    return train_batch_normalization(node, layer);
  }
  return node.add(layer, {node.input(0), node.input(1), node.input(2), node.input(3), node.input(4)});
}

std::vector<ValueId> convert_instance_normalization(NodeImport& node) {
  Normalization layer{.kind = Normalization::Kind::Instance};
  layer.epsilon = node.real("epsilon", 1e-5F);
  return node.add(layer, {node.input(0), node.input(1), node.input(2)});
}

std::vector<ValueId> convert_layer_normalization(NodeImport& node) {
  Normalization layer{.kind = Normalization::Kind::Layer};
  layer.axis = node.integer("axis", -1);
  layer.epsilon = node.real("epsilon", 1e-5F);
  std::vector<ValueId> results = node.add(layer, node.inputs(3));
  if (node.has_output(1) || node.has_output(2)) {
    const std::int64_t first = node.axis(layer.axis);
    Sizes axes(node.shape(0).size() - static_cast<std::size_t>(first));
    std::iota(axes.begin(), axes.end(), first);
    const Moments row = moments(node, node.input(0), axes);
    const ValueId epsilon = node.number(static_cast<double>(layer.epsilon), node.format(0), "epsilon");
    const ValueId sum = combine(node, Binary::Add, row.variance, epsilon, "variance_plus");
    const ValueId deviation = apply(node, Activation::Kind::Sqrt, sum, "standard_deviation");
    results.push_back(row.mean);
    results.push_back(apply(node, Activation::Kind::Reciprocal, deviation, "inverse_deviation"));
  }
  return results;
}

std::vector<ValueId> convert_rms_normalization(NodeImport& node) {
  Normalization layer{.kind = Normalization::Kind::Rms};
  layer.axis = node.integer("axis", -1);
  layer.epsilon = node.real("epsilon", 1e-5F);
  return node.add(layer, {node.input(0), node.input(1)});
}

std::vector<ValueId> convert_group_normalization(NodeImport& node) {
  Normalization layer{.kind = Normalization::Kind::Group};
  layer.groups = node.integer("num_groups");
  layer.epsilon = node.real("epsilon", 1e-5F);
  return node.add(layer, {node.input(0), node.input(1), node.input(2)});
}

std::vector<ValueId> convert_lp_normalization(NodeImport& node) {
  const std::int64_t order = node.integer("p", 2);
  if (order != 1 && order != 2) {
    throw InputError("its norm has the order " + std::to_string(order) + "; known: 1, 2");
  }
  Normalization layer{.kind = order == 1 ? Normalization::Kind::L1 : Normalization::Kind::L2};
  layer.axis = node.integer("axis", -1);
  return node.add(layer, {node.input(0)});
}

std::vector<ValueId> convert_mean_variance_normalization(NodeImport& node) {
  if (node.opset() < 9) {
    throw InputError("its form before opset 9 cannot be read; convert the model with onnx.version_converter");
  }
  // The operator's definition adds 1e-9 to the deviation.
  Normalization layer{.kind = Normalization::Kind::MeanVariance, .axes = {0, 2, 3}, .epsilon = 1e-9F};
  if (node.has("axes")) {
    layer.axes = node.integers("axes");
  }
  return node.add(layer, {node.input(0)});
}

std::vector<ValueId> convert_lrn(NodeImport& node) {
  return node.add(LocalResponseNormalization{.size = node.integer("size"),
                                             .alpha = node.real("alpha", 1e-4F),
                                             .beta = node.real("beta", 0.75F),
                                             .bias = node.real("bias", 1.0F)},
                  {node.input(0)});
}

std::vector<ValueId> softmax(NodeImport& node, bool logarithm) {
  const bool old = node.opset() < 13;
  const std::int64_t axis = node.integer("axis", old ? 1 : -1);
  // Before opset 13 all axes from this one on were flattened; for the last axis that is the same.
  return node.add(Softmax{.axis = axis, .logarithm = logarithm, .flatten = old && node.axis(axis) + 1 < node.rank(0)},
                  {node.input(0)});
}

std::vector<ValueId> convert_softmax(NodeImport& node) {
  return softmax(node, false);
}

std::vector<ValueId> convert_log_softmax(NodeImport& node) {
  return softmax(node, true);
}

/// The ratio and training mode became inputs at opset 12; the network is read to be run, not trained.
std::vector<ValueId> convert_dropout(NodeImport& node) {
  const bool has_inputs = node.opset() >= 12;
  const auto ratio =
      has_inputs && node.has_input(1) ? static_cast<float>(node.known_real(1, "ratio")) : node.real("ratio", 0.5F);
  const bool training = has_inputs && node.has_input(2) && node.known_integer(2, "training mode") != 0;
  if (training && ratio != 0.0F) {
    throw InputError("it is in training mode, so that its output is random; export the model for inference");
  }
  std::vector<ValueId> results = node.add(Dropout{.ratio = ratio}, {node.input(0)});
  if (node.has_output(1)) {
    const NumberFormat format = node.opset() < 10 ? node.format(0) : NumberFormat::boolean();
    const ValueId one = node.number(1.0, format, "kept");
    results.push_back(node.add_one(Expand{.kind = Expand::Kind::Broadcast, .sizes = node.shape(0)}, {one}, "mask"));
  }
  return results;
}

constexpr std::array normalization_rows{
    OperatorRow{"", "BatchNormalization", convert_batch_normalization},
    OperatorRow{"", "InstanceNormalization", convert_instance_normalization},
    OperatorRow{"", "LayerNormalization", convert_layer_normalization},
    OperatorRow{"", "RMSNormalization", convert_rms_normalization},
    OperatorRow{"", "GroupNormalization", convert_group_normalization},
    OperatorRow{"", "LpNormalization", convert_lp_normalization},
    OperatorRow{"", "MeanVarianceNormalization", convert_mean_variance_normalization},
    OperatorRow{"", "LRN", convert_lrn},
    OperatorRow{"", "Softmax", convert_softmax},
    OperatorRow{"", "LogSoftmax", convert_log_softmax},
    OperatorRow{"", "Dropout", convert_dropout},
};

}  // namespace

std::span<const OperatorRow> normalization_operators() {
  return normalization_rows;
}

}  // namespace pj
