#include "pj/accelerator/accelerator.hpp"

#include <algorithm>
#include <set>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_units = 1 << 24;

[[noreturn]] void refuse(const Accelerator& accelerator, const std::string& fault) {
  throw InputError("accelerator '" + accelerator.name + "': " + fault);
}

/// What the machine saves of zeros must be something that it can.
void check_zeros(const Accelerator& accelerator, std::size_t stage, const Level& level) {
  for (const auto& [tensor, operands] : level.gated) {
    if (!serves_operations(accelerator, stage, tensor)) {
      refuse(accelerator, "level '" + level.name + "' cannot gate " + tensor + ": only the compute units may take it " +
                              "from there, without a fanout, a latch or another level that may keep it in between");
    }
  }
  for (const auto& [tensor, format] : level.formats) {
    if (!may_keep(level, tensor)) {
      refuse(accelerator, "level '" + level.name + "' has a format of " + tensor + " but may not keep it");
    }
    if (stage > 0 && tensor == "Output") {
      refuse(accelerator, "level '" + level.name +
                              "' holds partial sums, which are dense; a format of Output belongs " +
                              "to the outermost level");
    }
  }
}

std::string axes_text(const Fanout& fanout) {
  std::vector<std::string> parts;
  for (const FanoutAxis& axis : fanout.axes) {
    parts.push_back(std::to_string(axis.size) + " " + axis.name);
  }
  return join(parts, " × ");
}

std::string energy_text(Picojoules energy) {
  return scaled(energy.value * 1e-12, "J");
}

std::string capacity_text(const Level& level) {
  if (level.partitions.empty()) {
    return level.capacity ? binary_size(level.capacity->value) : "without limit";
  }
  std::vector<std::string> parts;
  for (const auto& [tensor, size] : level.partitions) {
    parts.push_back(tensor + " " + binary_size(size.value));
  }
  return join(parts, ", ");
}

std::string line_of(const Level& level) {
  std::string text = level.name + ": " + capacity_text(level) + "; read " + energy_text(level.read) + ", write " +
                     energy_text(level.write) + " per " + std::to_string(level.word.value) + "-bit word";
  if (level.keeps && level.partitions.empty()) {
    text += "; keeps " + join(*level.keeps, ", ");
  }
  for (const auto& [tensor, format] : level.formats) {
    text += "; " + tensor + " as " + to_string(format);
  }
  for (const auto& [tensor, operands] : level.gated) {
    text += "; no access to " + tensor + " for a zero of " + join(operands, ", ");
  }
  return text;
}

std::string line_of(const Fanout& fanout) {
  std::string text = fanout.name + ": " + axes_text(fanout) + "; ";
  text += fanout.multicast ? "multicast" : "no multicast";
  text += fanout.reduction ? ", reduction" : ", no reduction";
  text += fanout.reduction && fanout.reduces ? " over " + join(*fanout.reduces, ", ") : "";
  text += fanout.chain ? " along a chain" : "";
  text += "; hop " + energy_text(fanout.hop) + " a word";
  text += fanout.sum_hop ? ", " + energy_text(*fanout.sum_hop) + " a sum" : "";
  return text + (fanout.hops ? " of " + join(*fanout.hops, ", ") : "");
}

/// With a free hand-off additions go where they are cheapest. The search relies on that being inside (docs/mapper.md).
void check_handoff(const Accelerator& accelerator) {
  if (accelerator.conventions.halo != Conventions::Halo::Resident) {
    refuse(accelerator, "a free handoff counts words, not bounding boxes; remove 'halo: innermost-only'");
  }
  Picojoules dearest;
  for (auto stage = accelerator.stages.rbegin(); stage != accelerator.stages.rend(); ++stage) {
    const auto* level = std::get_if<Level>(&*stage);
    const auto* fanout = std::get_if<Fanout>(&*stage);
    const bool adds = level != nullptr ? may_keep(*level, "Output") : fanout->reduction;
    const Picojoules addition = level != nullptr                 ? level->read + level->write
                                : admits(fanout->hops, "Output") ? fanout->sum_hop.value_or(fanout->hop)
                                                                 : Picojoules{};
    if (adds && addition < dearest) {
      refuse(accelerator,
             "with a free handoff an addition (a read and a write of a level, a hop of a fanout) must not "
             "cost less at '" +
                 (level != nullptr ? level->name : fanout->name) + "' than further in");
    }
    dearest = adds && level != nullptr ? addition : dearest;
  }
}

std::string zeros_text(const Compute& compute) {
  std::string text = compute.gates.empty() ? "" : "; zeros of " + join(compute.gates, ", ") + " are gated";
  if (!compute.skips.tensors.empty()) {
    text += "; zeros of " + join(compute.skips.tensors, ", ") + " are skipped, " +
            counted(compute.skips.lanes, "lane") + " in step every " + counted(compute.skips.brick, "operation");
  }
  return text;
}

std::string line_of(const Compute& compute) {
  std::string text = compute.name + ": " + energy_text(compute.energy) + ", " + std::to_string(compute.bits) + " bit";
  text += compute.partial_bits == 0 ? "" : ", partial sums of " + std::to_string(compute.partial_bits) + " bit";
  text += zeros_text(compute);
  const bool scales = compute.precision == Compute::Precision::Scalable;
  return scales ? text + ", scalable; " + energy_text(compute.add) + " of it the adder's" : text;
}

}  // namespace

const std::string& stage_name(const Stage& stage) {
  return std::visit([](const auto& s) -> const std::string& { return s.name; }, stage);
}

bool admits(const Names& names, const std::string& name) {
  return !names || std::find(names->begin(), names->end(), name) != names->end();
}

bool may_keep(const Level& level, const std::string& tensor) {
  return admits(level.keeps, tensor) && (level.partitions.empty() || level.partitions.contains(tensor));
}

bool must_keep(const Level& level, const std::string& tensor) {
  return std::find(level.must_keep.begin(), level.must_keep.end(), tensor) != level.must_keep.end();
}

bool shares(const Fanout& fanout, const std::string& index, bool is_output) {
  return is_output ? fanout.reduction && admits(fanout.reduces, index) : fanout.multicast;
}

bool serves_operations(const Accelerator& accelerator, std::size_t stage, const std::string& tensor) {
  const auto* here = std::get_if<Level>(&accelerator.stages[stage]);
  const auto& latches = accelerator.compute.latches;
  bool serves =
      here != nullptr && may_keep(*here, tensor) && std::find(latches.begin(), latches.end(), tensor) == latches.end();
  for (std::size_t inside = stage + 1; inside < accelerator.stages.size(); ++inside) {
    const auto* level = std::get_if<Level>(&accelerator.stages[inside]);
    serves = serves && level != nullptr && !may_keep(*level, tensor);
  }
  return serves;
}

std::int64_t Fanout::copies() const {
  std::int64_t product = 1;
  for (const FanoutAxis& axis : axes) {
    product *= axis.size;
  }
  return product;
}

std::int64_t Accelerator::compute_units() const {
  std::int64_t units = 1;
  for (const Stage& stage : stages) {
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      units *= fanout->copies();
    }
  }
  return units;
}

void check(const Accelerator& accelerator) {
  const auto* outermost = accelerator.stages.empty() ? nullptr : std::get_if<Level>(&accelerator.stages.front());
  if (outermost == nullptr) {
    refuse(accelerator, "the first stage must be a memory that keeps every tensor");
  }
  if (outermost->keeps || !outermost->partitions.empty()) {
    refuse(accelerator, "the outermost level '" + outermost->name + "' must keep every tensor; remove 'keeps'");
  }
  std::set<std::string> names{accelerator.compute.name};
  std::int64_t units = 1;
  for (const Stage& stage : accelerator.stages) {
    const std::string& name = std::visit([](const auto& s) -> const std::string& { return s.name; }, stage);
    if (name.empty()) {
      refuse(accelerator, "a stage has no name");
    }
    if (!names.insert(name).second) {
      refuse(accelerator, "the name '" + name + "' stands there twice; names must differ");
    }
    if (const auto* fanout = std::get_if<Fanout>(&stage)) {
      for (const FanoutAxis& axis : fanout->axes) {
        const auto product = checked_product(units, axis.size);
        if (axis.size < 1 || !product || *product > most_units) {
          refuse(accelerator, "fanout '" + name + "' has " + std::to_string(axis.size) + " " + axis.name +
                                  "; sizes must be positive and the compute units at most " + grouped(most_units));
        }
        units = *product;
      }
    }
  }
  if (accelerator.conventions.free_handoff) {
    check_handoff(accelerator);
  }
  for (std::size_t stage = 0; stage < accelerator.stages.size(); ++stage) {
    if (const auto* level = std::get_if<Level>(&accelerator.stages[stage])) {
      check_zeros(accelerator, stage, *level);
    }
  }
}

std::string draw(const Accelerator& accelerator) {
  std::string text;
  std::string indent;
  for (const Stage& stage : accelerator.stages) {
    text += indent + (indent.empty() ? "" : "└─ ") + std::visit([](const auto& s) { return line_of(s); }, stage) + "\n";
    indent += indent.empty() ? "" : "   ";
    indent += indent.empty() ? " " : "";
  }
  return text + indent + "└─ " + line_of(accelerator.compute) + "\n";
}

}  // namespace pj
