#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "pj/kernels/requantize.hpp"
#include "pj/network/layers.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

/// A layer of a quantised network in the whole numbers that hardware computes with. Integer q of an operand stands for
/// scale · (q - zero): operands are centred by their zeros, summed exactly, and the sums requantised.
struct IntegerLayer {
  enum class Kind {
    Products,  ///< convolution, fully connected, matrix and element-wise product: bias + what `layer` computes
    Terms,     ///< addition and subtraction: what `layer` computes of multiplier · operand, shifted once
    Average,   ///< the sums of windows; the factor depends on how many elements a window has
    Maximum,   ///< of windows, then requantised
    Join,      ///< operands that are requantised one by one and joined
    Response,  ///< response normalisation: what the reals give, quantised
    Table,     ///< a function of one operand, as a table
    Move,      ///< the elements as they are, elsewhere
  };

  /// What stands for 0 in an operand: one number, or one an index of an axis.
  struct Operand {
    std::vector<std::int64_t> zeros{0};
    std::size_t axis = 0;
    bool operator==(const Operand&) const = default;
  };

  Kind kind = Kind::Move;
  Layer layer;  ///< computed of centred operands
  std::vector<Operand> operands;
  std::vector<std::int64_t> bias;  ///< Products: for each index of `channel_axis`; may be empty
  std::size_t channel_axis = 1;    ///< of the result
  /// One; or one a channel (Products), a number of elements from 1 on (Average), an operand (Join).
  std::vector<Requantization> results;
  FixedPointTerms terms;                         ///< Terms
  double input_scale = 1.0, result_scale = 1.0;  ///< Response
  std::vector<std::int64_t> table;               ///< Table: for each number of the operand's format, the least first
  std::int64_t table_first = 0;                  ///< and that number
  int sum_bits = 32;                             ///< what holds every sum that can occur: 32 or 64

  bool operator==(const IntegerLayer&) const = default;
};

/// The numbers from `low` to `high` that a format holds.
struct IntegerRange {
  std::int64_t low = 0, high = 255;
};
IntegerRange integer_range(const NumberFormat& format);

/// What the layer makes of its operands (weights among them), by plain loops in 64 bits: the twin of the fast kernels.
Constant compute_plainly(const IntegerLayer& layer, std::span<const Constant* const> operands,
                         const TensorType& result);

/// The largest sum of products of such operands and its bias, where the second operand is known.
double largest_sum(const IntegerLayer& products, const NumberFormat& input, const Constant& weights);

/// What holds sums of at most that size: 32 bits, 64, or 0 where not even 64 do.
int sum_bits(double largest);

}  // namespace pj
