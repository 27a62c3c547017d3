#include "pj/training/layer_pass.hpp"

#include "pj/base/error.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// Kinds without a pair of their own: those that move elements share one, all others cannot be trained.
template <class Real>
struct MakePass {
  const PassSite& site;

  LayerPassPtr<Real> operator()(const Concat&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Split&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Slice&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Pad&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Reshape&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Transpose&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const Expand&) const { return moving_pass<Real>(site); }
  LayerPassPtr<Real> operator()(const DepthToSpace&) const { return moving_pass<Real>(site); }

  template <class Kind>
  LayerPassPtr<Real> operator()(const Kind& layer) const {
    if constexpr (requires { pass_of<Real>(layer, site); }) {
      return pass_of<Real>(layer, site);
    } else {
      refuse_training("is of the kind '" + kind_name(Layer(layer)) + "'");
    }
  }
};

}  // namespace

void refuse_training(const std::string& what) {
  throw InputError(what +
                   ", which has no backward pass; train a network without it (docs/training.md lists the kinds)");
}

template <class Real>
LayerPassPtr<Real> make_pass(const PassSite& site) {
  try {
    return std::visit(MakePass<Real>{site}, site.node.layer);
  } catch (const InputError& fault) {
    throw InputError("network '" + site.network.name + "': node '" + site.node.name + "' " + fault.what());
  }
}

template LayerPassPtr<float> make_pass(const PassSite& site);
template LayerPassPtr<double> make_pass(const PassSite& site);

}  // namespace pj
