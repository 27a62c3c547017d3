#include <functional>
#include <queue>
#include <set>
#include <unordered_map>

#include "pj/base/error.hpp"
#include "pj/onnx/import.hpp"

namespace pj {

namespace {

/// All names that a node reads, those inside its branches included.
void collect_reads(const OnnxNode& node, std::set<std::string>& reads) {
  reads.insert(node.inputs.begin(), node.inputs.end());
  for (const auto& [name, attribute] : node.attributes) {
    if (const auto* graph = std::get_if<std::shared_ptr<const OnnxGraph>>(&attribute.value)) {
      for (const OnnxNode& inner : (*graph)->nodes) {
        collect_reads(inner, reads);
      }
      for (const OnnxDeclaration& output : (*graph)->outputs) {
        reads.insert(output.name);
      }
    }
  }
}

/// Which nodes wait for which: for each the readers of its outputs, and how many outputs it still waits for.
struct Dependencies {
  std::vector<std::vector<std::size_t>> readers;
  std::vector<std::size_t> waits;
};

Dependencies dependencies(const std::vector<OnnxNode>& nodes) {
  std::unordered_map<std::string, std::size_t> maker;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (const std::string& output : nodes[i].outputs) {
      maker.emplace(output, i);
    }
  }
  maker.erase("");
  Dependencies found{std::vector<std::vector<std::size_t>>(nodes.size()), std::vector<std::size_t>(nodes.size(), 0)};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    std::set<std::string> reads;
    collect_reads(nodes[i], reads);
    for (const std::string& name : reads) {
      if (const auto source = maker.find(name); source != maker.end()) {
        found.readers[source->second].push_back(i);
        ++found.waits[i];
      }
    }
  }
  return found;
}

}  // namespace

std::vector<const OnnxNode*> in_order(const std::vector<OnnxNode>& nodes) {
  auto [readers, waits] = dependencies(nodes);
  // Kahn 1962; of the nodes that are ready the first in the file goes first.
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (waits[i] == 0) {
      ready.push(i);
    }
  }
  std::vector<const OnnxNode*> order;
  while (!ready.empty()) {
    const std::size_t next = ready.top();
    ready.pop();
    order.push_back(&nodes[next]);
    for (const std::size_t reader : readers[next]) {
      if (--waits[reader] == 0) {
        ready.push(reader);
      }
    }
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (waits[i] > 0) {
      throw InputError(node_place(nodes[i]) + ": depends on its own output; a network has no cycles");
    }
  }
  return order;
}

}  // namespace pj
