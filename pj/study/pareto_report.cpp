#include "pj/study/pareto_report.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/study/estimate_report.hpp"

namespace pj {

namespace {

constexpr std::size_t most_rows = 25;  // of a network's table
constexpr std::size_t most_named = 4;  // layers that change, in a row of it

std::string cycles_text(Cycles cycles) {
  return grouped(static_cast<std::int64_t>(cycles.value));
}
std::string change(double to, double from) {
  const double share = 100.0 * (to / from - 1.0);
  return share == 0.0 ? "" : (share > 0.0 ? "+" : "−") + significant(share > 0.0 ? share : -share) + " %";
}

/// `buffer, array (keeps), registers`: the stages whose loops, or kept tensors, are others.
std::string changed_stages(const Accelerator& accelerator, const Mapping& from, const Mapping& to) {
  std::vector<std::string> parts;
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    if (from.stages[s] != to.stages[s]) {
      const bool keeps = from.stages[s].keeps != to.stages[s].keeps;
      parts.push_back(stage_name(accelerator.stages[s]) + (keeps ? " (keeps)" : ""));
    }
  }
  return join(parts, ", ");
}

/// `conv1, conv2 and 3 more`: the layers whose mappings are others.
std::string changed_layers(const NetworkFront& front, const NetworkPoint& from, const NetworkPoint& to) {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < front.layers.size(); ++i) {
    if (from.choice[i] != to.choice[i]) {
      names.push_back(front.layers[i].name);
    }
  }
  const std::size_t more = names.size() > most_named ? names.size() - most_named : 0;
  names.resize(names.size() - more);
  return join(names, ", ") + (more > 0 ? " and " + std::to_string(more) + " more" : "");
}

std::string points_text(std::size_t count) {
  return counted(static_cast<std::int64_t>(count), "point");
}

std::string proof_of(const ParetoFront& front) {
  std::string text;
  if (front.is_cut) {
    text += "The front was cut: there are more points between the last two.\n";
  }
  return text + (front.is_stopped ? "A search was stopped: points may be missing, or be above the front.\n"
                                  : "No mapping has less of one, and no more of the other, than a point here.\n");
}

std::string proof_of(const NetworkFront& whole) {
  std::string cut;
  std::string stopped;
  for (std::size_t i = 0; i < whole.layers.size(); ++i) {
    cut += whole.fronts[i].is_cut ? " " + whole.layers[i].name : "";
    stopped += whole.fronts[i].is_stopped ? " " + whole.layers[i].name : "";
  }
  std::string text;
  if (whole.thinned > 0.0) {
    text += "Thinned: for every point left out one is kept with no more energy and at most " +
            significant(100.0 * whole.thinned) + " % more cycles.\n";
  }
  text += cut.empty() ? "" : "The fronts of these layers were cut:" + cut + ".\n";
  text += stopped.empty() ? "" : "The searches of these layers were stopped, points may be missing:" + stopped + ".\n";
  return text.empty() ? "No choice of mappings has less of one, and no more of the other, than a point here.\n" : text;
}

/// The places of at most `most_rows` points, evenly chosen, the ends among them.
std::vector<std::size_t> shown_rows(std::size_t count) {
  std::vector<std::size_t> places;
  const std::size_t rows = std::min(count, most_rows);
  for (std::size_t i = 0; i < rows; ++i) {
    places.push_back(rows == 1 ? 0 : i * (count - 1) / (rows - 1));
  }
  return places;
}

}  // namespace

std::string pareto_table(const LayerEstimate& layer, const Accelerator& accelerator, const ParetoFront& front) {
  Table table({"energy", "above", "cycles", "below", "units", "bound by", "what changes"});
  table.left(6);
  const Cost& first = front.points.front().cost;
  for (std::size_t i = 0; i < front.points.size(); ++i) {
    const MapperResult& point = front.points[i];
    const std::size_t slowest = point.cost.bottleneck();
    table.add(
        {energy_text(point.cost.energy()), change(point.cost.energy().value, first.energy().value),
         cycles_text(point.cost.cycles()), change(point.cost.cycles().value, first.cycles().value),
         grouped(point.traffic.units),
         slowest == accelerator.stages.size() ? accelerator.compute.name : stage_name(accelerator.stages[slowest]),
         i == 0 ? "" : changed_stages(accelerator, front.points[i - 1].mapping, point.mapping)});
  }
  return layer.name + " (" + layer.kind + ") on " + accelerator.title + ": " + points_text(front.points.size()) +
         " of least energy and cycles\n\n" + table.text() + "\n" + proof_of(front);
}

std::string pareto_csv(const Accelerator& accelerator, const ParetoFront& front) {
  std::string text = "energy_pJ,cycles,units,bound_by,proved\n";
  for (const MapperResult& point : front.points) {
    const std::size_t slowest = point.cost.bottleneck();
    const std::vector<std::string> row{
        exact(point.cost.energy().value), exact(point.cost.cycles().value), std::to_string(point.traffic.units),
        slowest == accelerator.stages.size() ? accelerator.compute.name : stage_name(accelerator.stages[slowest]),
        point.certificate.proved ? "yes" : "no"};
    text += csv_line(row) + "\n";
  }
  return text;
}

std::string pareto_table(const NetworkFront& front) {
  Table table({"energy", "above", "cycles", "below", "time", "what changes"});
  table.left(5);
  const std::vector<std::size_t> places = shown_rows(front.points.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const NetworkPoint& point = front.points[places[i]];
    const NetworkPoint& least = front.points.front();
    table.add({energy_text(point.energy), change(point.energy.value, least.energy.value), cycles_text(point.cycles),
               change(point.cycles.value, least.cycles.value),
               scaled((point.cycles / front.accelerator.clock).value, "s"),
               i == 0 ? "" : changed_layers(front, front.points[places[i - 1]], point)});
  }
  const std::string some = places.size() < front.points.size()
                               ? "Of these points " + std::to_string(places.size()) + " are shown; --csv has all.\n"
                               : "";
  return front.network + " on " + front.accelerator.title + ": " + points_text(front.points.size()) +
         " of least energy and cycles\n\n" + table.text() + "\n" + some + proof_of(front);
}

std::string pareto_csv(const NetworkFront& front) {
  std::vector<std::string> header{"energy_pJ", "cycles"};
  for (const LayerEstimate& layer : front.layers) {
    header.push_back(layer.name);
  }
  std::string text = csv_line(header) + "\n";
  for (const NetworkPoint& point : front.points) {
    std::vector<std::string> row{exact(point.energy.value), exact(point.cycles.value)};
    for (const std::size_t place : point.choice) {
      row.push_back(std::to_string(place));
    }
    text += csv_line(row) + "\n";
  }
  return text;
}

}  // namespace pj
