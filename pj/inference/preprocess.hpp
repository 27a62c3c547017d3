#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "pj/data/data_set.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// How pictures and numbers become the input of a network: (range · x − mean) / deviation, where x is a byte's share of
/// 255, or a number as it is. Pictures are resized, then the middle is cut out, then the numbers are made.
struct Preprocessing {
  int resize = 0;                 ///< pixels of the shorter side; 0: as it is
  int crop = 0;                   ///< rows and columns of the middle that is kept; 0: all
  bool squares = false;           ///< resizes both sides to `resize`, whatever the proportions
  bool blue_first = false;        ///< channels blue, green, red
  std::vector<double> mean;       ///< one number, or one a channel; empty: 0
  std::vector<double> deviation;  ///< likewise; empty: 1
  double range = 0.0;             ///< what the largest byte stands for; 0: 1 for real inputs, 255 for whole ones
};

/// The operand for an input of one sample. Pictures become channels × rows × columns or, where only the last axis of
/// the input can be channels, rows × columns × channels; grey ones fill three channels, coloured ones become luma
/// (ITU-R BT.601) for one. Throws `InputError` where the sample does not fit the input, or a number its format.
Constant prepared(const SampleData& sample, const Value& input, const Preprocessing& options);

/// Reads `0.485,0.456,0.406`; `what` names the option.
std::vector<double> parse_decimals(std::string_view text, std::string_view what);

}  // namespace pj
