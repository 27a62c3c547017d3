#pragma once

#include "pj/kernels/word_body.hpp"

namespace pj {

// What words mean, as word_body.hpp wants to know it.

/// There is nothing to look up.
struct NoTable {
  explicit NoTable(const void*) {}
};

/// Whole numbers, one word of weights for one of inputs.
template <class Target>
struct WholeDot {
  using Vector = typename Target::Vector;
  using Sum = std::int32_t;
  using Sums = Vector;
  using Weights = Vector;
  using Table = NoTable;
  static constexpr int steps = 1, planes = 1;

  static Vector decode(const Vector* w, const NoTable&, int) { return *w; }
  static Vector finished(Vector sum, const WordProduct<std::int32_t>& p, int lane) {
    return Target::scaled(sum, p.factor, p.offsets + lane);
  }
};

template <class Target>
struct DotBytes : WholeDot<Target> {
  using typename WholeDot<Target>::Vector;
  static Vector add(Vector sum, std::uint32_t x, Vector w) { return Target::bytes(sum, x, w); }
};

template <class Target>
struct DotSigns : WholeDot<Target> {
  using typename WholeDot<Target>::Vector;
  static Vector add(Vector sum, std::uint32_t x, Vector w) { return Target::signs(sum, x, w); }
};

template <class Target>
struct DotTernary : WholeDot<Target> {
  using typename WholeDot<Target>::Vector;
  static constexpr int planes = 2;
  struct Weights {
    Vector signs, ones;
  };
  static Weights decode(const Vector* w, const NoTable&, int) { return {w[0], w[1]}; }
  static Vector add(Vector sum, std::uint32_t x, const Weights& w) { return Target::ternary(sum, x, w.signs, w.ones); }
};

template <class Target>
struct DotCodebook16 : DotBytes<Target> {
  using typename DotBytes<Target>::Vector;
  using Table = typename Target::ByteTable;
  static constexpr int steps = 2;
  static Vector decode(const Vector* w, const Table& table, int step) { return table.codebook16(*w, step); }
};

template <class Target>
struct DotCodebook4 : DotBytes<Target> {
  using typename DotBytes<Target>::Vector;
  using Table = typename Target::ByteTable;
  static constexpr int steps = 4;
  static Vector decode(const Vector* w, const Table& table, int step) { return table.codebook4(*w, step); }
};

template <class Target>
struct DotBfloat16 : WholeDot<Target> {
  using typename WholeDot<Target>::Vector;
  using Sum = float;
  using Sums = typename Target::Floats;
  static Sums add(Sums sum, std::uint32_t x, Vector w) { return Target::bfloat16(sum, x, w); }
  static Sums finished(Sums sum, const WordProduct<float>&, int) { return sum; }
};

template <class Target>
struct DotFloatCodebook16 : DotBfloat16<Target> {
  using typename DotBfloat16<Target>::Vector;
  using Sums = typename Target::Floats;
  using Weights = Sums;
  using Table = typename Target::FloatTable;
  static constexpr int steps = 8;
  static Weights decode(const Vector* w, const Table& table, int step) { return table.codebook16(*w, step); }
  static Sums add(Sums sum, std::uint32_t x, Weights w) { return Target::floats(sum, x, w); }
};

template <class Target>
const WordKernels* word_kernels_for(const char* name) {
  static const WordKernels kernels{name,
                                   word_product<Target, DotBytes>,
                                   word_product<Target, DotSigns>,
                                   word_product<Target, DotTernary>,
                                   word_product<Target, DotCodebook16>,
                                   word_product<Target, DotCodebook4>,
                                   word_product<Target, DotBfloat16>,
                                   word_product<Target, DotFloatCodebook16>};
  return &kernels;
}

}  // namespace pj
