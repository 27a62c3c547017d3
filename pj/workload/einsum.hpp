#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pj {

/// One index of an Einsum: it runs from 0 to size − 1.
struct Index {
  std::string name;  ///< the capital of its size: N, M, C, P, Q, R, S, …
  std::int64_t size = 1;

  bool operator==(const Index&) const = default;
};

/// coefficient · index, a part of the coordinate along one axis of a tensor.
struct Term {
  std::size_t index = 0;
  std::int64_t coefficient = 1;

  bool operator==(const Term&) const = default;
};

/// The coordinate along one axis: the sum of its terms, as in U·p + r.
using Axis = std::vector<Term>;

/// One tensor of an Einsum. An index stands in at most one of its axes.
struct Operand {
  std::string name;  ///< Input, Weight, Output; machine files speak of tensors by these names
  std::vector<Axis> axes;
  int bits = 16;          ///< stored bits of one element
  bool is_index = false;  ///< what is stored points into a table of values (a codebook); those are what is multiplied
  double density = 1.0;   ///< the share of elements that are not zero

  bool operator==(const Operand&) const = default;

  bool depends_on(std::size_t index) const;
};

/// A layer as the cost side knows it: every combination of the indices is one operation that reads an element of
/// each input and updates one of the output, mostly a multiply-accumulate.
struct Workload {
  std::string name;
  std::vector<Index> indices;
  std::vector<Operand> tensors;  ///< the inputs, then the output, which is the last
  bool multiplies = true;        ///< false (pooling): its operations cost nothing, only its traffic does

  bool operator==(const Workload&) const = default;

  std::size_t output() const { return tensors.size() - 1; }
  bool is_output(std::size_t tensor) const { return tensor == output(); }
  /// The product of all index sizes.
  std::int64_t operations() const;
  /// The operations that are multiply-accumulates: all or none.
  std::int64_t macs() const { return multiplies ? operations() : 0; }
  /// The index with this name, or indices.size().
  std::size_t find_index(const std::string& name) const;
};

/// Reads an Einsum as the textbooks write it: `O[n,m,p,q] += I[n,c,U*p+r,U*q+s] * W[m,c,r,s]`. A small letter is
/// an index whose size is given under its capital; a capital inside brackets is a constant (a stride). Tensors
/// named I, W, O are called Input, Weight, Output. Throws `InputError` for what it cannot read, for a size that
/// is missing or not positive, and where the product of the sizes leaves 63 bits.
Workload einsum(const std::string& text, const std::vector<std::pair<std::string, std::int64_t>>& sizes);

/// Input, Weight, Output for I, W, O; any other name as it is.
std::string tensor_name(const std::string& name);

/// The Einsum in that notation, with constants written as numbers.
std::string to_string(const Workload& workload);

/// Throws `InputError` unless sizes are positive, the operations and the places that each tensor spans fit 62 bits,
/// tensors have names of their own and each index is in one axis a tensor.
void check(const Workload& workload);

}  // namespace pj
