#include "pj/kernels/columns.hpp"

#include <algorithm>
#include <cstring>

#include "pj/kernels/toeplitz.hpp"

namespace pj {

namespace {

/// Copies a row of a few numbers; a call of the library's copy takes longer than that.
template <class Real>
void copy_row(const Real* from, std::int64_t count, Real* to) {
  constexpr std::int64_t chunk = 8;
  for (; count >= chunk; count -= chunk, from += chunk, to += chunk) {
    std::memcpy(to, from, chunk * sizeof(Real));  // of a fixed size: a few moves
  }
  for (std::int64_t i = 0; i < count; ++i) {
    to[i] = from[i];
  }
}

/// Calls `row(x, columns, inside)` for every output row of every entry of the filter: x is where the first input that
/// is inside lies, negative for a row of the padding.
template <class Visit>
void for_each_row(const ConvShape& s, Visit row) {
  const std::int64_t Q = s.Q();
  std::int64_t at = 0;
  for (std::int64_t entry = 0; entry < s.group_C() * s.R * s.S; ++entry) {
    const std::int64_t c = entry / (s.R * s.S);
    const std::int64_t first_y = entry / s.S % s.R * s.dilation_h - s.pad_top;
    const std::int64_t first_x = entry % s.S * s.dilation_w - s.pad_left;
    const InsideColumns inside(first_x, s.stride_w, s.W, Q);
    for (std::int64_t p = 0; p < s.P(); ++p, at += Q) {
      const std::int64_t y = first_y + p * s.stride_h;
      const bool is_inside = y >= 0 && y < s.H && inside.first < inside.last;
      row(is_inside ? (c * s.H + y) * s.W + first_x + inside.first * s.stride_w : -1, at, inside);
    }
  }
}

}  // namespace

template <class Real>
void image_to_columns(const ConvShape& shape, std::span<const Real> image, std::span<Real> columns) {
  const std::int64_t Q = shape.Q();
  const std::int64_t stride = shape.stride_w;
  for_each_row(shape, [&](std::int64_t x, std::int64_t at, const InsideColumns& inside) {
    Real* to = columns.data() + at;
    if (x < 0) {
      std::fill_n(to, Q, Real{0});
      return;
    }
    const Real* from = image.data() + x;
    if (inside.first > 0 || inside.last < Q) {
      std::fill_n(to, inside.first, Real{0});
      std::fill_n(to + inside.last, Q - inside.last, Real{0});
    }
    if (stride == 1) {
      copy_row(from, inside.last - inside.first, to + inside.first);
      return;
    }
    for (std::int64_t q = inside.first; q < inside.last; ++q) {
      to[q] = from[(q - inside.first) * stride];
    }
  });
}

template <class Real>
void add_columns_to_image(const ConvShape& shape, std::span<const Real> columns, std::span<Real> image) {
  const std::int64_t stride = shape.stride_w;
  for_each_row(shape, [&](std::int64_t x, std::int64_t at, const InsideColumns& inside) {
    if (x < 0) {
      return;
    }
    const Real* from = columns.data() + at + inside.first;
    Real* to = image.data() + x;
    const std::int64_t count = inside.last - inside.first;
    for (std::int64_t i = 0; stride == 1 && i < count; ++i) {
      to[i] += from[i];
    }
    for (std::int64_t i = 0; stride != 1 && i < count; ++i) {
      to[i * stride] += from[i];
    }
  });
}

template void image_to_columns(const ConvShape&, std::span<const float>, std::span<float>);
template void image_to_columns(const ConvShape&, std::span<const double>, std::span<double>);
template void add_columns_to_image(const ConvShape&, std::span<const float>, std::span<float>);
template void add_columns_to_image(const ConvShape&, std::span<const double>, std::span<double>);

}  // namespace pj
