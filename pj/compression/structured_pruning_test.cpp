#include "pj/compression/structured_pruning.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/compression/channel_groups.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/statistics.hpp"
#include "pj/onnx/onnx.hpp"
#include "tests/support/compression.hpp"
#include "tests/support/compression_cases.hpp"
#include "tests/support/random_cases.hpp"

namespace pj {

namespace {

/// Every place of every constant whose group is left out becomes 0: the slow twin of cutting it out.
Network with_zeros(Network network, const ChannelGroups& groups, const std::vector<ChannelGroup>& gone) {
  for (const ChannelAxis& axis : groups.axes()) {
    Value& value = network.values[network.nodes[axis.node].inputs[axis.operand]];
    std::vector<double> numbers = real_numbers(*value.data);
    const auto inner = numbers.size() /
                       static_cast<std::size_t>(
                           element_count({value.shape.begin(), value.shape.begin() + 1 + static_cast<int>(axis.axis)}));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      const ChannelGroup group = groups.root(axis.groups[i / inner % axis.groups.size()]);
      numbers[i] = std::ranges::find(gone, group) != gone.end() ? 0.0 : numbers[i];
    }
    value.data = real_constant(value.shape, numbers);
  }
  return network;
}

/// The sum of |w| of all filters that make a channel, for each of a layer's channels.
std::vector<std::pair<double, ChannelGroup>> strengths_in_plain_words(const Network& network,
                                                                      const ChannelGroups& groups,
                                                                      const std::vector<ChannelGroup>& channels) {
  std::vector<std::pair<double, ChannelGroup>> strengths;
  for (const ChannelGroup channel : channels) {
    double sum = 0.0;
    for (std::size_t node = 0; node < network.nodes.size(); ++node) {
      const auto& made = groups.outputs(node);
      for (std::size_t place = 0; place < made.size(); ++place) {
        if (groups.root(made[place]) == groups.root(channel)) {
          const auto numbers = real_numbers(*network.values[network.nodes[node].inputs[1]].data);
          const std::size_t size = numbers.size() / made.size();
          for (std::size_t i = 0; i < size; ++i) {
            sum += std::abs(numbers[place * size + i]);
          }
        }
      }
    }
    strengths.emplace_back(sum, groups.root(channel));
  }
  return strengths;
}

std::string fault_of(const Network& network, const std::string& layer, double keep) {
  try {
    without_channels(network, {node_index(network, layer)}, {.keep = keep});
  } catch (const InputError& fault) {
    return fault.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a network without some channels computes what it does with zeros in all that belongs to them") {
  for_random_cases(100, [](Rng& rng) {
    const Network network = rng.chance(0.3) ? random_perceptron(rng) : random_convnet(rng);
    const bool is_convnet = network.nodes.front().name == "conv1";
    const std::string layer = is_convnet ? (rng.chance(0.5) ? "conv1" : "conv3") : "fc1";
    const std::size_t node = node_index(network, layer);
    const ChannelGroups groups(network);
    const std::int64_t all = std::ssize(groups.outputs(node));
    const double keep = 0.2 + 0.8 * rng.uniform();
    const Network smaller = without_channels(network, {node}, {.keep = keep});
    const auto left = smaller.values[smaller.nodes[node_index(smaller, layer)].outputs[0]].shape[1];
    CHECK(left == std::max<std::int64_t>(1, std::llround(keep * static_cast<double>(all))));
    auto strengths = strengths_in_plain_words(network, groups, groups.outputs(node));
    std::ranges::sort(strengths);
    std::vector<ChannelGroup> gone;
    for (std::int64_t i = 0; i < all - left; ++i) {
      gone.push_back(strengths[static_cast<std::size_t>(i)].second);
    }
    const auto input = bell(rng, element_count(network.values[network.inputs.front()].shape));
    const auto wanted = outputs_of(with_zeros(network, groups, gone), input);
    const auto found = outputs_of(smaller, input);
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      CHECK(std::abs(wanted[i] - found[i]) < 1e-4 * (1.0 + std::abs(wanted[i])));
    }
    CHECK((left == all || statistics(smaller).macs() < statistics(network).macs()));
    CHECK(parse_onnx(onnx_bytes(smaller), "m.onnx") == smaller);
  });
}

TEST_CASE("additions and depthwise layers join channels, concatenations keep them apart") {
  Rng rng(1);
  const Network network = random_convnet(rng);
  const ChannelGroups groups(network);
  const auto& first = groups.outputs(node_index(network, "conv1"));
  const auto& third = groups.outputs(node_index(network, "conv3"));
  for (std::size_t c = 0; c < first.size(); ++c) {
    CHECK(groups.root(first[c]) == groups.root(third[c]));
  }
  NetworkBuilder builder("n");
  const ValueId x = builder.input("x", {1, 2, 4, 4});
  const auto conv = [&](const std::string& name, ValueId in, std::int64_t c) {
    const Sizes shape{3, c, 1, 1};
    return builder.add_one(name, Convolution{},
                           {in, builder.constant(name + "_w", real_constant(shape, bell(rng, 3 * c)))});
  };
  const ValueId both = builder.add_one("both", Concat{}, {conv("a", x, 2), conv("b", x, 2)});
  const Network joined = builder.finish({conv("c", both, 6)});
  const Network smaller = without_channels(joined, {node_index(joined, "b")}, {.keep = 0.34});
  CHECK(smaller.values[smaller.nodes[node_index(smaller, "both")].outputs[0]].shape[1] == 4);
  CHECK(smaller.values[smaller.nodes[node_index(smaller, "c")].inputs[1]].shape == Sizes{3, 4, 1, 1});
}

TEST_CASE("input channels are left out with the filters that made them") {
  Rng rng(4);
  const Network network = random_perceptron(rng);
  const Network smaller =
      without_channels(network, {node_index(network, "fc2")}, {.what = StructuredPruning::What::Channels, .keep = 0.5});
  const auto rows = [](const Network& of, const char* layer) {
    return of.values[of.nodes[node_index(of, layer)].inputs[1]].shape[0];
  };
  CHECK(rows(smaller, "fc1") ==
        std::max<std::int64_t>(1, std::llround(0.5 * static_cast<double>(rows(network, "fc1")))));
  CHECK(rows(smaller, "fc2") == rows(network, "fc2"));
}

TEST_CASE("channels that something holds on to are not cut, and the node is named") {
  Rng rng(5);
  const Network network = random_convnet(rng);
  CHECK(
      fault_of(network, "fc", 0.5) ==
      "layer 'fc': 2 of its 5 channels would have to go, but only 0 can: they are an output of the network; leave the "
      "layer out");
  NetworkBuilder builder("n");
  const ValueId x = builder.input("x", {1, 2, 4, 4});
  const ValueId w = builder.constant("w", real_constant({4, 2, 1, 1}, bell(rng, 8)));
  const ValueId y = builder.add_one("conv", Convolution{}, {x, w});
  const ValueId z = builder.add_one("lrn", LocalResponseNormalization{}, {y});
  const Network held = builder.finish({builder.add_one("sum", Reduce{.axes = {1}}, {z})});
  CHECK(fault_of(held, "conv", 0.5) ==
        "layer 'conv': 2 of its 4 channels would have to go, but only 0 can: node 'lrn' (local response normalization) "
        "mixes or names its channels; leave the layer out");
}

}  // namespace pj
