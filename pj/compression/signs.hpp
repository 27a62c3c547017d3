#pragma once

#include <span>

#include "pj/compression/weights.hpp"

namespace pj {

/// Weights of one bit, or of −1, 0 and +1.
struct Signs {
  enum class Rule {
    BinaryConnect,  ///< sign(w) (Courbariaux, Bengio and David 2015, deterministic); 0 counts as positive
    Bwn,            ///< α·sign(w), α = mean |w| of each output channel (Rastegari et al. 2016)
    Xnor,           ///< as Bwn; the layer's input becomes K·sign(x), K the mean of |x| over each window
    Bnn,            ///< sign(w), and the layer's input becomes sign(x) (Hubara et al. 2016)
    Twn,  ///< α·{−1, 0, +1} beyond Δ = t·mean |w|, α = mean |w| beyond Δ, for a layer (Li and Liu 2016)
    Ttq,  ///< {−W_n, 0, +W_p} beyond Δ = t·max |w| (Zhu et al. 2017): learned by `trained_ternary`; without training
          ///< the means beyond it. Weights with one value on either side are ternary already and keep theirs
  };

  Rule rule = Rule::Bwn;
  double threshold = 0.0;  ///< t of Twn and Ttq; 0: 0.75 (Li and Liu, v3) and 0.05

  bool operator==(const Signs&) const = default;
};

/// Throws `InputError` where pruned weights would become ±1, or no weight is beyond the threshold.
CodedWeights as_signs(const Weights& weights, const Signs& rule);

/// Δ of Twn or Ttq for these numbers.
double ternary_threshold(std::span<const float> numbers, const Signs& rule);

/// What `as_signs` makes of the numbers, computed directly: for training, which asks for it at every step. Not for Ttq.
void use_signs(std::span<const float> numbers, const Weights& like, const Signs& rule, std::span<float> used);

/// Lets a convolution or fully connected layer see the signs of its input: ±1, and for `scaled` (XNOR-Net) times the
/// mean magnitude of the input under the filter, which multiplies the layer's result. An input that is ±1 already is
/// left alone.
void binarise_input(NetworkEditor& editor, std::size_t node, bool scaled);

}  // namespace pj
