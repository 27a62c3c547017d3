#include "pj/study/pareto.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"
#include "pj/cost/prices.hpp"
#include "pj/mapping/count.hpp"
#include "pj/study/rounding.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

namespace {

constexpr double first_tolerance = 1e-6;

/// Adds a faster mapping; those before it that need as much energy are not on the front.
void add_point(ParetoFront& front, MapperResult&& faster) {
  const double energy = faster.cost.energy().value;
  while (!front.points.empty() && front.points.back().cost.energy().value >= energy * (1.0 - sum_rounding)) {
    front.points.pop_back();
  }
  front.points.push_back(std::move(faster));
}

/// What any mapping reads from or writes to the outermost level: each element once.
double least_bits(const Workload& workload, const Prices& price, bool outputs, bool inputs) {
  std::vector<std::int64_t> sizes;
  for (const Index& index : workload.indices) {
    sizes.push_back(index.size);
  }
  double bits = 0.0;
  for (std::size_t t = 0; t < workload.tensors.size(); ++t) {
    const bool counts = workload.is_output(t) ? outputs : inputs;
    bits += counts ? static_cast<double>(tile_words(workload, t, sizes)) * price.stages.front()[t].bits : 0.0;
  }
  return bits;
}

/// A time that no mapping is below: all units at work, or the outermost level moving everything once.
double least_cycles(const Workload& workload, const Accelerator& accelerator) {
  double steps = 1.0;
  for (const Index& index : workload.indices) {
    steps *= static_cast<double>(index.size);
  }
  const auto& level = std::get<Level>(accelerator.stages.front());
  const Prices price = prices(workload, accelerator);
  double least =
      price.step * std::ceil(steps * (1.0 - sum_rounding) / static_cast<double>(accelerator.compute_units()));
  least = std::max(least, level.bandwidth ? least_bits(workload, price, true, true) / *level.bandwidth : 0.0);
  least =
      std::max(least, level.read_bandwidth ? least_bits(workload, price, false, true) / *level.read_bandwidth : 0.0);
  return std::max(least,
                  level.write_bandwidth ? least_bits(workload, price, true, false) / *level.write_bandwidth : 0.0);
}

/// The mapping of the fewest cycles, behind the gap of a front that was cut.
void add_fastest(ParetoFront& front, const LayerEstimate& layer, const Accelerator& accelerator,
                 const ParetoOptions& options) {
  MapperOptions fastest = options.mapper;
  fastest.objective = Objective::Delay;
  MapperResult found = find_cached_mapping(layer.workload, accelerator, fastest, options.cache);
  front.is_stopped = front.is_stopped || !found.certificate.proved;
  if (found.verdict && found.cost.cycles() < front.points.back().cost.cycles()) {
    front.is_cut = true;
    add_point(front, std::move(found));
  }
}

ParetoSums sums_of(const ParetoFront& front) {
  ParetoSums sums;
  for (const MapperResult& point : front.points) {
    sums.push_back({point.cost.energy().value, point.cost.cycles().value, 0, sums.size()});
  }
  return sums;
}

/// Both ordered from the least energy on; what is left has fewer cycles from each to the next.
ParetoSums merged(const ParetoSums& a, const ParetoSums& b) {
  const auto before = [](const ParetoSum& x, const ParetoSum& y) {
    return x.energy != y.energy ? x.energy < y.energy : x.cycles < y.cycles;
  };
  ParetoSums all;
  std::merge(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(all), before);
  ParetoSums front;
  for (const ParetoSum& sum : all) {
    if (front.empty() || sum.cycles < front.back().cycles) {
      front.push_back(sum);
    }
  }
  return front;
}

/// The fronts of the layers; the first of equal ones is searched.
std::vector<ParetoFront> fronts_of(const NetworkFront& whole, const ParetoOptions& options) {
  const std::vector<std::size_t> first = first_of_equals(whole.layers);
  std::vector<ParetoFront> fronts(first.size());
  parallel_for(first.size(), options.threads, [&](std::size_t i) {
    if (first[i] == i) {
      fronts[i] = pareto_front(whole.layers[i], whole.accelerator, options);
    }
  });
  for (std::size_t i = 0; i < first.size(); ++i) {
    fronts[i] = fronts[first[i]];
  }
  return fronts;
}

/// The choices that lead to a sum, read backwards.
NetworkPoint point_of(const std::vector<ParetoSums>& sums, std::size_t place) {
  const ParetoSum& last = sums.back()[place];
  NetworkPoint point{{last.energy}, {last.cycles}, std::vector<std::size_t>(sums.size())};
  for (std::size_t layer = sums.size(); layer-- > 0;) {
    point.choice[layer] = sums[layer][place].added;
    place = sums[layer][place].before;
  }
  return point;
}

void combine(NetworkFront& whole, const ParetoOptions& options) {
  std::vector<ParetoSums> sums;
  ParetoSums so_far{{}};
  double most_cycles = 1.0;  // of a thinned front, as a share of the whole one's
  for (const ParetoFront& front : whole.fronts) {
    if (options.mapper.interrupt != nullptr) {
      options.mapper.interrupt->check();
    }
    const ParetoSums all = add_fronts(so_far, sums_of(front));
    double tolerance = 0.0;
    so_far = all;
    while (so_far.size() > options.most_sums) {
      tolerance = tolerance == 0.0 ? first_tolerance : 2.0 * tolerance;
      so_far = thinned(all, tolerance);
    }
    most_cycles *= 1.0 + tolerance;
    sums.push_back(so_far);
  }
  whole.thinned = most_cycles - 1.0;
  for (std::size_t i = 0; !sums.empty() && i < so_far.size(); ++i) {
    whole.points.push_back(point_of(sums, i));
  }
}

}  // namespace

ParetoFront pareto_front(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoOptions& options) {
  MapperOptions next = options.mapper;
  next.objective = Objective::Energy;
  ParetoFront front;
  MapperResult found = map_layer(layer, accelerator, {.mapper = next, .cache = options.cache}).result;
  while (found.verdict) {
    next.most_cycles = Cycles{std::nextafter(found.cost.cycles().value, 0.0)};
    front.is_stopped = front.is_stopped || !found.certificate.proved;
    add_point(front, std::move(found));
    if (front.points.size() >= options.most_points) {
      add_fastest(front, layer, accelerator, options);
      return front;
    }
    if (next.most_cycles->value <= least_cycles(layer.workload, accelerator) * (1.0 + sum_rounding)) {
      return front;
    }
    if (next.interrupt != nullptr) {
      next.interrupt->check();
    }
    if (options.progress) {
      options.progress(counted(static_cast<std::int64_t>(front.points.size()), "point") + " of the front of " +
                       layer.name + ", " + grouped(static_cast<std::int64_t>(next.most_cycles->value)) + " cycles");
    }
    found = find_cached_mapping(layer.workload, accelerator, next, options.cache);
  }
  front.is_stopped = front.is_stopped || !found.certificate.proved;
  return front;
}

ParetoSums add_fronts(const ParetoSums& a, const ParetoSums& b) {
  ParetoSums sums;
  for (std::size_t added = 0; added < b.size(); ++added) {
    ParetoSums moved;
    for (std::size_t before = 0; before < a.size(); ++before) {
      moved.push_back({a[before].energy + b[added].energy, a[before].cycles + b[added].cycles, before, added});
    }
    sums = merged(sums, moved);
  }
  return sums;
}

ParetoSums thinned(const ParetoSums& front, double tolerance) {
  ParetoSums kept;
  for (std::size_t i = 0; i < front.size(); ++i) {
    const bool is_end = i == 0 || i + 1 == front.size();
    if (is_end || kept.back().cycles > front[i].cycles * (1.0 + tolerance)) {
      kept.push_back(front[i]);
    }
  }
  return kept;
}

NetworkFront pareto_front(const Network& network, const Accelerator& accelerator, const ParetoOptions& options) {
  NetworkFront whole{.network = network.name, .accelerator = accelerator};
  for (LoweredLayer& layer : lower(network)) {
    whole.layers.push_back({layer.name, layer.kind, in_formats_of(accelerator, std::move(layer.workload)), {}});
  }
  whole.fronts = fronts_of(whole, options);
  combine(whole, options);
  return whole;
}

}  // namespace pj
