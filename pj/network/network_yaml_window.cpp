#include "pj/base/text.hpp"
#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

namespace {

using Results = std::vector<ValueId>;

/// Fills what all sliding windows share.
template <class Window>
Window window(const LayerCall& call) {
  const std::size_t axes = call.spatial_axes();
  Window layer;
  layer.stride = call.per_axis("stride", axes, 1, 1);
  layer.dilation = call.per_axis("dilation", axes, 1, 1);
  layer.pad_begin = call.per_axis("pad", axes, 0, 0);
  layer.pad_end = call.find("pad_end") == nullptr ? layer.pad_begin : call.per_axis("pad_end", axes, 0);
  return layer;
}

Sizes joined(std::int64_t first, std::int64_t second, const Sizes& rest) {
  Sizes all{first, second};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

Results convolve(const LayerCall& call, Convolution layer, std::int64_t filters, const Sizes& kernel) {
  const std::int64_t channels = call.axis(1);
  if (channels % layer.groups != 0 || filters % layer.groups != 0) {
    call.fail(grouped(layer.groups) + " groups do not divide " + grouped(channels) + " input channels and " +
              grouped(filters) + " filters");
  }
  const Sizes shape = layer.transposed ? joined(channels, filters / layer.groups, kernel)
                                       : joined(filters, channels / layer.groups, kernel);
  return call.add(std::move(layer), call.weighted(shape, filters));
}

/// One list of input channels for each filter.
std::vector<Sizes> connections(const LayerCall& call) {
  std::vector<Sizes> table;
  if (const YamlNode* node = call.find("connections")) {
    for (const YamlNode& row : node->sequence("connections")) {
      auto& channels = table.emplace_back();
      for (const YamlNode& channel : row.sequence("a row of connections")) {
        channels.push_back(channel.integer("a channel", 0, largest_size));
      }
    }
  }
  return table;
}

Results conv(const LayerCall& call) {
  auto layer = window<Convolution>(call);
  layer.groups = call.size("groups", 1);
  layer.connections = connections(call);
  return convolve(call, std::move(layer), call.size("conv"), call.per_axis("kernel", call.spatial_axes(), 1, 1));
}

Results depthwise(const LayerCall& call) {
  auto layer = window<Convolution>(call);
  layer.groups = call.axis(1);
  const std::int64_t filters = layer.groups * call.number("multiplier", 1, 1024, 1);
  return convolve(call, std::move(layer), filters, call.per_axis("depthwise", call.spatial_axes(), 1));
}

Results conv_transpose(const LayerCall& call) {
  auto layer = window<Convolution>(call);
  layer.groups = call.size("groups", 1);
  layer.transposed = true;
  layer.output_padding = call.per_axis("output_padding", call.spatial_axes(), 0, 0);
  return convolve(call, std::move(layer), call.size("conv_transpose"),
                  call.per_axis("kernel", call.spatial_axes(), 1, 1));
}

Results pool(const LayerCall& call) {
  auto layer = window<Pooling>(call);
  layer.kind = call.kind() == "max_pool" ? Pooling::Kind::Max : Pooling::Kind::Average;
  layer.kernel = call.per_axis(call.kind(), call.spatial_axes(), 1);
  layer.ceil_mode = call.flag("ceil", false);
  layer.count_padding = call.flag("count_padding", false);
  return call.add(std::move(layer), call.operands());
}

Results global_pool(const LayerCall& call) {
  const bool is_max = call.kind() == "global_max_pool";
  return call.add(Pooling{.kind = is_max ? Pooling::Kind::Max : Pooling::Kind::Average}, call.operands());
}

}  // namespace

std::vector<LayerKind> window_kinds() {
  const std::vector<std::string> sliding{"stride", "dilation", "pad", "pad_end"};
  const auto and_sliding = [&](std::vector<std::string> keys) {
    keys.insert(keys.end(), sliding.begin(), sliding.end());
    return keys;
  };
  return {
      {"conv", "number of filters",
       and_sliding({"kernel", "groups", "bias", "connections", "weights", "format", "storage"}), conv},
      {"depthwise", "kernel", and_sliding({"multiplier", "bias", "weights", "format", "storage"}), depthwise},
      {"conv_transpose", "number of filters",
       and_sliding({"kernel", "groups", "output_padding", "bias", "weights", "format", "storage"}), conv_transpose},
      {"max_pool", "window", and_sliding({"ceil"}), pool},
      {"average_pool", "window", and_sliding({"ceil", "count_padding"}), pool},
      {"global_max_pool", "", {}, global_pool},
      {"global_average_pool", "", {}, global_pool},
  };
}

}  // namespace pj
