#include <algorithm>
#include <cmath>

#include "pj/accelerator/reader.hpp"
#include "pj/base/arithmetic.hpp"
#include "pj/base/random.hpp"
#include "pj/base/text.hpp"
#include "pj/cost/prices.hpp"
#include "pj/network/densities.hpp"
#include "pj/sparse/bit_stream.hpp"
#include "pj/sparse/bitmask.hpp"
#include "pj/sparse/compressed_matrix.hpp"
#include "pj/sparse/run_length.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/study/rounding.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_tries = 100'000;
constexpr int value_bits = 16;

double given_density(const Densities& densities, const std::string& layer, const std::string& tensor,
                     const YamlNode& place) {
  const auto tensors = densities.layers.find(layer);
  if (tensors == densities.layers.end() || !tensors->second.contains(tensor)) {
    throw InputError(place.position(), "no density of " + tensor + " of '" + layer + "' is given");
  }
  return tensors->second.at(tensor);
}

/// The products of the network's layers, with the zeros that `densities` gives.
std::int64_t size_of(const Workload& workload, const std::string& index) {
  const std::size_t place = workload.find_index(index);
  return place < workload.indices.size() ? workload.indices[place].size : 1;
}

/// What the compute units and the innermost level spend.
Picojoules element_energy(const Cost& cost) {
  Picojoules total = cost.compute;
  for (const Picojoules tensor : cost.levels.back()) {
    total += tensor;
  }
  return total;
}

/// A random tensor with a density that is itself random.
std::vector<std::uint32_t> random_tensor(Rng& rng, std::int64_t elements) {
  const double density = rng.uniform();
  std::vector<std::uint32_t> numbers;
  for (std::int64_t i = 0; i < elements; ++i) {
    const auto number = static_cast<std::uint32_t>(rng.between(1, (1 << value_bits) - 1));
    numbers.push_back(rng.chance(density) ? number : 0);
  }
  return numbers;
}

bool comes_back(const std::vector<std::uint32_t>& numbers, const MatrixShape& shape, const SparseFormat& format) {
  switch (format.kind) {
    case SparseFormat::Kind::Dense:
      return true;
    case SparseFormat::Kind::Bitmask:
      return decode_bitmask(encode_bitmask(numbers, value_bits), shape.elements(), value_bits) == numbers;
    case SparseFormat::Kind::RunLength:
      return decode_run_length(encode_run_length(numbers, format, value_bits), shape.elements(), format, value_bits) ==
             numbers;
    case SparseFormat::Kind::Csr:
    case SparseFormat::Kind::Csc: {
      const std::vector<std::int64_t> dense(numbers.begin(), numbers.end());
      return decompress(compress(dense, shape, format)) == dense;
    }
  }
  return false;
}

MatrixShape random_shape(Rng& rng) {
  return {rng.between(1, 40), rng.between(1, 200)};
}

/// The operations between two waits: a number, or all of a lane's in one window.
std::int64_t brick_of(const YamlNode& node, const Workload& workload, std::int64_t lanes) {
  if (node.text("brick") == "window") {
    return ceil_div(size_of(workload, "C") * size_of(workload, "R") * size_of(workload, "S"), lanes);
  }
  return node.integer("brick", 1, 1 << 16);
}

}  // namespace

double density_end(const YamlNode& with) {
  const Densities densities = load_densities(with.at("of").text("of"));
  std::vector<double> values;
  for (const YamlNode& layer : with.at("layers").sequence("layers")) {
    values.push_back(given_density(densities, layer.text("layer"), with.at("tensor").text("tensor"), layer));
  }
  if (values.empty()) {
    throw InputError(with.at("layers").position(), "no layer is named");
  }
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return with.at("end").text("end") == "smallest" ? *low : *high;
}

/// JSSC 2017, section V: strips of `e` output rows of `n` images pass for `m` filters at a time, so that inputs come
/// anew for each block of filters (with the rows that neighbouring strips share) and weights for each strip and block
/// of images; results are written once. In MB = 10^6 bytes.
double chip_traffic(const YamlNode& with) {
  const Workload layer = layer_named(claimed_layers(with), with.at("layer"));
  const auto parameter = [&](const char* name) { return with.at(name).integer(name, 1, 1 << 20); };
  const auto size = [&](const char* index) { return size_of(layer, index); };
  const std::int64_t e = parameter("e");
  const std::int64_t strips = ceil_div(size("P"), e);
  const std::int64_t stride = layer.tensors[0].axes[3][0].coefficient;
  const std::int64_t rows = stride * (size("P") - strips) + strips * size("R");
  const std::int64_t width = layer.tensors[0].axes[4][0].coefficient * (size("Q") - 1) + size("S");
  const std::int64_t images = size("N") * size("G");
  const auto inputs = static_cast<double>(images * size("C") * rows * width * ceil_div(size("M"), parameter("m")));
  const auto weights = static_cast<double>(size("G") * size("M") * size("C") * size("R") * size("S") *
                                           ceil_div(size("N"), parameter("n")) * strips);
  const auto results = static_cast<double>(images * size("M") * size("P") * size("Q"));
  Accelerator memory{.stages = {Level{.name = "DRAM"}}};
  if (const YamlNode* format = with.find("format")) {
    const SparseFormat runs = parse_sparse_format(format->text("format"));
    std::get<Level>(memory.stages[0]).formats = {{"Input", runs}, {"Output", runs}};
  }
  Workload stored = layer;
  for (Operand& tensor : stored.tensors) {
    tensor.bits = value_bits;
  }
  const auto bits = [&](std::size_t tensor) { return stored_bits(stored, tensor, memory, 0); };
  return (inputs * bits(0) + weights * bits(1) + results * bits(2)) / bits_per_megabyte;
}

/// The mapping is the best one for dense tensors; the zeros change its price alone. `zeros` stands for those of each
/// layer.
double gating_saving(const YamlNode& with, const MappingCache* cache) {
  const YamlNode* zeros = with.find("zeros");
  const Accelerator machine = load_accelerator(with.at("on").text("the accelerator"));
  const std::vector<LoweredLayer> layers = claimed_layers(with);
  Picojoules dense, gated;
  for (const YamlNode& name : with.at("layers").sequence("layers")) {
    Workload sparse = in_formats_of(machine, layer_named(layers, name));
    sparse.tensors[0].density = zeros == nullptr ? sparse.tensors[0].density : 1.0 - zeros->number("zeros");
    Workload full = sparse;
    for (Operand& tensor : full.tensors) {
      tensor.density = 1.0;
    }
    const MapperResult found = find_cached_mapping(full, machine, {}, cache);
    if (!found.verdict) {
      throw InputError(name.position(), found.verdict.reason());
    }
    dense += element_energy(found.cost);
    gated += element_energy(cost(sparse, machine, found.traffic));
  }
  return 100.0 * (1.0 - gated / dense);
}

/// `zeros` is their share in the operands of all multiplications of the convolutions, of which the first layer has
/// none: the others have the more.
double skip_speedup(const YamlNode& with) {
  const std::int64_t lanes = with.at("lanes").integer("lanes", 1, 1 << 16);
  std::vector<Workload> layers;
  double macs = 0.0;
  for (const LoweredLayer& layer : claimed_layers(with)) {
    if (layer.workload.find_index("P") < layer.workload.indices.size()) {
      layers.push_back(layer.workload);
      macs += static_cast<double>(layer.workload.macs());
    }
  }
  if (layers.empty()) {
    throw InputError(with.at("of").position(), "the network has no convolution");
  }
  const double first = static_cast<double>(layers.front().macs()) / macs;
  double time = first;
  for (std::size_t i = 1; i < layers.size(); ++i) {
    layers[i].tensors[0].density = std::max(0.0, 1.0 - with.at("zeros").number("zeros") / (1.0 - first));
    Accelerator machine{.stages = {Level{.name = "memory"}}};
    machine.compute.skips = {{"Input"}, lanes, brick_of(with.at("brick"), layers[i], lanes)};
    time += static_cast<double>(layers[i].macs()) / macs * prices(layers[i], machine).step;
  }
  return 1.0 / time;
}

double codec_faults(const YamlNode& with) {
  const SparseFormat format = parse_sparse_format(with.at("format").text("format"));
  Rng rng(claim_seed);
  std::int64_t faults = 0;
  for (std::int64_t left = with.at("tensors").integer("tensors", 1, most_tries); left > 0; --left) {
    const MatrixShape shape = random_shape(rng);
    faults += comes_back(random_tensor(rng, shape.elements()), shape, format) ? 0 : 1;
  }
  return static_cast<double>(faults);
}

double size_deviations(const YamlNode& with) {
  SparseFormat format = parse_sparse_format(with.at("format").text("format"));
  Rng rng(claim_seed);
  std::int64_t deviations = 0;
  for (std::int64_t left = with.at("tensors").integer("tensors", 1, most_tries); left > 0; --left) {
    const MatrixShape shape = random_shape(rng);
    const auto numbers = random_tensor(rng, shape.elements());
    const bool by_columns = format.kind == SparseFormat::Kind::Csc;
    const std::int64_t lines = by_columns ? shape.columns : shape.rows;
    format.index_bits = bits_for(by_columns ? shape.rows : shape.columns);
    const std::int64_t nonzeros = shape.elements() - std::count(numbers.begin(), numbers.end(), 0U);
    const std::int64_t wanted = nonzeros * (value_bits + format.index_bits) + (lines + 1) * format.pointer_bits;
    const std::vector<std::int64_t> dense(numbers.begin(), numbers.end());
    deviations += size_bits(compress(dense, shape, format), value_bits, format.pointer_bits) == wanted ? 0 : 1;
  }
  return static_cast<double>(deviations);
}

double input_reads(const YamlNode& with) {
  const Workload layer = layer_named(claimed_layers(with), with.at("layer"));
  const auto size = [&](const char* index) { return size_of(layer, index); };
  const MatrixShape shape{size("M"), size("C") * size("R") * size("S")};
  Rng rng(claim_seed);
  std::vector<std::int64_t> weights;
  for (std::int64_t i = 0; i < shape.elements(); ++i) {
    weights.push_back(rng.chance(layer.tensors[1].density) ? 1 : 0);
  }
  const SparseFormat format = parse_sparse_format(with.at("format").text("format"));
  const std::vector<std::int64_t> input(static_cast<std::size_t>(shape.columns), 1);
  const MatrixAccesses counted = multiply(compress(weights, shape, format), input).accesses;
  return static_cast<double>(counted.input_reads) / static_cast<double>(shape.columns);
}

}  // namespace pj
