#include <algorithm>
#include <array>

#include "pj/base/text.hpp"
#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

namespace {

using Results = std::vector<ValueId>;

Results fc(const LayerCall& call) {
  call.axis(1);
  const std::int64_t outputs = call.size("fc");
  const std::int64_t inputs = element_count(Sizes(call.shape().begin() + 1, call.shape().end()));
  return call.add(FullyConnected{}, call.weighted({outputs, inputs}, outputs));
}

/// The last axis alone is multiplied: X · Wᵀ + B, with W as in `fc`.
Results linear(const LayerCall& call) {
  call.axis(1);
  const std::int64_t outputs = call.size("linear");
  return call.add(MatMul{.transpose_b = true}, call.weighted({outputs, call.shape().back()}, outputs));
}

Results matmul(const LayerCall& call) {
  if (call.operands().size() != 2) {
    call.fail("matmul takes two layers, not " + std::to_string(call.operands().size()));
  }
  return call.add(MatMul{.transpose_a = call.flag("transpose_a", false),
                         .transpose_b = call.flag("transpose_b", false),
                         .alpha = static_cast<float>(call.real("scale", 1.0))},
                  call.operands());
}

Results embedding(const LayerCall& call) {
  const Sizes table = call.list("embedding", 1);
  if (table.size() != 2) {
    call.fail("embedding takes [number of words, width]");
  }
  return call.add(Gather{}, {call.main_weight(table), call.operand()});
}

/// The cell's results over all steps as batch × steps × features, then its last states.
Results recurrent(const LayerCall& call) {
  static const std::vector<std::string> directions{"forward", "reverse", "bidirectional"};
  Recurrent layer{.direction = static_cast<Recurrent::Direction>(call.choice("direction", directions)),
                  .hidden = call.size(call.kind()),
                  .batch_first = true};
  layer.cell = call.kind() == "lstm"  ? Recurrent::Cell::Lstm
               : call.kind() == "gru" ? Recurrent::Cell::Gru
                                      : Recurrent::Cell::Rnn;
  layer.projection = call.kind() == "lstm" ? call.number("projection", 0, largest_size, 0) : 0;
  const std::int64_t count = direction_count(layer.direction);
  const std::int64_t gates = gate_count(layer.cell) * layer.hidden;
  const std::int64_t output = layer.projection > 0 ? layer.projection : layer.hidden;
  Results inputs{call.operand(), call.stored_weight("weight", {count, gates, call.axis(2)}),
                 call.stored_weight("recurrent", {count, gates, output})};
  inputs.resize(9, no_value);
  inputs[3] = call.flag("bias", true) ? call.weight("bias", {count, 2 * gates}) : no_value;
  if (layer.projection > 0) {
    inputs[8] = call.stored_weight("projection", {count, output, layer.hidden});
  }
  while (inputs.back() == no_value) {
    inputs.pop_back();
  }
  Results results = call.add(std::move(layer), std::move(inputs));
  results.front() = call.step("steps", Reshape{.shape = {0, 0, -1}}, {results.front()});
  return results;
}

/// The stylised characters of an output code, drawn side by side: `#` is +1, `.` is −1, a blank ends a
/// character's row.
std::vector<Sizes> drawn_codes(const LayerCall& call, const std::string& drawing) {
  std::vector<Sizes> codes;
  for (const std::string& line : split(drawing, '\n')) {
    std::size_t character = 0;
    for (const std::string& row : split(trimmed(line), ' ')) {
      codes.resize(std::max(codes.size(), character + 1));
      for (const char c : row) {
        if (c != '#' && c != '.') {
          call.fail("a code is drawn with '#' and '.', not with '" + std::string(1, c) + "'");
        }
        codes[character].push_back(c == '#' ? 1 : -1);
      }
      ++character;
    }
  }
  return codes;
}

/// y_i = Σ_j (x_j − w_ij)², the squared distance to each of the fixed codes (LeCun et al. 1998, eq. 7).
Results rbf(const LayerCall& call) {
  const auto codes = drawn_codes(call, call.find("rbf") == nullptr ? "" : call.find("rbf")->text("the codes"));
  Sizes all;
  for (const Sizes& code : codes) {
    if (std::cmp_not_equal(code.size(), call.axis(1))) {
      call.fail("a code has " + std::to_string(code.size()) + " points, but the input " + shape_text(call.shape()));
    }
    all.insert(all.end(), code.begin(), code.end());
  }
  if (codes.empty()) {
    call.fail("rbf needs its codes, drawn with '#' and '.'");
  }
  const ValueId table = call.table("codes", {static_cast<std::int64_t>(codes.size()), call.axis(1)}, all);
  const ValueId row = call.step("row", Reshape{.shape = {0, 1, -1}}, {call.operand()});
  const ValueId distance = call.step("difference", Elementwise{Elementwise::Kind::Sub}, {row, table});
  const ValueId square = call.step("square", Elementwise{Elementwise::Kind::Mul}, {distance, distance});
  return call.add(Reduce{.kind = Reduce::Kind::Sum, .axes = {2}, .keep_axes = false}, {square});
}

}  // namespace

std::vector<LayerKind> product_kinds() {
  const std::vector<std::string> weighted{"bias", "weights", "format", "storage"};
  const std::vector<std::string> cell{"direction", "bias", "format", "storage"};
  return {
      {"fc", "number of outputs", weighted, fc},
      {"linear", "number of outputs", weighted, linear},
      {"matmul", "operands", {"transpose_a", "transpose_b", "scale"}, matmul, true},
      {"embedding", "table", {"weights", "format", "storage"}, embedding},
      {"lstm", "size of the state", {"projection", "direction", "bias", "format", "storage"}, recurrent},
      {"gru", "size of the state", cell, recurrent},
      {"rnn", "size of the state", cell, recurrent},
      {"rbf", "codes", {}, rbf},
  };
}

}  // namespace pj
