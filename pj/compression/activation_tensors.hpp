#pragma once

#include <vector>

#include "pj/compression/activations.hpp"
#include "pj/compression/selector.hpp"

namespace pj {

/// Tensors that hardware for whole numbers keeps in few bits, in groups that share a scale.
struct SharedTensors {
  std::vector<std::vector<ValueId>> groups;

  bool operator==(const SharedTensors&) const = default;
};

/// What the layers of a network that have a form in whole numbers (docs/integers.md) take in and make, but for what is
/// an output. Between a layer and the activation that bounds its result nothing is kept, nor where elements only move.
/// What max pooling takes and makes, and what is joined and the result, are a group: then both are exact.
SharedTensors activation_tensors(const Network& network);

/// Lets all that reads these tensors read them quantised, by one quantiser a group for all that was observed of it.
void quantise_tensors(NetworkEditor& editor, const SharedTensors& tensors, const Observations& seen,
                      const ActivationFixedPoint& rule);

/// Both; throws `InputError` where some layers are selected: they share tensors, and there is no choice of some.
void quantise_all(NetworkEditor& editor, const Selector& selector, const Observations& seen,
                  const ActivationFixedPoint& rule);

}  // namespace pj
