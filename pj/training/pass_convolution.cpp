#include <array>
#include <numeric>

#include "pj/base/tensor.hpp"
#include "pj/kernels/columns.hpp"
#include "pj/kernels/gemm.hpp"
#include "pj/kernels/layer_conv.hpp"
#include "pj/training/pass_rules.hpp"

namespace pj {

namespace {

ConvShape shape_of(const PassSite& site) {
  const auto shape = layer_conv(site.network, site.node);
  if (!shape) {
    refuse_training("is transposed, has a connection table or three spatial axes");
  }
  check(*shape);
  return *shape;
}

/// The sum in eight parts, which the compiler adds side by side.
template <class Real>
Real sum_of(std::span<const Real> numbers) {
  constexpr std::size_t lanes = 8;
  std::array<Real, lanes> sums{};
  std::size_t i = 0;
  for (; i + lanes <= numbers.size(); i += lanes) {
    for (std::size_t k = 0; k < lanes; ++k) {
      sums[k] += numbers[i + k];
    }
  }
  Real all = std::accumulate(sums.begin(), sums.end(), Real{0});
  return std::accumulate(numbers.begin() + static_cast<std::ptrdiff_t>(i), numbers.end(), all);
}

/// A convolution as products with the Toeplitz matrix of each image and group (Sze et al. 2017, Figure 16); its two
/// gradients are products with the transposed matrices (Chellapilla, Puri and Simard 2006).
template <class Real>
class ConvolutionPass : public LayerPass<Real> {
 public:
  explicit ConvolutionPass(const ConvShape& shape)
      : s_(shape),
        K_(shape.group_C() * shape.R * shape.S),
        PQ_(shape.P() * shape.Q()),
        keeps_columns_(columns_size() * static_cast<std::size_t>(shape.N * shape.groups) <= most_kept),
        columns_(columns_size() * static_cast<std::size_t>(keeps_columns_ ? shape.N * shape.groups : 1)),
        column_gradients_(columns_size()) {}

  void forward(const PassTensors<Real>& t, const Moment&) override {
    for_each_group(t.inputs, t.outputs, [&](const Block& at, std::span<Real> image, std::span<Real> map) {
      const bool has_bias = t.has(2);
      for (std::int64_t m = 0; has_bias && m < s_.group_M(); ++m) {
        const Real bias =
            t.inputs[2].numbers[at.group * static_cast<std::size_t>(s_.group_M()) + static_cast<std::size_t>(m)];
        std::fill_n(map.begin() + m * PQ_, PQ_, bias);
      }
      multiply({.M = s_.group_M(), .N = PQ_, .K = K_, .adds = has_bias}, filters(t.inputs[1], at),
               columns_of(at, image, true), map);
    });
  }

  void backward(const PassTensors<Real>& t, const Moment&) override {
    for_each_group(t.inputs, t.output_gradients, [&](const Block& at, std::span<Real> image, std::span<Real> map) {
      if (t.wants(1)) {
        multiply({.M = s_.group_M(), .N = K_, .K = PQ_, .transpose_b = true, .adds = true}, map,
                 columns_of(at, image, false), filters(t.input_gradients[1], at));
      }
      if (t.wants(0)) {
        add_image_gradient(t, at, map);
      }
      for (std::int64_t m = 0; t.wants(2) && m < s_.group_M(); ++m) {
        const auto row = map.subspan(static_cast<std::size_t>(m * PQ_), static_cast<std::size_t>(PQ_));
        t.input_gradients[2].numbers[at.group * static_cast<std::size_t>(s_.group_M()) + static_cast<std::size_t>(m)] +=
            sum_of<Real>(row);
      }
    });
  }

 private:
  /// One group of one image.
  struct Block {
    std::size_t image, group;
  };

  template <class Visit>
  void for_each_group(const std::vector<TapeTensor<Real>>& inputs, const std::vector<TapeTensor<Real>>& outputs,
                      Visit visit) const {
    for (std::int64_t i = 0; i < s_.N * s_.groups; ++i) {
      const auto block = static_cast<std::size_t>(i);
      const auto groups = static_cast<std::size_t>(s_.groups);
      visit(Block{block / groups, block % groups}, image_of(inputs[0], block), map_of(outputs[0], block));
    }
  }
  std::span<Real> image_of(const TapeTensor<Real>& images, std::size_t block) const {
    const auto size = static_cast<std::size_t>(s_.group_C() * s_.H * s_.W);
    return images.numbers.subspan(block * size, size);
  }
  std::span<Real> map_of(const TapeTensor<Real>& maps, std::size_t block) const {
    const auto size = static_cast<std::size_t>(s_.group_M() * PQ_);
    return maps.numbers.subspan(block * size, size);
  }
  std::span<Real> filters(const TapeTensor<Real>& weights, const Block& at) const {
    const auto size = static_cast<std::size_t>(s_.group_M() * K_);
    return weights.numbers.subspan(at.group * size, size);
  }

  /// Numbers of an image's columns; none where the filters are 1×1 and the image itself is the matrix.
  std::size_t columns_size() const { return s_.is_pointwise() ? 0 : static_cast<std::size_t>(K_ * PQ_); }

  /// The columns of an image, made or, where they are kept, found again.
  std::span<const Real> columns_of(const Block& at, std::span<Real> image, bool is_forward) {
    if (columns_.empty()) {
      return image;
    }
    const std::size_t block = keeps_columns_ ? at.image * static_cast<std::size_t>(s_.groups) + at.group : 0;
    const std::span<Real> columns = std::span<Real>(columns_).subspan(block * columns_size(), columns_size());
    if (is_forward || !keeps_columns_) {
      image_to_columns<Real>(s_, image, columns);
    }
    return columns;
  }

  void add_image_gradient(const PassTensors<Real>& t, const Block& at, std::span<Real> map) {
    const std::size_t block = at.image * static_cast<std::size_t>(s_.groups) + at.group;
    const std::span<Real> image = image_of(t.input_gradients[0], block);
    const Gemm gemm{.M = K_, .N = PQ_, .K = s_.group_M(), .transpose_a = true, .adds = columns_.empty()};
    const std::span<Real> target = columns_.empty() ? image : std::span<Real>(column_gradients_);
    multiply(gemm, filters(t.inputs[1], at), map, target);
    if (!columns_.empty()) {
      add_columns_to_image<Real>(s_, column_gradients_, image);
    }
  }

  /// Columns are kept from the forward to the backward pass where they are few enough to stay in a cache (8 MiB).
  static constexpr std::size_t most_kept = (std::size_t{8} << 20) / sizeof(Real);

  ConvShape s_;
  std::int64_t K_, PQ_;  ///< products that make one output, and outputs of a map
  bool keeps_columns_;
  Buffer<Real> columns_, column_gradients_;
};

}  // namespace

template <class Real>
LayerPassPtr<Real> pass_of(const Convolution&, const PassSite& site) {
  return std::make_unique<ConvolutionPass<Real>>(shape_of(site));
}

template LayerPassPtr<float> pass_of(const Convolution&, const PassSite&);
template LayerPassPtr<double> pass_of(const Convolution&, const PassSite&);

}  // namespace pj
