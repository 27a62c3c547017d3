#pragma once

#include <optional>
#include <vector>

#include "pj/inference/makers.hpp"
#include "pj/kernels/conv_shape.hpp"
#include "pj/kernels/epilogue.hpp"

namespace pj {

/// A convolution or fully connected layer with what follows it in one pass: batch normalisation folded into weights and
/// bias, a residual added, an activation.
struct ConvGroup {
  ConvShape shape;
  const Constant* given = nullptr;  ///< the weights as they are in the network,
  std::vector<float> folded = {};   ///< unless they had to be changed
  Epilogue epilogue;
  ValueId input = no_value, residual = no_value, output = no_value;
  bool is_connected = false;      ///< a fully connected layer, whose input is a row of numbers
  std::vector<std::string> ends;  ///< what is in the group beside the convolution: `batch norm`, `add`, `ReLU`

  std::span<const float> weights() const;
};

/// The group that begins at a node, or why there is none.
NodeGroup take_conv(const PlanGraph& graph, std::size_t node, bool fuse);

/// What a group computes. Batch normalisation is folded in double precision.
ConvGroup conv_group(const Network& network, const std::vector<std::size_t>& nodes);

/// The epilogue's function for an activation; nothing for those that no kernel computes as it stores.
struct EndFunction {
  Epilogue::Function function = Epilogue::Function::Identity;
  float low = 0.0F, high = 0.0F;
};
std::optional<EndFunction> end_function(const Layer& layer);

Step make_conv(const MakeContext& context, const std::vector<std::size_t>& nodes);

}  // namespace pj
