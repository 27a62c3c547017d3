#include "pj/accelerator/reader.hpp"
#include "pj/accelerator/technology.hpp"
#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/metrics.hpp"

namespace pj {

namespace {

constexpr double bits_per_kibibyte = 8.0 * 1024.0;

/// The capacity of one instance of the named level, or of all memories on the chip, in KiB.
double kibibytes(const Accelerator& machine, const YamlNode* name) {
  if (name == nullptr) {
    return static_cast<double>(on_chip_storage(machine).value) / bits_per_kibibyte;
  }
  for (const Stage& stage : machine.stages) {
    const auto* level = std::get_if<Level>(&stage);
    if (level != nullptr && level->name == name->text("level")) {
      return static_cast<double>(storage_of(*level).value) / bits_per_kibibyte;
    }
  }
  throw InputError(name->position(), "the accelerator has no level '" + name->text("level") + "'");
}

/// What an access of the named level, or a hop of the named fanout, costs in multiply-accumulates.
double relative_cost(const Accelerator& machine, const YamlNode& name) {
  for (const Stage& stage : machine.stages) {
    const auto* level = std::get_if<Level>(&stage);
    const auto* fanout = std::get_if<Fanout>(&stage);
    if (level != nullptr && level->name == name.text("level")) {
      return level->read / machine.compute.energy;
    }
    if (fanout != nullptr && fanout->name == name.text("level")) {
      return fanout->hop / machine.compute.energy;
    }
  }
  throw InputError(name.position(), "the accelerator has no level or fanout '" + name.text("level") + "'");
}

}  // namespace

double accelerator_count(const YamlNode& with) {
  const Accelerator machine = load_accelerator(with.at("of").text("the accelerator"));
  const std::string& count = with.at("count").text("count");
  const auto units = static_cast<double>(machine.compute_units());
  if (count == "units") {
    return units;
  }
  if (count == "macs_per_second") {
    return units * machine.clock.value;
  }
  if (count == "kibibytes") {
    return kibibytes(machine, with.find("level"));
  }
  if (count == "macs_per_access") {
    return relative_cost(machine, with.at("level"));
  }
  const std::vector<std::string> known{"units", "macs_per_second", "kibibytes", "macs_per_access"};
  throw InputError(with.at("count").position(), "unknown count '" + count + "'" + did_you_mean(count, known));
}

double equal_area_buffer(const YamlNode& with) {
  const StorageTable& table = storage_named(technology(), YamlNode({}, "storage_65nm"));
  const double elements = with.at("elements").number("elements");
  const double reference = with.at("reference_register_file").number("reference_register_file");
  const auto files = [&](double bytes) { return elements * storage_area(table, bytes); };
  // ISCA 2016, section VI: the reference has a buffer as large as its register files together.
  const SquareMicrons all = files(reference) + storage_area(table, elements * reference);
  return storage_in(table, all - files(with.at("register_file").number("register_file"))) / 1024.0;
}

}  // namespace pj
