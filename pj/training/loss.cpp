#include "pj/training/loss.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/training/differentiable.hpp"

namespace pj {

namespace {

struct LossName {
  Loss loss;
  const char* name;
};

constexpr std::array names{
    LossName{Loss::CrossEntropy, "cross-entropy"},
    LossName{Loss::MeanSquares, "mse"},
    LossName{Loss::BinaryCrossEntropy, "bce"},
    LossName{Loss::KullbackLeibler, "kl"},
};

/// log softmax(row / temperature), which no large number makes overflow.
template <class Real>
std::vector<double> log_softmax(std::span<const Real> row, double temperature = 1.0) {
  std::vector<double> logs(row.size());
  std::ranges::transform(row, logs.begin(), [&](Real y) { return static_cast<double>(y) / temperature; });
  const double largest = *std::ranges::max_element(logs);
  double sum = 0.0;
  for (const double y : logs) {
    sum += std::exp(y - largest);
  }
  const double shift = largest + std::log(sum);
  for (double& y : logs) {
    y -= shift;
  }
  return logs;
}

/// A loss and its derivative by one output.
struct Slope {
  double loss = 0.0, gradient = 0.0;
};

Slope square(double y, double t) {
  return {(y - t) * (y - t), 2.0 * (y - t)};
}

/// −t log σ(y) − (1 − t) log(1 − σ(y)) = log(1 + eʸ) − t y.
Slope binary(double y, double t) {
  return {softplus(y) - t * y, sigmoid(y) - t};
}

/// One row: its number, its outputs and its gradient.
template <class Real>
struct Row {
  std::size_t index;
  std::span<const Real> outputs;
  std::span<Real> gradient;
};

template <class Real>
double target(const Targets<Real>& targets, const Row<Real>& row, std::size_t i) {
  if (!targets.numbers.empty()) {
    return static_cast<double>(targets.numbers[row.index * row.outputs.size() + i]);
  }
  return std::cmp_equal(targets.classes[row.index], i) ? 1.0 : 0.0;
}

template <class Real>
double row_loss(Loss loss, const Row<Real>& row, const Targets<Real>& targets, double scale) {
  const std::size_t width = row.outputs.size();
  double sum = 0.0;
  if (loss == Loss::MeanSquares || loss == Loss::BinaryCrossEntropy) {
    for (std::size_t i = 0; i < width; ++i) {
      const auto y = static_cast<double>(row.outputs[i]);
      const double t = target(targets, row, i);
      const Slope slope = loss == Loss::MeanSquares ? square(y, t) : binary(y, t);
      sum += slope.loss / static_cast<double>(width);
      row.gradient[i] += static_cast<Real>(scale * slope.gradient / static_cast<double>(width));
    }
    return sum;
  }
  const std::vector<double> logs = log_softmax(row.outputs);
  double all = 0.0;
  for (std::size_t i = 0; i < width; ++i) {
    const double t = target(targets, row, i);
    all += t;
    sum -= t > 0.0 ? t * (logs[i] - (loss == Loss::KullbackLeibler ? std::log(t) : 0.0)) : 0.0;
  }
  for (std::size_t i = 0; i < width; ++i) {
    row.gradient[i] += static_cast<Real>(scale * (all * std::exp(logs[i]) - target(targets, row, i)));
  }
  return sum;
}

template <class Real, class RowLoss>
double sum_over_rows(const LossRows<Real>& rows, std::span<Real> gradient, RowLoss row_loss_of) {
  const auto width = static_cast<std::size_t>(rows.width);
  double sum = 0.0;
  for (std::size_t r = 0; r < rows.outputs.size() / width; ++r) {
    sum += row_loss_of(Row<Real>{r, rows.outputs.subspan(r * width, width), gradient.subspan(r * width, width)});
  }
  return sum;
}

}  // namespace

Loss parse_loss(const std::string& text) {
  std::vector<std::string> known;
  for (const auto& [loss, name] : names) {
    if (text == name) {
      return loss;
    }
    known.emplace_back(name);
  }
  throw InputError("unknown loss '" + text + "'" + did_you_mean(text, known));
}

std::string to_string(Loss loss) {
  return std::ranges::find(names, loss, &LossName::loss)->name;
}

ValueId loss_operand(const Network& network, Loss loss) {
  const ValueId end = network.outputs.front();
  for (const Node& node : network.nodes) {
    const auto* function = std::get_if<Activation>(&node.layer);
    const bool is_softmax =
        std::holds_alternative<Softmax>(node.layer) && loss != Loss::MeanSquares && loss != Loss::BinaryCrossEntropy;
    const bool is_sigmoid =
        function != nullptr && function->kind == Activation::Kind::Sigmoid && loss == Loss::BinaryCrossEntropy;
    if (node.outputs.front() == end && (is_softmax || is_sigmoid)) {
      return node.inputs.front();
    }
  }
  return end;
}

template <class Real>
double add_loss(Loss loss, const LossRows<Real>& rows, const Targets<Real>& targets, double scale,
                std::span<Real> gradient) {
  return sum_over_rows(rows, gradient, [&](const Row<Real>& row) { return row_loss(loss, row, targets, scale); });
}

template <class Real>
double add_distillation(const LossRows<Real>& rows, std::span<const Real> teacher, double temperature, double scale,
                        std::span<Real> gradient) {
  return sum_over_rows(rows, gradient, [&](const Row<Real>& row) {
    const std::size_t width = row.outputs.size();
    const std::vector<double> wanted = log_softmax(teacher.subspan(row.index * width, width), temperature);
    const std::vector<double> ours = log_softmax(row.outputs, temperature);
    double sum = 0.0;
    for (std::size_t i = 0; i < width; ++i) {
      sum += std::exp(wanted[i]) * (wanted[i] - ours[i]);
      // T² times the derivative, which has a factor 1 / T.
      row.gradient[i] += static_cast<Real>(scale * temperature * (std::exp(ours[i]) - std::exp(wanted[i])));
    }
    return temperature * temperature * sum;
  });
}

template <class Real>
std::int64_t right_rows(const LossRows<Real>& rows, std::span<const std::int64_t> classes) {
  std::int64_t right = 0;
  for (std::size_t r = 0; r < classes.size(); ++r) {
    const auto row =
        rows.outputs.subspan(r * static_cast<std::size_t>(rows.width), static_cast<std::size_t>(rows.width));
    right += std::ranges::max_element(row) - row.begin() == classes[r] ? 1 : 0;
  }
  return right;
}

template double add_loss(Loss, const LossRows<float>&, const Targets<float>&, double, std::span<float>);
template double add_loss(Loss, const LossRows<double>&, const Targets<double>&, double, std::span<double>);
template double add_distillation(const LossRows<float>&, std::span<const float>, double, double, std::span<float>);
template double add_distillation(const LossRows<double>&, std::span<const double>, double, double, std::span<double>);
template std::int64_t right_rows(const LossRows<float>&, std::span<const std::int64_t>);
template std::int64_t right_rows(const LossRows<double>&, std::span<const std::int64_t>);

}  // namespace pj
