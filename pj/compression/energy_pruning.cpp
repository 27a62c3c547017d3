#include "pj/compression/energy_pruning.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/compression/input_products.hpp"

namespace pj {

namespace {

constexpr std::array priced_densities{1.0, 0.5, 0.25, 0.125, 0.0625, 0.03125};
constexpr int choice_steps = 40;  // from all weights to the least share that is priced, by equal factors
constexpr double restored_share = 0.1;
constexpr double ridge_share = 0.01;  // of the mean diagonal of G: its estimate is no better than that

/// One layer on its way.
struct PrunedLayer {
  std::string name;
  Matrix weights;                    // a filter a row
  Matrix products;                   // G
  std::vector<std::size_t> order;    // of the weights, the one of the least w² · G_ii first
  std::vector<Picojoules> energies;  // with the priced shares of weights
  std::vector<double> errors;        // with the shares of `choice_steps`
  int step = 0;                      // that has been chosen
};

double density_at(int step) {
  return std::pow(priced_densities.back(), static_cast<double>(step) / choice_steps);
}

/// Straight between the shares that were priced.
Picojoules energy_at(const PrunedLayer& layer, double density) {
  std::size_t i = 1;
  while (i + 1 < priced_densities.size() && priced_densities[i] > density) {
    ++i;
  }
  const double part = (priced_densities[i - 1] - density) / (priced_densities[i - 1] - priced_densities[i]);
  return (1.0 - part) * layer.energies[i - 1] + part * layer.energies[i];
}

std::size_t count_left(const PrunedLayer& layer, double density) {
  return static_cast<std::size_t>(std::ceil(density * static_cast<double>(layer.order.size())));
}

std::vector<bool> strongest(const PrunedLayer& layer, std::size_t count) {
  std::vector<bool> left(layer.order.size(), true);
  for (std::size_t i = 0; i + count < layer.order.size(); ++i) {
    left[layer.order[i]] = false;
  }
  return left;
}

Matrix only(Matrix weights, const std::vector<bool>& left) {
  for (std::size_t i = 0; i < left.size(); ++i) {
    weights.numbers[i] = left[i] ? weights.numbers[i] : 0.0;
  }
  return weights;
}

Matrix difference(const Matrix& a, const Matrix& b) {
  Matrix result = a;
  std::ranges::transform(a.numbers, b.numbers, result.numbers.begin(), std::minus<>());
  return result;
}

/// Σ over the rows of a of aᵀ G a.
double power(const Matrix& a, const Matrix& products) {
  const Matrix through = product(a, products);
  return std::inner_product(a.numbers.begin(), a.numbers.end(), through.numbers.begin(), 0.0);
}

void add_ridge(Matrix& products) {
  double trace = 0.0;
  for (std::int64_t i = 0; i < products.rows; ++i) {
    trace += products(i, i);
  }
  for (std::int64_t i = 0; i < products.rows; ++i) {
    products(i, i) += ridge_share * trace / static_cast<double>(products.rows) + 1e-300;
  }
}

std::vector<double> saliencies(const Matrix& weights, const Matrix& products) {
  std::vector<double> result;
  for (std::int64_t m = 0; m < weights.rows; ++m) {
    for (std::int64_t i = 0; i < weights.columns; ++i) {
      result.push_back(weights(m, i) * weights(m, i) * products(i, i));
    }
  }
  return result;
}

PrunedLayer layer_of(const Network& network, const WeightPlace& place, Matrix products) {
  const Weights weights = read_weights(network, place);
  PrunedLayer layer{.name = network.nodes[place.node].name,
                    .weights = Matrix(weights.shape.front(), std::ssize(weights.numbers) / weights.shape.front()),
                    .products = std::move(products)};
  layer.weights.numbers = weights.numbers;
  add_ridge(layer.products);
  const std::vector<double> strengths = saliencies(layer.weights, layer.products);
  layer.order.resize(strengths.size());
  std::iota(layer.order.begin(), layer.order.end(), std::size_t{0});
  std::ranges::stable_sort(layer.order, {}, [&](std::size_t i) { return strengths[i]; });
  for (int step = 0; step <= choice_steps; ++step) {
    const Matrix left = only(layer.weights, strongest(layer, count_left(layer, density_at(step))));
    layer.errors.push_back(output_error(layer.weights, left, layer.products));
  }
  return layer;
}

/// The network with this share of the weights of each layer; with all of them, none is zero.
Network with_density(const Network& network, const std::vector<WeightPlace>& places,
                     const std::vector<PrunedLayer>& layers, double density) {
  NetworkEditor editor(network);
  for (std::size_t i = 0; i < places.size(); ++i) {
    Matrix full = layers[i].weights;
    std::ranges::replace(full.numbers, 0.0, 1.0);
    const Matrix left = only(full, strongest(layers[i], count_left(layers[i], density)));
    const Sizes shape = network.values[network.nodes[places[i].node].inputs[places[i].operand]].shape;
    replace_weights(editor, places[i], left.numbers, shape,
                    {.kind = Storage::Kind::Bitmask, .density = density_of(left.numbers)});
  }
  return editor.finish();
}

/// The energy of what is not pruned.
Picojoules price_layers(const Network& network, const std::vector<WeightPlace>& places,
                        std::vector<PrunedLayer>& layers, const std::function<LayerEnergies(const Network&)>& price) {
  Picojoules rest;
  for (const double density : priced_densities) {
    LayerEnergies energies = price(with_density(network, places, layers, density));
    for (PrunedLayer& layer : layers) {
      layer.energies.push_back(energies[layer.name]);
      energies.erase(layer.name);
    }
    rest = {};
    for (const auto& [name, energy] : energies) {
      rest += energy;
    }
  }
  return rest;
}

Picojoules energy_in_all(const std::vector<PrunedLayer>& layers, Picojoules rest) {
  for (const PrunedLayer& layer : layers) {
    rest += energy_at(layer, density_at(layer.step));
  }
  return rest;
}

/// The energy that a layer's next step saves for the error that it makes.
double merit(const PrunedLayer& layer) {
  const auto now = static_cast<std::size_t>(layer.step);
  const double saved = (energy_at(layer, density_at(layer.step)) - energy_at(layer, density_at(layer.step + 1))).value;
  const double made = layer.errors[now + 1] - layer.errors[now];
  return saved / std::max(made, 1e-12);
}

/// Step by step, until the energy is at most `wanted`.
void choose(std::vector<PrunedLayer>& layers, Picojoules rest, Picojoules all, double share) {
  while (energy_in_all(layers, rest) > share * all) {
    PrunedLayer* best = nullptr;
    for (PrunedLayer& layer : layers) {
      if (layer.step < choice_steps && (best == nullptr || merit(layer) > merit(*best))) {
        best = &layer;
      }
    }
    if (best == nullptr || !(merit(*best) > 0.0)) {
      const double percent = 100.0 * (energy_in_all(layers, rest) / all);
      throw InputError("pruning cannot bring the energy down to " + significant(100.0 * share) +
                       " %: fewer weights save no more at " + significant(percent) +
                       " %; ask for more, or name a machine that leaves zero weights out");
    }
    ++best->step;
  }
}

/// A tenth of what is left is taken away and comes back where the error of the outputs falls the most.
std::vector<bool> with_restored(const PrunedLayer& layer, std::size_t count) {
  const auto restored = static_cast<std::size_t>(restored_share * static_cast<double>(count));
  std::vector<bool> left = strongest(layer, count - restored);
  const Matrix through = product(difference(layer.weights, only(layer.weights, left)), layer.products);
  std::vector<double> gains(left.size(), 0.0);
  std::vector<std::size_t> gone;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const auto column = static_cast<std::int64_t>(i) % layer.weights.columns;
    if (!left[i] && layer.weights.numbers[i] != 0.0) {
      gains[i] = through.numbers[i] * through.numbers[i] / layer.products(column, column);
      gone.push_back(i);
    }
  }
  std::ranges::stable_sort(gone, std::greater{}, [&](std::size_t i) { return gains[i]; });
  for (std::size_t i = 0; i < std::min(restored, gone.size()); ++i) {
    left[gone[i]] = true;
  }
  return left;
}

EnergyPrunedLayer made_of(const PrunedLayer& layer) {
  const double density = density_at(layer.step);
  EnergyPrunedLayer made{
      .numbers = layer.weights.numbers, .energy_before = layer.energies.front(), .energy = energy_at(layer, density)};
  if (layer.step > 0) {
    const Matrix left = fitted(layer.weights, with_restored(layer, count_left(layer, density)), layer.products);
    made.numbers = left.numbers;
    made.error = output_error(layer.weights, left, layer.products);
  }
  return made;
}

}  // namespace

double output_error(const Matrix& weights, const Matrix& changed, const Matrix& products) {
  const double error = power(difference(weights, changed), products);
  return error == 0.0 ? 0.0 : error / power(weights, products);
}

Matrix fitted(const Matrix& weights, const std::vector<bool>& left, const Matrix& products) {
  Matrix result(weights.rows, weights.columns);
  const Matrix wanted = product(weights, products);  // rows (G w)ᵀ
  for (std::int64_t m = 0; m < weights.rows; ++m) {
    std::vector<std::int64_t> kept;
    for (std::int64_t i = 0; i < weights.columns; ++i) {
      if (left[static_cast<std::size_t>(m * weights.columns + i)]) {
        kept.push_back(i);
      }
    }
    const std::int64_t count = std::ssize(kept);
    if (count == 0) {
      continue;
    }
    Matrix own(count, count);
    Matrix right(count, 1);
    for (std::int64_t i = 0; i < count; ++i) {
      right(i, 0) = wanted(m, kept[static_cast<std::size_t>(i)]);
      for (std::int64_t j = 0; j < count; ++j) {
        own(i, j) = products(kept[static_cast<std::size_t>(i)], kept[static_cast<std::size_t>(j)]);
      }
    }
    const Matrix found = solved(std::move(own), right);
    for (std::int64_t i = 0; i < count; ++i) {
      result(m, kept[static_cast<std::size_t>(i)]) = found(i, 0);
    }
  }
  return result;
}

std::vector<EnergyPrunedLayer> energy_pruned(const Network& network, const std::vector<WeightPlace>& places,
                                             const EnergyPruning& rule, const Examples& examples, int threads,
                                             const std::function<LayerEnergies(const Network&)>& price) {
  std::vector<Matrix> products = input_products(network, places, examples, threads);
  std::vector<PrunedLayer> layers;
  for (std::size_t i = 0; i < places.size(); ++i) {
    layers.push_back(layer_of(network, places[i], std::move(products[i])));
  }
  const Picojoules rest = price_layers(network, places, layers, price);
  Picojoules all = rest;
  for (const PrunedLayer& layer : layers) {
    all += layer.energies.front();
  }
  choose(layers, rest, all, rule.energy);
  std::vector<EnergyPrunedLayer> made;
  std::ranges::transform(layers, std::back_inserter(made), made_of);
  return made;
}

}  // namespace pj
