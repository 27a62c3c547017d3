#include "pj/accelerator/component.hpp"
#include "pj/accelerator/reader.hpp"
#include "pj/base/text.hpp"
#include "pj/network/stored_format.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/evaluate.hpp"
#include "pj/workload/lower.hpp"

namespace pj {

namespace {

constexpr int most_bits = 64;
constexpr int most_nm = 1000;

int node_of(const YamlNode& with) {
  const YamlNode* node = with.find("node");
  return node == nullptr ? 0 : static_cast<int>(node->integer("node", 1, most_nm));
}

/// A fault of the estimator at the place of the claim.
template <class Compute>
double at(const YamlNode& with, const Compute& compute) {
  try {
    return compute();
  } catch (const InputError& fault) {
    throw InputError(with.position(), fault.what());
  }
}

[[noreturn]] void refuse_word(const YamlNode& with, const std::string& key, const std::vector<std::string>& known) {
  const YamlNode& node = with.at(key);
  throw InputError(node.position(),
                   "unknown " + key + " '" + node.text(key) + "'" + did_you_mean(node.text(key), known));
}

std::optional<NumberFormat> format_in(const YamlNode& with, const std::string& key) {
  const YamlNode* format = with.find(key);
  return format == nullptr ? std::nullopt : std::optional(parse_format(format->text(key)));
}

}  // namespace

double operation_cost(const YamlNode& with) {
  const Arithmetic arithmetic{with.at("numbers").text("numbers"), with.at("operation").text("operation"),
                              static_cast<int>(with.at("bits").integer("bits", 1, most_bits))};
  const std::string& cost = with.at("cost").text("cost");
  if (cost != "energy" && cost != "area") {
    refuse_word(with, "cost", {"energy", "area"});
  }
  return at(with, [&] {
    return cost == "area" ? operation_area(technology(), arithmetic, node_of(with)).value
                          : operation_energy(technology(), arithmetic, node_of(with)).value;
  });
}

double memory_cost(const YamlNode& with) {
  Memory memory{.kind = with.at("kind").text("kind"), .word = Bits{1}};
  if (const YamlNode* kibibytes = with.find("kibibytes")) {
    memory.capacity = Bits{kibibytes->integer("kibibytes", 1, 1 << 20) * 8 * 1024};
  }
  const std::string& cost = with.at("cost").text("cost");
  if (cost != "read" && cost != "write" && cost != "area") {
    refuse_word(with, "cost", {"read", "write", "area"});
  }
  return at(with, [&] {
    if (cost != "area") {
      return access_energy(technology(), memory, cost, node_of(with)).value;
    }
    const auto area = storage_area(technology(), memory, node_of(with));
    if (!area) {
      throw InputError("no area is known of a " + memory.kind + " of this size");
    }
    return area->value;
  });
}

double bandwidth_of_memory(const YamlNode& with) {
  if (const auto bandwidth = memory_bandwidth(technology(), with.at("kind").text("kind"))) {
    return bandwidth->value * 1e-9;
  }
  std::vector<std::string> known;
  for (const ChannelBandwidth& memory : technology().channels) {
    known.push_back(memory.kind);
  }
  refuse_word(with, "kind", known);
}

double part_energy(const YamlNode& with, const MappingCache* cache) {
  const std::string& part = with.at("part").text("part");
  if (part != "arithmetic" && part != "storage") {
    refuse_word(with, "part", {"arithmetic", "storage"});
  }
  const Formats formats{format_in(with, "weights"), format_in(with, "activations")};
  const YamlNode& on = with.at("on");
  const Accelerator machine = on.is_map() ? parse_accelerator(on) : load_accelerator(on.text("the accelerator"));
  const Estimate estimate = evaluate(in_formats(claimed_network(with.at("of")), formats), machine, {.cache = cache});
  const Picojoules arithmetic = estimate.compute_energy();
  return (part == "arithmetic" ? arithmetic : estimate.energy() - arithmetic).value;
}

}  // namespace pj
