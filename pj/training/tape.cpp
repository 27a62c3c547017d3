#include "pj/training/tape.hpp"

#include <algorithm>
#include <set>

#include "pj/base/error.hpp"
#include "pj/network/elements.hpp"
#include "pj/network/shapes.hpp"

namespace pj {

namespace {

/// The nodes that the end depends on.
std::vector<bool> nodes_before(const Network& network, ValueId end) {
  std::vector<bool> wanted(network.values.size(), false);
  std::vector<bool> needed(network.nodes.size(), false);
  wanted[end] = true;
  for (std::size_t n = network.nodes.size(); n-- > 0;) {
    const Node& node = network.nodes[n];
    needed[n] = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) { return wanted[id]; });
    for (const ValueId id : node.inputs) {
      if (needed[n] && id != no_value) {
        wanted[id] = true;
      }
    }
  }
  return needed;
}

/// A reshape that names the batch copies it from its operand instead.
Layer free_of_batch(Layer layer, std::int64_t batch) {
  if (auto* reshape = std::get_if<Reshape>(&layer); reshape != nullptr && !reshape->shape.empty()) {
    reshape->shape[0] = reshape->shape[0] == batch ? 0 : reshape->shape[0];
  }
  return layer;
}

void infer_results(Network& network, Node& node) {
  std::vector<const Value*> operands;
  for (const ValueId id : node.inputs) {
    operands.push_back(id == no_value ? nullptr : &network.values[id]);
  }
  const std::vector<TensorType> types = infer(node.layer, operands);
  for (std::size_t i = 0; i < node.outputs.size(); ++i) {
    network.values[node.outputs[i]].shape = types[i].shape;
  }
}

}  // namespace

Network with_batch(const Network& network, std::int64_t samples) {
  Network other = network;
  std::int64_t batch = 0;
  for (const ValueId id : other.inputs) {
    Sizes& shape = other.values[id].shape;
    if (shape.empty() || (batch != 0 && shape[0] != batch)) {
      throw InputError("network '" + network.name + "': input '" + other.values[id].name + "' is " + shape_text(shape) +
                       "; training needs the batch as the first axis of every input");
    }
    batch = shape[0];
    shape[0] = samples;
  }
  for (Node& node : other.nodes) {
    try {
      node.layer = free_of_batch(std::move(node.layer), batch);
      infer_results(other, node);
    } catch (const InputError& fault) {
      throw InputError("network '" + network.name + "': node '" + node.name + "' does not take a batch of " +
                       std::to_string(samples) + ": " + fault.what());
    }
  }
  return other;
}

template <class Real>
Tape<Real>::Tape(const TapeTask<Real>& task)
    : network_(task.network),
      end_(task.end),
      needed_(nodes_before(task.network, task.end)),
      values_(task.network.values.size()),
      gradients_(task.network.values.size()),
      parameter_gradients_(task.gradients) {
  place_values(task);
  if (!task.gradients.empty() || task.input_gradients) {
    place_gradients(task);
  }
  add_steps(task.share);
}

template <class Real>
std::span<Real> Tape<Real>::memory(const Sizes& shape) {
  // An empty tensor is there, too: it has one number that nobody reads.
  const auto count = static_cast<std::size_t>(element_count(shape));
  owned_.emplace_back(std::max<std::size_t>(count, 1), Real{0});
  return std::span<Real>(owned_.back()).first(count);
}

template <class Real>
void Tape<Real>::place_values(const TapeTask<Real>& task) {
  for (ValueId id = 0; id < network_.values.size(); ++id) {
    const Value& value = network_.values[id];
    values_[id].shape = value.shape;
    if (const Parameter* parameter = task.parameters.find(id); parameter != nullptr) {
      values_[id].numbers = parameter->of(task.numbers);
    } else if (value.is_constant && value.data != nullptr) {
      values_[id].numbers = memory(value.shape);
      std::ranges::transform(real_numbers(*value.data), values_[id].numbers.begin(),
                             [](double number) { return static_cast<Real>(number); });
    }
  }
  for (const ValueId id : network_.inputs) {
    values_[id].numbers = memory(network_.values[id].shape);
  }
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    for (const ValueId id : network_.nodes[n].outputs) {
      if (needed_[n]) {
        values_[id].numbers = memory(network_.values[id].shape);
      }
    }
  }
}

/// A value has a gradient where it depends on a parameter, or on an input whose gradient is wanted.
template <class Real>
void Tape<Real>::place_gradients(const TapeTask<Real>& task) {
  for (const Parameter& parameter : task.parameters.all) {
    if (!task.gradients.empty() && parameter.is_of_network()) {
      gradients_[parameter.value] = {parameter.shape, parameter.of(task.gradients)};
    }
  }
  const auto own = [&](ValueId id) {
    const auto count = static_cast<std::size_t>(element_count(network_.values[id].shape));
    owned_gradients_.emplace_back(std::max<std::size_t>(count, 1), Real{0});
    gradients_[id] = {network_.values[id].shape, std::span<Real>(owned_gradients_.back()).first(count)};
  };
  for (const ValueId id : network_.inputs) {
    if (task.input_gradients) {
      own(id);
    }
  }
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    const Node& node = network_.nodes[n];
    const bool depends = std::any_of(node.inputs.begin(), node.inputs.end(),
                                     [&](ValueId id) { return id != no_value && gradients_[id].is_there(); });
    for (const ValueId id : node.outputs) {
      if (needed_[n] && depends) {
        own(id);
      }
    }
  }
}

template <class Real>
void Tape<Real>::add_steps(const LayerShare<Real>* share) {
  for (std::size_t n = 0; n < network_.nodes.size(); ++n) {
    if (!needed_[n]) {
      continue;
    }
    const Node& node = network_.nodes[n];
    Step& step = steps_.emplace_back();
    for (const ValueId id : node.inputs) {
      step.tensors.inputs.push_back(id == no_value ? TapeTensor<Real>{} : values_[id]);
      step.tensors.input_gradients.push_back(id == no_value ? TapeTensor<Real>{} : gradients_[id]);
      if (id != no_value && !values_[id].is_there()) {
        throw InputError("network '" + network_.name + "': '" + network_.values[id].name +
                         "' has no elements and is nothing that is learned; give the file that holds them");
      }
    }
    for (const ValueId id : node.outputs) {
      step.tensors.outputs.push_back(values_[id]);
      step.tensors.output_gradients.push_back(gradients_[id]);
    }
    step.goes_back = gradients_[node.outputs.front()].is_there();
    const PassSite site{network_, node, n};
    step.pass =
        share != nullptr && is_shared_layer(node.layer) ? shared_pass<Real>(site, *share) : make_pass<Real>(site);
  }
}

template <class Real>
void Tape<Real>::forward(const Moment& moment) {
  for (Step& step : steps_) {
    step.pass->forward(step.tensors, moment);
  }
}

template <class Real>
void Tape<Real>::backward(const Moment& moment) {
  const auto is_end = [&](std::span<Real> numbers) { return numbers.data() == gradients_[end_].numbers.data(); };
  for (Buffer<Real>& buffer : owned_gradients_) {
    if (!is_end(buffer)) {
      std::fill(buffer.begin(), buffer.end(), Real{0});
    }
  }
  std::fill(parameter_gradients_.begin(), parameter_gradients_.end(), Real{0});
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->goes_back) {
      step->pass->backward(step->tensors, moment);
    }
  }
}

template <class Real>
std::int64_t Tape<Real>::stored_numbers() const {
  std::int64_t count = 0;
  for (const auto* buffers : {&owned_, &owned_gradients_}) {
    for (const Buffer<Real>& buffer : *buffers) {
      count += std::ssize(buffer);
    }
  }
  return count;
}

template class Tape<float>;
template class Tape<double>;

}  // namespace pj
