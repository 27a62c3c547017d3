#include "pj/inference/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/execution/numbers.hpp"

namespace pj {

namespace {

constexpr std::int64_t workspace_bytes = 16;  // for each element: see the header

/// Sums and products that stay at the largest number instead of overflowing.
std::int64_t bounded_sum(std::int64_t a, std::int64_t b) {
  return checked_sum(a, b).value_or(std::numeric_limits<std::int64_t>::max());
}

std::int64_t bounded_product(std::int64_t a, std::int64_t b) {
  return checked_product(a, b).value_or(std::numeric_limits<std::int64_t>::max());
}

std::int64_t bytes_of(const Value& value) {
  return bounded_product(element_count(value.shape), stored_bytes(value.format));
}

/// Calls `visit` with each operand and result of a node.
template <class Visit>
void for_each_value(const Node& node, Visit visit) {
  for (const ValueId id : node.inputs) {
    if (id != no_value) {
      visit(id);
    }
  }
  std::for_each(node.outputs.begin(), node.outputs.end(), visit);
}

/// What a branch needs counts as workspace of its If.
std::int64_t branch_bytes(const Layer& layer) {
  std::int64_t most = 0;
  if (const auto* choice = std::get_if<If>(&layer)) {
    for (const auto& branch : {choice->then_branch, choice->else_branch}) {
      const MemoryNeed need = memory_need(*branch);
      most = std::max(most, bounded_sum(bounded_sum(need.weights, need.activations), need.workspace));
    }
  }
  return most;
}

std::int64_t workspace_of(const Network& network, const Node& node) {
  std::int64_t elements = 0;
  for_each_value(node, [&](ValueId id) { elements = bounded_sum(elements, element_count(network.values[id].shape)); });
  return bounded_sum(bounded_product(elements, workspace_bytes), branch_bytes(node.layer));
}

/// The limit of a control group (version 2), where there is one.
std::int64_t group_limit() {
  std::ifstream file("/sys/fs/cgroup/memory.max");
  std::int64_t limit = 0;
  return file >> limit && limit > 0 ? limit : std::numeric_limits<std::int64_t>::max();
}

bool has_nan(const Constant& tensor) {
  const bool is_real = tensor.format.kind == NumberFormat::Kind::Float;
  if (!is_real) {
    return false;
  }
  const auto numbers = numbers_of<float>(tensor);
  return std::any_of(numbers.begin(), numbers.end(), [](float x) { return std::isnan(x); });
}

}  // namespace

std::vector<std::vector<ValueId>> last_uses(const Network& network) {
  constexpr auto never = std::numeric_limits<std::size_t>::max();
  std::vector<std::size_t> last(network.values.size(), never);
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for_each_value(network.nodes[n], [&](ValueId id) { last[id] = n; });
  }
  for (const ValueId id : network.outputs) {
    last[id] = never;
  }
  std::vector<std::vector<ValueId>> dead(network.nodes.size());
  for (ValueId id = 0; id < last.size(); ++id) {
    if (last[id] != never && !network.values[id].is_constant) {
      dead[last[id]].push_back(id);
    }
  }
  return dead;
}

MemoryNeed memory_need(const Network& network) {
  MemoryNeed need;
  for (const Value& value : network.values) {
    need.weights = bounded_sum(need.weights, value.data == nullptr ? 0 : bytes_of(value));
  }
  const auto dead = last_uses(network);
  std::int64_t alive = 0;
  for (const ValueId id : network.inputs) {
    alive = bounded_sum(alive, bytes_of(network.values[id]));
  }
  need.activations = alive;
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (const ValueId id : network.nodes[n].outputs) {
      alive = bounded_sum(alive, bytes_of(network.values[id]));
    }
    need.activations = std::max(need.activations, alive);
    need.workspace = std::max(need.workspace, workspace_of(network, network.nodes[n]));
    for (const ValueId id : dead[n]) {
      alive -= bytes_of(network.values[id]);
    }
  }
  return need;
}

std::int64_t machine_memory() {
  const std::int64_t pages = ::sysconf(_SC_PHYS_PAGES);
  const std::int64_t page = ::sysconf(_SC_PAGE_SIZE);
  return std::min(bounded_product(std::max<std::int64_t>(pages, 1), std::max<std::int64_t>(page, 1)), group_limit());
}

void check_memory(const Network& network, const MemoryNeed& need, std::int64_t limit) {
  const std::int64_t total = bounded_sum(bounded_sum(need.weights, need.activations), need.workspace);
  if (total > (limit == 0 ? machine_memory() : limit)) {
    constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
    throw InputError("network '" + network.name + "' needs " + significant(static_cast<double>(total) / gibibyte) +
                     " GiB of memory to run, more than there is; use smaller inputs or a smaller batch");
  }
}

void check_weights(const Network& network) {
  for (const Node& node : network.nodes) {
    if (const auto* choice = std::get_if<If>(&node.layer)) {
      check_weights(*choice->then_branch);
      check_weights(*choice->else_branch);
    }
    for (const ValueId id : node.inputs) {
      if (id == no_value || !network.values[id].is_constant) {
        continue;
      }
      const Value& weight = network.values[id];
      if (weight.data == nullptr) {
        throw InputError("network '" + network.name + "': weight '" + weight.name + "' of node '" + node.name +
                         "' has a shape but no elements; networks of the zoo and files without their data can be "
                         "evaluated but not run");
      }
      if (has_nan(*weight.data)) {
        throw InputError("network '" + network.name + "': weight '" + weight.name + "' of node '" + node.name +
                         "' holds NaN (not a number); the file is damaged or its training diverged");
      }
    }
  }
}

}  // namespace pj
