#pragma once

#include <cstdint>

#include "pj/base/units.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// A step of synchronous training on several machines (Dean et al. 2012): what one needs for the whole batch alone,
/// what is exchanged, and how fast a link of a machine is.
struct DataParallel {
  Seconds step;             ///< of one machine with the whole batch
  std::int64_t bytes = 0;   ///< of all gradients
  double bandwidth = 1e9;   ///< bytes a second, of each link
  bool has_server = false;  ///< one parameter server with one link; else a ring, which is all that links allow
};

/// The time of a step on `workers` machines: the batch's share of each, then the exchange. A server receives every
/// worker's gradients and sends all the new weights over its link: 2 k S / B. A ring needs 2 (k − 1) / k · S / B, and
/// no exchange needs less (Patarasuk and Yuan 2009).
Seconds step_time(const DataParallel& job, std::int64_t workers);

/// How much faster `workers` machines are than one.
double speed_up(const DataParallel& job, std::int64_t workers);

/// The layers of a network on two machines, each with half of the output channels of every layer (Krizhevsky,
/// Sutskever and Hinton 2012, whose groups are such a split).
struct ModelSplit {
  std::int64_t weights = 0;          ///< that a machine holds
  std::int64_t macs = 0;             ///< that a machine computes for an input
  std::int64_t cut_activations = 0;  ///< that a machine sends to the other one for an input
};

/// The split, where grouped layers exchange nothing. Throws `InputError` for a network without convolutions and fully
/// connected layers.
ModelSplit split_in_two(const Network& network);

}  // namespace pj
