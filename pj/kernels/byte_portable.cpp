#include <algorithm>
#include <cmath>

#include "pj/kernels/byte_body.hpp"

namespace pj {

namespace {

struct Target {
  static constexpr int lanes = 4, columns = 1, byte_lanes = 16;
  static constexpr double pair_rate = 1.0;
  static constexpr int rows(int) { return 1; }

  struct Vector {
    std::uint32_t lane[lanes];  // whose arithmetic wraps around
  };
  struct Reals {
    float lane[lanes];
  };

  template <class Result, class Function>
  static Result each(Function function) {
    Result result;
    for (int i = 0; i < lanes; ++i) {
      result.lane[i] = function(i);
    }
    return result;
  }
  static std::int32_t number(const Vector& v, int i) { return static_cast<std::int32_t>(v.lane[i]); }
  static std::uint32_t word(std::int32_t number) { return static_cast<std::uint32_t>(number); }

  static Vector load(const std::int32_t* numbers) {
    return each<Vector>([&](int i) { return word(numbers[i]); });
  }
  static void store(std::int32_t* numbers, Vector v) {
    for (int i = 0; i < lanes; ++i) {
      numbers[i] = number(v, i);
    }
  }
  template <class Byte>
  static Vector load_all(const Byte* bytes) {
    Vector v;
    std::memcpy(v.lane, bytes, sizeof(v.lane));
    return v;
  }
  static Vector load_bytes(const std::int8_t* bytes) { return load_all(bytes); }
  static Reals load_reals(const float* numbers) {
    return each<Reals>([&](int i) { return numbers[i]; });
  }
  static Vector all(std::int32_t number) {
    return each<Vector>([&](int) { return word(number); });
  }
  static Vector all_word(const std::uint8_t* bytes) {
    std::uint32_t x = 0;
    std::memcpy(&x, bytes, sizeof(x));
    return each<Vector>([&](int) { return x; });
  }
  static Vector dot(Vector sum, Vector inputs, Vector weights) {
    for (int i = 0; i < lanes; ++i) {
      for (unsigned shift = 0; shift < 32; shift += 8) {
        const auto input = static_cast<std::int32_t>(inputs.lane[i] >> shift & 0xffU);
        const auto weight = static_cast<std::int8_t>(weights.lane[i] >> shift & 0xffU);
        sum.lane[i] += word(input * weight);
      }
    }
    return sum;
  }
  /// The sum with two numbers of 16 bits times two a lane, modulo 2³².
  static Vector dot_pairs(Vector sum, Vector inputs, Vector weights) {
    for (int i = 0; i < lanes; ++i) {
      for (unsigned shift = 0; shift < 32; shift += 16) {
        const auto input = static_cast<std::int16_t>(inputs.lane[i] >> shift & 0xffffU);
        const auto weight = static_cast<std::int16_t>(weights.lane[i] >> shift & 0xffffU);
        sum.lane[i] += word(input * weight);
      }
    }
    return sum;
  }

  static Reals reals(Vector v) {
    return each<Reals>([&](int i) { return static_cast<float>(number(v, i)); });
  }
  /// a · b + c, rounded.
  static Vector rounded(Reals a, Reals b, float c) {
    return each<Vector>([&](int i) { return word(static_cast<std::int32_t>(std::lrint(a.lane[i] * b.lane[i] + c))); });
  }
  static Vector with_differing(Vector v, Vector a, Vector b) {
    return each<Vector>([&](int i) { return v.lane[i] | (a.lane[i] ^ b.lane[i]); });
  }
  static bool is_any(Vector v) { return (v.lane[0] | v.lane[1] | v.lane[2] | v.lane[3]) != 0; }
  static Vector plus(Vector a, Vector b) {
    return each<Vector>([&](int i) { return a.lane[i] + b.lane[i]; });
  }
  static Vector minus(Vector a, Vector b) {
    return each<Vector>([&](int i) { return a.lane[i] - b.lane[i]; });
  }
  static Vector product(Vector a, Vector b) {
    return each<Vector>([&](int i) { return a.lane[i] * b.lane[i]; });
  }
  static Vector bounded(Vector v, std::int32_t low, std::int32_t high) {
    return each<Vector>([&](int i) { return word(std::clamp(number(v, i), low, high)); });
  }
  /// Halves go to the even number.
  static Vector shifted(Vector v, std::int32_t shift) {
    if (shift == 0) {
      return v;
    }
    return each<Vector>([&](int i) {
      const std::int32_t below = number(v, i) >> shift;
      const std::uint32_t rest = v.lane[i] - (word(below) << shift);
      return word(below) + (rest + (word(below) & 1U) > 1U << (shift - 1) ? 1U : 0U);
    });
  }

  /// Bytes as numbers of 16 bits.
  static Vector load_words(const std::uint8_t* bytes) {
    std::uint16_t words[2 * lanes];
    std::copy_n(bytes, 2 * lanes, words);
    return load_all(words);
  }
  static Vector load_unsigned(const std::uint8_t* bytes, std::int64_t left) {
    return each<Vector>([&](int i) { return i < left ? bytes[i] : 0U; });
  }
  static void store_bytes(std::uint8_t* bytes, Vector v, std::int64_t left) {
    for (int i = 0; i < lanes && i < left; ++i) {
      bytes[i] = static_cast<std::uint8_t>(v.lane[i]);
    }
  }

  static Vector load_wide(const std::uint8_t* bytes) { return load_all(bytes); }
  static Vector larger(Vector a, Vector b) {
    return each<Vector>([&](int i) {
      std::uint32_t largest = 0;
      for (unsigned shift = 0; shift < 32; shift += 8) {
        largest |= std::max(a.lane[i] >> shift & 0xffU, b.lane[i] >> shift & 0xffU) << shift;
      }
      return largest;
    });
  }
  static void store_wide(std::uint8_t* bytes, Vector v, std::int64_t left) {
    std::memcpy(bytes, v.lane, static_cast<std::size_t>(std::min<std::int64_t>(left, byte_lanes)));
  }

  /// words[j] holds channels 4 j to 4 j + 3, four bytes a channel, one a tap.
  static void interleave(const std::uint8_t* a, const std::uint8_t* b, const std::uint8_t* c, const std::uint8_t* d,
                         Vector* words) {
    for (int j = 0; j < 4; ++j) {
      words[j] = each<Vector>([&](int i) {
        const int channel = 4 * j + i;
        return static_cast<std::uint32_t>(a[channel]) | static_cast<std::uint32_t>(b[channel]) << 8 |
               static_cast<std::uint32_t>(c[channel]) << 16 | static_cast<std::uint32_t>(d[channel]) << 24;
      });
    }
  }
  static void store_quad(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    for (std::int64_t j = 0; j < 4; ++j) {
      store_bytes(bytes + lanes * j, bounded(plus(v[j], all(to.zero)), to.low, to.high), left - lanes * j);
    }
  }
  /// One column: four vectors.
  template <int Columns>
  static void store_columns(std::uint8_t* bytes, const Vector* v, const ByteResult& to, std::int64_t left) {
    store_quad(bytes, v, to, left);
  }
};

}  // namespace

const ByteKernels* portable_byte_kernels() {
  return byte_kernels_for<Target>("portable");
}

}  // namespace pj
