#pragma once

#include "pj/base/error.hpp"
#include "pj/base/random.hpp"
#include "pj/compression/network_editor.hpp"

namespace pj {

/// A layer in the place of which come several smaller ones, whose weights multiplied together are near to its own.
struct LowRank {
  enum class Rule {
    Svd,        ///< fully connected: two, through `rank` numbers (Denton et al. 2014; Eckart and Young 1936)
    Separable,  ///< R×S convolution: R×1 to `rank` channels, then 1×S (Jaderberg, Vedaldi and Zisserman 2014)
    Depthwise,  ///< R×S convolution: `rank` filters for each channel, then 1×1 (as MobileNet, Howard et al. 2017)
    Tucker,     ///< 1×1 to `inputs`, R×S to `outputs`, 1×1: Tucker-2 (Kim et al. 2016)
    Cp,  ///< 1×1 to `rank`, R×1 and 1×S for each channel, 1×1: CP by alternating least squares (Lebedev et al. 2015)
    Stacked,  ///< 5×5 convolution: two of 3×3 with `rank` channels between (Simonyan and Zisserman 2015)
  };

  Rule rule = Rule::Svd;
  std::int64_t rank = 0;                 ///< 0: what `share` asks for; Depthwise: 1; Stacked: the fewer channels
  std::int64_t inputs = 0, outputs = 0;  ///< Tucker; 0: what `share` asks for
  double share = 0.9;      ///< of Σ σ², the squared singular values, that is kept where no rank is given
  int rounds = 50;         ///< Cp, Stacked: of alternating least squares
  std::uint64_t seed = 1;  ///< Cp, Stacked

  bool operator==(const LowRank&) const = default;
};

/// Is the layer of a kind that the rule knows how to take apart: yes, or why not.
Verdict can_factorise(const Network& network, std::size_t node, const LowRank& rule);

/// Puts the smaller layers in the place of the node, `conv1/1`, `conv1/2`, …; the last has its name and bias. Returns
/// Σ (w − w')² / Σ w² of the weights multiplied together. Throws `InputError` where they would have more weights than
/// the layer has.
double factorise(NetworkEditor& editor, std::size_t node, const LowRank& rule);

}  // namespace pj
