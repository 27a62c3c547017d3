#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <utility>
#include <vector>

#include "pj/kernels/conv_operands.hpp"
#include "pj/kernels/fft.hpp"

namespace pj {

template <class Number>
struct Complex {
  Number re{}, im{};
};

/// The transform of a power of two of points, radix 2, decimation in time (Cooley and Tukey 1965); `sign` is -1 for the
/// forward and +1 for the inverse transform, which is not divided by the number of points.
template <class Number>
void fft_line(std::vector<Complex<Number>>& line, int sign) {
  const std::size_t n = line.size();
  for (std::size_t i = 1, reversed = 0; i < n; ++i) {
    std::size_t bit = n >> 1;
    for (; (reversed & bit) != 0; bit >>= 1) {
      reversed ^= bit;
    }
    reversed ^= bit;
    if (i < reversed) {
      std::swap(line[i], line[reversed]);
    }
  }
  const auto turned = [&](const Complex<Number>& z, std::size_t k, std::size_t length) -> Complex<Number> {
    if (k == 0) {
      return z;
    }
    if (4 * k == length) {
      return sign > 0 ? Complex<Number>{-z.im, z.re} : Complex<Number>{z.im, -z.re};
    }
    const double angle = 2.0 * std::numbers::pi * static_cast<double>(k) / static_cast<double>(length);
    const double c = std::cos(angle);
    const double s = sign * std::sin(angle);
    return {scaled_by(c, z.re) - scaled_by(s, z.im), scaled_by(c, z.im) + scaled_by(s, z.re)};
  };
  for (std::size_t length = 2; length <= n; length *= 2) {
    for (std::size_t first = 0; first < n; first += length) {
      for (std::size_t k = 0; k < length / 2; ++k) {
        Complex<Number>& a = line[first + k];
        Complex<Number>& b = line[first + k + length / 2];
        const Complex<Number> t = turned(b, k, length);
        b = {a.re - t.re, a.im - t.im};
        a = {a.re + t.re, a.im + t.im};
      }
    }
  }
}

/// The transform of every column.
template <class Number>
void fft_columns(Tensor<Complex<Number>, 2>& spectrum, int sign) {
  std::vector<Complex<Number>> line(static_cast<std::size_t>(spectrum.size(0)));
  for (std::int64_t k = 0; k < spectrum.size(1); ++k) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      line[i] = spectrum(i, k);
    }
    fft_line(line, sign);
    for (std::size_t i = 0; i < line.size(); ++i) {
      spectrum(i, k) = line[i];
    }
  }
}

/// Twice the spectrum of a real n×n tile: n rows of n/2 + 1. Two real rows go through one complex transform.
template <class Number>
Tensor<Complex<Number>, 2> real_spectrum(const Tensor<Number, 2>& tile) {
  const std::int64_t n = tile.size(0);
  Tensor<Complex<Number>, 2> spectrum({n, n / 2 + 1});
  std::vector<Complex<Number>> line(static_cast<std::size_t>(n));
  const auto at = [&](std::int64_t k) -> Complex<Number>& { return line[static_cast<std::size_t>(k % n)]; };
  for (std::int64_t i = 0; i < n; i += 2) {
    for (std::int64_t j = 0; j < n; ++j) {
      at(j) = {tile(i, j), tile(i + 1, j)};
    }
    fft_line(line, -1);
    for (std::int64_t k = 0; k <= n / 2; ++k) {
      const Complex<Number> z = at(k);
      const Complex<Number> mirrored = at(n - k);
      spectrum(i, k) = {z.re + mirrored.re, z.im - mirrored.im};
      spectrum(i + 1, k) = {z.im + mirrored.im, mirrored.re - z.re};
    }
  }
  fft_columns(spectrum, -1);
  return spectrum;
}

/// n² times the real tile that has this spectrum.
template <class Number>
Tensor<Number, 2> real_tile(Tensor<Complex<Number>, 2> spectrum) {
  const std::int64_t n = spectrum.size(0);
  Tensor<Number, 2> tile({n, n});
  fft_columns(spectrum, +1);
  std::vector<Complex<Number>> line(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; i += 2) {
    for (std::int64_t k = 0; k <= n / 2; ++k) {
      const Complex<Number> a = spectrum(i, k);
      const Complex<Number> b = spectrum(i + 1, k);
      line[static_cast<std::size_t>(k)] = {a.re - b.im, a.im + b.re};
      if (k > 0 && k < n / 2) {
        line[static_cast<std::size_t>(n - k)] = {a.re + b.im, b.re - a.im};
      }
    }
    fft_line(line, +1);
    for (std::int64_t j = 0; j < n; ++j) {
      tile(i, j) = line[static_cast<std::size_t>(j)].re;
      tile(i + 1, j) = line[static_cast<std::size_t>(j)].im;
    }
  }
  return tile;
}

/// A range of the channels of each group.
struct ChannelRange {
  std::int64_t first = 0, last = 0;
};

/// The spectra of the filters of the channels, mirrored (a convolution network correlates) and scaled so that
/// `real_tile` of a product is the response itself: one for each output channel and channel.
template <class Number>
std::vector<Tensor<Complex<Number>, 2>> filter_spectra(const ConvOperands<Number>& conv, const FftPlan& plan,
                                                       const ChannelRange& channels) {
  const ConvShape& s = conv.shape;
  const double scale = 0.25 / static_cast<double>(plan.n * plan.n);
  std::vector<Tensor<Complex<Number>, 2>> spectra;
  for (std::int64_t m = 0; m < s.M; ++m) {
    for (std::int64_t c = channels.first; c < channels.last; ++c) {
      Tensor<Number, 2> tile({plan.n, plan.n});
      for (std::int64_t r = 0; r < s.R; ++r) {
        for (std::int64_t t = 0; t < s.S; ++t) {
          tile((s.R - 1 - r) * s.dilation_h, (s.S - 1 - t) * s.dilation_w) = conv.weights(m, c, r, t);
        }
      }
      spectra.push_back(real_spectrum(tile));
      for (Complex<Number>& z : spectra.back().elements()) {
        z = {scaled_by(scale, z.re), scaled_by(scale, z.im)};
      }
    }
  }
  return spectra;
}

/// Calls `add({n, m, p, q}, i, j)` for each response (i, j) of a block that is an output.
template <class Add>
void add_responses(const ConvShape& s, const FftPlan& plan, const Shape<4>& place, const Add& add) {
  const auto output_index = [](std::int64_t dense, std::int64_t stride, std::int64_t outputs) -> std::int64_t {
    return dense >= 0 && dense % stride == 0 && dense / stride < outputs ? dense / stride : -1;
  };
  for (std::int64_t i = 0; i < plan.n; ++i) {
    const std::int64_t p = output_index(place[2] * plan.block_h + i + s.pad_top - s.dilated_R() + 1, s.stride_h, s.P());
    for (std::int64_t j = 0; p >= 0 && j < plan.n; ++j) {
      const std::int64_t q =
          output_index(place[3] * plan.block_w + j + s.pad_left - s.dilated_S() + 1, s.stride_w, s.Q());
      if (q >= 0) {
        add(Shape<4>{place[0], place[1], p, q}, i, j);
      }
    }
  }
}

/// One block of the input with zeros around, of one channel.
template <class Number>
Tensor<Number, 2> fft_block(const ConvOperands<Number>& conv, const FftPlan& plan, const Shape<4>& place) {
  Tensor<Number, 2> block({plan.n, plan.n});
  std::ranges::fill(block.elements(), zero_like(conv.input(0, 0, 0, 0)));
  for (std::int64_t i = 0; i < std::min(plan.block_h, conv.shape.H - place[2] * plan.block_h); ++i) {
    for (std::int64_t j = 0; j < std::min(plan.block_w, conv.shape.W - place[3] * plan.block_w); ++j) {
      block(i, j) = conv.input(place[0], place[1], place[2] * plan.block_h + i, place[3] * plan.block_w + j);
    }
  }
  return block;
}

/// The plain form: every response of every block, summed over the channels, goes to `add({n, m, p, q}, response)`.
template <class Number, class Add>
void conv_fft(const ConvOperands<Number>& conv, const FftPlan& plan, const ChannelRange& channels, const Add& add) {
  const ConvShape& s = conv.shape;
  const auto filters = filter_spectra(conv, plan, channels);
  const std::int64_t depth = channels.last - channels.first;
  for (std::int64_t b = 0; b < s.N * plan.blocks(); ++b) {
    const Shape<4> place{b / plan.blocks(), 0, b / plan.blocks_w % plan.blocks_h, b % plan.blocks_w};
    std::vector<Tensor<Complex<Number>, 2>> inputs;
    for (std::int64_t c = 0; c < s.groups * depth; ++c) {
      const std::int64_t channel = c / depth * s.group_C() + channels.first + c % depth;
      inputs.push_back(real_spectrum(fft_block(conv, plan, {place[0], channel, place[2], place[3]})));
    }
    for (std::int64_t m = 0; m < s.M; ++m) {
      Tensor<Complex<Number>, 2> product({plan.n, plan.half()});
      for (std::int64_t c = 0; c < depth; ++c) {
        const auto& x = inputs[static_cast<std::size_t>(m / s.group_M() * depth + c)];
        const auto& w = filters[static_cast<std::size_t>(m * depth + c)];
        for (std::size_t f = 0; f < product.elements().size(); ++f) {
          const Complex<Number>& a = x.elements()[f];
          const Complex<Number>& z = w.elements()[f];
          product.elements()[f].re += a.re * z.re - a.im * z.im;
          product.elements()[f].im += a.re * z.im + a.im * z.re;
        }
      }
      const Tensor<Number, 2> responses = real_tile(std::move(product));
      add_responses(s, plan, {place[0], m, place[2], place[3]},
                    [&](const Shape<4>& at, std::int64_t i, std::int64_t j) { add(at, responses(i, j)); });
    }
  }
}

}  // namespace pj
