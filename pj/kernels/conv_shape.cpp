#include "pj/kernels/conv_shape.hpp"

#include <algorithm>
#include <array>

namespace pj {

namespace {

/// Sizes beyond this are no layers; products of a few of them fit 64 bits where `check` has looked.
constexpr std::int64_t largest_size = std::int64_t{1} << 31;

std::int64_t product(std::initializer_list<std::int64_t> factors) {
  std::int64_t result = 1;
  for (const std::int64_t factor : factors) {
    const auto next = checked_product(result, factor);
    if (!next) {
      throw InputError("the convolution has more than 2^63 elements or multiplications");
    }
    result = *next;
  }
  return result;
}

std::string pair_text(std::int64_t h, std::int64_t w) {
  return std::to_string(h) + (h == w ? "" : "×" + std::to_string(w));
}

}  // namespace

void check(const ConvShape& s) {
  const std::array sizes{s.N, s.C,        s.M,        s.H,          s.W,          s.R,
                         s.S, s.stride_h, s.stride_w, s.dilation_h, s.dilation_w, s.groups};
  const std::array paddings{s.pad_top, s.pad_bottom, s.pad_left, s.pad_right};
  if (!std::ranges::all_of(sizes, [](std::int64_t size) { return size > 0 && size < largest_size; })) {
    throw InputError("a size of a convolution is not between 1 and 2^31");
  }
  if (!std::ranges::all_of(paddings, [](std::int64_t size) { return size >= 0 && size < largest_size; })) {
    throw InputError("a padding of a convolution is not between 0 and 2^31");
  }
  if (s.C % s.groups != 0 || s.M % s.groups != 0) {
    throw InputError("the groups of a convolution do not divide its channels");
  }
  product({s.R, s.dilation_h});
  product({s.S, s.dilation_w});
  if (s.H + s.pad_top + s.pad_bottom < s.dilated_R() || s.W + s.pad_left + s.pad_right < s.dilated_S()) {
    throw InputError("the filter of a convolution is larger than its padded map");
  }
  product({s.N, s.C, s.H, s.W});
  product({s.N, s.M, s.P(), s.Q(), s.group_C(), s.R, s.S});
}

std::string to_string(const ConvShape& s) {
  const auto map = [](std::int64_t channels, std::int64_t h, std::int64_t w) {
    return std::to_string(channels) + "×" + std::to_string(h) + "×" + std::to_string(w);
  };
  std::string text =
      map(s.C, s.H, s.W) + " → " + map(s.M, s.P(), s.Q()) + ", " + std::to_string(s.R) + "×" + std::to_string(s.S);
  if (s.stride_h != 1 || s.stride_w != 1) {
    text += "/" + pair_text(s.stride_h, s.stride_w);
  }
  if (s.dilation_h != 1 || s.dilation_w != 1) {
    text += " dilated " + pair_text(s.dilation_h, s.dilation_w);
  }
  text += s.groups != 1 ? ", " + std::to_string(s.groups) + " groups" : "";
  return text + (s.N != 1 ? ", batch " + std::to_string(s.N) : "");
}

}  // namespace pj
