#pragma once

#include "pj/training/layer_pass.hpp"

namespace pj {

// The pair of each kind of layer that has one; `make_pass` calls them.

template <class Real>
LayerPassPtr<Real> pass_of(const Convolution& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const FullyConnected& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const MatMul& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Pooling& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Activation& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const BatchNormalization& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const LocalResponseNormalization& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Softmax& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Elementwise& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Reduce& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Gather& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Recurrent& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Dropout& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Cast& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Quantize& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const Dequantize& layer, const PassSite& site);
template <class Real>
LayerPassPtr<Real> pass_of(const FakeQuantize& layer, const PassSite& site);
/// Layers that only move elements.
template <class Real>
LayerPassPtr<Real> moving_pass(const PassSite& site);

/// Throws "it has …, which cannot be trained; way out" for a node; `make_pass` adds the node's name.
[[noreturn]] void refuse_training(const std::string& what);

}  // namespace pj
