#include "pj/study/mapped_claim.hpp"

#include <array>

#include "pj/base/text.hpp"
#include "pj/cost/prices.hpp"
#include "pj/mapper/mapper.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/study/mapping_files.hpp"
#include "pj/study/rounding.hpp"
#include "pj/study/row_named.hpp"

namespace pj {

namespace {

constexpr double bits_per_mebibyte = 8.0 * 1024.0 * 1024.0;
constexpr double picojoules_per_millijoule = 1e9;

MappedLayer unmapped(const YamlNode& with) {
  MappedLayer result{.layer = with.at("layer").text("layer"), .accelerator = claimed_accelerator(with.at("on"))};
  result.workload = in_formats_of(result.accelerator, layer_named(claimed_layers(with), with.at("layer")));
  return result;
}

bool is_off(const YamlNode& with, const char* key) {
  const YamlNode* node = with.find(key);
  return node != nullptr && !node->boolean(key);
}

/// The bits that a level reads and writes of all tensors; without what fills it from outside where `fills` is off, and
/// of plain numbers where `coded` is off.
double bits_at(const MappedLayer& mapped, const YamlNode& with) {
  const std::size_t stage = level_named(mapped.accelerator, with.at("level"));
  const std::vector<Prices::Element> stored = prices(mapped.workload, mapped.accelerator).stages[stage];
  double bits = 0.0;
  for (std::size_t t = 0; t < mapped.workload.tensors.size(); ++t) {
    const Transfers& moved = mapped.traffic.levels[stage][t];
    const std::int64_t words = moved.reads() + moved.updated + (is_off(with, "fills") ? 0 : moved.filled);
    const bool is_plain = is_off(with, "coded");
    const double partial = is_plain ? 0.0 : 2.0 * stored[t].bits_of_partial;  // read and written dense
    bits += static_cast<double>(words) * (is_plain ? mapped.workload.tensors[t].bits : stored[t].bits) +
            static_cast<double>(moved.served) * partial;
  }
  return bits;
}

double milliseconds(const MappedLayer& mapped, Cycles cycles) {
  return 1e3 * (cycles / mapped.accelerator.clock).value;
}

double active_elements(const MappedLayer& mapped, const YamlNode&) {
  return static_cast<double>(mapped.traffic.units);
}

double macs(const MappedLayer& mapped, const YamlNode&) {
  return static_cast<double>(mapped.traffic.macs);
}

double megabytes(const MappedLayer& mapped, const YamlNode& with) {
  return bits_at(mapped, with) / bits_per_megabyte;
}

double mebibytes(const MappedLayer& mapped, const YamlNode& with) {
  return bits_at(mapped, with) / bits_per_mebibyte;
}

double processing(const MappedLayer& mapped, const YamlNode&) {
  return milliseconds(mapped, mapped.cost.overlapped_cycles());
}

double latency(const MappedLayer& mapped, const YamlNode&) {
  return milliseconds(mapped, mapped.cost.cycles());
}

/// The energy of all but the outermost level, which is another chip.
double chip_energy(const MappedLayer& mapped, const YamlNode&) {
  Picojoules energy = mapped.cost.energy();
  for (const Picojoules tensor : mapped.cost.levels.front()) {
    energy = energy - tensor;
  }
  return energy.value / picojoules_per_millijoule;
}

/// With what the clock network draws for as long as the layer takes, whatever the elements do.
double clocked_energy(const MappedLayer& mapped, const YamlNode& with) {
  const double milliwatts =
      with.at("power").quantity("power", std::vector<std::pair<std::string, double>>{{"mW", 1.0}});
  return chip_energy(mapped, with) + 1e-3 * milliwatts * latency(mapped, with);
}

struct MappedCount {
  const char* name;
  const char* thing;
  double (*of)(const MappedLayer& mapped, const YamlNode& with);
};

constexpr std::array counts{
    MappedCount{"active elements", "active elements", active_elements},
    MappedCount{"macs", "multiply-accumulates", macs},
    MappedCount{"MB", "accesses", megabytes},
    MappedCount{"MiB", "accesses", mebibytes},
    MappedCount{"processing", "processing latency", processing},
    MappedCount{"latency", "total latency", latency},
    MappedCount{"chip energy", "energy of the chip", chip_energy},
    MappedCount{"clocked energy", "energy of the chip with its clock network", clocked_energy},
};

}  // namespace

MappedLayer mapped_as_claimed(const YamlNode& with) {
  MappedLayer result = unmapped(with);
  const YamlNode& name = with.at("mapping");
  const EmbeddedFile& file = row_named(mapping_files(), name, "mapping", "mapping");
  const std::string path = "reproduction/mappings/" + std::string(file.name) + ".txt";
  result.mapping = parse_mapping(result.workload, result.accelerator, std::string(file.text), path);
  const Verdict verdict = fits(result.workload, result.accelerator, result.mapping);
  if (!verdict) {
    throw InputError(name.position(), path + " does not fit: " + verdict.reason());
  }
  result.traffic = traffic(result.workload, result.accelerator, result.mapping);
  result.cost = cost(result.workload, result.accelerator, result.traffic);
  return result;
}

MappedLayer mapped_at_best(const YamlNode& with, const MappingCache* cache) {
  MappedLayer result = unmapped(with);
  MapperResult found =
      find_cached_mapping(result.workload, result.accelerator, {.objective = Objective::EnergyDelay}, cache);
  if (!found.verdict) {
    throw InputError(with.at("layer").position(), found.verdict.reason());
  }
  result.mapping = std::move(found.mapping);
  result.traffic = std::move(found.traffic);
  result.cost = std::move(found.cost);
  return result;
}

double count_of(const MappedLayer& mapped, const YamlNode& with) {
  return row_named(counts, with.at("count"), "count", "count").of(mapped, with);
}

std::string counted_thing(const YamlNode& with) {
  const YamlNode* level = with.find("level");
  return (level == nullptr ? "" : level->text("level") + " ") +
         row_named(counts, with.at("count"), "count", "count").thing +
         (is_off(with, "coded") ? " before compression" : "");
}

double mapped_layer(const YamlNode& with) {
  return count_of(mapped_as_claimed(with), with);
}

}  // namespace pj
