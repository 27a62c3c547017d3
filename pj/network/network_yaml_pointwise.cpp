#include <cmath>
#include <limits>

#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

namespace {

using Results = std::vector<ValueId>;

struct NamedActivation {
  const char* name;
  Activation layer;
  const char* alpha = "";  ///< what the argument means; empty where there is none
};

/// The functions, with their customary parameters.
std::vector<NamedActivation> activations() {
  using enum Activation::Kind;
  return {{"relu", {Relu}},
          {"relu6", {Clip, 0.0F, 6.0F}},
          {"leaky_relu", {LeakyRelu, 0.01F}, "slope"},
          {"elu", {Elu, 1.0F}, "scale"},
          {"selu", {Selu, 1.6732632F, 1.050701F}},
          {"celu", {Celu, 1.0F}, "scale"},
          {"thresholded_relu", {ThresholdedRelu, 1.0F}, "threshold"},
          {"sigmoid", {Sigmoid}},
          {"hard_sigmoid", {HardSigmoid, 0.2F, 0.5F}},
          {"tanh", {Tanh}},
          {"swish", {Swish, 1.0F}},
          {"hard_swish", {HardSwish}},
          {"mish", {Mish}},
          {"softplus", {Softplus}},
          {"softsign", {Softsign}},
          {"gelu", {Gelu}},
          {"gelu_tanh", {GeluTanh}},
          {"abs", {Abs}},
          {"neg", {Neg}},
          {"exp", {Exp}},
          {"log", {Log}},
          {"sqrt", {Sqrt}},
          {"reciprocal", {Reciprocal}},
          {"erf", {Erf}},
          {"sign", {Sign}},
          {"identity", {Identity}}};
}

Results activation(const LayerCall& call) {
  for (const NamedActivation& row : activations()) {
    if (call.kind() == row.name) {
      Activation layer = row.layer;
      layer.alpha = *row.alpha == '\0' ? layer.alpha : static_cast<float>(call.real(call.kind(), layer.alpha));
      return call.add(layer, call.operands());
    }
  }
  throw std::logic_error("each activation has a row");
}

Results prelu(const LayerCall& call) {
  Sizes shape(call.shape().size() - 1, 1);
  shape.front() = call.axis(1);
  return call.add(Activation{.kind = Activation::Kind::PRelu}, {call.operand(), call.main_weight(shape)});
}

Results clip(const LayerCall& call) {
  const auto low = static_cast<float>(call.real("low", -std::numeric_limits<float>::max()));
  const auto high = static_cast<float>(call.real("high", std::numeric_limits<float>::max()));
  return call.add(Activation{.kind = Activation::Kind::Clip, .alpha = low, .beta = high}, call.operands());
}

Results softmax(const LayerCall& call) {
  return call.add(Softmax{.axis = call.number("axis", -8, 8, -1), .logarithm = call.kind() == "log_softmax"},
                  call.operands());
}

Results dropout(const LayerCall& call) {
  return call.add(Dropout{.ratio = static_cast<float>(call.real("dropout", 0.5))}, call.operands());
}

Results batch_norm(const LayerCall& call) {
  const Sizes channels{call.axis(1)};
  return call.add(BatchNormalization{.epsilon = static_cast<float>(call.real("epsilon", 1e-5))},
                  {call.operand(), call.weight("scale", channels), call.weight("bias", channels),
                   call.weight("mean", channels), call.weight("variance", channels)});
}

Results lrn(const LayerCall& call) {
  return call.add(LocalResponseNormalization{.size = call.size("lrn", 5),
                                             .alpha = static_cast<float>(call.real("alpha", 1e-4)),
                                             .beta = static_cast<float>(call.real("beta", 0.75)),
                                             .bias = static_cast<float>(call.real("bias", 1.0))},
                  call.operands());
}

Results normalization(const LayerCall& call) {
  using enum Normalization::Kind;
  const bool by_axis = call.kind() == "layer_norm" || call.kind() == "rms_norm";
  Normalization layer{.kind = call.kind() == "layer_norm"   ? Layer
                              : call.kind() == "rms_norm"   ? Rms
                              : call.kind() == "group_norm" ? Group
                                                            : Instance,
                      .epsilon = static_cast<float>(call.real("epsilon", 1e-5))};
  layer.groups = layer.kind == Group ? call.size("group_norm") : 1;
  const Sizes scaled{by_axis ? call.shape().back() : call.axis(1)};
  Results inputs{call.operand(), call.weight("scale", scaled)};
  if (layer.kind != Rms) {
    inputs.push_back(call.weight("bias", scaled));
  }
  return call.add(std::move(layer), std::move(inputs));
}

Elementwise::Kind elementwise_kind(const std::string& name) {
  using enum Elementwise::Kind;
  return name == "add"   ? Add
         : name == "sub" ? Sub
         : name == "mul" ? Mul
         : name == "div" ? Div
         : name == "min" ? Min
         : name == "max" ? Max
                         : Mean;
}

Results elementwise(const LayerCall& call) {
  return call.add(Elementwise{elementwise_kind(call.kind())}, call.operands());
}

/// x · number, or x + number.
Results with_number(const LayerCall& call) {
  const auto number = static_cast<float>(call.real(call.kind()));
  const auto kind = call.kind() == "scale" ? Elementwise::Kind::Mul : Elementwise::Kind::Add;
  return call.add(Elementwise{kind}, {call.operand(), call.scalar("number", number)});
}

/// One learned factor and one learned summand for each channel.
Results affine(const LayerCall& call) {
  Sizes shape(call.shape().size() - 1, 1);
  shape.front() = call.axis(1);
  const ValueId scaled =
      call.step("scaled", Elementwise{Elementwise::Kind::Mul}, {call.operand(), call.weight("scale", shape)});
  return call.add(Elementwise{Elementwise::Kind::Add}, {scaled, call.weight("bias", shape)});
}

/// Adds sin and cos of the position to the even and the odd features (Vaswani et al. 2017, sec. 3.5).
Results sinusoids(const LayerCall& call) {
  constexpr double unit = 1 << 24;  // the table's whole numbers are multiples of 2⁻²⁴, as exact as float32
  const std::int64_t positions = call.axis(1);
  const std::int64_t width = call.axis(2);
  if (positions * width > (1 << 26)) {
    call.fail("sinusoids are made for at most 2^26 features");
  }
  Sizes table;
  for (std::int64_t position = 0; position < positions; ++position) {
    for (std::int64_t feature = 0; feature < width; ++feature) {
      const double exponent = static_cast<double>(feature - feature % 2) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      table.push_back(std::llround(unit * (feature % 2 == 0 ? std::sin(angle) : std::cos(angle))));
    }
  }
  const ValueId scaled =
      call.step("scaled", Elementwise{Elementwise::Kind::Mul},
                {call.table("table", {positions, width}, table), call.scalar("unit", static_cast<float>(1.0 / unit))});
  return call.add(Elementwise{Elementwise::Kind::Add}, {call.operand(), scaled});
}

/// Adds −10⁹ to the scores of later keys, so that softmax gives them no weight.
Results causal_mask(const LayerCall& call) {
  const std::int64_t queries = call.axis(call.shape().size() - 2);
  const std::int64_t keys = call.shape().back();
  if (queries > (1 << 13) || keys > (1 << 13)) {
    call.fail("a causal mask is made for at most 8,192 positions");
  }
  Sizes mask;
  for (std::int64_t query = 0; query < queries; ++query) {
    for (std::int64_t key = 0; key < keys; ++key) {
      mask.push_back(key > query ? -1'000'000'000 : 0);
    }
  }
  return call.add(Elementwise{Elementwise::Kind::Add}, {call.operand(), call.table("mask", {queries, keys}, mask)});
}

}  // namespace

std::vector<LayerKind> pointwise_kinds() {
  std::vector<LayerKind> kinds;
  for (const NamedActivation& row : activations()) {
    kinds.push_back({row.name, row.alpha, {}, activation});
  }
  const std::vector<LayerKind> others{
      {"prelu", "", {"weights", "format", "storage"}, prelu},
      {"clip", "", {"low", "high"}, clip},
      {"softmax", "", {"axis"}, softmax},
      {"log_softmax", "", {"axis"}, softmax},
      {"dropout", "ratio", {}, dropout},
      {"batch_norm", "", {"epsilon"}, batch_norm},
      {"layer_norm", "", {"epsilon"}, normalization},
      {"rms_norm", "", {"epsilon"}, normalization},
      {"group_norm", "number of groups", {"epsilon"}, normalization},
      {"instance_norm", "", {"epsilon"}, normalization},
      {"lrn", "number of channels", {"alpha", "beta", "bias"}, lrn},
      {"add", "operands", {}, elementwise, true},
      {"sub", "operands", {}, elementwise, true},
      {"mul", "operands", {}, elementwise, true},
      {"div", "operands", {}, elementwise, true},
      {"min", "operands", {}, elementwise, true},
      {"max", "operands", {}, elementwise, true},
      {"mean", "operands", {}, elementwise, true},
      {"scale", "factor", {}, with_number},
      {"shift", "summand", {}, with_number},
      {"affine", "", {}, affine},
      {"sinusoids", "", {}, sinusoids},
      {"causal_mask", "", {}, causal_mask},
  };
  kinds.insert(kinds.end(), others.begin(), others.end());
  return kinds;
}

}  // namespace pj
