#include "pj/integers/integer_program.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "pj/base/error.hpp"
#include "pj/integers/integer_steps.hpp"
#include "pj/kernels/byte_blocks.hpp"
#include "pj/kernels/measure.hpp"

namespace pj {

namespace {

/// Builds a program step by step: brings operands into the forms that steps take.
class Builder {
 public:
  Builder(const Network& network, const ByteLoops& loops) : network_(network), loops_(loops) {}

  void append(const IntegerGroup& group, std::size_t index) {
    const auto known = forms_.find(group.operands[0]);
    const bool is_made = known != forms_.end() && !known->second.empty();
    const IntegerForm there = is_made ? tensors[known->second.front()].form : IntegerForm::Planar;
    auto step = loops_.kernels == nullptr ? std::nullopt : fast_step(network_, group, loops_, there);
    if (!step) {
      step = plain_step(network_, group);
    }
    IntegerStep made{.name = group.name,
                     .algorithm = step->algorithm,
                     .group = index,
                     .workspace = step->workspace,
                     .weights = step->weights,
                     .run = step->run};
    for (std::size_t i = 0; i < step->operands.size(); ++i) {
      made.inputs.push_back(tensor(step->operands[i], step->forms[i]));
    }
    push(std::move(made), group.result, step->result);
  }

  /// The tensor of a value in a form, made from another form of it where there is none; a value that no group makes
  /// comes from elsewhere, planar.
  std::size_t tensor(ValueId id, IntegerForm form) {
    const Value& value = network_.values[id];
    auto& known = forms_[id];
    if (known.empty()) {
      known.push_back(add(id, IntegerForm::Planar));
      inputs.push_back(id);
      input_tensors.push_back(known.front());
    }
    for (const std::size_t t : known) {
      if (same_in_memory(value, tensors[t].form, form)) {
        return t;
      }
    }
    const std::size_t source = known.front();
    const ByteMove move = byte_move(value, tensors[source].form, form);
    IntegerStep step{.name = value.name, .algorithm = "rearranged", .inputs = {source}};
    step.run = [move](const IntegerStep::Memory& memory) { move.run(memory.inputs[0], memory.output); };
    push(std::move(step), id, form);
    return steps.back().output;
  }

  std::vector<ValueId> inputs;
  std::vector<std::size_t> input_tensors;
  std::vector<IntegerTensor> tensors;
  std::vector<IntegerStep> steps;

 private:
  std::size_t add(ValueId id, IntegerForm form) {
    tensors.push_back({id, form, form_bytes(network_.values[id], form), 0, steps.size(), steps.size()});
    return tensors.size() - 1;
  }

  void push(IntegerStep step, ValueId result, IntegerForm form) {
    step.output = add(result, form);
    forms_[result].push_back(step.output);
    for (const std::size_t input : step.inputs) {
      tensors[input].last = steps.size();
    }
    steps.push_back(std::move(step));
  }

  const Network& network_;
  ByteLoops loops_;
  std::map<ValueId, std::vector<std::size_t>> forms_;
};

}  // namespace

IntegerProgram::IntegerProgram(const Network& network, std::span<const IntegerGroup> groups,
                               std::span<const ValueId> outputs, const ByteLoops& loops)
    : outputs_(outputs.begin(), outputs.end()) {
  Builder builder(network, loops);
  for (std::size_t g = 0; g < groups.size(); ++g) {
    builder.append(groups[g], g);
  }
  for (const ValueId id : outputs) {
    output_tensors_.push_back(builder.tensor(id, IntegerForm::Planar));
  }
  inputs_ = std::move(builder.inputs);
  input_tensors_ = std::move(builder.input_tensors);
  tensors_ = std::move(builder.tensors);
  steps_ = std::move(builder.steps);
  for (const std::size_t tensor : input_tensors_) {
    tensors_[tensor].first = 0;
  }
  for (const std::size_t tensor : output_tensors_) {
    tensors_[tensor].last = steps_.size();
  }
  std::vector<Lifetime> pieces;
  for (const IntegerTensor& tensor : tensors_) {
    pieces.push_back({tensor.bytes + byte_slack, tensor.first, tensor.last});
  }
  arena_ = arranged(pieces);
  for (std::size_t t = 0; t < tensors_.size(); ++t) {
    tensors_[t].offset = arena_.offsets[t];
  }
  std::size_t most_inputs = 1;
  for (const IntegerStep& step : steps_) {
    step_workspace_ = std::max(step_workspace_, step.workspace);
    most_inputs = std::max(most_inputs, step.inputs.size());
  }
  step_workspace_ = whole_lines(step_workspace_) + whole_lines(static_cast<std::int64_t>(most_inputs * sizeof(void*)));
}

std::int64_t IntegerProgram::weights() const {
  std::int64_t bytes = 0;
  for (const IntegerStep& step : steps_) {
    bytes += step.weights;
  }
  return bytes;
}

void IntegerProgram::run(std::span<const std::span<const std::byte>> inputs,
                         std::span<const std::span<std::byte>> outputs, std::span<std::byte> workspace,
                         std::span<Seconds> times) const {
  ensure(std::cmp_greater_equal(workspace.size(), this->workspace()), "a program is given the workspace that it needs");
  auto* const memory = reinterpret_cast<std::uint8_t*>(workspace.data());
  auto* const end = memory + this->workspace();
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::memcpy(memory + tensors_[input_tensors_[i]].offset, inputs[i].data(), inputs[i].size());
  }
  Seconds start = times.empty() ? Seconds{} : processor_time();
  for (std::size_t s = 0; s < steps_.size(); ++s) {
    const IntegerStep& step = steps_[s];
    // The operands' places stand at the end of the workspace, so that nothing is allocated.
    auto** const operands = reinterpret_cast<const std::uint8_t**>(end - step.inputs.size() * sizeof(void*));
    for (std::size_t i = 0; i < step.inputs.size(); ++i) {
      operands[i] = memory + tensors_[step.inputs[i]].offset;
    }
    step.run({{operands, step.inputs.size()}, memory + tensors_[step.output].offset, memory + arena_.bytes});
    if (!times.empty()) {
      const Seconds now = processor_time();
      times[s] += now - std::exchange(start, now);
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    std::memcpy(outputs[i].data(), memory + tensors_[output_tensors_[i]].offset, outputs[i].size());
  }
}

}  // namespace pj
