#include "pj/study/computations.hpp"

#include <algorithm>

#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

double product_of(const YamlNode& with, const ClaimMeans& means) {
  double result = 1.0;
  for (const YamlNode& factor : with.at("of").sequence("of")) {
    result *= value_of(factor, means);
  }
  return result;
}

double total_of(const YamlNode& with, const ClaimMeans& means) {
  double result = 0.0;
  for (const YamlNode& term : with.at("of").sequence("of")) {
    result += value_of(term, means);
  }
  return result;
}

double quotient(const YamlNode& with, const ClaimMeans& means) {
  const double divisor = value_of(with.at("to"), means);
  if (divisor == 0.0) {
    throw InputError(with.at("to").position(), "a ratio to 0");
  }
  return value_of(with.at("of"), means) / divisor;
}

/// Those of zeros, and of what stores them.
std::vector<Computation> rows_of_zeros() {
  return {
      {"density", "the smallest or largest of a tensor", {"of", "tensor", "layers", "end"}, density_end},
      {"chip traffic",
       "of the Eyeriss chip's DRAM for one layer, in MB",
       {"of", "layer", "batch", "m", "n", "e", "densities", "format"},
       chip_traffic},
      {"gating saving",
       "of the energy of the compute units and the innermost level, in percent",
       {"of", "layers", "on", "densities", "zeros"},
       gating_saving},
      {"skip speedup",
       "of a network's convolutions on lanes that skip zero inputs",
       {"of", "zeros", "lanes", "brick"},
       skip_speedup},
      {"codec faults", "random tensors that a format does not restore", {"format", "tensors"}, codec_faults},
      {"size deviations", "random matrices of another size than the formula", {"format", "tensors"}, size_deviations},
      {"input reads",
       "for each input, of a product with the layer's pruned weights",
       {"of", "layer", "densities", "format"},
       input_reads},
  };
}

/// Those of comparing machines.
std::vector<Computation> rows_of_machines() {
  return {
      {"metric",
       "of docs/metrics.md, from what was measured: W, s, mm2, Hz, bytes",
       {"metric", "power", "latency", "batch", "macs", "nonzero_macs", "units", "clock", "bytes", "accesses", "storage",
        "area"},
       metric_of_measurement},
      {"ridge", "of a level's roof, in MACs a byte", {"on", "level"}, ridge},
      {"layers above roof", "of a network on a machine", {"of", "on"}, layers_above_roof},
      {"copies in use", "of a fanout, in percent", {"of", "on", "fanout"}, share_in_use},
      {"broken limits", "of a scenario", {"of", "on", "scenario"}, broken_limits},
      {"front differences", "between the front of random points and comparing all pairs", {"sets"}, front_differences},
      {"undisclosed reports", "that print metrics, or disclosed ones that do not", {"machines"}, undisclosed_reports},
      {"scripted accuracy",
       "in percent of random scores whose right class has the first rank, the second, …, in turn",
       {"best", "classes", "samples"},
       scripted_accuracy},
      {"rows out of order", "in a table of machines sorted by a metric", {"of", "machines", "by"}, rows_out_of_order},
  };
}

/// Those of approximations.
std::vector<Computation> rows_of_approximations() {
  return {
      {"approximation",
       "a number of a network with random weights that rules approximated",
       {"count", "of", "rules"},
       approximation_count},
      {"quantiser SNR",
       "of a distribution's numbers in codes, in dB",
       {"of", "rule", "bits", "levels", "clip"},
       quantiser_noise_ratio},
      {"activation error", "of lines for the sigmoid on [-8, 8]", {"segments", "end"}, activation_error},
      {"format field", "bits of the sign, exponent or mantissa", {"count", "numbers"}, format_field},
      {"differing floats", "random bit patterns that mean another number", {"numbers"}, differing_floats},
      {"differing codes", "of fixed point, that do not mean (-1)^s m 2^-f", {"bits"}, differing_codes},
      {"fraction bits", "of fixed point that covers a magnitude", {"largest", "bits"}, fraction_bits},
      {"incremental share", "of weights that a step of INQ has fixed, in percent", {"step"}, incremental_share},
      {"factor error", "of CP factors of random filters that have some", {"filters", "rank"}, factor_error},
  };
}

/// Those of small weights: of few bits, sparse and structured ones.
std::vector<Computation> rows_of_small_weights() {
  return {
      {"code bytes", "that weights of low precision take", {"numbers", "of", "layer"}, code_bytes},
      {"sparse weights",
       "values, bytes, index bytes or multiplications of sparse or structured weights",
       {"count", "algorithm", "of", "layer", "density"},
       sparse_weights},
      {"sparse error",
       "the largest in float32 with sparse or structured weights, over the largest output",
       {"algorithm", "of", "layer", "outputs", "channels", "density"},
       sparse_error},
  };
}

/// Those of versions of a trained network, found by a search.
std::vector<Computation> rows_of_versions() {
  return {
      {"found version",
       "a number of the cheapest version of a network within a loss of accuracy",
       {"count", "of", "data", "records", "mean", "std", "samples", "on", "rules", "by", "max_drop"},
       found_version},
  };
}

/// Those of convolution algorithms.
std::vector<Computation> rows_of_kernels() {
  return {
      {"algorithm operations",
       "multiplications, additions or all of an algorithm",
       {"count", "algorithm", "of", "layer"},
       algorithm_operations},
      {"toeplitz redundancy", "entries of the Toeplitz matrix for each input", {"of", "layer"}, claimed_redundancy},
      {"word outputs",
       "of algorithms on random numbers of 16 bits: compared with the seven loops, or differing from them",
       {"count", "algorithms", "of", "outputs", "channels"},
       word_outputs},
      {"differing sums",
       "of weights of low precision, from their definition, on every instruction set that is there",
       {"numbers", "of", "outputs", "channels"},
       differing_sums},
      {"float error",
       "the largest of an algorithm in float32, over the largest output",
       {"algorithm", "of", "layer", "outputs", "channels"},
       float_error},
      {"layers selecting",
       "the share, in percent, of the layers with a filter for which an algorithm has the fewest operations",
       {"algorithm", "of", "filter"},
       layers_selecting},
      {"inexact transforms", "F(m,r) with m and r up to `most` that are not the filter", {"most"}, inexact_transforms},
      {"transform growth", "bits by which whole inputs can grow, rounded up", {"m", "r"}, transform_growth},
      {"strassen multiplications", "of two square matrices", {"size", "levels"}, strassen_multiplications},
      {"layer intensity",
       "MACs for each number of input, weights and output",
       {"of", "layer", "batch"},
       layer_intensity},
      {"spectrum share", "of a real tile that is kept", {"points"}, spectrum_share},
  };
}

/// Those of training.
std::vector<Computation> rows_of_training() {
  return {
      {"gradient error",
       "of backward passes from finite differences, relative",
       {"of", "loss", "seed"},
       gradient_error_claim},
      {"gradient ratio",
       "of the first weights' norm to the last ones', as training begins",
       {"of", "seed"},
       gradient_ratio_claim},
      {"forward difference", "between the tape and the plain execution", {"of", "seed"}, forward_difference_claim},
      {"training count", "a number of a step with one input", {"count", "of"}, training_count},
      {"model split", "a number of one of two machines that share every layer", {"count", "of"}, split_count},
      {"parallel speed-up",
       "modelled, of workers that share batches",
       {"of", "workers", "step", "bandwidth", "server"},
       parallel_speed_up},
      {"recurrent state", "of one unit after the steps", {"x", "input_weight", "recurrent_weight"}, recurrent_state},
      {"dropped mean", "of ones behind a dropout", {"ratio"}, dropped_mean},
  };
}

/// Those of what networks learn.
std::vector<Computation> rows_of_learning() {
  return {
      {"toy share",
       "of a toy set that a trained network has right",
       {"of", "toy", "epochs", "batch", "rate", "momentum"},
       toy_share},
      {"regained share",
       "of what pruning lost, after training on with masks",
       {"of", "toy", "epochs", "batch", "rate", "momentum", "kept"},
       regained_share},
      {"distillation gain",
       "of a student's accuracy by its teacher's scores, in percent points",
       {"of", "teacher", "toy", "samples", "epochs", "batch", "rate", "temperature", "share"},
       distillation_gain},
      {"sine error",
       "the largest of a network that learned sin(x) on [-pi, pi]",
       {"of", "epochs", "batch", "rate"},
       sine_error},
      {"batch loss error", "of a batch's loss from the mean of its samples'", {"of", "toy"}, batch_loss_error},
      {"update difference",
       "of weights that workers learned together from those of one",
       {"of", "toy", "epochs", "batch", "rate", "momentum", "workers"},
       update_difference},
      {"learned approximation",
       "of a trained network and its approximation, the mean over seeds, after minutes",
       {"count", "of", "data", "epochs", "batch", "augment", "rules", "seeds", "on"},
       learned_approximation},
      {"trained accuracy",
       "in percent of the test, after training for minutes",
       {"of", "data", "epochs", "batch", "rate", "momentum", "augment"},
       trained_accuracy},
  };
}

std::vector<Computation> general_rows() {
  return {
      {"product", "of numbers and computations", {"of"}, product_of},
      {"sum", "of numbers and computations", {"of"}, total_of},
      {"ratio", "of two", {"of", "to"}, quotient},
      {"network", "a total of a network", {"count", "of"}, network_count},
      {"layer", "a number of one layer", {"count", "of", "layer"}, layer_count},
      {"range", "the smallest or largest number of the layers of a kind", {"count", "of", "kind", "end"}, layer_range},
      {"zoo", "a number of all networks of the zoo", {"count"}, zoo_count},
      {"kept weights", "of a network whose layers keep these shares", {"of", "densities"}, kept_weights},
      {"nonzero differences", "between counted and walked non-zero MACs", {"masks"}, nonzero_differences},
      {"accesses", "of a machine's outermost memory, without any other", {"of", "on"}, outermost_accesses},
      {"reuse", "how often a word of a tensor serves once it is kept", {"tensor", "of", "layer", "batch"}, reuse},
      {"energy share", "of a level, in percent", {"level", "of", "layers", "on", "batch"}, energy_share},
      {"proved optima", "layers for which search and exhaustive search agree", {"layers", "on"}, proved_optima},
      {"mapped layer",
       "a number of a layer under a loop nest of reproduction/mappings",
       {"count", "level", "fills", "coded", "power", "of", "layer", "batch", "densities", "on", "mapping"},
       mapped_layer},
      {"operation",
       "the energy (pJ) or area (um2) of one",
       {"cost", "operation", "numbers", "bits", "node"},
       operation_cost},
      {"memory", "pJ of a bit read or written, or its area (um2)", {"cost", "kind", "kibibytes", "node"}, memory_cost},
      {"memory bandwidth", "of all channels, in GB/s", {"kind"}, bandwidth_of_memory},
      {"part energy",
       "of the arithmetic or the storage, in pJ",
       {"part", "of", "on", "weights", "activations"},
       part_energy},
      {"dataflow",
       "a number of layers with a dataflow of ISCA 2016, for each multiply-accumulate",
       {"count", "of", "layers", "dataflow", "elements", "batch", "within"},
       dataflow_count},
      {"accelerator", "a number of an accelerator", {"count", "of", "level"}, accelerator_count},
      {"equal area buffer",
       "the buffer, in KiB, beside other register files on the same area",
       {"elements", "register_file", "reference_register_file"},
       equal_area_buffer},
  };
}

const std::vector<Computation>& all_computations() {
  static const std::vector<Computation> all = [] {
    std::vector<Computation> list = general_rows();
    for (const std::vector<Computation>& more :
         {rows_of_zeros(), rows_of_machines(), rows_of_kernels(), rows_of_approximations(), rows_of_small_weights(),
          rows_of_versions(), rows_of_training(), rows_of_learning()}) {
      list.insert(list.end(), more.begin(), more.end());
    }
    return list;
  }();
  return all;
}

}  // namespace

std::span<const Computation> computations() {
  return all_computations();
}

const Computation& find_computation(const YamlNode& name) {
  return row_named(all_computations(), name, "compute", "computation");
}

double Computation::run(const YamlNode& with, const ClaimMeans& means) const {
  if (const auto* plain = std::get_if<double (*)(const YamlNode&)>(&function)) {
    return (*plain)(with);
  }
  if (const auto* mapped = std::get_if<double (*)(const YamlNode&, const MappingCache*)>(&function)) {
    return (*mapped)(with, means.cache);
  }
  return std::get<double (*)(const YamlNode&, const ClaimMeans&)>(function)(with, means);
}

double value_of(const YamlNode& node, const ClaimMeans& means) {
  return node.is_map() ? find_computation(node.at("compute")).run(node.at("with"), means) : node.number("the value");
}

void check_computation(const YamlNode& name, const YamlNode& with) {
  with.allow_keys(find_computation(name).parameters);
  for (const auto& [key, position, value] : with.map("with")) {
    const YamlNode::Sequence items = value.is_sequence() ? value.sequence(key) : YamlNode::Sequence{value};
    for (const YamlNode& item : items) {
      const YamlNode* inner = item.is_map() ? item.find("compute") : nullptr;
      if (inner != nullptr && inner->is_scalar()) {  // an accelerator has a map there
        item.allow_keys(std::vector<std::string>{"compute", "with"});
        check_computation(*inner, item.at("with"));
      }
    }
  }
}

}  // namespace pj
