#pragma once

#include "pj/compression/network_editor.hpp"

namespace pj {

/// An activation function in the place of which come straight lines or a table, over equal parts of a range of inputs.
struct ActivationTable {
  enum class Rule {
    Lines,   ///< the chord of each part
    Values,  ///< the function in the middle of each part
    Plan,    ///< Sigmoid: the four lines of Amin, Curtis and Hayes-Gill 1997, whose slopes are powers of two
  };

  Rule rule = Rule::Lines;
  int segments = 16;
  double low = -8.0, high = 8.0;

  bool operator==(const ActivationTable&) const = default;
};

/// The lines y = slope · x + intercept of each part; what is beyond the range is taken for its end where the function
/// levels off (sigmoid, tanh and the like), else the last lines go on.
struct LineTable {
  double low = 0.0, high = 0.0;
  bool levels_off = false;
  std::vector<double> slopes, intercepts;  ///< float32

  double operator()(double x) const;
};
LineTable lines_for(const Activation& function, const ActivationTable& rule);

/// How far the lines are from the function over the range, in many equal steps.
struct TableError {
  double largest = 0.0, mean = 0.0;
};
TableError error_of(const LineTable& lines, const Activation& function);

/// Functions of one number without operands of their own that lines can stand for.
bool can_tabulate(const Layer& layer);

/// Puts look-ups of the lines in the place of the node.
void tabulate(NetworkEditor& editor, std::size_t node, const LineTable& lines);

}  // namespace pj
