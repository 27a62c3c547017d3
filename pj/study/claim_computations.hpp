#pragma once

#include <cstdint>

#include "pj/accelerator/accelerator.hpp"
#include "pj/base/yaml.hpp"
#include "pj/network/network.hpp"
#include "pj/study/computations.hpp"
#include "pj/workload/lower.hpp"

/// The functions of the table in computations.cpp. Networks are names of the zoo or written out in its YAML form,
/// accelerators likewise.
namespace pj {

/// The most that a claim may ask for of anything that it counts.
constexpr std::int64_t most_claimed = 1 << 20;
/// Of all random numbers in claims.
constexpr std::uint64_t claim_seed = 1;

Network claimed_network(const YamlNode& node, std::int64_t batch = 1);
Accelerator claimed_accelerator(const YamlNode& node);
/// The products of the layers of the network under `of`, for the batch under `batch`, with the zeros of `densities`.
std::vector<LoweredLayer> claimed_layers(const YamlNode& with);
std::size_t level_named(const Accelerator& machine, const YamlNode& node);
Workload layer_named(const std::vector<LoweredLayer>& layers, const YamlNode& node);

double network_count(const YamlNode& with);
double layer_count(const YamlNode& with);
double layer_range(const YamlNode& with);
double zoo_count(const YamlNode& with);
double kept_weights(const YamlNode& with);
double nonzero_differences(const YamlNode& with);

double outermost_accesses(const YamlNode& with);
double reuse(const YamlNode& with);
double energy_share(const YamlNode& with, const MappingCache* cache);
double proved_optima(const YamlNode& with);

double operation_cost(const YamlNode& with);
double memory_cost(const YamlNode& with);
double bandwidth_of_memory(const YamlNode& with);
double part_energy(const YamlNode& with, const MappingCache* cache);
double dataflow_count(const YamlNode& with, const MappingCache* cache);
double mapped_layer(const YamlNode& with);
double density_end(const YamlNode& with);
double chip_traffic(const YamlNode& with);
double gating_saving(const YamlNode& with, const MappingCache* cache);
double quantiser_noise_ratio(const YamlNode& with);
double activation_error(const YamlNode& with);
double approximation_count(const YamlNode& with);
double format_field(const YamlNode& with);
double differing_floats(const YamlNode& with);
double differing_codes(const YamlNode& with);
double fraction_bits(const YamlNode& with);
double incremental_share(const YamlNode& with);
double factor_error(const YamlNode& with);
double skip_speedup(const YamlNode& with);
double codec_faults(const YamlNode& with);
double size_deviations(const YamlNode& with);
double input_reads(const YamlNode& with);

double found_version(const YamlNode& with, const MappingCache* cache);

double metric_of_measurement(const YamlNode& with, const MappingCache* cache);
double ridge(const YamlNode& with);
double layers_above_roof(const YamlNode& with, const MappingCache* cache);
double share_in_use(const YamlNode& with, const MappingCache* cache);
double broken_limits(const YamlNode& with, const MappingCache* cache);
double front_differences(const YamlNode& with);
double undisclosed_reports(const YamlNode& with);
double scripted_accuracy(const YamlNode& with);
double rows_out_of_order(const YamlNode& with, const MappingCache* cache);
double algorithm_operations(const YamlNode& with);
double claimed_redundancy(const YamlNode& with);
double word_outputs(const YamlNode& with);
double differing_sums(const YamlNode& with);
double code_bytes(const YamlNode& with);
double float_error(const YamlNode& with);
double sparse_weights(const YamlNode& with);
double sparse_error(const YamlNode& with);
double layers_selecting(const YamlNode& with);
double inexact_transforms(const YamlNode& with);
double transform_growth(const YamlNode& with);
double strassen_multiplications(const YamlNode& with);
double layer_intensity(const YamlNode& with);
double spectrum_share(const YamlNode& with);

double gradient_error_claim(const YamlNode& with);
double gradient_ratio_claim(const YamlNode& with);
double forward_difference_claim(const YamlNode& with);
double training_count(const YamlNode& with);
double split_count(const YamlNode& with);
double parallel_speed_up(const YamlNode& with);
double recurrent_state(const YamlNode& with);
double dropped_mean(const YamlNode& with);
double toy_share(const YamlNode& with);
double regained_share(const YamlNode& with);
double distillation_gain(const YamlNode& with);
double sine_error(const YamlNode& with);
double batch_loss_error(const YamlNode& with);
double update_difference(const YamlNode& with);
double trained_accuracy(const YamlNode& with, const ClaimMeans& means);
double learned_approximation(const YamlNode& with, const ClaimMeans& means);

double accelerator_count(const YamlNode& with);
double equal_area_buffer(const YamlNode& with);

}  // namespace pj
