#pragma once

#include <cstdint>

#include "pj/training/loss.hpp"

namespace pj {

/// How far the gradients of a network are from finite differences, in float64: the largest over its parameters of
/// ‖g − d‖ / (‖g‖ + ‖d‖), where d are central differences for some numbers of each, and random inputs and targets
/// follow from the seed. Numbers whose differences with two step sizes disagree, as at a rectifier's kink, are left
/// out.
double gradient_error(const Network& network, Loss loss, std::uint64_t seed);

/// The norm of the gradient of the network's first weights over that of its last ones, for random inputs and classes
/// and weights as training begins.
double gradient_ratio(const Network& network, std::uint64_t seed);

/// The largest difference between a forward pass in float64 and the plain execution of the network, which computes in
/// float32, for random weights and inputs.
double forward_difference(const Network& network, std::uint64_t seed);

}  // namespace pj
