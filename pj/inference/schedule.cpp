#include "pj/inference/schedule.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/inference/convert.hpp"
#include "pj/inference/plan.hpp"

namespace pj {

namespace {

constexpr std::size_t none = PlannedTensor::none;

/// Builds a schedule step by step.
class Scheduler {
 public:
  explicit Scheduler(const Network& network)
      : network_(network),
        forms_(network.values.size()),
        layouts_(network.values.size(), Layout::Planar),
        halves_(network.values.size(), false) {
    for (std::size_t i = 0; i < network.inputs.size(); ++i) {
      const std::size_t tensor = add(planar_form(network, network.inputs[i]));
      schedule_.tensors[tensor].input = i;
    }
  }

  const std::vector<Layout>& layouts() const { return layouts_; }
  const std::vector<bool>& halves() const { return halves_; }

  /// Whether all that a step reads has been made.
  bool has_inputs(const Step& step) const {
    return std::all_of(step.inputs.begin(), step.inputs.end(),
                       [&](const TensorForm& form) { return !forms_[form.value].empty(); });
  }

  void append(Step step) {
    PlannedStep planned;
    for (const TensorForm& form : step.inputs) {
      planned.inputs.push_back(tensor_in(form));
    }
    if (step.sharing == Step::Sharing::Join) {
      for (std::size_t& tensor : planned.inputs) {
        tensor = movable(tensor, planned.inputs);
      }
    }
    for (const TensorForm& form : step.outputs) {
      planned.outputs.push_back(add(form));
      layouts_[form.value] = form.layout;
      halves_[form.value] = form.format != network_.values[form.value].format;
    }
    share(step, planned);
    schedule_.weights += step.weights;
    schedule_.workspace = std::max(schedule_.workspace, step.workspace);
    schedule_.shared = std::max(schedule_.shared, step.shared);
    planned.step = std::move(step);
    push(std::move(planned));
  }

  Schedule finish() {
    for (const ValueId id : network_.outputs) {
      schedule_.outputs.push_back(network_.values[id].data != nullptr ? none : tensor_in(planar_form(network_, id)));
      if (schedule_.outputs.back() != none) {
        schedule_.tensors[schedule_.outputs.back()].last = schedule_.steps.size();
      }
    }
    overwrite();
    place();
    return std::move(schedule_);
  }

 private:
  std::size_t add(const TensorForm& form) {
    const std::size_t now = schedule_.steps.size();
    schedule_.tensors.push_back({.form = form, .bytes = form_bytes(network_, form), .first = now, .last = now});
    forms_[form.value].push_back(schedule_.tensors.size() - 1);
    return schedule_.tensors.size() - 1;
  }

  void push(PlannedStep planned) {
    for (const std::size_t tensor : planned.inputs) {
      schedule_.tensors[tensor].last = schedule_.steps.size();
    }
    schedule_.steps.push_back(std::move(planned));
  }

  /// A new tensor with the same elements.
  std::size_t converted(std::size_t from, Layout layout, const NumberFormat& format) {
    PlannedStep planned{convert_step(network_, schedule_.tensors[from].form, layout, format), {from}, {}};
    planned.outputs.push_back(add(planned.step.outputs.front()));
    push(std::move(planned));
    ++schedule_.conversions;
    return schedule_.steps.back().outputs.front();
  }

  /// The tensor that has this form, made from another form of the value where there is none.
  std::size_t tensor_in(const TensorForm& form) {
    const auto& known = forms_[form.value];
    ensure(!known.empty(), "a step reads what an earlier one has made");
    const Shape<4> shape = map_shape(network_.values[form.value].shape);
    for (const std::size_t tensor : known) {
      const TensorForm& there = schedule_.tensors[tensor].form;
      if (there.format == form.format && same_in_memory(shape, there.layout, form.layout)) {
        return tensor;
      }
    }
    return converted(known.front(), form.layout, form.format);
  }

  /// The tensor, or a copy of it where it cannot lie inside another one.
  std::size_t movable(std::size_t tensor, const std::vector<std::size_t>& joined) {
    const PlannedTensor& t = schedule_.tensors[tensor];
    const bool is_twice = std::count(joined.begin(), joined.end(), tensor) > 1;
    return t.parent != none || t.input != none || is_twice ? converted(tensor, t.form.layout, t.form.format) : tensor;
  }

  void share(const Step& step, const PlannedStep& planned) {
    auto& tensors = schedule_.tensors;
    if (step.sharing == Step::Sharing::View) {
      tensors[planned.outputs[0]].parent = planned.inputs[0];
    } else if (step.sharing == Step::Sharing::Join) {
      std::int64_t offset = 0;
      for (const std::size_t tensor : planned.inputs) {
        tensors[tensor].parent = planned.outputs[0];
        tensors[tensor].offset = offset;
        offset += tensors[tensor].bytes;
      }
    }
  }

  /// The last step that uses the memory of each tensor or of what lies in it.
  std::vector<std::size_t> last_uses() const {
    std::vector<std::size_t> last(schedule_.tensors.size(), 0);
    for (std::size_t i = 0; i < last.size(); ++i) {
      const std::size_t root = schedule_.root(i).first;
      last[root] = std::max(last[root], schedule_.tensors[i].last);
    }
    return last;
  }

  /// Results take the place of operands that nobody reads any more, where the step allows it.
  void overwrite() {
    auto& tensors = schedule_.tensors;
    std::vector<std::size_t> last = last_uses();
    for (std::size_t s = 0; s < schedule_.steps.size(); ++s) {
      const PlannedStep& planned = schedule_.steps[s];
      if (planned.step.sharing != Step::Sharing::Overwrite) {
        continue;
      }
      const std::size_t operand = schedule_.root(planned.inputs[planned.step.overwritten]).first;
      const std::size_t result = planned.outputs[0];
      const auto lies_there = [&](std::size_t tensor) { return schedule_.root(tensor).first == operand; };
      const bool is_read_once = std::count_if(planned.inputs.begin(), planned.inputs.end(), lies_there) == 1;
      if (tensors[operand].input == none && last[operand] == s && is_read_once && tensors[result].parent == none &&
          tensors[operand].bytes == tensors[result].bytes) {
        tensors[result].parent = operand;
        last[operand] = std::max(last[operand], last[result]);
      }
    }
  }

  void place() {
    std::vector<Lifetime> pieces;
    std::vector<std::size_t> piece_of(schedule_.tensors.size(), none);
    const auto piece = [&](std::size_t tensor) -> Lifetime& { return pieces[piece_of[tensor]]; };
    for (std::size_t i = 0; i < schedule_.tensors.size(); ++i) {
      const PlannedTensor& t = schedule_.tensors[i];
      if (t.parent == none && t.input == none) {
        piece_of[i] = pieces.size();
        pieces.push_back({t.bytes, t.first, t.last});
      }
    }
    for (std::size_t i = 0; i < schedule_.tensors.size(); ++i) {
      const PlannedTensor& t = schedule_.tensors[i];
      const std::size_t root = schedule_.root(i).first;
      schedule_.unshared += t.input == none ? t.bytes : 0;
      if (piece_of[root] != none) {
        piece(root).first = std::min(piece(root).first, t.first);
        piece(root).last = std::max(piece(root).last, t.last);
      }
    }
    schedule_.arena = arranged(pieces);
    schedule_.most_in_use = most_in_use(pieces);
    for (std::size_t i = 0; i < schedule_.tensors.size(); ++i) {
      if (piece_of[i] != none) {
        schedule_.tensors[i].offset = schedule_.arena.offsets[piece_of[i]];
      }
    }
  }

  const Network& network_;
  Schedule schedule_;
  std::vector<std::vector<std::size_t>> forms_;  ///< of each value: its tensors, that of its step first
  std::vector<Layout> layouts_;
  std::vector<bool> halves_;
};

}  // namespace

std::pair<std::size_t, std::int64_t> Schedule::root(std::size_t tensor) const {
  std::int64_t offset = 0;
  while (tensors[tensor].parent != none) {
    offset += tensors[tensor].offset;
    tensor = tensors[tensor].parent;
  }
  return {tensor, offset};
}

Schedule schedule(const Network& network, const PlanOptions& options, std::vector<Step> made) {
  PlanGraph graph(network);
  for (const Step& step : made) {
    for (const TensorForm& form : step.inputs) {
      graph.is_output[form.value] = true;  // others than the nodes read it
    }
  }
  Scheduler scheduler(network);
  auto next = made.begin();
  const auto append_ready = [&] {
    for (; next != made.end() && scheduler.has_inputs(*next); ++next) {
      scheduler.append(std::move(*next));
    }
  };
  append_ready();
  for (const MadeGroup& group : groups_of(graph, options)) {
    scheduler.append(group.maker->make({graph, options, scheduler.layouts(), scheduler.halves()}, group.nodes));
    append_ready();
  }
  ensure(next == made.end(), "what made steps read is the network's or a node's");
  return scheduler.finish();
}

}  // namespace pj
