#include "pj/kernels/byte_pool.hpp"

#include <algorithm>
#include <array>
#include <memory>

#include "pj/kernels/byte_blocks.hpp"

namespace pj {

namespace {

/// The largest byte of each window; a byte of 0 around the map is larger than none.
class MaximumPool {
 public:
  MaximumPool(const ByteKernels& kernels, const BytePool& pool)
      : kernels_(kernels), shape_(pool.shape), blocks_(shape_, 0), places_(blocks_.places()) {
    for (std::int64_t tap = 0; tap < shape_.R * shape_.S; ++tap) {
      taps_.push_back(static_cast<std::int32_t>(tap / shape_.S * shape_.dilation_h * blocks_.row_bytes() +
                                                tap % shape_.S * shape_.dilation_w * shape_.C));
    }
    for (std::int64_t number = 0; number < std::ssize(table_); ++number) {
      table_[static_cast<std::size_t>(number)] =
          static_cast<std::uint8_t>(requantized(number - pool.input_zero, pool.results.front()));
      changes_ |= table_[static_cast<std::size_t>(number)] != number;
    }
  }

  std::int64_t workspace() const { return blocks_.workspace(); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    for (std::int64_t n = 0; n < shape_.N; ++n, input += shape_.H * shape_.W * shape_.C) {
      for (std::int64_t p = 0; p < shape_.P(); p += blocks_.rows()) {
        const std::int64_t count = std::min(blocks_.rows(), shape_.P() - p) * shape_.Q();
        kernels_.maximum({.map = blocks_.inputs(input, p, count / shape_.Q(), workspace),
                          .places = places_.data(),
                          .count = count,
                          .taps = taps_.data(),
                          .tap_count = std::ssize(taps_),
                          .output = output,
                          .channels = shape_.C});
        for (std::int64_t i = 0; changes_ && i < count * shape_.C; ++i) {
          output[i] = table_[output[i]];
        }
        output += count * shape_.C;
      }
    }
  }

 private:
  const ByteKernels& kernels_;
  ConvShape shape_;
  ByteBlocks blocks_;
  Buffer<std::int32_t> places_, taps_;
  std::array<std::uint8_t, 256> table_{};
  bool changes_ = false;
};

/// The rows or columns of a window that lie in a map.
struct Seen {
  std::int64_t begin, end;
  std::int64_t count() const { return std::max<std::int64_t>(end - begin, 0); }
};

Seen seen(std::int64_t start, std::int64_t taps, std::int64_t dilation, std::int64_t size) {
  const std::int64_t begin = start >= 0 ? 0 : ceil_div(-start, dilation);
  return {begin, start >= size ? begin : std::min(taps, ceil_div(size - start, dilation))};
}

class AveragePool {
 public:
  AveragePool(const ByteKernels&, const BytePool& pool) : pool_(pool), shape_(pool.shape) {}

  std::int64_t workspace() const { return whole_lines(shape_.C * 4); }

  void run(const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) const {
    for (std::int64_t n = 0; n < shape_.N; ++n, input += shape_.H * shape_.W * shape_.C) {
      for (std::int64_t i = 0; i < shape_.P() * shape_.Q(); ++i, output += shape_.C) {
        average(input, i / shape_.Q(), i % shape_.Q(), output, reinterpret_cast<std::int32_t*>(workspace));
      }
    }
  }

 private:
  void average(const std::uint8_t* map, std::int64_t p, std::int64_t q, std::uint8_t* output,
               std::int32_t* sums) const {
    const std::int64_t top = p * shape_.stride_h - shape_.pad_top;
    const std::int64_t left = q * shape_.stride_w - shape_.pad_left;
    const Seen rows = seen(top, shape_.R, shape_.dilation_h, shape_.H);
    const Seen columns = seen(left, shape_.S, shape_.dilation_w, shape_.W);
    const std::int64_t count = rows.count() * columns.count();
    std::fill_n(sums, shape_.C, static_cast<std::int32_t>(-count * pool_.input_zero));
    for (std::int64_t r = rows.begin; r < rows.end; ++r) {
      for (std::int64_t s = columns.begin; s < columns.end; ++s) {
        const std::uint8_t* const pixel =
            map + ((top + r * shape_.dilation_h) * shape_.W + left + s * shape_.dilation_w) * shape_.C;
        for (std::int64_t c = 0; c < shape_.C; ++c) {
          sums[c] += pixel[c];
        }
      }
    }
    const std::size_t divisor = pool_.count_padding ? pool_.results.size() : static_cast<std::size_t>(count);
    const Requantization& to = pool_.results[std::max<std::size_t>(divisor, 1) - 1];
    for (std::int64_t c = 0; c < shape_.C; ++c) {
      output[c] = static_cast<std::uint8_t>(requantized(sums[c], to));
    }
  }

  BytePool pool_;
  ConvShape shape_;
};

template <class Pool>
PreparedByteLayer prepared(const ByteKernels& kernels, const BytePool& pool) {
  const auto made = std::make_shared<const Pool>(kernels, pool);
  return {made->workspace(), 0, [made](const std::uint8_t* input, std::uint8_t* output, std::uint8_t* workspace) {
            made->run(input, output, workspace);
          }};
}

}  // namespace

PreparedByteLayer prepare_pool(const ByteKernels& kernels, const BytePool& pool) {
  return pool.is_average ? prepared<AveragePool>(kernels, pool) : prepared<MaximumPool>(kernels, pool);
}

std::int64_t byte_pool_result(const BytePool& pool, std::span<const std::uint8_t> input, const Shape<4>& at) {
  const ConvShape& s = pool.shape;
  std::int64_t sum = 0, count = 0;
  std::int64_t largest = -pool.input_zero;
  for (std::int64_t tap = 0; tap < s.R * s.S; ++tap) {
    const std::int64_t y = at[2] * s.stride_h + tap / s.S * s.dilation_h - s.pad_top;
    const std::int64_t x = at[3] * s.stride_w + tap % s.S * s.dilation_w - s.pad_left;
    if (y >= 0 && y < s.H && x >= 0 && x < s.W) {
      const std::int64_t number =
          input[static_cast<std::size_t>(((at[0] * s.H + y) * s.W + x) * s.C + at[1])] - pool.input_zero;
      sum += number;
      largest = std::max(largest, number);
      ++count;
    }
  }
  const std::int64_t divisor = pool.count_padding ? std::ssize(pool.results) : std::max<std::int64_t>(count, 1);
  return pool.is_average ? requantized(sum, pool.results[static_cast<std::size_t>(divisor - 1)])
                         : requantized(largest, pool.results.front());
}

}  // namespace pj
