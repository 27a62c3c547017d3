#include "pj/inference/plan.hpp"

#include <algorithm>
#include <chrono>

#include "pj/base/error.hpp"
#include "pj/base/parallel.hpp"
#include "pj/execution/execute.hpp"
#include "pj/inference/convert.hpp"
#include "pj/inference/memory.hpp"
#include "pj/inference/run_memory.hpp"
#include "pj/kernels/measure.hpp"
#include "pj/kernels/processor.hpp"

namespace pj {

namespace {

/// Computes a node; faults name it.
std::vector<Constant> computed(const Network& network, const Node& node, std::span<const Constant* const> operands) {
  try {
    return execute(node.layer, operands, result_types(network, node));
  } catch (const InputError& fault) {
    throw InputError("node '" + node.name + "': " + fault.what());
  }
}

bool is_known(const Network& network, const Node& node) {
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id == no_value || network.values[id].data != nullptr; });
}

/// Computes what depends on constants alone; the results become constants of the network.
void compute_constants(Network& network) {
  std::vector<Node> left;
  for (const Node& node : network.nodes) {
    if (!is_known(network, node)) {
      left.push_back(node);
      continue;
    }
    std::vector<const Constant*> operands;
    for (const ValueId id : node.inputs) {
      operands.push_back(id == no_value ? nullptr : network.values[id].data.get());
    }
    auto results = computed(network, node, operands);
    for (std::size_t i = 0; i < results.size(); ++i) {
      Value& value = network.values[node.outputs[i]];
      value.is_constant = true;
      value.data = std::make_shared<const Constant>(std::move(results[i]));
    }
  }
  network.nodes = std::move(left);
}

/// Gives up the elements of constants that no node reads any more.
void drop_unused(Network& network) {
  std::vector<bool> used(network.values.size(), false);
  for (const Node& node : network.nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_value) {
        used[id] = true;
      }
    }
  }
  for (const ValueId id : network.outputs) {
    used[id] = true;
  }
  for (std::size_t id = 0; id < used.size(); ++id) {
    if (!used[id]) {
      network.values[id].data.reset();
    }
  }
}

/// What steps keep of weights is theirs; the network keeps constants only that are outputs.
void drop_weights(Network& network) {
  std::vector<bool> is_output(network.values.size(), false);
  for (const ValueId id : network.outputs) {
    is_output[id] = true;
  }
  for (std::size_t id = 0; id < is_output.size(); ++id) {
    if (!is_output[id]) {
      network.values[id].data.reset();
    }
  }
}

bool is_quantised(const Network& network) {
  return std::any_of(network.nodes.begin(), network.nodes.end(),
                     [](const Node& node) { return std::holds_alternative<Quantize>(node.layer); });
}

/// Integers follow the rows that convolutions may choose among: where oneDNN's is one of them, so is its for bytes.
ByteLoops byte_loops(const PlanOptions& options) {
  return {.kernels = options.plain_integers ? nullptr : byte_kernels().front(),
          .library = std::ranges::count(options.algorithms, "oneDNN") > 0};
}

Seconds clock_time() {
  return Seconds{std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count()};
}

/// What lies at `bytes`, planar, as a tensor.
Constant planar(const Network& network, const TensorForm& form, std::span<const std::byte> bytes) {
  const Value& value = network.values[form.value];
  Constant tensor{value.format, value.shape, {bytes.begin(), bytes.end()}};
  if (form.layout != Layout::Planar) {
    const Step back = convert_step(network, form, Layout::Planar, form.format);
    tensor.bytes.resize(static_cast<std::size_t>(form_bytes(network, back.outputs.front())));
    const std::span<std::byte> output(tensor.bytes);
    back.run({std::span(&bytes, 1), std::span(&output, 1), {}, 0, back.parts});
  }
  return tensor;
}

}  // namespace

struct Plan::Parts {
  Network network;
  MemoryNeed memory;
  PlanOptions options;
  Schedule schedule;
  IntegerParts integers;
  RunMemories memories;

  /// The first of its nodes that computes.
  std::string name_of(const Step& step) const {
    const auto computes = [&](std::size_t n) {
      const Layer& layer = network.nodes[n].layer;
      return !std::holds_alternative<Quantize>(layer) && !std::holds_alternative<Dequantize>(layer);
    };
    const auto node = std::ranges::find_if(step.nodes, computes);
    return node == step.nodes.end() ? "" : network.nodes[*node].name;
  }

  /// Runs a step and says what its layers took, or it as one.
  void add_times(RunMemory& memory_of_run, std::size_t s, std::vector<LayerTime>& layers) const {
    const Step& step = schedule.steps[s].step;
    if (!step.run) {
      return;
    }
    std::vector<Seconds> inner(step.layers.size());
    const Seconds start = processor_time();
    memory_of_run.run_steps(s, s + 1, inner);
    const Seconds whole = processor_time() - start;
    for (std::size_t i = 0; i < inner.size(); ++i) {
      layers.push_back({step.layers[i].name, step.layers[i].algorithm, inner[i]});
    }
    if (inner.empty()) {
      layers.push_back({name_of(step), step.algorithm, whole});
    }
  }

  /// One step after the other, timed and watched.
  void run_steps(RunMemory& memory_of_run, std::span<Seconds> times, std::vector<LayerTime>* layers,
                 const Watcher& watch) const {
    const auto now = options.threads == 1 ? processor_time : clock_time;
    for (std::size_t s = 0; s < schedule.steps.size(); ++s) {
      const PlannedStep& planned = schedule.steps[s];
      const Seconds start = times.empty() ? Seconds{} : now();
      if (layers != nullptr) {
        add_times(memory_of_run, s, *layers);
      } else {
        memory_of_run.run_steps(s, s + 1);
      }
      if (!times.empty()) {
        times[s] += now() - start;
      }
      for (const std::size_t tensor : planned.outputs) {
        const TensorForm& form = schedule.tensors[tensor].form;
        if (watch && !planned.step.nodes.empty()) {
          watch(form.value, planar(network, form, memory_of_run.tensor(tensor)));
        }
      }
    }
  }

  void run(std::span<const std::span<const std::byte>> inputs, std::span<const std::span<std::byte>> outputs,
           std::span<Seconds> times, std::vector<LayerTime>* layers, const Watcher& watch) {
    const RunMemories::Lease lease = memories.lease(schedule, options.threads);
    lease->set_inputs(inputs);
    if (times.empty() && layers == nullptr && !watch) {
      lease->run_steps(0, schedule.steps.size());
    } else {
      run_steps(*lease, times, layers, watch);
    }
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const std::size_t tensor = schedule.outputs[i];
      const auto found = tensor == PlannedTensor::none
                             ? std::span<const std::byte>(network.values[network.outputs[i]].data->bytes)
                             : lease->tensor(tensor);
      std::copy(found.begin(), found.end(), outputs[i].begin());
    }
  }
};

Plan::Plan(Network network, const PlanOptions& options) : parts_(std::make_unique<Parts>()) {
  Network& kept = parts_->network = std::move(network);
  parts_->options = options;
  parts_->options.threads = thread_count(options.threads);
  check_weights(kept);
  check_memory(kept, memory_need(kept), options.memory_limit);
  if (options.arithmetic == RunNumbers::Integers && !options.watched && is_quantised(kept)) {
    parts_->integers = take_integers(kept, byte_loops(options));
  }
  compute_constants(kept);
  drop_unused(kept);
  parts_->schedule = pj::schedule(kept, parts_->options, std::move(parts_->integers.steps));
  parts_->options.makers = {};
  if (!options.watched) {  // observers look at weights, too
    drop_weights(kept);
  }
  const Schedule& made = parts_->schedule;
  parts_->memory = {made.weights, made.arena.bytes, made.shared + made.workspace * parts_->options.threads};
}

Plan::Plan(Plan&&) noexcept = default;
Plan::~Plan() = default;

const Network& Plan::network() const {
  return parts_->network;
}

const MemoryNeed& Plan::memory() const {
  return parts_->memory;
}

const Schedule& Plan::schedule() const {
  return parts_->schedule;
}

const IntegerParts& Plan::integers() const {
  return parts_->integers;
}

void Plan::run(std::span<const std::span<const std::byte>> inputs, std::span<const std::span<std::byte>> outputs,
               std::span<Seconds> times) const {
  parts_->run(inputs, outputs, times, nullptr, {});
}

std::vector<LayerTime> Plan::timed_run(std::span<const std::span<const std::byte>> inputs,
                                       std::span<const std::span<std::byte>> outputs) const {
  std::vector<LayerTime> layers;
  parts_->run(inputs, outputs, {}, &layers, {});
  return layers;
}

std::vector<Constant> Plan::run(std::span<const Constant> inputs, const Watcher& watch) const {
  const Network& network = parts_->network;
  if (inputs.size() != network.inputs.size()) {
    throw InputError("network '" + network.name + "' has " + std::to_string(network.inputs.size()) +
                     " inputs; give one tensor for each, not " + std::to_string(inputs.size()));
  }
  ensure(!watch || parts_->options.watched, "what is watched has a plan that was made for it");
  std::vector<std::span<const std::byte>> given;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    check_input(network.values[network.inputs[i]], inputs[i]);
    given.emplace_back(inputs[i].bytes);
    if (watch) {
      watch(network.inputs[i], inputs[i]);
    }
  }
  std::vector<Constant> outputs;
  for (const ValueId id : network.outputs) {
    const Value& value = network.values[id];
    const auto bytes = static_cast<std::size_t>(form_bytes(network, planar_form(network, id)));
    outputs.push_back({value.format, value.shape, std::vector<std::byte>(bytes)});
  }
  std::vector<std::span<std::byte>> found(outputs.size());
  std::transform(outputs.begin(), outputs.end(), found.begin(),
                 [](Constant& output) { return std::span(output.bytes); });
  parts_->run(given, found, {}, nullptr, watch);
  return outputs;
}

}  // namespace pj
