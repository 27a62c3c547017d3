#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "pj/training/layer_pass.hpp"
#include "pj/training/parameters.hpp"

namespace pj {

/// The share of one process in layers that several compute together: some of the output channels of every convolution
/// and fully connected layer (model parallelism; Krizhevsky, Sutskever and Hinton 2012, whose groups are such a split).
template <class Real>
struct LayerShare {
  std::int64_t rank = 0, size = 1;
  std::function<void(std::span<Real>)> add = {};  ///< sums over all processes, which call it together
};

/// Part of a row of things: where it begins and how long it is.
struct ChannelShare {
  std::int64_t first = 0, count = 0;

  bool operator==(const ChannelShare&) const = default;
};
/// The channels of a process: as equal as whole numbers allow.
ChannelShare channels_of_process(std::int64_t channels, std::int64_t rank, std::int64_t size);

/// Is a layer computed together: an ungrouped convolution, or a fully connected layer.
bool is_shared_layer(const Layer& layer);

/// The pair of passes of such a layer. Forward each process computes its channels, and all of them exchange what they
/// have; backward each has the gradients of its own weights, and the input's are summed over the processes.
template <class Real>
LayerPassPtr<Real> shared_pass(const PassSite& site, const LayerShare<Real>& share);

/// The places of the numbers that another process than this one computes the gradients of: they are of its channels.
std::vector<bool> numbers_of_others(const Network& network, const ParameterList& parameters, std::int64_t rank,
                                    std::int64_t size);

}  // namespace pj
