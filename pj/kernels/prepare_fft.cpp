#include <cblas.h>

#include <array>
#include <complex>
#include <fftw3.h>
#include <memory>

#include "pj/kernels/conv_fft.hpp"
#include "pj/kernels/fftw_plan.hpp"
#include "pj/kernels/prepared.hpp"

namespace pj {

namespace {

using Bin = std::complex<float>;

/// Transforms of so many real tiles; the spectra are interleaved, so that all numbers of one frequency lie together.
struct TransformShape {
  std::int64_t n = 0, tiles = 0, stride = 0;
};

FftwPlan make_plan(const TransformShape& shape, bool forward) {
  const int n = static_cast<int>(shape.n);
  const std::array<int, 2> sizes{n, n};
  const std::array<int, 2> half{n, n / 2 + 1};
  const int tiles = static_cast<int>(shape.tiles);
  const int stride = static_cast<int>(shape.stride);
  constexpr unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
  float tile = 0.0F;  // with these flags planning touches no data, but equal addresses would mean "in place"
  fftwf_complex bin{};
  return fftw_plan([&] {
    return forward ? fftwf_plan_many_dft_r2c(2, sizes.data(), tiles, &tile, sizes.data(), 1, n * n, &bin, half.data(),
                                             stride, 1, flags)
                   : fftwf_plan_many_dft_c2r(2, sizes.data(), tiles, &bin, half.data(), stride, 1, &tile, sizes.data(),
                                             1, n * n, flags);
  });
}

fftwf_complex* raw(Bin* bins) {
  return reinterpret_cast<fftwf_complex*>(bins);  // the two have the same layout (FFTW manual, section 4.1.1)
}

/// The spectra of the filters, frequency × M × C/groups, mirrored and divided by n².
Buffer<Bin> spectra_of_filters(const ConvShape& s, const FftPlan& plan, std::span<const float> weights) {
  const std::int64_t filters = s.M * s.group_C();
  Buffer<Bin> spectra(static_cast<std::size_t>(plan.frequencies() * filters));
  const FftwPlan transform = make_plan({plan.n, 1, filters}, true);
  const TensorView<const float, 3> taps(weights, {filters, s.R, s.S});
  for (std::int64_t filter = 0; filter < filters; ++filter) {
    Tensor<float, 2> tile({plan.n, plan.n});
    for (std::int64_t r = 0; r < s.R; ++r) {
      for (std::int64_t t = 0; t < s.S; ++t) {
        tile((s.R - 1 - r) * s.dilation_h, (s.S - 1 - t) * s.dilation_w) =
            taps(filter, r, t) / static_cast<float>(plan.n * plan.n);
      }
    }
    fftwf_execute_dft_r2c(transform.get(), tile.elements().data(), raw(spectra.data() + filter));
  }
  return spectra;
}

/// The convolution of one image at a time.
class FftConv {
 public:
  FftConv(const ConvShape& shape, std::span<const float> weights)
      : shape_(shape),
        plan_(best_fft_plan(shape)),
        spectra_(spectra_of_filters(shape, plan_, weights)),
        forward_(make_plan({plan_.n, plan_.blocks(), shape.C * plan_.blocks()}, true)),
        inverse_(make_plan({plan_.n, plan_.blocks(), shape.M * plan_.blocks()}, false)) {}

  std::int64_t weights() const { return 2 * std::ssize(spectra_); }
  std::int64_t workspace() const { return tile_numbers() + 2 * plan_.frequencies() * (shape_.C + shape_.M) * blocks(); }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace) const {
    const ConvOperands<float> conv{shape_, {input, shape_.input()}, {}, {output, shape_.output()}};
    std::ranges::fill(output, 0.0F);
    const std::span<float> tiles = workspace.first(static_cast<std::size_t>(tile_numbers()));
    Bin* const inputs = reinterpret_cast<Bin*>(workspace.data() + tile_numbers());
    Bin* const products = inputs + plan_.frequencies() * shape_.C * blocks();
    for (std::int64_t n = 0; n < shape_.N; ++n) {
      for (std::int64_t c = 0; c < shape_.C; ++c) {
        fill_tiles(conv, n, c, tiles);
        fftwf_execute_dft_r2c(forward_.get(), tiles.data(), raw(inputs + c * blocks()));
      }
      multiply(inputs, products);
      for (std::int64_t m = 0; m < shape_.M; ++m) {
        fftwf_execute_dft_c2r(inverse_.get(), raw(products + m * blocks()), tiles.data());
        add_tiles(conv, n, m, tiles);
      }
    }
  }

 private:
  std::int64_t blocks() const { return plan_.blocks(); }
  std::int64_t tile_numbers() const { return blocks() * plan_.n * plan_.n; }

  void fill_tiles(const ConvOperands<float>& conv, std::int64_t n, std::int64_t c, std::span<float> numbers) const {
    const TensorView<float, 3> tiles(numbers, {blocks(), plan_.n, plan_.n});
    std::ranges::fill(numbers, 0.0F);
    for (std::int64_t y = 0; y < shape_.H; ++y) {
      for (std::int64_t x = 0; x < shape_.W; ++x) {
        tiles(y / plan_.block_h * plan_.blocks_w + x / plan_.block_w, y % plan_.block_h, x % plan_.block_w) =
            conv.input(n, c, y, x);
      }
    }
  }

  /// For each frequency and group: products = filters × inputs.
  void multiply(const Bin* inputs, Bin* products) const {
    const Bin one{1.0F, 0.0F};
    const Bin zero{0.0F, 0.0F};
    const int T = static_cast<int>(blocks());
    const int C = static_cast<int>(shape_.group_C());
    const int M = static_cast<int>(shape_.group_M());
    openblas_set_num_threads(1);
    for (std::int64_t f = 0; f < plan_.frequencies() * shape_.groups; ++f) {
      cblas_cgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, M, T, C, &one, spectra_.data() + f * M * C, C,
                  inputs + f * C * T, T, &zero, products + f * M * T, T);
    }
  }

  void add_tiles(const ConvOperands<float>& conv, std::int64_t n, std::int64_t m,
                 std::span<const float> numbers) const {
    const TensorView<const float, 3> tiles(numbers, {blocks(), plan_.n, plan_.n});
    for (std::int64_t block = 0; block < blocks(); ++block) {
      const Shape<4> place{n, m, block / plan_.blocks_w, block % plan_.blocks_w};
      add_responses(shape_, plan_, place, [&](const Shape<4>& at, std::int64_t i, std::int64_t j) {
        conv.output(at[0], at[1], at[2], at[3]) += tiles(block, i, j);
      });
    }
  }

  ConvShape shape_;
  FftPlan plan_;
  Buffer<Bin> spectra_;
  FftwPlan forward_, inverse_;
};

}  // namespace

PreparedConv prepare_fft(const ConvShape& shape, std::span<const float> weights, const Epilogue& epilogue) {
  const auto conv = std::make_shared<const FftConv>(shape, weights);
  return with_epilogue({.weights = conv->weights(),
                        .workspace = conv->workspace(),
                        .run = [conv](const ConvMemory& m) { conv->run(m.input, m.output, m.workspace); }},
                       shape, epilogue);
}

OperationCount fft_conv_operations(const ConvShape& shape) {
  return fft_operations(shape, best_fft_plan(shape));
}

double fft_conv_error_bound(const ConvShape& shape) {
  return fft_error_bound(shape, best_fft_plan(shape), float_roundoff);
}

}  // namespace pj
