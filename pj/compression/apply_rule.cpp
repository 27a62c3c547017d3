#include "pj/compression/apply_rule.hpp"

#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/activation_tensors.hpp"
#include "pj/compression/input_products.hpp"
#include "pj/compression/parameter_codes.hpp"
#include "pj/network/constant_sources.hpp"

namespace pj {

namespace {

/// The constant from which weights are decoded.
ValueId source_of(const Network& network, const WeightPlace& place) {
  const Value* source = constant_sources(network)[network.nodes[place.node].inputs[place.operand]];
  return static_cast<ValueId>(source - network.values.data());
}

/// Codes keep the storage that pruning chose; codes that have zeros of their own (ternary) note how many.
Storage storage_for(const Weights& weights, const CodedWeights& coded, const std::vector<double>& numbers) {
  Storage storage = weights.storage;
  storage.density = coded.zero_points.empty() ? density_of(numbers) : 1.0;
  if (coded.format.kind == NumberFormat::Kind::Codebook && storage.kind == Storage::Kind::Dense) {
    storage.kind = Storage::Kind::CodebookIndex;
  }
  return storage;
}

std::string energy_remark(const EnergyPrunedLayer& layer, double density) {
  const auto joules = [](Picojoules energy) { return scaled(energy.value * 1e-12, "J"); };
  return "keeps " + significant(100.0 * density) + " %, error of its outputs " + significant(100.0 * layer.error) +
         " %, energy " + joules(layer.energy_before) + " → " + joules(layer.energy);
}

/// One rule on its way through a network.
struct Pass {
  const Network& network;
  const Rule& rule;
  const CompressionData& data;
  NetworkEditor editor;
  std::vector<LayerChange> changes;

  Pass(const Network& of, const Rule& by, const CompressionData& with)
      : network(of), rule(by), data(with), editor(of) {}

  void note(std::size_t node, std::optional<double> error = {}) {
    changes.push_back({network.nodes[node].name, rule.text, error, ""});
  }

  /// Does something to a layer; faults name the rule and the layer.
  template <class Work>
  void on_layer(std::size_t node, Work work) {
    try {
      work();
    } catch (const InputError& fault) {
      throw InputError(rule.selector.position, "layer '" + network.nodes[node].name + "': " + fault.what());
    }
  }

  /// Rules that give each layer's weights codes.
  template <class Coding>
  void operator()(const Coding& coding) {
    for (const WeightPlace& place : selected_weights(network, rule.selector)) {
      on_layer(place.node, [&] {
        const Weights weights = read_weights(network, place);
        const CodedWeights codes = *coded(weights, Approximation(coding));
        const std::vector<double> numbers = decoded(codes, weights);
        Storage storage = storage_for(weights, codes, numbers);
        if constexpr (std::is_same_v<Coding, TiedWeights>) {
          storage = {.kind = Storage::Kind::Implied};
        }
        replace_weights(editor, place, codes, storage);
        note(place.node, relative_error(weights.numbers, numbers));
      });
      if constexpr (std::is_same_v<Coding, Signs>) {
        binarise(place.node, coding);
      }
    }
  }

  void binarise(std::size_t node, const Signs& coding) {
    if (coding.rule == Signs::Rule::Xnor || coding.rule == Signs::Rule::Bnn) {
      on_layer(node, [&] { binarise_input(editor, node, coding.rule == Signs::Rule::Xnor); });
    }
  }

  void operator()(const Pruning& pruning) {
    const std::vector<WeightPlace> places = selected_weights(network, rule.selector);
    std::vector<Weights> layers;
    for (const WeightPlace& place : places) {
      on_layer(place.node, [&] { layers.push_back(read_weights(network, place)); });
    }
    const auto left = pruned(layers, pruning);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Storage storage = pruning.storage;
      storage.density = density_of(left[i]);
      replace_weights(editor, places[i], left[i], layers[i].shape, storage);
      note(places[i].node, relative_error(layers[i].numbers, left[i]));
    }
  }

  void operator()(const EnergyPruning& pruning) {
    if (!data.calibration || !data.energy) {
      throw InputError(rule.selector.position, "energies come from a machine, errors from data; give --on and --data");
    }
    const std::vector<WeightPlace> places = places_with_products();
    std::vector<EnergyPrunedLayer> left;
    try {
      left = energy_pruned(network, places, pruning, data.calibration(network), data.tuning.threads, data.energy);
    } catch (const InputError& fault) {
      throw InputError(rule.selector.position, fault.what());
    }
    for (std::size_t i = 0; i < places.size(); ++i) {
      const Weights before = read_weights(network, places[i]);
      Storage storage = pruning.storage;
      storage.density = density_of(left[i].numbers);
      replace_weights(editor, places[i], left[i].numbers, before.shape, storage);
      note(places[i].node, relative_error(before.numbers, left[i].numbers));
      changes.back().remark = energy_remark(left[i], storage.density);
    }
  }

  std::vector<WeightPlace> places_with_products() const {
    const auto can = [&](std::size_t node) {
      const std::vector<WeightPlace> places = weight_places(network, node);
      return !places.empty() && static_cast<bool>(has_input_products(network, places.front()));
    };
    std::vector<WeightPlace> places;
    for (const std::size_t node :
         selected(network, rule.selector, can, "weights of an ungrouped convolution or fully connected layer")) {
      places.push_back(weight_places(network, node).front());
    }
    return places;
  }

  void operator()(const LowRank& factors) {
    const auto can = [&](std::size_t node) { return static_cast<bool>(can_factorise(network, node, factors)); };
    for (const std::size_t node : selected(network, rule.selector, can, "weights that " + rule.text + " takes apart")) {
      on_layer(node, [&] { note(node, factorise(editor, node, factors)); });
    }
  }

  void operator()(const StructuredPruning& pruning) {
    const auto has_weights = [&](std::size_t node) { return !weight_places(network, node).empty(); };
    const std::vector<std::size_t> nodes = selected(network, rule.selector, has_weights, "weights");
    try {
      editor = NetworkEditor(without_channels(network, nodes, pruning));
    } catch (const InputError& fault) {
      throw InputError(rule.selector.position, fault.what());
    }
    for (const std::size_t node : nodes) {
      note(node);
    }
  }

  void operator()(const ActivationTable& table) {
    const auto can = [&](std::size_t node) { return can_tabulate(network.nodes[node].layer); };
    for (const std::size_t node : selected(network, rule.selector, can, "an activation function to be tabulated")) {
      on_layer(node, [&] {
        const auto& function = std::get<Activation>(network.nodes[node].layer);
        const LineTable lines = lines_for(function, table);
        const TableError error = error_of(lines, function);
        tabulate(editor, node, lines);
        note(node);
        changes.back().remark = "largest error " + significant(error.largest) + ", mean " + significant(error.mean) +
                                " on [" + significant(lines.low) + ", " + significant(lines.high) + "]";
      });
    }
  }

  void operator()(const ExitHeads& heads) {
    const ConstantSources constants = constant_sources(network);
    const auto can = [&](std::size_t node) { return constants[network.nodes[node].outputs.front()] == nullptr; };
    for (const std::size_t node : selected(network, rule.selector, can, "results that a head could read")) {
      on_layer(node, [&] { add_exit(editor, node, heads); });
      note(node);
    }
  }

  void operator()(const StoreAs& store) {
    for (const WeightPlace& place : selected_weights(network, rule.selector)) {
      Value& source = editor.value(source_of(network, place));
      const double density = source.storage.density;
      source.storage = store.storage;
      source.storage.density = density;
      note(place.node);
    }
  }

  void operator()(const HuffmanCoding&) {
    for (const WeightPlace& place : selected_weights(network, rule.selector)) {
      Value& source = editor.value(source_of(network, place));
      source.storage.huffman = source.storage.kind != Storage::Kind::Implied;
      note(place.node);
    }
  }

  void operator()(const Folding&) {
    const auto can = [&](std::size_t node) { return static_cast<bool>(can_fold(network, node)); };
    for (const std::size_t node : selected(network, rule.selector, can, "a batch normalisation behind a layer")) {
      on_layer(node, [&] { fold_normalisation(editor, node); });
      note(node);
    }
  }

  void operator()(const ActivationFixedPoint& activations) {
    if (!data.observe) {
      throw InputError(rule.selector.position, "activations get their scales from data; give some with --data");
    }
    const auto has_weights = [&](std::size_t node) { return !weight_places(network, node).empty(); };
    const std::vector<std::size_t> nodes = selected(network, rule.selector, has_weights, "weights");
    const Observations seen = data.observe(network);
    if (activations.all_tensors) {
      quantise_all(editor, rule.selector, seen, activations);
      std::ranges::for_each(nodes, [&](std::size_t node) { note(node); });
      return;
    }
    for (const std::size_t node : nodes) {
      on_layer(node, [&] { quantise_input(editor, node, seen, activations); });
      note(node);
    }
  }
};

}  // namespace

Compressed apply(const Network& network, const Rule& rule, const CompressionData& data) {
  Pass pass(network, rule, data);
  std::visit(pass, rule.approximation);
  return {pass.editor.finish(), std::move(pass.changes)};
}

Network with_signs_for_inputs(const Network& network, const Rule& rule) {
  const auto& signs = std::get<Signs>(rule.approximation);
  const CompressionData none;
  Pass pass(network, rule, none);
  for (const WeightPlace& place : selected_weights(network, rule.selector)) {
    pass.binarise(place.node, signs);
  }
  return pass.editor.finish();
}

}  // namespace pj
