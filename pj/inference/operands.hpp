#pragma once

#include <memory>
#include <span>

#include "pj/inference/makers.hpp"
#include "pj/inference/step.hpp"

namespace pj {

/// Where a step finds an operand of its node: among what it reads, or in a constant that it keeps.
struct OperandSource {
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  std::size_t input = none;  ///< which of the step's inputs it is
  std::shared_ptr<const Constant> constant = nullptr;

  bool is_given() const { return input != none || constant != nullptr; }

  /// Its elements; empty where it is left out.
  template <class Number>
  std::span<const Number> elements(const StepMemory& memory) const {
    if (constant != nullptr) {
      return {reinterpret_cast<const Number*>(constant->bytes.data()), constant->bytes.size() / sizeof(Number)};
    }
    return input == none ? std::span<const Number>{} : memory.input<Number>(input);
  }
};

/// The source of a node's operand, planar; adds it to what the step reads, or to the bytes of constants that it keeps.
OperandSource operand_source(const PlanGraph& graph, const Node& node, std::size_t operand, Step& step);

}  // namespace pj
