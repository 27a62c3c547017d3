#include <algorithm>
#include <memory>

#include "pj/base/text.hpp"
#include "pj/inference/conv_choice.hpp"
#include "pj/inference/conv_group.hpp"
#include "pj/inference/half_step.hpp"
#include "pj/inference/plan.hpp"
#include "pj/kernels/channel_parts.hpp"

namespace pj {

namespace {

/// The algorithm of a step, and why.
struct Chosen {
  const ConvAlgorithm* algorithm = nullptr;
  Seconds predicted;
  std::string reason;
};

/// What bringing a tensor of this shape into another layout costs.
Seconds conversion_time(const Shape<4>& shape, Layout a, Layout b) {
  constexpr double bytes_per_second = 4e9;
  return same_in_memory(shape, a, b) ? Seconds{}
                                     : Seconds{4.0 * static_cast<double>(element_count(shape)) / bytes_per_second};
}

/// A fully connected layer takes and makes rows of numbers, which only whole blocks of channels are, too.
bool fits_layouts(const ConvGroup& group, const ConvLayouts& layouts) {
  return !group.is_connected || (same_in_memory(group.shape.input(), layouts.input, Layout::Planar) &&
                                 same_in_memory(group.shape.output(), layouts.output, Layout::Planar));
}

std::string others(const std::vector<AlgorithmTime>& times, const ConvAlgorithm* chosen) {
  for (const AlgorithmTime& t : times) {
    if (t.algorithm != chosen) {
      return "; " + std::string(t.algorithm->name) + " takes " + scaled(t.time.value, "s");
    }
  }
  return "";
}

Chosen choose(const MakeContext& context, const ConvGroup& group) {
  const PlanOptions& options = context.options;
  if (options.algorithms.empty() && conv_algorithm("streamed").can_run(group.shape)) {
    const ConvAlgorithm& row = conv_algorithm("streamed");
    return {&row, modelled_time(row, group.shape), "reads each weight once, which is as fast as memory"};
  }
  ConvTimeStore own;
  const std::vector<AlgorithmTime> times =
      options.by == PlanBy::Measure
          ? measured_times(group.shape, options.times == nullptr ? own : *options.times, options.algorithms)
          : modelled_times(group.shape, options.algorithms);
  const AlgorithmTime* best = nullptr;
  Seconds least;
  for (const AlgorithmTime& t : times) {
    const ConvLayouts layouts = t.algorithm->layouts(group.shape);
    const Seconds total = shared_time(t, options.threads) +
                          conversion_time(group.shape.input(), context.layouts[group.input], layouts.input) +
                          conversion_time(group.shape.output(), layouts.output, Layout::Blocked);
    if (fits_layouts(group, layouts) && (best == nullptr || total < least)) {
      best = &t;
      least = total;
    }
  }
  return {best->algorithm, best->time,
          std::string(options.by == PlanBy::Measure ? "measured fastest" : "fastest by the model") +
              others(times, best->algorithm)};
}

/// What one thread computes as a whole is cut where several are to share it.
PreparedConv prepared(const ConvAlgorithm& algorithm, const ConvGroup& group, int threads) {
  PreparedConv conv = algorithm.prepare(group.shape, group.weights(), group.epilogue);
  if (threads > 1 && conv.parts == 1) {
    return in_channel_parts(algorithm, group.shape, group.weights(), group.epilogue);
  }
  return conv;  // moved: what it keeps of weights may be half of all memory
}

/// In float32, by a row of the table.
Step make_float_conv(const MakeContext& context, const std::vector<std::size_t>& nodes, const ConvGroup& group) {
  const Chosen chosen = choose(context, group);
  PreparedConv conv = prepared(*chosen.algorithm, group, context.options.threads);
  std::vector<std::string> words = group.ends;
  words.insert(words.begin(), chosen.algorithm->name);
  const auto form = [&](ValueId id, Layout layout) {
    return TensorForm{id, group.is_connected ? Layout::Planar : layout, NumberFormat::float32()};
  };
  Step step{.nodes = nodes,
            .algorithm = join(words, " + "),
            .reason = chosen.reason,
            .inputs = {form(group.input, conv.input)},
            .outputs = {form(group.output, conv.output)},
            .weights = static_cast<std::int64_t>(sizeof(float)) * conv.weights,
            .workspace = static_cast<std::int64_t>(sizeof(float)) * conv.workspace,
            .parts = conv.parts,
            .predicted = chosen.predicted};
  if (group.residual != no_value) {
    step.inputs.push_back(form(group.residual, conv.output));
    step.sharing = conv.in_place ? Step::Sharing::Overwrite : Step::Sharing::None;
    step.overwritten = 1;
  }
  const auto stage = [added = group.residual != no_value](std::function<void(const ConvMemory&)> run) {
    return [run = std::move(run), added](const StepMemory& memory) {
      run({memory.input<float>(0), memory.output<float>(), memory.workspace_of<float>(),
           added ? memory.input<float>(1) : std::span<const float>{}, memory.first, memory.last,
           memory.shared_of<float>()});
    };
  };
  step.run = stage(std::move(conv.run));
  if (conv.run_first) {
    step.run_first = stage(std::move(conv.run_first));
    step.first_parts = conv.first_parts;
    step.shared = static_cast<std::int64_t>(sizeof(float)) * conv.shared;
  }
  return step;
}

}  // namespace

Step make_conv(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const ConvGroup group = conv_group(context.graph.network, nodes);
  return takes_halves(context, group) ? make_half_conv(context, nodes, group) : make_float_conv(context, nodes, group);
}

}  // namespace pj
