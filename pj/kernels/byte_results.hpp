#pragma once

#include <cstdint>
#include <span>

#include "pj/base/tensor.hpp"
#include "pj/kernels/byte_conv.hpp"

namespace pj {

/// The weights of one output channel.
std::span<const std::int16_t> filter_of(const ByteConv& conv, std::int64_t m);

const Requantization& requantization_of(const ByteConv& conv, std::int64_t m);

std::int64_t byte_bias(const ByteConv& conv, std::int64_t m);

/// What is taken from each weight of a channel so that it has 8 bits with a sign.
std::int64_t weight_offset(const ByteConv& conv, std::int64_t m);

/// What becomes of the sums of a convolution, as the loops read it: for channels at their places.
class ByteResults {
 public:
  explicit ByteResults(std::int64_t places);

  void set(const ByteConv& conv, std::int64_t m, std::int64_t place);

  /// Those of the places from `first` on.
  ByteResult view(const Requantization& to, std::int64_t first) const;
  std::size_t places() const { return bias_.size(); }
  bool has_offsets() const { return has_offsets_; }
  std::int64_t bytes() const { return std::ssize(bias_) * 20; }

 private:
  Buffer<std::int32_t> bias_, multipliers_, shifts_, offsets_;
  Buffer<float> estimates_;
  bool has_offsets_ = false;
};

}  // namespace pj
