#pragma once

#include <string>
#include <vector>

#include "pj/inference/step.hpp"
#include "pj/integers/integer_program.hpp"

namespace pj {

/// How one group of integers is computed, in words.
struct IntegerNote {
  std::string layer, algorithm;
  int sum_bits = 32;

  bool operator==(const IntegerNote&) const = default;
};

/// What a plan computes in integers.
struct IntegerParts {
  std::vector<Step> steps;         ///< in order; each runs as soon as what it reads is there
  std::vector<IntegerNote> notes;  ///< of all groups
  std::vector<NodeNumbers> nodes;  ///< of the network as it was given: in integers, or why not
};

/// Takes all that can be computed in integers out of a network.
IntegerParts take_integers(Network& network, const ByteLoops& loops);

}  // namespace pj
