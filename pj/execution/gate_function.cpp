#include "pj/execution/gate_function.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// What a function's parameters are where the layer gives none (ONNX: the operators of these names), and whether it
/// takes from the lists at all.
struct Known {
  const char* name;
  double alpha, beta;
  bool takes_alpha, takes_beta;
};

constexpr std::array known{
    Known{"Relu", 0.0, 0.0, false, false},      Known{"Tanh", 0.0, 0.0, false, false},
    Known{"Sigmoid", 0.0, 0.0, false, false},   Known{"Softsign", 0.0, 0.0, false, false},
    Known{"Softplus", 0.0, 0.0, false, false},  Known{"LeakyRelu", 0.01, 0.0, true, false},
    Known{"Elu", 1.0, 0.0, true, false},        Known{"ThresholdedRelu", 1.0, 0.0, true, false},
    Known{"HardSigmoid", 0.2, 0.5, true, true}, Known{"Affine", 1.0, 0.0, true, true},
    Known{"ScaledTanh", 1.0, 1.0, true, true},
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

const Known& row_of(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& row : known) {
    if (lower(row.name) == lower(name)) {
      return row;
    }
    names.emplace_back(row.name);
  }
  throw InputError("its activation '" + name + "' is not known" + did_you_mean(name, names));
}

std::vector<std::string> names_of(const Recurrent& layer) {
  if (!layer.activations.empty()) {
    return layer.activations;
  }
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < direction_count(layer.direction); ++i) {
    switch (layer.cell) {
      case Recurrent::Cell::Rnn:
        names.insert(names.end(), {"Tanh"});
        break;
      case Recurrent::Cell::Gru:
        names.insert(names.end(), {"Sigmoid", "Tanh"});
        break;
      default:
        names.insert(names.end(), {"Sigmoid", "Tanh", "Tanh"});
    }
  }
  return names;
}

}  // namespace

double GateFunction::operator()(double x) const {
  switch (name.empty() ? ' ' : name[0]) {
    case 'R':
      return std::max(x, 0.0);
    case 'L':
      return x < 0.0 ? alpha * x : x;
    case 'E':
      return x < 0.0 ? alpha * std::expm1(x) : x;
    case 'H':
      return std::clamp(alpha * x + beta, 0.0, 1.0);
    case 'A':
      return alpha * x + beta;
    case 'T':
      return name == "Tanh" ? std::tanh(x) : x > alpha ? x : 0.0;
    default:
      break;
  }
  if (name == "Sigmoid") {
    return 1.0 / (1.0 + std::exp(-x));
  }
  if (name == "ScaledTanh") {
    return alpha * std::tanh(beta * x);
  }
  return name == "Softsign" ? x / (1.0 + std::abs(x)) : std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x)));
}

std::vector<GateFunction> gate_functions(const Recurrent& layer) {
  std::vector<GateFunction> functions;
  std::size_t alpha = 0;
  std::size_t beta = 0;
  for (const std::string& name : names_of(layer)) {
    const Known& row = row_of(name);
    GateFunction& function = functions.emplace_back(GateFunction{row.name, row.alpha, row.beta});
    if (row.takes_alpha && alpha < layer.activation_alpha.size()) {
      function.alpha = static_cast<double>(layer.activation_alpha[alpha++]);
    }
    if (row.takes_beta && beta < layer.activation_beta.size()) {
      function.beta = static_cast<double>(layer.activation_beta[beta++]);
    }
  }
  return functions;
}

}  // namespace pj
