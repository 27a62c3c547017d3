#include "pj/sweep/compression_search_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/compression_report.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

double standard_error(const SearchPoint& point) {
  return std::sqrt(point.accuracy() * (1.0 - point.accuracy()) / static_cast<double>(point.samples));
}

std::string percent(double number, int digits) {
  return significant(100.0 * number, digits) + " %";
}

std::vector<std::string> fields_of(const std::string& name, const SearchPoint& point, const SearchPoint& original) {
  return {name,
          percent(point.accuracy(), 4) + " ± " + significant(100.0 * standard_error(point), 2),
          significant(100.0 * (point.accuracy() - original.accuracy())),
          scaled(point.energy * 1e-12, "J"),
          significant(original.energy / point.energy) + "×",
          stored_size(point.bits),
          significant(static_cast<double>(original.bits) / static_cast<double>(point.bits)) + "×"};
}

const std::vector<std::string> header{"network", "accuracy", "points", "energy", "less", "stored", "less"};

/// The points of the front, the one with the most energy first.
std::vector<std::size_t> front_of(const CompressionSearch& search) {
  std::vector<std::size_t> front;
  for (std::size_t i = 0; i < search.points.size(); ++i) {
    if (search.points[i].on_front) {
      front.push_back(i);
    }
  }
  std::ranges::stable_sort(
      front, [&](std::size_t a, std::size_t b) { return search.points[a].energy > search.points[b].energy; });
  return front;
}

std::string point_name(const CompressionSearch& search, std::size_t i) {
  return std::to_string(i + 1) + (search.best == i ? " (best)" : "");
}

std::string layers_table(const CompressionSearch& search, const SearchPoint& point) {
  Table table({"layer", "choice", "energy", "alone loses"});
  table.left(1);
  for (std::size_t layer = 0; layer < search.layers.size(); ++layer) {
    const std::size_t choice = point.choices[layer];
    table.add({search.layers[layer], search.choices[choice], scaled(search.energies[layer][choice] * 1e-12, "J"),
               significant(100.0 * search.sensitivity[layer][choice]) + " points"});
  }
  return table.text();
}

Json point_json(const CompressionSearch& search, const SearchPoint& point) {
  Json json{{"samples", point.samples},  {"accuracy", point.accuracy()}, {"standard_error", standard_error(point)},
            {"energy_pJ", point.energy}, {"bits", point.bits},           {"on_front", point.on_front}};
  for (std::size_t layer = 0; layer < point.choices.size(); ++layer) {
    json["choices"][search.layers[layer]] = search.choices[point.choices[layer]];
  }
  return json;
}

}  // namespace

std::string search_table(const CompressionSearch& search, double max_drop, bool whole_front) {
  Table table(header);
  table.add(fields_of("original", search.original, search.original));
  for (const std::size_t i : front_of(search)) {
    if (whole_front || search.best == i) {
      table.add(fields_of(point_name(search, i), search.points[i], search.original));
    }
  }
  std::string text = table.text() + "\n" + counted(std::ssize(search.points), "assignment") + " of " +
                     counted(std::ssize(search.choices), "choice") + " to " +
                     counted(std::ssize(search.layers), "layer") + " were measured.\n\n";
  if (search.best) {
    return text + layers_table(search, search.points[*search.best]);
  }
  const auto nearest = std::ranges::max_element(search.points, {}, &SearchPoint::accuracy);
  return text + "None loses at most " + percent(max_drop, 3) + "; the best loses " +
         percent(search.original.accuracy() - nearest->accuracy(), 3) +
         ". Allow more with --max-drop, offer more careful choices, or fine-tune.\n";
}

std::string search_json(const CompressionSearch& search, double max_drop) {
  Json json{{"max_drop", max_drop}, {"layers", search.layers}, {"choices", search.choices}};
  json["original"] = point_json(search, search.original);
  json["best"] = search.best ? Json(*search.best) : Json();
  json["layer_energies_pJ"] = search.energies;
  json["sensitivity"] = search.sensitivity;
  json["points"] = Json::array();
  for (const SearchPoint& point : search.points) {
    json["points"].push_back(point_json(search, point));
  }
  return json_text(json);
}

std::string search_csv(const CompressionSearch& search) {
  std::string text = csv_line(header) + "\n";
  for (std::size_t i = 0; i < search.points.size(); ++i) {
    text += csv_line(fields_of(point_name(search, i), search.points[i], search.original)) + "\n";
  }
  return text;
}

}  // namespace pj
