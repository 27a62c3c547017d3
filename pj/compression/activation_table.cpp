#include "pj/compression/activation_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/network/elements.hpp"

namespace pj {

namespace {

constexpr std::array levelling{Activation::Kind::Sigmoid,  Activation::Kind::Tanh,        Activation::Kind::Erf,
                               Activation::Kind::Softsign, Activation::Kind::HardSigmoid, Activation::Kind::Atan};
constexpr std::array unbounded{Activation::Kind::Elu,       Activation::Kind::Selu,  Activation::Kind::Celu,
                               Activation::Kind::HardSwish, Activation::Kind::Swish, Activation::Kind::Mish,
                               Activation::Kind::Softplus,  Activation::Kind::Gelu,  Activation::Kind::GeluTanh,
                               Activation::Kind::Exp,       Activation::Kind::Sin,   Activation::Kind::Cos};
constexpr int error_points = 100'000;

Constant reals(const std::vector<double>& numbers) {
  return constant_of(NumberFormat::float32(), {std::ssize(numbers)}, std::span(numbers));
}

/// The function at many points, as the executor computes it.
std::vector<double> values_of(const Activation& function, const std::vector<double>& points) {
  const Constant operand = reals(points);
  const Constant* pointer = &operand;
  return real_numbers(execute(function, std::span(&pointer, 1)).front());
}

/// One of PLAN's lines, for x of at least 0.
struct PlanLine {
  double from, slope, intercept;
};
constexpr std::array plan_lines{PlanLine{0.0, 0.25, 0.5}, PlanLine{1.0, 0.125, 0.625},
                                PlanLine{2.375, 0.03125, 0.84375}, PlanLine{5.0, 0.0, 1.0}};

/// All borders of PLAN are multiples of 1/8, so that parts of this size have one line each.
LineTable plan() {
  constexpr int parts = 128;
  LineTable table{.low = -8.0, .high = 8.0, .levels_off = true};
  for (int i = 0; i < parts; ++i) {
    const double middle = -8.0 + (i + 0.5) * 16.0 / parts;
    PlanLine line = plan_lines.front();
    for (const PlanLine& candidate : plan_lines) {
      line = std::abs(middle) >= candidate.from ? candidate : line;
    }
    table.slopes.push_back(line.slope);
    table.intercepts.push_back(middle < 0.0 ? 1.0 - line.intercept : line.intercept);  // σ(−x) = 1 − σ(x)
  }
  return table;
}

}  // namespace

double LineTable::operator()(double x) const {
  const double bounded = levels_off ? std::clamp(x, low, high) : x;
  const auto parts = static_cast<double>(slopes.size());
  const double part = std::clamp(std::floor((bounded - low) * (parts / (high - low))), 0.0, parts - 1.0);
  const auto i = static_cast<std::size_t>(part);
  return slopes[i] * bounded + intercepts[i];
}

LineTable lines_for(const Activation& function, const ActivationTable& rule) {
  if (rule.rule == ActivationTable::Rule::Plan) {
    if (function.kind != Activation::Kind::Sigmoid) {
      throw InputError("PLAN is a sigmoid and nothing else; use piecewise_linear");
    }
    return plan();
  }
  LineTable table{.low = rule.low, .high = rule.high};
  table.levels_off = std::ranges::find(levelling, function.kind) != levelling.end();
  const double step = (rule.high - rule.low) / rule.segments;
  std::vector<double> points;
  const bool is_lines = rule.rule == ActivationTable::Rule::Lines;
  for (int i = 0; i <= rule.segments; ++i) {
    points.push_back(rule.low + (is_lines ? i : i + 0.5) * step);
  }
  const std::vector<double> values = values_of(function, points);
  for (std::size_t i = 0; i + 1 < points.size(); ++i) {
    const double slope = is_lines ? (values[i + 1] - values[i]) / step : 0.0;
    table.slopes.push_back(static_cast<float>(slope));
    table.intercepts.push_back(static_cast<float>(is_lines ? values[i] - slope * points[i] : values[i]));
  }
  return table;
}

TableError error_of(const LineTable& lines, const Activation& function) {
  std::vector<double> points;
  for (int i = 0; i <= error_points; ++i) {
    points.push_back(static_cast<float>(lines.low + (lines.high - lines.low) * i / error_points));
  }
  const std::vector<double> values = values_of(function, points);
  TableError error;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double distance = std::abs(lines(points[i]) - values[i]);
    error.largest = std::max(error.largest, distance);
    error.mean += distance / static_cast<double>(points.size());
  }
  return error;
}

bool can_tabulate(const Layer& layer) {
  const auto* function = std::get_if<Activation>(&layer);
  return function != nullptr && (std::ranges::find(levelling, function->kind) != levelling.end() ||
                                 std::ranges::find(unbounded, function->kind) != unbounded.end());
}

void tabulate(NetworkEditor& editor, std::size_t node, const LineTable& lines) {
  const std::string name = editor.network().nodes[node].name;
  const auto constant = [&](const char* part, Constant data) {
    return editor.constant(name + "/" + part, std::move(data));
  };
  const auto add = [&](const char* part, Layer layer, std::vector<ValueId> inputs) {
    return editor.add_before(node, name + "/" + part, std::move(layer), std::move(inputs));
  };
  const auto combine = [](Elementwise::Kind kind) { return Elementwise{.kind = kind}; };
  const auto clip = [](double low, double high) {
    return Activation{
        .kind = Activation::Kind::Clip, .alpha = static_cast<float>(low), .beta = static_cast<float>(high)};
  };
  ValueId x = editor.network().nodes[node].inputs[0];
  if (lines.levels_off) {
    x = add("bounded", clip(lines.low, lines.high), {x});
  }
  const auto parts = static_cast<double>(lines.slopes.size());
  const ValueId distance =
      add("distance", combine(Elementwise::Kind::Sub), {x, constant("low", float_scalar(lines.low))});
  const ValueId share = add("share", combine(Elementwise::Kind::Mul),
                            {distance, constant("parts", float_scalar(parts / (lines.high - lines.low)))});
  const ValueId floor = add("floor", Activation{.kind = Activation::Kind::Floor}, {share});
  const ValueId part = add("part", clip(0.0, parts - 1.0), {floor});
  const ValueId index = add("index", Cast{.to = NumberFormat::fixed(64)}, {part});
  ValueId result = add("intercept", Gather{}, {constant("intercepts", reals(lines.intercepts)), index});
  if (std::ranges::any_of(lines.slopes, [](double slope) { return slope != 0.0; })) {
    const ValueId slope = add("slope", Gather{}, {constant("slopes", reals(lines.slopes)), index});
    const ValueId rise = add("rise", combine(Elementwise::Kind::Mul), {slope, x});
    result = add("line", combine(Elementwise::Kind::Add), {rise, result});
  }
  const ValueId old = editor.network().nodes[node].outputs[0];
  editor.remove(node);
  editor.replace_uses(old, result);
}

}  // namespace pj
