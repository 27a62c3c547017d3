#include <algorithm>
#include <bit>
#include <cmath>
#include <fftw3.h>
#include <memory>

#include "pj/kernels/fftw_plan.hpp"
#include "pj/kernels/layout.hpp"
#include "pj/kernels/rounding.hpp"
#include "pj/kernels/sparse_conv.hpp"

namespace pj {

namespace {

/// How a fully connected layer falls into circulant blocks.
struct CirculantSizes {
  std::int64_t b, K, M;

  CirculantSizes(const ConvShape& s, std::int64_t size) : b(size), K(s.filter_size()), M(s.M) {}
  std::int64_t input_blocks() const { return ceil_div(K, b); }
  std::int64_t output_blocks() const { return ceil_div(M, b); }
  std::int64_t frequencies() const { return b / 2 + 1; }  // real numbers have symmetric spectra
};

/// Real blocks of b numbers to spectra beside each other, or back; planning with these flags touches no data.
FftwPlan block_plan(std::int64_t b, std::int64_t blocks, bool forward) {
  const int n = static_cast<int>(b);
  const int count = static_cast<int>(blocks);
  const int half = n / 2 + 1;
  constexpr unsigned flags = FFTW_ESTIMATE | FFTW_UNALIGNED;
  float real = 0.0F;
  fftwf_complex bin{};
  return fftw_plan([&] {
    return forward ? fftwf_plan_many_dft_r2c(1, &n, count, &real, nullptr, 1, n, &bin, nullptr, 1, half, flags)
                   : fftwf_plan_many_dft_c2r(1, &n, count, &bin, nullptr, 1, half, &real, nullptr, 1, n, flags);
  });
}

fftwf_complex* bins(float* numbers) {
  return reinterpret_cast<fftwf_complex*>(numbers);  // pairs of floats
}

class CirculantConv {
 public:
  CirculantConv(const SparseKernels& kernels, const ConvShape& shape, std::int64_t b, std::span<const float> columns)
      : kernels_(kernels),
        N_(shape.N),
        sizes_(shape, b),
        forward_(block_plan(b, sizes_.input_blocks(), true)),
        inverse_(block_plan(b, sizes_.output_blocks(), false)) {
    pack(columns);
  }

  std::int64_t padded_K() const { return sizes_.input_blocks() * sizes_.b; }
  std::int64_t padded_M() const { return sizes_.output_blocks() * sizes_.b; }
  std::int64_t input_spectra() const { return sizes_.input_blocks() * sizes_.frequencies() * 2; }
  std::int64_t output_spectra() const { return sizes_.output_blocks() * sizes_.frequencies() * 2; }
  std::int64_t products() const { return sizes_.frequencies() * 2 * block_size; }
  std::int64_t workspace() const {
    return std::max(padded_K(), padded_M()) + input_spectra() + output_spectra() + products();
  }

  void run(std::span<const float> input, std::span<float> output, std::span<float> workspace) const {
    float* const numbers = workspace.data();
    float* const spectra = numbers + std::max(padded_K(), padded_M());
    float* const responses = spectra + input_spectra();
    for (std::int64_t n = 0; n < N_; ++n) {
      std::fill_n(std::copy_n(input.data() + n * sizes_.K, sizes_.K, numbers), padded_K() - sizes_.K, 0.0F);
      fftwf_execute_dft_r2c(forward_.get(), numbers, bins(spectra));
      multiply(spectra, responses, responses + output_spectra());
      fftwf_execute_dft_c2r(inverse_.get(), bins(responses), numbers);
      std::copy_n(numbers, sizes_.M, output.data() + n * sizes_.M);
    }
  }

 private:
  /// The spectra of the first columns over b, as `CirculantProduct` reads them.
  void pack(std::span<const float> columns) {
    const std::int64_t blocks = sizes_.input_blocks();
    const std::int64_t F = sizes_.frequencies();
    weights_.resize(static_cast<std::size_t>(blocks_of(sizes_.output_blocks()) * F * blocks * 2 * block_size));
    const FftwPlan transform = block_plan(sizes_.b, 1, true);
    Buffer<float> column(static_cast<std::size_t>(sizes_.b));
    Buffer<float> spectrum(static_cast<std::size_t>(2 * F));
    for (std::int64_t i = 0; i < sizes_.output_blocks() * blocks; ++i) {
      std::ranges::transform(columns.subspan(static_cast<std::size_t>(i * sizes_.b), column.size()), column.begin(),
                             [&](float number) { return number / static_cast<float>(sizes_.b); });
      fftwf_execute_dft_r2c(transform.get(), column.data(), bins(spectrum.data()));
      const std::int64_t m = i / blocks;
      for (std::int64_t f = 0; f < F; ++f) {
        const std::int64_t group = f / circulant_group * circulant_group;
        const std::int64_t together = std::min(circulant_group, F - group);
        const std::int64_t line = group * blocks + i % blocks * together + f - group;
        const std::int64_t place = (m / block_size * F * blocks + line) * 2 * block_size + m % block_size;
        weights_[static_cast<std::size_t>(place)] = spectrum[static_cast<std::size_t>(2 * f)];
        weights_[static_cast<std::size_t>(place + block_size)] = spectrum[static_cast<std::size_t>(2 * f + 1)];
      }
    }
  }

  /// The spectra of the outputs, block after block; `sums` holds those of 16 blocks.
  void multiply(const float* spectra, float* responses, float* sums) const {
    const std::int64_t F = sizes_.frequencies();
    for (std::int64_t first = 0; first < sizes_.output_blocks(); first += block_size) {
      kernels_.circulant(
          {spectra, sizes_.input_blocks(), F, weights_.data() + first * F * sizes_.input_blocks() * 2, sums});
      for (std::int64_t m = 0; m < std::min(block_size, sizes_.output_blocks() - first); ++m) {
        for (std::int64_t i = 0; i < 2 * F; ++i) {
          responses[(first + m) * 2 * F + i] = sums[i * block_size + m];
        }
      }
    }
  }

  const SparseKernels& kernels_;
  std::int64_t N_;
  CirculantSizes sizes_;
  FftwPlan forward_, inverse_;
  Buffer<float> weights_;
};

/// Operations of a transform of b real numbers: those of half as many complex ones, and of taking them apart; 2.5 b
/// log2 b of each kind together is what FFTs are measured by (Frigo and Johnson, Proceedings of the IEEE 2005).
OperationCount transform_operations(std::int64_t b) {
  const std::int64_t levels = std::bit_width(static_cast<std::uint64_t>(b)) - 1;
  return {.constant_multiplications = b * levels, .additions = 3 * b * levels / 2};
}

}  // namespace

SparseConv prepare_circulant(const SparseKernels& kernels, const ConvShape& shape, std::int64_t b,
                             std::span<const float> columns) {
  const CirculantSizes sizes(shape, b);
  const std::int64_t blocks = sizes.input_blocks() * sizes.output_blocks();
  ensure(std::has_single_bit(static_cast<std::uint64_t>(b)) && std::ssize(columns) == blocks * b,
         "circulant blocks are of powers of two, and all have a column");
  const auto conv = std::make_shared<const CirculantConv>(kernels, shape, b, columns);
  return {{.workspace = conv->workspace(),
           .run = [conv](const ConvMemory& memory) { conv->run(memory.input, memory.output, memory.workspace); }},
          circulant_operations(shape, b).multiplications,
          blocks * sizes.frequencies() * 2 * static_cast<std::int64_t>(sizeof(float))};
}

OperationCount circulant_operations(const ConvShape& shape, std::int64_t b) {
  const CirculantSizes sizes(shape, b);
  const OperationCount product{.multiplications = 4, .additions = 4};  // of complex numbers, and summed
  return shape.N * (sizes.input_blocks() * sizes.output_blocks() * sizes.frequencies() * product +
                    (sizes.input_blocks() + sizes.output_blocks()) * transform_operations(b));
}

double circulant_error_bound(const ConvShape& shape, std::int64_t b) {
  const CirculantSizes sizes(shape, b);
  const double levels = std::log2(static_cast<double>(b));
  const double step = float_roundoff + accumulated_roundings(4.0, float_roundoff) * (std::sqrt(2.0) + float_roundoff);
  const double transform = levels * step / (1.0 - levels * step) + 3.0 * float_roundoff;
  const auto blocks = static_cast<double>(sizes.input_blocks());
  const double products =
      (1.0 + transform) * (1.0 + transform) * (1.0 + accumulated_roundings(blocks + 3.0, float_roundoff)) - 1.0;
  // A block's response is at most b · max|input| · max|weight| each, √b times that in the norm.
  const auto size = static_cast<double>(b);
  return blocks * size * (products + transform * (1.0 + products) * std::sqrt(size));
}

}  // namespace pj
