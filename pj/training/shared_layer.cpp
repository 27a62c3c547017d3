#include "pj/training/shared_layer.hpp"

#include <algorithm>

#include "pj/base/tensor.hpp"

namespace pj {

namespace {

/// The layer with a part of its output channels, as a network of its own for the pass.
template <class Real>
class SharedLayerPass : public LayerPass<Real> {
 public:
  SharedLayerPass(const PassSite& site, const LayerShare<Real>& share)
      : share_(share),
        channels_(site.output().shape.at(1)),
        own_(channels_of_process(channels_, share.rank, share.size)),
        part_(part_of(site, own_.count)) {
    const Sizes& shape = site.output().shape;
    batch_ = shape[0];
    map_ = element_count(shape) / std::max<std::int64_t>(1, batch_ * channels_);
    const auto outputs = static_cast<std::size_t>(batch_ * own_.count * map_);
    outputs_.resize(outputs);
    output_gradients_.resize(outputs);
    input_gradients_.resize(static_cast<std::size_t>(element_count(site.input(0).shape)));
    if (own_.count > 0) {
      pass_ = make_pass<Real>({part_, part_.nodes.front(), site.index});
    }
  }

  void forward(const PassTensors<Real>& t, const Moment& moment) override {
    std::ranges::fill(t.outputs[0].numbers, Real{0});
    if (pass_ != nullptr) {
      pass_->forward(own_tensors(t), moment);
      for_each_map([&](std::size_t own, std::size_t all, std::size_t count) {
        std::copy_n(outputs_.begin() + static_cast<std::ptrdiff_t>(own), count,
                    t.outputs[0].numbers.begin() + static_cast<std::ptrdiff_t>(all));
      });
    }
    share_.add(t.outputs[0].numbers);
  }

  void backward(const PassTensors<Real>& t, const Moment& moment) override {
    std::ranges::fill(input_gradients_, Real{0});
    if (pass_ != nullptr) {
      for_each_map([&](std::size_t own, std::size_t all, std::size_t count) {
        std::copy_n(t.output_gradients[0].numbers.begin() + static_cast<std::ptrdiff_t>(all), count,
                    output_gradients_.begin() + static_cast<std::ptrdiff_t>(own));
      });
      pass_->backward(own_tensors(t), moment);
    }
    if (t.wants(0)) {
      share_.add(input_gradients_);
      std::ranges::transform(t.input_gradients[0].numbers, input_gradients_, t.input_gradients[0].numbers.begin(),
                             std::plus{});
    }
  }

 private:
  static Network part_of(const PassSite& site, std::int64_t channels) {
    Network part{.name = site.network.name};
    Node node = site.node;
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      if (site.has_input(i)) {
        part.values.push_back(site.input(i));
        part.values.back().data = nullptr;
        node.inputs[i] = part.values.size() - 1;
        if (i > 0) {  // filters and biases
          part.values.back().shape[0] = channels;
        }
      }
    }
    part.values.push_back(site.output());
    part.values.back().shape[1] = channels;
    node.outputs = {part.values.size() - 1};
    part.nodes.push_back(std::move(node));
    return part;
  }

  /// Calls `visit` with where a sample's own maps begin among the own ones and among all, and how many numbers they
  /// are.
  template <class Visit>
  void for_each_map(Visit visit) const {
    const auto count = static_cast<std::size_t>(own_.count * map_);
    for (std::int64_t n = 0; n < batch_; ++n) {
      visit(static_cast<std::size_t>(n) * count, static_cast<std::size_t>((n * channels_ + own_.first) * map_), count);
    }
  }

  /// The rows of filters or biases of the own channels.
  TapeTensor<Real> own_rows(const TapeTensor<Real>& tensor) const {
    if (!tensor.is_there()) {
      return tensor;
    }
    const auto row = static_cast<std::int64_t>(tensor.numbers.size()) / channels_;
    TapeTensor<Real> own{tensor.shape, tensor.numbers.subspan(static_cast<std::size_t>(own_.first * row),
                                                              static_cast<std::size_t>(own_.count * row))};
    own.shape[0] = own_.count;
    return own;
  }

  PassTensors<Real> own_tensors(const PassTensors<Real>& t) {
    const Sizes shape = part_.values.back().shape;
    PassTensors<Real> own;
    for (std::size_t i = 0; i < t.inputs.size(); ++i) {
      own.inputs.push_back(i == 0 ? t.inputs[0] : own_rows(t.inputs[i]));
      own.input_gradients.push_back(i == 0 && t.wants(0) ? TapeTensor<Real>{t.inputs[0].shape, input_gradients_}
                                    : i == 0             ? TapeTensor<Real>{}
                                                         : own_rows(t.input_gradients[i]));
    }
    own.outputs.push_back({shape, outputs_});
    own.output_gradients.push_back({shape, output_gradients_});
    return own;
  }

  LayerShare<Real> share_;
  std::int64_t channels_;
  ChannelShare own_;
  Network part_;
  std::int64_t batch_ = 0, map_ = 0;
  std::vector<Real> outputs_, output_gradients_, input_gradients_;
  LayerPassPtr<Real> pass_;
};

}  // namespace

ChannelShare channels_of_process(std::int64_t channels, std::int64_t rank, std::int64_t size) {
  const std::int64_t first = channels * rank / size;
  return {first, channels * (rank + 1) / size - first};
}

bool is_shared_layer(const Layer& layer) {
  const auto* convolution = std::get_if<Convolution>(&layer);
  return std::holds_alternative<FullyConnected>(layer) ||
         (convolution != nullptr && convolution->groups == 1 && !convolution->transposed &&
          convolution->connections.empty());
}

template <class Real>
LayerPassPtr<Real> shared_pass(const PassSite& site, const LayerShare<Real>& share) {
  return std::make_unique<SharedLayerPass<Real>>(site, share);
}

std::vector<bool> numbers_of_others(const Network& network, const ParameterList& parameters, std::int64_t rank,
                                    std::int64_t size) {
  std::vector<bool> others(parameters.size, false);
  for (const Node& node : network.nodes) {
    for (std::size_t i = 1; is_shared_layer(node.layer) && i < node.inputs.size(); ++i) {
      const Parameter* parameter = parameters.find(node.inputs[i]);
      if (parameter == nullptr) {
        continue;
      }
      const std::int64_t channels = parameter->shape[0];
      const ChannelShare own = channels_of_process(channels, rank, size);
      const auto row = parameter->size / static_cast<std::size_t>(channels);
      for (std::size_t k = 0; k < parameter->size; ++k) {
        const auto channel = static_cast<std::int64_t>(k / row);
        others[parameter->first + k] = channel < own.first || channel >= own.first + own.count;
      }
    }
  }
  return others;
}

template LayerPassPtr<float> shared_pass(const PassSite&, const LayerShare<float>&);
template LayerPassPtr<double> shared_pass(const PassSite&, const LayerShare<double>&);

}  // namespace pj
