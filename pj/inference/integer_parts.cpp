#include "pj/inference/integer_parts.hpp"

#include <memory>
#include <set>

#include "pj/base/text.hpp"

namespace pj {

namespace {

/// The groups of one part: those from `first` to before `last`.
struct Part {
  std::size_t first = 0, last = 0;
};

std::vector<Part> parts_of(const IntegerNetwork& found) {
  std::vector<Part> parts;
  int number = -1;
  for (const NumbersStep& step : found.steps) {
    if (step.is_group) {
      if (step.part != number) {
        parts.push_back({step.index, step.index});
        number = step.part;
      }
      parts.back().last = step.index + 1;
    }
  }
  return parts;
}

/// The results of a part that nodes, other parts or the network's outputs read.
std::vector<ValueId> outputs_of(const IntegerNetwork& found, const Part& part) {
  std::set<ValueId> read(found.network.outputs.begin(), found.network.outputs.end());
  for (const Node& node : found.network.nodes) {
    read.insert(node.inputs.begin(), node.inputs.end());
  }
  std::vector<ValueId> outputs;
  for (std::size_t g = 0; g < found.groups.size(); ++g) {
    if (g < part.first || g >= part.last) {
      read.insert(found.groups[g].operands.begin(), found.groups[g].operands.end());
    }
  }
  for (std::size_t g = part.first; g < part.last; ++g) {
    if (read.contains(found.groups[g].result)) {
      outputs.push_back(found.groups[g].result);
    }
  }
  return outputs;
}

Step step_of(const Network& network, const std::shared_ptr<const IntegerProgram>& program, std::size_t layers) {
  Step step{.algorithm = "integers, " + counted(static_cast<std::int64_t>(layers), "layer"),
            .reason = "quantised layers without a real number between them",
            .weights = program->weights(),
            .workspace = program->workspace()};
  for (const ValueId id : program->inputs()) {
    step.inputs.push_back(planar_form(network, id));
  }
  for (const ValueId id : program->outputs()) {
    step.outputs.push_back(planar_form(network, id));
  }
  for (const IntegerStep& one : program->steps()) {
    step.layers.push_back({one.group == IntegerStep::no_group ? "" : one.name, one.algorithm});
  }
  step.run = [program](const StepMemory& memory) {
    program->run(memory.inputs, memory.outputs, memory.workspace, memory.times);
  };
  return step;
}

}  // namespace

IntegerParts take_integers(Network& network, const ByteLoops& loops) {
  IntegerNetwork found = find_integers(network);
  IntegerParts parts{.nodes = found.nodes};
  for (const Part& part : parts_of(found)) {
    const auto groups = std::span(found.groups).subspan(part.first, part.last - part.first);
    const auto program = std::make_shared<const IntegerProgram>(found.network, groups, outputs_of(found, part), loops);
    for (const IntegerStep& step : program->steps()) {
      if (step.group != IntegerStep::no_group) {
        parts.notes.push_back({step.name, step.algorithm, groups[step.group].layer.sum_bits});
      }
    }
    parts.steps.push_back(step_of(found.network, program, groups.size()));
  }
  network = std::move(found.network);
  return parts;
}

}  // namespace pj
