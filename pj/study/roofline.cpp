#include "pj/study/roofline.hpp"

#include "pj/cost/prices.hpp"
#include "pj/study/estimate_report.hpp"

namespace pj {

namespace {

constexpr double bits_per_byte = 8.0;

/// Bits a cycle that one instance reads and writes together.
std::optional<double> bandwidth_of(const Level& level) {
  if (level.bandwidth) {
    return level.bandwidth;
  }
  return level.read_bandwidth && level.write_bandwidth ? std::optional(*level.read_bandwidth + *level.write_bandwidth)
                                                       : std::nullopt;
}

/// The bytes that all instances of a level move for a layer, as its bandwidth counts them.
double bytes_moved(const LayerEstimate& layer, const Prices& price, std::size_t stage) {
  double bits = 0.0;
  for (std::size_t t = 0; t < layer.workload.tensors.size(); ++t) {
    const Transfers& moved = layer.result.traffic.levels[stage][t];
    const Prices::Element& element = price.stages[stage][t];
    bits += static_cast<double>(moved.reads() + moved.writes()) * element.bits +
            2.0 * static_cast<double>(moved.served) * element.bits_of_partial;
  }
  return bits / bits_per_byte;
}

/// Work, bytes and time of one or more layers.
struct Sum {
  double macs = 0.0;
  double outermost = 0.0;
  std::vector<double> bytes;  ///< of each roof
  Cycles cycles;
};

Sum sum_of(const LayerEstimate& layer, const Roofline& roofline) {
  const Accelerator& accelerator = roofline.accelerator;
  const Prices price = prices(layer.workload, accelerator);
  const MapperResult& result = layer.result;
  const double useful = density_of(layer.workload, accelerator.compute.skips.tensors);
  Sum sum{.macs = static_cast<double>(result.traffic.macs) * useful,
          .outermost = bytes_moved(layer, price, 0),
          .cycles = result.cost.cycles()};
  for (const Roof& roof : roofline.roofs) {
    sum.bytes.push_back(bytes_moved(layer, price, roof.stage));
  }
  return sum;
}

double share_of(double part, double whole) {
  return whole > 0.0 ? part / whole : 0.0;
}

RooflinePoint point_of(const std::string& name, const Sum& sum, const Roofline& roofline) {
  RooflinePoint point{.name = name,
                      .macs = sum.macs,
                      .intensity = share_of(sum.macs, sum.outermost),
                      .attainable = roofline.peak,
                      .achieved = share_of(sum.macs, (sum.cycles / roofline.accelerator.clock).value)};
  for (std::size_t r = 0; r < roofline.roofs.size(); ++r) {
    point.intensities.push_back(share_of(sum.macs, sum.bytes[r]));
    const double height = point.intensities[r] * roofline.roofs[r].bytes_per_second;
    if (sum.bytes[r] > 0.0 && height < point.attainable) {
      point.attainable = height;
      point.roof = r;
    }
  }
  return point;
}

}  // namespace

std::vector<Roof> roofs(const Accelerator& accelerator) {
  const double peak = static_cast<double>(accelerator.compute_units()) * accelerator.clock.value;
  std::vector<Roof> found;
  std::int64_t copies = 1;
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    if (const auto* fanout = std::get_if<Fanout>(&accelerator.stages[s])) {
      copies *= fanout->copies();
      continue;
    }
    const auto& level = std::get<Level>(accelerator.stages[s]);
    if (const auto bits = bandwidth_of(level)) {
      const double bytes = *bits / bits_per_byte * accelerator.clock.value * static_cast<double>(copies);
      found.push_back({level.name, s, bytes, peak / bytes});
    }
  }
  return found;
}

Roofline roofline(const Estimate& estimate) {
  Roofline result{.network = estimate.network,
                  .accelerator = estimate.accelerator,
                  .peak = static_cast<double>(estimate.accelerator.compute_units()) * estimate.accelerator.clock.value,
                  .roofs = roofs(estimate.accelerator),
                  .gap = estimate.gap()};
  Sum all{.bytes = std::vector<double>(result.roofs.size())};
  for (const LayerEstimate& layer : estimate.layers) {
    const Sum sum = sum_of(layer, result);
    all.macs += sum.macs;
    all.outermost += sum.outermost;
    all.cycles += sum.cycles;
    for (std::size_t r = 0; r < sum.bytes.size(); ++r) {
      all.bytes[r] += sum.bytes[r];
    }
    result.layers.push_back(point_of(layer.name, sum, result));
    result.layers.back().bound_by = bound_by(estimate.accelerator, layer.result.cost);
  }
  result.all = point_of("all", all, result);
  return result;
}

}  // namespace pj
