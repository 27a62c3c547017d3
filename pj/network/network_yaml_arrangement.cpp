#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

namespace {

using Results = std::vector<ValueId>;

constexpr std::int64_t last_axis = 7;  // the highest axis that a file can name

std::int64_t axis_of(const LayerCall& call, std::string_view key, std::optional<std::int64_t> fallback = {}) {
  const std::int64_t rank = static_cast<std::int64_t>(call.shape().size());
  return call.number(key, -rank, rank - 1, fallback);
}

Results concat(const LayerCall& call) {
  return call.add(Concat{.axis = axis_of(call, "axis", 1)}, call.operands());
}

Results split_tensor(const LayerCall& call) {
  return call.add(Split{.axis = axis_of(call, "axis", 1), .sizes = call.list("split", 1)}, call.operands());
}

Results slice(const LayerCall& call) {
  const Sizes axes = call.list("slice", 0);
  const Sizes steps = call.per_axis("step", axes.size(), 1, 1);
  return call.add(Slice{.starts = call.per_axis("start", axes.size(), 0, 0),
                        .ends = call.per_axis("end", axes.size(), 0, largest_size),
                        .axes = axes,
                        .steps = steps},
                  call.operands());
}

Results pad(const LayerCall& call) {
  Pad layer{.begin = Sizes(call.shape().size(), 0), .end = Sizes(call.shape().size(), 0)};
  const auto axis = static_cast<std::size_t>(call.number("pad", 0, last_axis));
  call.axis(axis);
  layer.begin[axis] = call.number("begin", 0, largest_size, 0);
  layer.end[axis] = call.number("end", 0, largest_size, 0);
  layer.value = static_cast<float>(call.real("value", 0.0));
  return call.add(std::move(layer), call.operands());
}

/// A file's shapes leave out the batch.
Sizes with_batch(Sizes rest) {
  rest.insert(rest.begin(), 0);
  return rest;
}

Results reshape(const LayerCall& call) {
  return call.add(Reshape{.shape = with_batch(call.list("reshape", -1))}, call.operands());
}

Results flatten(const LayerCall& call) {
  return call.add(Reshape{.shape = {0, -1}}, call.operands());
}

Results transpose(const LayerCall& call) {
  return call.add(Transpose{.permutation = with_batch(call.list("transpose", 1))}, call.operands());
}

Results reduce(const LayerCall& call) {
  using enum Reduce::Kind;
  Reduce layer{.axes = call.list(call.kind(), 0), .keep_axes = call.flag("keep", false)};
  layer.kind = call.kind() == "reduce_sum"    ? Sum
               : call.kind() == "reduce_mean" ? Mean
               : call.kind() == "reduce_max"  ? Max
               : call.kind() == "reduce_min"  ? Min
                                              : ArgMax;
  return call.add(std::move(layer), call.operands());
}

/// Each pixel becomes `upsample` pixels along each spatial axis.
Results upsample(const LayerCall& call) {
  static const std::vector<std::string> modes{"nearest", "linear", "cubic"};
  const Sizes factors = call.per_axis("upsample", call.spatial_axes(), 1);
  Resize layer{.mode = static_cast<Resize::Mode>(call.choice("mode", modes)), .sizes = call.shape()};
  layer.scales = {1.0F, 1.0F};
  for (std::size_t i = 0; i < factors.size(); ++i) {
    if (factors[i] > 1024) {
      call.fail("upsample takes factors up to 1,024");
    }
    layer.sizes[i + 2] = call.axis(i + 2) * factors[i];
    layer.scales.push_back(static_cast<float>(factors[i]));
  }
  return call.add(std::move(layer), call.operands());
}

Results depth_to_space(const LayerCall& call) {
  return call.add(DepthToSpace{.block = call.number(call.kind(), 1, 1024), .inverse = call.kind() == "space_to_depth"},
                  call.operands());
}

Results cast(const LayerCall& call) {
  return call.add(Cast{.to = call.format("cast", {})}, call.operands());
}

}  // namespace

std::vector<LayerKind> arrangement_kinds() {
  return {
      {"concat", "operands", {"axis"}, concat, true},
      {"split", "sizes", {"axis"}, split_tensor},
      {"slice", "axes", {"start", "end", "step"}, slice},
      {"pad", "axis", {"begin", "end", "value"}, pad},
      {"reshape", "shape", {}, reshape},
      {"flatten", "", {}, flatten},
      {"transpose", "order of the axes", {}, transpose},
      {"reduce_sum", "axes", {"keep"}, reduce},
      {"reduce_mean", "axes", {"keep"}, reduce},
      {"reduce_max", "axes", {"keep"}, reduce},
      {"reduce_min", "axes", {"keep"}, reduce},
      {"argmax", "axes", {"keep"}, reduce},
      {"upsample", "factors", {"mode"}, upsample},
      {"depth_to_space", "block", {}, depth_to_space},
      {"space_to_depth", "block", {}, depth_to_space},
      {"cast", "number format", {}, cast},
  };
}

}  // namespace pj
