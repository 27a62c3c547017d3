#include "pj/sweep/sweep_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"
#include "pj/study/json_text.hpp"
#include "pj/study/machine_json.hpp"
#include "pj/study/non_dominated.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_rows = 25;

std::vector<Json> points_of(const SweepRun& run) {
  std::vector<Json> points;
  for (const std::string& line : run.lines) {
    points.push_back(Json::parse(line));
  }
  return points;
}

/// A value of a point as a cell of a table.
std::string cell(const Json& value) {
  if (value.is_null()) {
    return "";
  }
  return value.is_number_float() ? exact(value.get<double>())
         : value.is_string()     ? value.get<std::string>()
                                 : value.dump();
}

/// The objectives of a point, each better the smaller; nothing where one is not known or the point is not to be had.
std::optional<Objectives> objectives_of(const Study& study, const Json& point) {
  Objectives values;
  for (const MetricRow* metric : study.objectives) {
    const Json& value = point.at(metric->key);
    if (point.at("status") != "ok" || !value.is_number()) {
      return std::nullopt;
    }
    values.push_back(metric->less_is_better ? value.get<double>() : -value.get<double>());
  }
  return values;
}

/// For each network the places of the points of its front.
std::vector<std::vector<std::size_t>> fronts_of(const SweepRun& run, const std::vector<Json>& points) {
  const std::size_t each = points.size() / run.study.networks.size();
  std::vector<std::vector<std::size_t>> fronts;
  for (std::size_t network = 0; network < run.study.networks.size(); ++network) {
    std::vector<Objectives> values;
    std::vector<std::size_t> places;
    for (std::size_t i = network * each; i < (network + 1) * each; ++i) {
      if (auto known = objectives_of(run.study, points[i])) {
        values.push_back(*std::move(known));
        places.push_back(i);
      }
    }
    std::vector<std::size_t> front;
    for (const std::size_t place : non_dominated(values)) {
      front.push_back(places[place]);
    }
    fronts.push_back(std::move(front));
  }
  return fronts;
}

/// What of a point the study chose: its machine, where there are several, and the parameters that have several values;
/// of paths that change together the first.
std::vector<std::string> chosen_columns(const Study& study) {
  std::vector<std::string> columns;
  if (study.machines.size() > 1) {
    columns.emplace_back("machine");
  }
  for (const SweepParameter& parameter : study.parameters) {
    if (parameter.choices.size() > 1) {
      columns.push_back(parameter.paths.front());
    }
  }
  return columns;
}

std::string front_table(const Study& study, const std::vector<Json>& points, const std::vector<std::size_t>& front) {
  const std::vector<std::string> columns = chosen_columns(study);
  std::vector<std::string> header = columns;
  for (const MetricRow* metric : study.objectives) {
    header.emplace_back(metric->title);
  }
  header.emplace_back("above least");
  Table table(header);
  const std::size_t rows = std::min(front.size(), most_rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const Json& point = points[front[rows == 1 ? 0 : row * (front.size() - 1) / (rows - 1)]];
    std::vector<std::string> cells;
    for (const std::string& column : columns) {
      cells.push_back(cell(point.at(column)));
    }
    for (const MetricRow* metric : study.objectives) {
      cells.push_back(metric_text(*metric, point.at(metric->key).get<double>()));
    }
    cells.push_back(point.at("proved").get<bool>() ? "proved least"
                                                   : "≤ " + significant(100.0 * point.at("gap").get<double>()) + " %");
    table.add(cells);
  }
  return table.text();
}

/// `12 points: 9 ok, 3 over limits (area 3)`.
std::string counts_text(const std::vector<Json>& points) {
  std::map<std::string, std::int64_t> statuses;
  std::map<std::string, std::int64_t> limits;
  for (const Json& point : points) {
    const auto status = point.at("status").get<std::string>();
    ++statuses[status];
    if (status == "over limits") {
      for (const std::string& name : split(point.at("reason").get<std::string>(), ',')) {
        ++limits[std::string(trimmed(name))];
      }
    }
  }
  std::vector<std::string> over;
  for (const auto& [name, count] : limits) {
    over.push_back(name + " " + grouped(count));
  }
  std::vector<std::string> parts;
  for (const auto& [status, count] : statuses) {
    parts.push_back(grouped(count) + " " + status + (status == "over limits" ? " (" + join(over, ", ") + ")" : ""));
  }
  return grouped(static_cast<std::int64_t>(points.size())) + " points: " + join(parts, ", ") + ".\n";
}

std::string network_name(const StudyNetwork& network) {
  return network.name + (network.load.batch > 1 ? ", batches of " + grouped(network.load.batch) : "");
}

std::string objective_names(const Study& study) {
  std::vector<std::string> names;
  for (const MetricRow* metric : study.objectives) {
    names.emplace_back(metric->name);
  }
  return join(names, ", ");
}

std::string limits_text(const Study& study) {
  std::vector<std::string> limits;
  for (const Limit& limit : study.limits) {
    limits.push_back(limit_text(limit));
  }
  return limits.empty() ? "" : "Limits: " + join(limits, ", ") + ".\n";
}

/// The keys of all points, in the order in which they come.
std::vector<std::string> columns_of(const std::vector<Json>& points) {
  std::vector<std::string> columns;
  std::map<std::string, bool> known;
  for (const Json& point : points) {
    for (const auto& item : point.items()) {
      if (known.emplace(item.key(), true).second) {
        columns.push_back(item.key());
      }
    }
  }
  return columns;
}

}  // namespace

std::string sweep_table(const SweepRun& run) {
  const std::vector<Json> points = points_of(run);
  const auto fronts = fronts_of(run, points);
  std::string text = run.study.name + ": " + counts_text(points) + limits_text(run.study);
  for (std::size_t n = 0; n < fronts.size(); ++n) {
    text += "\n" + network_name(run.study.networks[n]) + ": ";
    if (fronts[n].empty()) {
      text += "no point is within the limits.\n";
      continue;
    }
    text += counted(static_cast<std::int64_t>(fronts[n].size()), "point") + " that no other dominates in " +
            objective_names(run.study) + "\n\n" + front_table(run.study, points, fronts[n]);
    text +=
        fronts[n].size() > most_rows ? "Of these " + std::to_string(most_rows) + " are shown; --csv marks all.\n" : "";
  }
  return text + "\nModelled, not measured. Each mapping is the least " + to_string(run.study.mapper.objective) +
         (run.study.mapper.perfect_factors ? " of those with equal tiles" : "") + ", as far as the last column says.\n";
}

std::string sweep_csv(const SweepRun& run) {
  const std::vector<Json> points = points_of(run);
  std::vector<bool> is_on_front(points.size());
  for (const auto& front : fronts_of(run, points)) {
    for (const std::size_t place : front) {
      is_on_front[place] = true;
    }
  }
  const std::vector<std::string> columns = columns_of(points);
  std::vector<std::string> header = columns;
  header.emplace_back("on_front");
  std::string text = csv_line(header) + "\n";
  for (std::size_t i = 0; i < points.size(); ++i) {
    std::vector<std::string> row;
    for (const std::string& column : columns) {
      row.push_back(points[i].contains(column) ? cell(points[i].at(column)) : "");
    }
    row.emplace_back(is_on_front[i] ? "yes" : "no");
    text += csv_line(row) + "\n";
  }
  return text;
}

std::string sweep_json(const SweepRun& run) {
  const std::vector<Json> points = points_of(run);
  const auto fronts = fronts_of(run, points);
  Json json{{"study", run.study.name}, {"basis", "modelled"}, {"points", points.size()}};
  json["machines"] = Json::array();
  for (const StudyMachine& machine : run.study.machines) {
    json["machines"].push_back(machine_json(parse_accelerator(machine.file)));
  }
  json["objectives"] = Json::array();
  for (const MetricRow* metric : run.study.objectives) {
    json["objectives"].push_back({{"name", metric->name},
                                  {"key", metric->key},
                                  {"title", metric->title},
                                  {"less_is_better", metric->less_is_better}});
  }
  json["limits"] = Json::array();
  for (const Limit& limit : run.study.limits) {
    json["limits"].push_back({{"key", limit.metric->key},
                              {"at_least", limit.least ? Json(*limit.least) : Json()},
                              {"at_most", limit.most ? Json(*limit.most) : Json()}});
  }
  json["chosen"] = chosen_columns(run.study);
  json["results"] = points;
  json["fronts"] = Json::array();
  for (std::size_t n = 0; n < fronts.size(); ++n) {
    json["fronts"].push_back(
        {{"network", run.study.networks[n].name}, {"batch", run.study.networks[n].load.batch}, {"places", fronts[n]}});
  }
  return json_text(json);
}

std::string progress_text(std::int64_t done, std::int64_t all, std::int64_t before, Seconds since) {
  const double rate = since.value > 0.0 ? static_cast<double>(done - before) / since.value : 0.0;
  std::string text = grouped(done) + " of " + grouped(all) + " points";
  if (rate > 0.0) {
    const auto left = static_cast<std::int64_t>(static_cast<double>(all - done) / rate);
    text += ", " + significant(rate) + " a second, " +
            (left >= 3600 ? std::to_string(left / 3600) + " h " : std::string()) +
            (left >= 60 ? std::to_string(left / 60 % 60) + " min " : std::string()) + std::to_string(left % 60) +
            " s left";
  }
  return text;
}

}  // namespace pj
