#include <algorithm>
#include <cmath>

#include "pj/accelerator/reader.hpp"
#include "pj/base/random.hpp"
#include "pj/base/text.hpp"
#include "pj/mapper/exhaustive.hpp"
#include "pj/network/densities.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/workload/lower.hpp"
#include "pj/workload/nonzero.hpp"

namespace pj {

namespace {

/// A layer with the sizes that the map gives; those left out are 1.
Workload small_layer(const YamlNode& sizes) {
  std::vector<std::pair<std::string, std::int64_t>> all;
  for (const std::string letter : {"N", "M", "C", "P", "Q", "R", "S", "U"}) {
    const YamlNode* node = sizes.find(letter);
    all.emplace_back(letter, node == nullptr ? 1 : node->integer(letter, 1, most_claimed));
  }
  return einsum("O[n,m,p,q] += I[n,c,U*p+r,U*q+s] * W[m,c,r,s]", all);
}

/// All loops in the innermost level in time, every tensor kept everywhere: with one level nothing is reused,
/// and with two the inner one keeps whole tensors.
Traffic traffic_at_innermost(const Workload& workload, const Accelerator& machine) {
  Mapping mapping;
  for (std::size_t stage = 0; stage < machine.stages.size(); ++stage) {
    mapping.stages.push_back({{}, std::vector<bool>(workload.tensors.size(), true)});
  }
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    mapping.stages.back().loops.push_back({index, workload.indices[index].size});
  }
  return traffic(workload, machine, mapping);
}

Level memory(const std::string& name) {
  return {.name = name};
}

Mask random_mask(Rng& rng, std::vector<std::int64_t> shape, double density) {
  std::int64_t elements = 1;
  for (const std::int64_t size : shape) {
    elements *= size;
  }
  Mask mask{std::move(shape), std::vector<bool>(static_cast<std::size_t>(elements))};
  for (std::size_t i = 0; i < mask.is_nonzero.size(); ++i) {
    mask.is_nonzero[i] = rng.chance(density);
  }
  return mask;
}

bool agrees(const Workload& workload, const Accelerator& machine) {
  const MapperResult found = find_best_mapping(workload, machine);
  const MapperResult wanted = exhaustive_search(workload, machine);
  const double best = wanted.cost.energy().value;
  return found.verdict && wanted.verdict && found.certificate.proved &&
         std::abs(found.cost.energy().value - best) <= 1e-12 * best;
}

}  // namespace

Accelerator claimed_accelerator(const YamlNode& node) {
  return node.is_map() ? parse_accelerator(node) : load_accelerator(node.text("the accelerator"));
}

std::vector<LoweredLayer> claimed_layers(const YamlNode& with) {
  const YamlNode* batch = with.find("batch");
  Network network = claimed_network(with.at("of"), batch == nullptr ? 1 : batch->integer("batch", 1, most_claimed));
  if (const YamlNode* densities = with.find("densities")) {
    apply(load_densities(densities->text("densities")), network);
  }
  return lower(network);
}

Workload layer_named(const std::vector<LoweredLayer>& layers, const YamlNode& node) {
  std::vector<std::string> known;
  for (const LoweredLayer& layer : layers) {
    if (layer.name == node.text("layer")) {
      return layer.workload;
    }
    known.push_back(layer.name);
  }
  throw InputError(node.position(),
                   "unknown layer '" + node.text("layer") + "'" + did_you_mean(node.text("layer"), known));
}

std::size_t level_named(const Accelerator& machine, const YamlNode& node) {
  for (std::size_t stage = 0; stage < machine.stages.size(); ++stage) {
    const auto* level = std::get_if<Level>(&machine.stages[stage]);
    if (level != nullptr && level->name == node.text("level")) {
      return stage;
    }
  }
  throw InputError(node.position(), "the accelerator has no level '" + node.text("level") + "'");
}

double outermost_accesses(const YamlNode& with) {
  const Accelerator machine = claimed_accelerator(with.at("on"));
  std::int64_t total = 0;
  for (const LoweredLayer& layer : claimed_layers(with)) {
    total += accesses(traffic_at_innermost(layer.workload, machine), 0);
  }
  return static_cast<double>(total);
}

double reuse(const YamlNode& with) {
  const Workload workload = layer_named(claimed_layers(with), with.at("layer"));
  const std::string& tensor = with.at("tensor").text("tensor");
  const auto found = std::find_if(workload.tensors.begin(), workload.tensors.end(),
                                  [&](const Operand& operand) { return operand.name == tensor; });
  if (found == workload.tensors.end()) {
    throw InputError(with.at("tensor").position(), "unknown tensor '" + tensor + "'; known: Input, Weight, Output");
  }
  const auto index = static_cast<std::size_t>(found - workload.tensors.begin());
  const auto moved = [&](const Accelerator& machine) {
    const Transfers words = traffic_at_innermost(workload, machine).levels.front()[index];
    return static_cast<double>(workload.is_output(index) ? words.updated : words.served);
  };
  return moved({.stages = {memory("DRAM")}}) / moved({.stages = {memory("DRAM"), memory("buffer")}});
}

double energy_share(const YamlNode& with, const MappingCache* cache) {
  const Accelerator machine = claimed_accelerator(with.at("on"));
  const std::size_t stage = level_named(machine, with.at("level"));
  const std::vector<LoweredLayer> layers = claimed_layers(with);
  Picojoules level, total;
  for (const YamlNode& name : with.at("layers").sequence("layers")) {
    const Workload workload = in_formats_of(machine, layer_named(layers, name));
    const MapperResult found = find_cached_mapping(workload, machine, {}, cache);
    if (!found.verdict) {
      throw InputError(name.position(), found.verdict.reason());
    }
    for (const Picojoules energy : found.cost.levels[stage]) {
      level += energy;
    }
    total += found.cost.energy();
  }
  return 100.0 * (level / total);
}

double proved_optima(const YamlNode& with) {
  const Accelerator machine = claimed_accelerator(with.at("on"));
  const YamlNode::Sequence& layers = with.at("layers").sequence("layers");
  return static_cast<double>(std::count_if(layers.begin(), layers.end(),
                                           [&](const YamlNode& sizes) { return agrees(small_layer(sizes), machine); }));
}

double nonzero_differences(const YamlNode& with) {
  const Workload workload =
      einsum("O[m,p,q] += I[c,2*p+r,q+s] * W[m,c,r,s]", {{"M", 4}, {"C", 3}, {"P", 5}, {"Q", 4}, {"R", 3}, {"S", 2}});
  Rng rng(claim_seed);
  std::int64_t differences = 0;
  for (std::int64_t left = with.at("masks").integer("masks", 1, most_claimed); left > 0; --left) {
    const Mask inputs = random_mask(rng, operand_shape(workload, 0), rng.uniform());
    const Mask weights = random_mask(rng, operand_shape(workload, 1), rng.uniform());
    differences += nonzero_macs(workload, inputs, weights) == walk_nonzero_macs(workload, inputs, weights) ? 0 : 1;
  }
  return static_cast<double>(differences);
}

}  // namespace pj
