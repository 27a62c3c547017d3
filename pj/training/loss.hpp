#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "pj/network/network.hpp"

namespace pj {

/// What training makes small, averaged over the rows of the output.
enum class Loss {
  CrossEntropy,        ///< −Σ t log softmax(y)
  MeanSquares,         ///< Σ (y − t)² / width
  BinaryCrossEntropy,  ///< −Σ (t log σ(y) + (1 − t) log (1 − σ(y))) / width
  KullbackLeibler,     ///< Σ t log(t / softmax(y))
};

/// `cross-entropy`, `mse`, `bce`, `kl`; throws `InputError` with the names for any other.
Loss parse_loss(const std::string& text);
std::string to_string(Loss loss);

/// What the rows of an output should be: a class each (of which the loss makes 0 and 1), or a number for each output.
template <class Real>
struct Targets {
  std::span<const std::int64_t> classes;
  std::span<const Real> numbers;
};

/// The value to which the loss is applied: softmax and sigmoid are part of a loss, so that the value before one at the
/// network's end is meant.
ValueId loss_operand(const Network& network, Loss loss);

/// The outputs of a network, row by row.
template <class Real>
struct LossRows {
  std::span<const Real> outputs;
  std::int64_t width = 1;  ///< outputs of a row
};

/// The sum of the losses of the rows. The gradient of `scale` times that sum is added to `gradient`.
template <class Real>
double add_loss(Loss loss, const LossRows<Real>& rows, const Targets<Real>& targets, double scale,
                std::span<Real> gradient);

/// Knowledge distillation (Hinton, Vinyals and Dean 2015): T² · KL(softmax(teacher / T) ‖ softmax(y / T)).
template <class Real>
double add_distillation(const LossRows<Real>& rows, std::span<const Real> teacher, double temperature, double scale,
                        std::span<Real> gradient);

/// The rows whose largest output is at their class.
template <class Real>
std::int64_t right_rows(const LossRows<Real>& rows, std::span<const std::int64_t> classes);

}  // namespace pj
