#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pj/network/network.hpp"

namespace pj {

/// A constant of a network that training changes.
struct Parameter {
  /// Learned by gradients, or a running statistic of batch normalisation.
  enum class Role { Learned, Statistic };
  /// What it is to its layer, which says how it begins and whether weight decay applies.
  enum class Part { Weight, RecurrentWeight, Embedding, Bias, RecurrentBias, Scale, Shift, Mean, Variance };

  std::string name;
  ValueId value = 0;  ///< `no_value`: it is of a rule, not of the network
  Role role = Role::Learned;
  Part part = Part::Weight;
  Sizes shape;
  std::int64_t fan_in = 1, fan_out = 1;  ///< products that make one output, and outputs that an input has a part in
  std::int64_t gates = 1;                ///< of a recurrent layer
  std::int64_t hidden = 1;               ///< cells of a recurrent layer
  std::size_t first = 0, size = 0;       ///< where its numbers lie among those of all parameters

  template <class Real>
  std::span<Real> of(std::span<Real> all) const {
    return all.subspan(first, size);
  }
  bool is_of_network() const { return value != no_value; }
  bool decays() const { return part == Part::Weight || part == Part::RecurrentWeight || part == Part::Embedding; }
};

/// All parameters of a network: the learned ones first, then the statistics.
struct ParameterList {
  std::vector<Parameter> all;
  std::size_t learned = 0;  ///< numbers of the learned ones
  std::size_t size = 0;     ///< numbers of all

  const Parameter* find(ValueId value) const;
};

/// The constants of reals that the layers of a network learn: weights, biases, scales, shifts, embeddings, and all
/// constants whose elements are not known; of those with elements in sums and products of layers only vectors and
/// larger ones, since a single number is part of a formula.
ParameterList find_parameters(const Network& network);

/// Lets the numbers of the parameters lie one behind the other, and counts them.
void place_numbers(ParameterList& parameters);

/// How weights without elements begin.
enum class Initializer {
  Kaiming,  ///< normal with deviation √(2 / fan in) (He, Zhang, Ren and Sun 2015, equation 10)
  Xavier,   ///< uniform within √(6 / (fan in + fan out)) (Glorot and Bengio 2010, equation 16)
};

/// The numbers with which training begins: those of the network where it has them, else drawn for the seed; 0 for what
/// is not of the network. Biases
/// begin with 0, but forget gates with 1 (Jozefowicz, Zaremba and Sutskever 2015); scales with 1.
std::vector<double> initial_numbers(const Network& network, const ParameterList& parameters, Initializer initializer,
                                    std::uint64_t seed);

/// The network with these numbers in the place of its parameters.
Network with_parameters(Network network, const ParameterList& parameters, std::span<const float> numbers);

}  // namespace pj
