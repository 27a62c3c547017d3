#include "pj/workload/lower.hpp"

#include <numeric>
#include <span>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/layer_work.hpp"
#include "pj/network/statistics.hpp"
#include "pj/network/stored_format.hpp"

namespace pj {

namespace {

using NamedSizes = std::vector<std::pair<std::string, std::int64_t>>;

std::int64_t product(std::span<const std::int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// The letters of the spatial axes, last axis first: Q S, P R, Z T.
struct AxisLetters {
  const char* output;
  const char* filter;
  const char* stride;
  const char* dilation;
};
constexpr AxisLetters axis_letters[] = {{"q", "s", "V", "E"}, {"p", "r", "U", "D"}, {"z", "t", "X", "F"}};

/// The spatial part of a layer with a sliding window, as text for an Einsum: `,p,q`, `,U*p+D*r,V*q+E*s`, `,r,s`.
struct WindowAxes {
  std::string places, window, filter;
  NamedSizes sizes;
};

/// The Einsum of one node, by the kind of its layer.
struct Lower {
  const Network& network;
  const Node& node;
  const ConstantSources& sources;
  const LowerOptions& options;

  const Value& operand(std::size_t i) const { return network.values[node.inputs[i]]; }
  const Sizes& output() const { return network.values[node.outputs[0]].shape; }

  template <class Kind>
  std::vector<Workload> operator()(const Kind&) const {
    return {};
  }

  std::vector<Workload> operator()(const Convolution& layer) const {
    const Sizes& weights = operand(1).shape;
    const Sizes& maps = layer.transposed ? operand(0).shape : output();  // p, q run over these
    const std::int64_t outputs = layer.transposed ? weights[1] : weights[0] / layer.groups;
    const std::int64_t inputs = layer.transposed ? weights[0] / layer.groups : weights[1];
    WindowAxes axes = window_axes(maps, std::span(weights).subspan(2), layer.stride, layer.dilation);
    axes.sizes.insert(axes.sizes.end(), {{"N", maps[0]}, {"G", layer.groups}, {"M", outputs}, {"C", inputs}});
    const std::string& outside = layer.transposed ? axes.window : axes.places;
    const std::string& inside = layer.transposed ? axes.places : axes.window;
    return {einsum("O[n,g,m" + outside + "] += I[n,g,c" + inside + "] * W[g,m,c" + axes.filter + "]", axes.sizes)};
  }

  std::vector<Workload> operator()(const Pooling& layer) const {
    if (!options.pooling) {
      return {};
    }
    const Sizes kernel = layer.kernel.empty() ? Sizes(operand(0).shape.begin() + 2, operand(0).shape.end())
                                              : layer.kernel;  // an empty one sees the whole map
    WindowAxes axes = window_axes(output(), kernel, layer.stride, layer.dilation);
    axes.sizes.insert(axes.sizes.end(), {{"N", output()[0]}, {"C", output()[1]}});
    Workload workload = einsum("O[n,c" + axes.places + "] += I[n,c" + axes.window + "]", axes.sizes);
    workload.multiplies = false;
    return {workload};
  }

  std::vector<Workload> operator()(const FullyConnected&) const {
    const Sizes& weights = operand(1).shape;
    if (options.products_as_convolutions) {
      const Sizes& map = operand(0).shape;
      const bool is_flat = map.size() < 4;
      return {einsum("O[n,m,p,q] += I[n,c,p+r,q+s] * W[m,c,r,s]", {{"N", map[0]},
                                                                   {"M", weights[0]},
                                                                   {"C", is_flat ? weights[1] : map[1]},
                                                                   {"P", 1},
                                                                   {"Q", 1},
                                                                   {"R", is_flat ? 1 : map[2]},
                                                                   {"S", is_flat ? 1 : map[3]}})};
    }
    return {einsum("O[n,m] += I[n,c] * W[m,c]", {{"N", operand(0).shape[0]}, {"M", weights[0]}, {"C", weights[1]}})};
  }

  std::vector<Workload> operator()(const MatMul&) const {
    const LayerWork work = layer_work(network, node, sources).front();
    // The leading axes that the second operand has are batches of their own weights; the others share them.
    const std::size_t weights = work.weights ? *work.weights : 1;
    const Sizes& shape = operand(weights).shape;
    const std::int64_t groups = shape.size() > 2 ? product(std::span(shape).first(shape.size() - 2)) : 1;
    return {einsum("O[n,g,q,m] += I[n,g,q,c] * W[g,m,c]", {{"N", std::max<std::int64_t>(1, work.shape.N / groups)},
                                                           {"G", groups},
                                                           {"Q", work.shape.Q},
                                                           {"M", work.shape.M},
                                                           {"C", work.shape.C}})};
  }

  std::vector<Workload> operator()(const Recurrent&) const {
    std::vector<Workload> parts;
    for (const LayerWork& work : layer_work(network, node, sources)) {
      parts.push_back(einsum("O[n,q,m] += I[n,q,c] * W[m,c]",
                             {{"N", work.shape.N}, {"Q", work.shape.Q}, {"M", work.shape.M}, {"C", work.shape.C}}));
      parts.back().name = "/" + work.part;
    }
    return parts;
  }

 private:
  /// `maps` is N × C × places; a stride or dilation that is not given is 1.
  static WindowAxes window_axes(const Sizes& maps, std::span<const std::int64_t> kernel, const Sizes& stride,
                                const Sizes& dilation) {
    ensure(kernel.size() <= std::size(axis_letters), "layers have up to three spatial axes");
    WindowAxes axes;
    for (std::size_t i = kernel.size(); i-- > 0;) {  // i counts from the last axis
      const AxisLetters& letters = axis_letters[i];
      const std::size_t axis = kernel.size() - 1 - i;
      axes.places += std::string(",") + letters.output;
      axes.window +=
          std::string(",") + letters.stride + "*" + letters.output + "+" + letters.dilation + "*" + letters.filter;
      axes.filter += std::string(",") + letters.filter;
      axes.sizes.emplace_back(capital(letters.output), maps[axis + 2]);
      axes.sizes.emplace_back(capital(letters.filter), kernel[axis]);
      axes.sizes.emplace_back(letters.stride, stride.empty() ? 1 : stride[axis]);
      axes.sizes.emplace_back(letters.dilation, dilation.empty() ? 1 : dilation[axis]);
    }
    return axes;
  }

  static std::string capital(const char* letter) { return std::string(1, static_cast<char>(*letter - 'a' + 'A')); }
};

/// Collects the layers of a network and of the branches in it.
class Lowering {
 public:
  explicit Lowering(const LowerOptions& options) : options_(options) {}

  void add(const Network& network, const std::string& prefix) {
    const ConstantSources sources = constant_sources(network);
    for (const Node& node : network.nodes) {
      if (const auto* choice = std::get_if<If>(&node.layer)) {
        const bool otherwise = statistics(*choice->else_branch).macs() > statistics(*choice->then_branch).macs();
        add(otherwise ? *choice->else_branch : *choice->then_branch, prefix + node.name + "/");
        continue;
      }
      for (Workload& workload : std::visit(Lower{network, node, sources, options_}, node.layer)) {
        add(network, node, prefix, std::move(workload), sources);
      }
    }
  }

  std::vector<LoweredLayer> layers() { return std::move(layers_); }

 private:
  void add(const Network& network, const Node& node, const std::string& prefix, Workload workload,
           const ConstantSources& sources) {
    workload.name = prefix + node.name + workload.name;
    for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
      const ValueId value = workload.is_output(t) ? node.outputs[0] : node.inputs[t];
      const NumberFormat format =
          workload.is_output(t) ? result_format(network, value) : operand_format(network, value);
      workload.tensors[t].bits = format.bits;
      workload.tensors[t].is_index = format.kind == NumberFormat::Kind::Codebook;
      workload.tensors[t].density = density(network, value, sources[value]);
    }
    layers_.push_back({workload.name, kind_name(network, node), workload});
  }

  /// Codes that are decoded on the way have the zeros of the numbers that they stand for.
  static double density(const Network& network, ValueId value, const Value* source) {
    const double own = network.values[value].storage.density;
    return source == nullptr || own != 1.0 ? own : source->storage.density;
  }

  const LowerOptions& options_;
  std::vector<LoweredLayer> layers_;
};

}  // namespace

std::vector<LoweredLayer> lower(const Network& network, const LowerOptions& options) {
  Lowering lowering(options);
  lowering.add(network, "");
  return lowering.layers();
}

}  // namespace pj
