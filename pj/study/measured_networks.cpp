#include "pj/study/measured_networks.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <optional>

#include "pj/base/error.hpp"
#include "pj/study/network_cost_json.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

/// Throws what the library throws for a value of another type.
NetworkCost cost_from(const Json& layers) {
  NetworkCost cost;
  for (const Json& layer : layers) {
    LayerCost own{.layer = layer.at("layer").get<std::string>(),
                  .energy = {layer.at("energy_pJ").get<double>()},
                  .time = {layer.at("time_s").get<double>()}};
    for (const Json& part : layer.at("parts_pJ")) {
      own.parts.push_back({part.get<double>()});
    }
    cost.push_back(std::move(own));
  }
  return cost;
}

bool is_sound(const NetworkRecord& record) {
  return record.accuracy.samples > 0 && record.accuracy.right >= 0 &&
         record.accuracy.right <= record.accuracy.samples && record.bits >= 0;
}

/// Nothing where the line holds no sound record.
std::optional<NetworkRecord> record_from(const std::string& text) {
  try {
    const Json line = Json::parse(text);
    const NetworkRecord record{
        .accuracy = {line.at("samples").get<std::int64_t>(), line.at("right").get<std::int64_t>()},
        .cost = cost_from(line.at("layers")),
        .bits = line.at("bits").get<std::int64_t>()};
    return is_sound(record) ? std::optional(record) : std::nullopt;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

double Tally::share() const {
  return samples == 0 ? 0.0 : static_cast<double>(right) / static_cast<double>(samples);
}

double Tally::standard_error() const {
  return samples == 0 ? 0.0 : std::sqrt(share() * (1.0 - share()) / static_cast<double>(samples));
}

MeasuredNetworks::MeasuredNetworks(const std::string& file) : path_(file) {
  if (!path_.empty()) {
    file_ = std::make_unique<ResultsFile>(path_);
  }
}

const NetworkRecord& MeasuredNetworks::find(const std::string& key, const std::function<NetworkRecord()>& measure) {
  if (const auto known = known_.find(key); known != known_.end()) {
    return known->second;
  }
  if (file_ != nullptr) {
    if (const auto line = file_->lines().find(key); line != file_->lines().end()) {
      const auto record = record_from(line->second);
      if (!record) {
        throw InputError({path_}, "has a line that is no measured network; name another file with --results");
      }
      return known_.emplace(key, *record).first->second;
    }
  }
  const NetworkRecord record = measure();
  if (file_ != nullptr) {
    const Json line{{"key", key},
                    {"samples", record.accuracy.samples},
                    {"right", record.accuracy.right},
                    {"bits", record.bits},
                    {"layers", network_cost_json(record.cost)}};
    file_->append(line.dump() + "\n");
  }
  return known_.emplace(key, record).first->second;
}

}  // namespace pj
