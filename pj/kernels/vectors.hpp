#pragma once

namespace pj {

// What the loops of vector_kernels.hpp are written in, for any width of vectors. A `Target` says for what they are
// compiled; every instruction set has a file of its own with a Target of its own, so that no two share a function:
//   lanes    floats of a vector
//   rows     rows of a product that are kept in registers, with
//   columns  vectors each

/// Vectors of the compiler: arithmetic by element, by the instructions that the file is compiled for.
template <class Target>
struct Vectors {
  static constexpr int lanes = Target::lanes;
  static constexpr int per_block = 16 / lanes;
  using Vector [[gnu::vector_size(4 * lanes)]] = float;
  using Unaligned [[gnu::vector_size(4 * lanes), gnu::aligned(4), gnu::may_alias]] = float;

  static Vector load(const float* numbers) { return *reinterpret_cast<const Unaligned*>(numbers); }
  static void store(float* numbers, Vector vector) { *reinterpret_cast<Unaligned*>(numbers) = vector; }
};

}  // namespace pj
