#pragma once

#include <string>
#include <vector>

#include "pj/network/layers.hpp"

namespace pj {

/// The function of a recurrent cell's gate, with its parameters.
struct GateFunction {
  std::string name;
  double alpha = 0.0, beta = 0.0;

  double operator()(double x) const;
};

/// The functions of all directions, in ONNX's order: one (RNN), two (GRU) or three (LSTM) a direction. Throws
/// `InputError` for a name that ONNX does not know.
std::vector<GateFunction> gate_functions(const Recurrent& layer);

}  // namespace pj
