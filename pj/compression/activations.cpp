#include "pj/compression/activations.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/stored_format.hpp"

namespace pj {

namespace {

constexpr int points_of_a_bin = 4;

double range_end(const NumberFormat& format) {
  return std::ldexp(1.0, format.is_signed ? format.bits - 1 : format.bits) - 1.0;
}

double rounded(double number, double scale, const NumberFormat& format) {
  const double low = format.is_signed ? -range_end(format) - 1.0 : 0.0;
  return std::clamp(std::nearbyint(number / scale), low, range_end(format)) * scale;
}

/// Σ (x − q(x))² over the histogram, whose numbers are spread evenly within a bin.
double histogram_error(const TensorStatistics& seen, double scale, const NumberFormat& format) {
  double sum = 0.0;
  for (const auto& [index, count] : seen.histogram) {
    const Bin range = bin(index);
    for (int i = 0; i < points_of_a_bin; ++i) {
      const double number = range.low + (range.high - range.low) * (i + 0.5) / points_of_a_bin;
      const double error = rounded(number, scale, format) - number;
      sum += static_cast<double>(count) * error * error / points_of_a_bin;
    }
  }
  return sum;
}

/// x, quantised: real numbers again.
ValueId quantised(NetworkEditor& editor, std::size_t node, ValueId input, const Quantiser& quantiser) {
  const std::string name = editor.network().values[input].name + "/quantised";
  const ValueId scale = editor.constant(name + "/scale", float_scalar(quantiser.scale));
  if (quantiser.format.bits == 8) {
    const double nought = 0.0;
    const ValueId zero = editor.constant(name + "/zero", constant_of(quantiser.format, {}, std::span(&nought, 1)));
    const ValueId codes =
        editor.add_before(node, name + "/code", Quantize{.to = quantiser.format}, {input, scale, zero});
    return editor.add_before(node, name, Dequantize{}, {codes, scale, zero});
  }
  const ValueId zero = editor.constant(name + "/zero", float_scalar(0.0));
  const ValueId bits = editor.constant(name + "/bits", float_scalar(quantiser.format.bits));
  return editor.add_before(node, name, FakeQuantize{.is_signed = quantiser.format.is_signed},
                           {input, scale, zero, bits});
}

}  // namespace

Quantiser quantiser_for(const TensorStatistics& seen, const ActivationFixedPoint& rule) {
  Quantiser quantiser{.format = NumberFormat::fixed(rule.bits, seen.all.least < 0.0)};
  const double largest = std::max(std::abs(seen.all.least), std::abs(seen.all.greatest));
  if (seen.all.count == seen.all.nans || largest == 0.0 || !std::isfinite(largest)) {
    return quantiser;
  }
  if (rule.scale == FixedPoint::Scale::Max) {
    quantiser.scale = static_cast<float>(largest / range_end(quantiser.format));
    return quantiser;
  }
  const int covering = covering_fraction(largest, rule.bits + (quantiser.format.is_signed ? 0 : 1));
  quantiser.scale = std::ldexp(1.0, -covering);
  double least = std::numeric_limits<double>::infinity();
  for (int f = covering; rule.scale == FixedPoint::Scale::Searched && f <= covering + finer_fractions; ++f) {
    const double error = histogram_error(seen, std::ldexp(1.0, -f), quantiser.format);
    if (error < least) {
      least = error;
      quantiser.scale = std::ldexp(1.0, -f);
    }
  }
  return quantiser;
}

void quantise_for_all(NetworkEditor& editor, ValueId value, const Quantiser& quantiser) {
  const Network& network = editor.network();
  ValueId result = no_value;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    const bool reads = std::ranges::count(network.nodes[n].inputs, value) > 0;
    if (reads && result == no_value) {
      result = quantised(editor, n, value, quantiser);  // in front of the first reader, and so of all
    }
    if (reads) {
      std::ranges::replace(editor.node(n).inputs, value, result);
    }
  }
}

void quantise_input(NetworkEditor& editor, std::size_t node, const Observations& seen,
                    const ActivationFixedPoint& rule) {
  const Network& network = editor.network();
  const ConstantSources sources = constant_sources(network);
  const auto operand = std::ranges::find_if(network.nodes[node].inputs,
                                            [&](ValueId id) { return id != no_value && sources[id] == nullptr; });
  if (operand == network.nodes[node].inputs.end()) {
    return;
  }
  const ValueId input = *operand;
  if (operand_format(network, input).kind != NumberFormat::Kind::Float) {
    return;
  }
  if (!seen.tensors.contains(input)) {
    throw InputError("its input '" + network.values[input].name +
                     "' was not observed; calibrate with a plan that shows it");
  }
  quantise_for_all(editor, input, quantiser_for(seen.tensors.at(input), rule));
}

}  // namespace pj
