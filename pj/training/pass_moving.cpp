#include <numeric>

#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

/// The operands with their places in the place of their numbers, counted over all operands from 1.
std::vector<Constant> numbered_operands(const PassSite& site) {
  std::vector<Constant> operands;
  std::int64_t next = 1;
  for (std::size_t i = 0; i < site.node.inputs.size(); ++i) {
    std::vector<std::int64_t> places(static_cast<std::size_t>(element_count(site.input(i).shape)));
    std::iota(places.begin(), places.end(), next);
    next += std::ssize(places);
    operands.push_back(constant_of(NumberFormat::fixed(64), site.input(i).shape, places));
  }
  return operands;
}

/// A layer that only moves elements: executing it once on the elements' places says where each comes from.
template <class Real>
class MovingPass : public LayerPass<Real> {
 public:
  explicit MovingPass(const PassSite& site) {
    Layer layer = site.node.layer;
    if (auto* pad = std::get_if<Pad>(&layer)) {
      padding_ = static_cast<Real>(pad->value);
      pad->value = 0.0F;  // the place of no element
    }
    const std::vector<Constant> operands = numbered_operands(site);
    for (const Constant& operand : operands) {
      sizes_.push_back(element_count(operand.shape));
    }
    std::vector<const Constant*> pointers;
    std::vector<TensorType> types;
    for (const Constant& operand : operands) {
      pointers.push_back(&operand);
    }
    for (std::size_t i = 0; i < site.node.outputs.size(); ++i) {
      types.push_back({site.output(i).shape, NumberFormat::fixed(64)});
    }
    for (const Constant& result : execute(layer, pointers, types)) {
      sources_.push_back(whole_numbers(result));
    }
  }

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      for_each_source(k, t.inputs, [&](std::size_t i, const Real* from) {
        t.outputs[k].numbers[i] = from == nullptr ? padding_ : *from;
      });
    }
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for (std::size_t k = 0; k < sources_.size(); ++k) {
      if (t.output_gradients[k].is_there()) {
        for_each_source(k, t.input_gradients, [&](std::size_t i, Real* to) {
          if (to != nullptr) {
            *to += t.output_gradients[k].numbers[i];
          }
        });
      }
    }
  }

 private:
  /// Calls `visit(i, place)` for each element of result k; null where it comes from no operand that is there.
  template <class Visit>
  void for_each_source(std::size_t k, const std::vector<TapeTensor<Real>>& operands, Visit visit) const {
    std::size_t operand = 0;
    std::int64_t first = 1;
    for (std::size_t i = 0; i < sources_[k].size(); ++i) {
      const std::int64_t source = sources_[k][i];
      if (source == 0) {
        visit(i, static_cast<Real*>(nullptr));
        continue;
      }
      while (source < first) {
        first -= sizes_[--operand];
      }
      while (source >= first + sizes_[operand]) {
        first += sizes_[operand++];
      }
      const bool is_there = operands[operand].is_there();
      visit(i, is_there ? operands[operand].numbers.data() + (source - first) : nullptr);
    }
  }

  Sizes sizes_;                                     ///< elements of each operand
  std::vector<std::vector<std::int64_t>> sources_;  ///< of each result's elements; 0: a padded one
  Real padding_{0};
};

}  // namespace

template <class Real>
LayerPassPtr<Real> moving_pass(const PassSite& site) {
  return std::make_unique<MovingPass<Real>>(site);
}

template LayerPassPtr<float> moving_pass(const PassSite&);
template LayerPassPtr<double> moving_pass(const PassSite&);

}  // namespace pj
