#include "pj/kernels/blocked_maps.hpp"

#include <algorithm>

#include "pj/kernels/layout.hpp"

namespace pj {

namespace {

/// The first and one past the last index of a window in [from, to).
struct Extent {
  std::int64_t first, last;

  Extent(std::int64_t start, std::int64_t size, std::int64_t from, std::int64_t to)
      : first(std::max(start, from)), last(std::min(start + size, to)) {}
  std::int64_t size() const { return last - first; }
};

}  // namespace

Buffer<float> pool_factors(const PoolShape& s) {
  Buffer<float> factors;
  const std::int64_t top = s.count_padding ? -s.pad_top : 0;
  const std::int64_t bottom = s.H + (s.count_padding ? s.pad_bottom : 0);
  const std::int64_t left = s.count_padding ? -s.pad_left : 0;
  const std::int64_t right = s.W + (s.count_padding ? s.pad_right : 0);
  for (std::int64_t p = 0; p < s.P; ++p) {
    for (std::int64_t q = 0; q < s.Q; ++q) {
      const Extent rows(p * s.stride_h - s.pad_top, s.R, top, bottom);
      const Extent columns(q * s.stride_w - s.pad_left, s.S, left, right);
      factors.push_back(1.0F / static_cast<float>(rows.size() * columns.size()));
    }
  }
  return factors;
}

Verdict pool_can_run(const PoolShape& s) {
  const auto all_meet = [](std::int64_t count, std::int64_t stride, std::int64_t pad, std::int64_t window,
                           std::int64_t size) { return window > pad && (count - 1) * stride - pad < size; };
  return all_meet(s.P, s.stride_h, s.pad_top, s.R, s.H) && all_meet(s.Q, s.stride_w, s.pad_left, s.S, s.W)
             ? Verdict::yes()
             : Verdict::no("a window lies outside the map");
}

PreparedMaps prepare_pool(const VectorKernels& kernels, const PoolShape& s) {
  const std::int64_t parts = s.N * blocks_of(s.C);
  const auto run = [=, &kernels, factors = pool_factors(s)](auto input, auto output, auto, auto first, auto last) {
    for (std::int64_t block = first; block < last; ++block) {
      kernels.pool({s.H, s.W, s.P, s.Q, s.R, s.S, s.stride_h, s.stride_w, s.pad_top, s.pad_left,
                    input.data() + block * s.H * s.W * block_size, output.data() + block * s.P * s.Q * block_size,
                    s.is_max, factors.data()});
    }
  };
  return {.parts = parts, .run = run};
}

PreparedHalfMaps prepare_half_pool(const HalfKernels& kernels, const PoolShape& s) {
  const auto run = [=, &kernels, factors = pool_factors(s)](auto input, auto output, auto first, auto last) {
    for (std::int64_t block = first; block < last; ++block) {
      kernels.pool({input.data() + block * s.H * s.W * block_size, output.data() + block * s.P * s.Q * block_size, s.H,
                    s.W, s.P, s.Q, s.R, s.S, s.stride_h, s.stride_w, s.pad_top, s.pad_left,
                    s.is_max ? nullptr : factors.data()});
    }
  };
  return {.parts = s.N * blocks_of(s.C), .run = run};
}

Verdict response_can_run(const ResponseShape& s) {
  if (s.beta != 0.5F && s.beta != 0.75F && s.beta != 1.0F) {
    return Verdict::no("this kernel knows the powers 1/2, 3/4 and 1");
  }
  if (s.size > block_size || s.bias < 1e-6F || s.alpha < 0.0F) {
    return Verdict::no("this kernel takes windows of at most 16 channels, a positive bias and alpha ≥ 0");
  }
  return Verdict::yes();
}

PreparedMaps prepare_response(const VectorKernels& kernels, const ResponseShape& s) {
  const std::int64_t plane = s.positions * block_size;
  constexpr std::int64_t most_parts = 16;  // of a map
  const std::int64_t pieces = std::min(s.positions, most_parts);
  const auto run = [=, &kernels](auto input, auto output, auto workspace, auto first, auto last) {
    for (std::int64_t part = first; part < last; ++part) {
      const std::int64_t from = s.positions * (part % pieces) / pieces;
      const std::int64_t to = s.positions * (part % pieces + 1) / pieces;
      const std::int64_t place = part / pieces * blocks_of(s.C) * plane + from * block_size;
      kernels.response({s.C, blocks_of(s.C), s.size, to - from, plane, s.bias, s.alpha / static_cast<float>(s.size),
                        s.beta, input.data() + place, output.data() + place, workspace.data()});
    }
  };
  return {.parts = s.N * pieces, .workspace = (blocks_of(s.C) + 2) * block_size, .run = run};
}

}  // namespace pj
