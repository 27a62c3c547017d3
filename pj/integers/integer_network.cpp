#include "pj/integers/integer_network.hpp"

#include <algorithm>
#include <limits>

#include "pj/integers/integer_makers.hpp"
#include "pj/integers/integer_values.hpp"

namespace pj {

namespace {

/// From a layer's result to the node that quantises it: activations that only bound, and layers that only move.
struct Tail {
  const Node* core = nullptr;                   ///< null: the operand is dequantised integers
  ValueId operand = no_value;                   ///< what the first node of the tail reads
  std::vector<const Node*> activations, moves;  ///< in the order in which they are computed
  bool bounds_only = true;
};

bool is_unary(const Node& node) {
  return std::holds_alternative<Activation>(node.layer) && node.inputs.size() == 1;
}

/// Walks back from a Quantize; every result on the way is used by the next node alone.
class TailWalk {
 public:
  explicit TailWalk(IntegerValues& values) : values_(values) {}

  std::optional<Tail> from(const Node& quantize) {
    Tail tail;
    ValueId value = quantize.inputs[0];
    for (const Node* node = values_.maker(value); node != nullptr; node = values_.maker(value)) {
      tail.operand = value;
      if (std::holds_alternative<Dequantize>(node->layer)) {
        return finished(tail);
      }
      if (!values_.is_used_once(value)) {
        values_.reason = "its result is used in reals, too";
        return std::nullopt;
      }
      if (only_moves(node->layer)) {
        tail.moves.push_back(node);
      } else if (is_unary(*node)) {
        const auto kind = std::get<Activation>(node->layer).kind;
        tail.bounds_only &= kind == Activation::Kind::Relu || kind == Activation::Kind::Clip;
        tail.activations.push_back(node);
      } else {
        tail.core = node;
        return finished(tail);
      }
      value = node->inputs[0];
    }
    values_.reason = "its operand '" + values_.network().values[value].name + "' is not dequantised integers";
    return std::nullopt;
  }

 private:
  static Tail finished(Tail tail) {
    std::reverse(tail.activations.begin(), tail.activations.end());
    std::reverse(tail.moves.begin(), tail.moves.end());
    return tail;
  }

  IntegerValues& values_;
};

/// The bounds that ReLU and Clip set, one after the other.
void apply(const Activation& activation, IntegerResult& result) {
  const bool is_relu = activation.kind == Activation::Kind::Relu;
  const double low = is_relu ? 0.0 : static_cast<double>(activation.alpha);
  const double high = is_relu ? std::numeric_limits<double>::infinity() : static_cast<double>(activation.beta);
  result.low = std::min(std::max(result.low, low), high);
  result.high = std::min(std::max(result.high, low), high);
}

/// Finds the groups of a network, one Quantize after the other.
class Finder {
 public:
  explicit Finder(const Network& network) : values_(network), reasons_(network.nodes.size()) {}

  IntegerNetwork found() {
    for (std::size_t n = 0; n < reasons_.size(); ++n) {
      const Node& node = values_.network().nodes[n];
      if (std::holds_alternative<Quantize>(node.layer)) {
        take(node);
      }
      steps_.resize(values_.groups().size());
      for (; ordered_ < steps_.size(); ++ordered_) {
        steps_[ordered_] = n;
      }
    }
    return finished();
  }

 private:
  void take(const Node& quantize) {
    values_.reason.clear();
    const auto scaling = values_.scaling_of(quantize, values_.network().values[quantize.outputs[0]].format);
    if (scaling && !scaling->is_one()) {
      values_.reason = "it is quantised with a scale for each channel";
    }
    const bool is_one = scaling && scaling->is_one();
    const auto tail = is_one ? TailWalk(values_).from(quantize) : std::nullopt;
    auto group = !tail                   ? std::nullopt
                 : tail->core == nullptr ? function_of(*tail, quantize)
                                         : layer_of(*tail, *scaling);
    if (group) {
      add(std::move(*group), *tail, quantize, *scaling);
    } else {
      refuse(quantize);
    }
  }

  /// The reason holds for the Quantize and for what it would have been grouped with.
  void refuse(const Node& quantize) {
    for (const Node* node = &quantize; node != nullptr && !std::holds_alternative<Dequantize>(node->layer);
         node = values_.maker(node->inputs[0])) {
      reasons_[index_of(*node)] = values_.reason;
      if (node != &quantize && !is_unary(*node) && !only_moves(node->layer)) {
        break;
      }
    }
  }

  std::size_t index_of(const Node& node) const {
    return static_cast<std::size_t>(&node - values_.network().nodes.data());
  }

  std::optional<IntegerGroup> function_of(const Tail& tail, const Node& quantize) {
    const auto operand = values_.integers_of(tail.operand);
    if (!operand || !operand->scaling.is_one()) {
      return std::nullopt;
    }
    return make_table(values_, *operand, tail.activations, quantize);
  }

  std::optional<IntegerGroup> layer_of(const Tail& tail, const Scaling& scaling) {
    if (!tail.bounds_only) {
      values_.reason = "its result goes through an activation before it is quantised";
      return std::nullopt;
    }
    IntegerResult result{.scaling = scaling};
    for (const Node* activation : tail.activations) {
      apply(std::get<Activation>(activation->layer), result);
    }
    return make_integer_layer(values_, *tail.core, result);
  }

  /// The group, its result moved as the tail says.
  void add(IntegerGroup group, const Tail& tail, const Node& quantize, const Scaling& scaling) {
    const ValueId last = quantize.outputs[0];
    const Value first = values_.network().values[tail.core == nullptr ? tail.operand : tail.core->outputs[0]];
    const std::size_t moves = tail.moves.size();
    group.result = moves == 0 ? last : values_.add(first.name, first.shape, scaling.format);
    ValueId from = group.result;
    values_.add(std::move(group));
    for (std::size_t i = 0; i < moves; ++i) {
      const Value moved = values_.network().values[tail.moves[i]->outputs[0]];
      const ValueId to = i + 1 == moves ? last : values_.add(moved.name, moved.shape, scaling.format);
      values_.add_move(*tail.moves[i], from, to, scaling.zeros.front());
      from = to;
    }
  }

  IntegerNetwork finished();

  IntegerValues values_;
  std::vector<std::string> reasons_;
  std::vector<std::size_t> steps_;  ///< the node at which each group was found
  std::size_t ordered_ = 0;
};

/// All nodes and groups, each after those that feed it: a group stands at the Quantize that ends it.
std::vector<NumbersStep> all_steps(std::size_t nodes, const std::vector<std::size_t>& places) {
  std::vector<NumbersStep> steps;
  for (std::size_t n = 0, g = 0; n < nodes; ++n) {
    steps.push_back({false, n});
    for (; g < places.size() && places[g] == n; ++g) {
      steps.push_back({true, g});
    }
  }
  return steps;
}

/// Chooses what is computed and in which order.
class Order {
 public:
  explicit Order(const IntegerNetwork& network) : network_(network) {
    for (const IntegerGroup& group : network.groups) {
      in_integers_[group.result] = true;
    }
  }

  /// The steps that the outputs need; a value that a group and a node make is the group's.
  std::vector<NumbersStep> needed(const std::vector<NumbersStep>& steps) const {
    std::map<ValueId, bool> wanted;
    for (const ValueId id : network_.network.outputs) {
      wanted[id] = true;
    }
    std::vector<NumbersStep> kept;
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      const auto results = results_of(*step);
      const bool is_wanted = std::any_of(results.begin(), results.end(), [&](ValueId id) {
        return wanted.contains(id) && (step->is_group || !in_integers_.contains(id));
      });
      if (is_wanted) {
        kept.push_back(*step);
        for (const ValueId id : operands_of(*step)) {
          wanted[id] = true;
        }
      }
    }
    std::reverse(kept.begin(), kept.end());
    return kept;
  }

  /// In reals, then the groups of part 0, then reals that need them, then the groups of part 1, …
  std::vector<NumbersStep> in_parts(std::vector<NumbersStep> steps) const {
    std::map<ValueId, int> parts;
    for (NumbersStep& step : steps) {
      step.part = step.is_group ? 0 : -1;
      for (const ValueId id : operands_of(step)) {
        if (const auto found = parts.find(id); found != parts.end()) {
          const bool leaves_reals = step.is_group && !in_integers_.contains(id);
          step.part = std::max(step.part, leaves_reals ? found->second + 1 : found->second);
        }
      }
      for (const ValueId id : results_of(step)) {
        parts[id] = step.part;
      }
    }
    std::stable_sort(steps.begin(), steps.end(), [](const NumbersStep& a, const NumbersStep& b) {
      return a.part != b.part ? a.part < b.part : a.is_group && !b.is_group;
    });
    return steps;
  }

 private:
  std::vector<ValueId> results_of(const NumbersStep& step) const {
    return step.is_group ? std::vector<ValueId>{network_.groups[step.index].result}
                         : network_.network.nodes[step.index].outputs;
  }
  std::vector<ValueId> operands_of(const NumbersStep& step) const {
    return step.is_group ? network_.groups[step.index].operands : network_.network.nodes[step.index].inputs;
  }

  const IntegerNetwork& network_;
  std::map<ValueId, bool> in_integers_;
};

std::string usual_reason(const Network& network, const Node& node) {
  if (std::holds_alternative<Dequantize>(node.layer)) {
    return "its result is read in reals";
  }
  const bool is_whole = !node.inputs.empty() && node.inputs[0] != no_value &&
                        network.values[node.inputs[0]].format.kind == NumberFormat::Kind::Fixed;
  return is_whole ? "it stands behind the last quantiser, or before the first"
                  : "its result is not quantised, or not its operands";
}

/// Keeps the nodes and groups of the steps only.
void keep(IntegerNetwork& found) {
  std::vector<Node> nodes;
  std::vector<IntegerGroup> groups;
  for (NumbersStep& step : found.steps) {
    if (step.is_group) {
      groups.push_back(std::move(found.groups[step.index]));
      step.index = groups.size() - 1;
    } else {
      nodes.push_back(std::move(found.network.nodes[step.index]));
      step.index = nodes.size() - 1;
    }
  }
  found.network.nodes = std::move(nodes);
  found.groups = std::move(groups);
}

IntegerNetwork Finder::finished() {
  IntegerNetwork found{values_.network(), values_.groups()};
  const Order order(found);
  const auto needed = order.needed(all_steps(reasons_.size(), steps_));
  std::vector<bool> in_reals(reasons_.size(), false);
  for (const NumbersStep& step : needed) {
    if (!step.is_group) {
      in_reals[step.index] = true;
    }
  }
  for (std::size_t n = 0; n < reasons_.size(); ++n) {
    const Node& node = found.network.nodes[n];
    const std::string reason = reasons_[n].empty() ? usual_reason(found.network, node) : reasons_[n];
    found.nodes.push_back({node.name, kind_name(node.layer), in_reals[n] ? reason : ""});
  }
  found.steps = order.in_parts(needed);
  keep(found);
  return found;
}

}  // namespace

IntegerNetwork find_integers(const Network& network) {
  return Finder(network).found();
}

}  // namespace pj
