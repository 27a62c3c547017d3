#pragma once

#include <cstdint>

#include "pj/network/network.hpp"

namespace pj {

/// What a step of training costs beside a run of the network (Sze et al. 2017, section II-C).
struct TrainingCost {
  std::int64_t forward_macs = 0;          ///< multiply-accumulates of a run
  std::int64_t weight_gradient_macs = 0;  ///< of the gradients of the weights: as many
  std::int64_t input_gradient_macs = 0;   ///< of those that are handed on: as many, but for layers that read the input
  std::int64_t run_numbers = 0;           ///< the most activations that are alive at a time in a run
  std::int64_t stored_numbers = 0;        ///< activations that training keeps from the forward to the backward pass

  std::int64_t macs() const { return forward_macs + weight_gradient_macs + input_gradient_macs; }
  bool operator==(const TrainingCost&) const = default;
};

/// The cost for the network's batch.
TrainingCost training_cost(const Network& network);

}  // namespace pj
