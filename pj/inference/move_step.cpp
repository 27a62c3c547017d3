#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/execution/execute.hpp"
#include "pj/inference/makers.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_moved = std::int64_t{1} << 22;  // elements; a list of moves may take six times their memory

/// `count` elements of an operand, `step` apart, that stand one behind the other in a result.
struct Move {
  std::int32_t operand;  ///< of the node; −1: what fills up
  std::int32_t step;
  std::int64_t from, count;
};

/// Layers that give elements other places, whatever they are.
bool only_moves(const Layer& layer) {
  const auto* scatter = std::get_if<Scatter>(&layer);
  const auto* pad = std::get_if<Pad>(&layer);
  const auto* resize = std::get_if<Resize>(&layer);
  const bool repeats = resize != nullptr && resize->mode == Resize::Mode::Nearest && !resize->antialias &&
                       resize->coordinates != "tf_crop_and_resize";  // which fills up with a number of its own
  return repeats || std::holds_alternative<Transpose>(layer) || std::holds_alternative<Slice>(layer) ||
         std::holds_alternative<Expand>(layer) || std::holds_alternative<Concat>(layer) ||
         std::holds_alternative<Split>(layer) || std::holds_alternative<DepthToSpace>(layer) ||
         std::holds_alternative<Gather>(layer) || pad != nullptr ||
         (scatter != nullptr && scatter->combine == Scatter::Combine::Replace);
}

/// Gather and Scatter have their places in operand 1, which is not moved itself.
bool is_moved(const Layer& layer, std::size_t operand) {
  return operand != 1 || !(std::holds_alternative<Gather>(layer) || std::holds_alternative<Scatter>(layer));
}

/// Whole numbers of 64 bits, from `first` on, in this shape.
Constant places_of(const Sizes& shape, std::int64_t first) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(element_count(shape)));
  std::iota(numbers.begin(), numbers.end(), first);
  Constant tensor{NumberFormat::fixed(64), shape, std::vector<std::byte>(numbers.size() * sizeof(std::int64_t))};
  std::ranges::copy(std::as_bytes(std::span(numbers)).first(tensor.bytes.size()), tensor.bytes.begin());
  return tensor;
}

/// The number of each operand's first place, when all that are moved are counted one after the other.
std::vector<std::int64_t> first_places(const Network& network, const Node& node) {
  std::vector<std::int64_t> firsts;
  std::int64_t next = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    firsts.push_back(next);
    next += is_moved(node.layer, i) ? element_count(network.values[node.inputs[i]].shape) : 0;
  }
  return firsts;
}

/// What the plain executor makes of operands of the same shapes.
std::vector<Constant> executed(const Network& network, const Node& node, const Layer& layer,
                               const std::vector<Constant>& operands, bool as_places) {
  std::vector<const Constant*> pointers;
  std::ranges::transform(operands, std::back_inserter(pointers), [](const Constant& c) { return &c; });
  std::vector<TensorType> results = result_types(network, node);
  for (TensorType& type : results) {
    type.format = as_places ? NumberFormat::fixed(64) : type.format;
  }
  return execute(layer, pointers, results);
}

/// Numbers that say where they stood, moved; −1 where nothing was moved to.
std::vector<Constant> moved_places(const Network& network, const Node& node, const std::vector<std::int64_t>& firsts) {
  Layer layer = node.layer;
  if (auto* pad = std::get_if<Pad>(&layer)) {
    pad->value = -1.0F;
  }
  std::vector<Constant> numbers;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Value& value = network.values[node.inputs[i]];
    numbers.push_back(is_moved(layer, i) ? places_of(value.shape, firsts[i]) : *value.data);
  }
  return executed(network, node, layer, numbers, true);
}

/// What the layer makes of zeros: what it fills up with.
std::vector<Constant> made_of_zeros(const Network& network, const Node& node) {
  std::vector<Constant> zeros;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Value& value = network.values[node.inputs[i]];
    const std::int64_t bytes = element_count(value.shape) * stored_bytes(value.format);
    zeros.push_back(is_moved(node.layer, i)
                        ? Constant{value.format, value.shape, std::vector<std::byte>(static_cast<std::size_t>(bytes))}
                        : *value.data);
  }
  return executed(network, node, node.layer, zeros, false);
}

/// Gathers places into moves as long as they are equally far apart.
std::vector<Move> moves_of(std::span<const std::int64_t> places, const std::vector<std::int64_t>& firsts) {
  std::vector<Move> moves;
  for (const std::int64_t place : places) {
    const auto next = std::ranges::upper_bound(firsts, place);
    const auto operand = static_cast<std::int32_t>(next - firsts.begin()) - 1;
    const std::int64_t from = operand < 0 ? 0 : place - firsts[static_cast<std::size_t>(operand)];
    Move* const last = moves.empty() || moves.back().operand != operand ? nullptr : &moves.back();
    if (last != nullptr && last->count == 1) {
      last->step = static_cast<std::int32_t>(from - last->from);
      ++last->count;
    } else if (last != nullptr && from == last->from + last->count * last->step) {
      ++last->count;
    } else {
      moves.push_back({operand, 0, from, 1});
    }
  }
  return moves;
}

template <class Element>
void move_elements(const Move& move, const std::byte* operand, std::byte* result) {
  const Element* from = reinterpret_cast<const Element*>(operand) + move.from;
  Element* const to = reinterpret_cast<Element*>(result);
  for (std::int64_t i = 0; i < move.count; ++i, from += move.step) {
    to[i] = *from;
  }
}

void run_move(const Move& move, std::size_t width, const std::byte* operand, std::byte* result) {
  if (move.step == 1) {
    std::memcpy(result, operand + static_cast<std::size_t>(move.from) * width,
                static_cast<std::size_t>(move.count) * width);
  } else if (width == 1) {
    move_elements<std::uint8_t>(move, operand, result);
  } else if (width == 2) {
    move_elements<std::uint16_t>(move, operand, result);
  } else if (width == 4) {
    move_elements<std::uint32_t>(move, operand, result);
  } else {
    move_elements<std::uint64_t>(move, operand, result);
  }
}

/// Some moves of one result: a part of the step.
struct MovePart {
  std::size_t result;
  std::size_t place;  ///< of the first element in the result
  std::vector<Move> moves;
};

/// The moves of a node, with the operands that are constants.
struct MovePlan {
  std::size_t width = 0;  ///< bytes of an element
  std::vector<MovePart> parts;
  std::vector<std::shared_ptr<const Constant>> constants;  ///< of each operand; null: read while the plan runs
  std::vector<std::size_t> inputs;                         ///< of each operand: which of the step's it is
  std::vector<Constant> filled;                            ///< of each result, where there is anything to fill up

  void run(const StepMemory& memory) const {
    for (std::int64_t i = memory.first; i < memory.last; ++i) {
      const MovePart& part = parts[static_cast<std::size_t>(i)];
      std::size_t place = part.place;
      for (const Move& move : part.moves) {
        std::byte* const to = memory.outputs[part.result].data() + place * width;
        if (move.operand < 0) {
          std::memcpy(to, filled[part.result].bytes.data() + place * width,
                      static_cast<std::size_t>(move.count) * width);
        } else {
          const auto operand = static_cast<std::size_t>(move.operand);
          run_move(
              move, width,
              constants[operand] != nullptr ? constants[operand]->bytes.data() : memory.inputs[inputs[operand]].data(),
              to);
        }
        place += static_cast<std::size_t>(move.count);
      }
    }
  }
};

/// The moves of a result in parts of some thousand elements.
void add_parts(MovePlan& plan, std::size_t result, const std::vector<Move>& moves) {
  constexpr std::size_t elements_of_part = std::size_t{1} << 13;
  std::size_t place = 0;
  std::size_t elements = elements_of_part;
  for (const Move& move : moves) {
    if (elements >= elements_of_part) {
      plan.parts.push_back({result, place, {}});
      elements = 0;
    }
    plan.parts.back().moves.push_back(move);
    place += static_cast<std::size_t>(move.count);
    elements += static_cast<std::size_t>(move.count);
  }
}

MovePlan move_plan(const Network& network, const Node& node) {
  MovePlan plan{.width = static_cast<std::size_t>(stored_bytes(network.values[node.outputs[0]].format))};
  const std::vector<std::int64_t> firsts = first_places(network, node);
  const std::vector<Constant> moved = moved_places(network, node, firsts);
  bool has_filling = false;
  for (std::size_t i = 0; i < moved.size(); ++i) {
    std::vector<std::int64_t> places(moved[i].bytes.size() / sizeof(std::int64_t));
    std::ranges::copy(moved[i].bytes, std::as_writable_bytes(std::span(places)).begin());
    add_parts(plan, i, moves_of(places, firsts));
    has_filling = has_filling || std::ranges::count(places, -1) > 0;
  }
  if (has_filling) {
    plan.filled = made_of_zeros(network, node);
  }
  std::size_t next = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    plan.constants.push_back(network.values[node.inputs[i]].data);
    plan.inputs.push_back(plan.constants.back() == nullptr ? next++ : 0);
  }
  return plan;
}

/// Faults name the node.
MovePlan named_move_plan(const Network& network, const Node& node) {
  try {
    return move_plan(network, node);
  } catch (const InputError& fault) {
    throw InputError("node '" + node.name + "': " + fault.what());
  }
}

/// Every operand is there, those that say places are constants, and all that is moved has the results' format.
Verdict can_be_moved(const PlanGraph& graph, const Node& node) {
  const NumberFormat& format = graph.value(node.outputs[0]).format;
  std::int64_t elements = 0;
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] == no_value) {
      return Verdict::no("an operand is left out");
    }
    const Value& value = graph.value(node.inputs[i]);
    if (!is_moved(node.layer, i) && value.data == nullptr) {
      return Verdict::no("its indices are computed while it runs");
    }
    if (is_moved(node.layer, i) && value.format != format) {
      return Verdict::no("its operands have several number formats");
    }
    elements += element_count(value.shape);
  }
  for (const ValueId id : node.outputs) {
    elements += id == no_value ? most_moved : element_count(graph.value(id).shape);
  }
  const int width = stored_bytes(format);
  const bool is_known = width == 1 || width == 2 || width == 4 || width == 8;
  return is_known && elements < most_moved ? Verdict::yes() : Verdict::no("its elements are too large or too many");
}

}  // namespace

NodeGroup take_move(const PlanGraph& graph, std::size_t i, bool) {
  if (!only_moves(graph.node(i).layer)) {
    return NodeGroup::no("it does not only give elements other places");
  }
  const Verdict verdict = can_be_moved(graph, graph.node(i));
  return verdict ? NodeGroup{{i}} : NodeGroup{{}, verdict};
}

Step make_move(const MakeContext& context, const std::vector<std::size_t>& nodes) {
  const Network& network = context.graph.network;
  const Node& node = network.nodes[nodes.front()];
  const auto plan = std::make_shared<const MovePlan>(named_move_plan(network, node));
  Step step{.nodes = nodes, .algorithm = "moves", .reason = "where each element goes is known"};
  for (const ValueId id : node.inputs) {
    if (network.values[id].data == nullptr) {
      step.inputs.push_back(planar_form(network, id));
    } else {
      step.weights += std::ssize(network.values[id].data->bytes);
    }
  }
  for (const ValueId id : node.outputs) {
    step.outputs.push_back(planar_form(network, id));
  }
  for (const MovePart& part : plan->parts) {
    step.weights += std::ssize(part.moves) * static_cast<std::int64_t>(sizeof(Move));
  }
  step.parts = std::ssize(plan->parts);
  step.run = [plan](const StepMemory& memory) { plan->run(memory); };
  return step;
}

}  // namespace pj
