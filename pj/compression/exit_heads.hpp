#pragma once

#include "pj/compression/network_editor.hpp"
#include "pj/training/examples.hpp"
#include "pj/training/parameter_rule.hpp"

namespace pj {

/// Heads behind some layers, at which samples that are easy leave the network (BranchyNet; Teerapittayanon, McDanel and
/// Kung 2016; Panda, Sengupta and Roy 2016 with a linear classifier behind a frozen trunk).
struct ExitHeads {
  enum class Criterion {
    Entropy,     ///< a sample leaves where −Σ p ln p of its shares is at most a threshold (BranchyNet)
    Confidence,  ///< where its largest share is at least one
  };

  Criterion criterion = Criterion::Entropy;
  bool trains_trunk = false;  ///< the trunk learns with the heads; else it stays as it is
  std::int64_t hidden = 0;    ///< neurons between the layer and the scores, behind a ReLU; 0: none
  double loss = 0.0;          ///< the share of held-out samples that may be lost for it

  bool operator==(const ExitHeads&) const = default;
};

/// A head behind the node with this index, named `exit1`, `exit2`, …: fully connected, softmax, and a margin
/// (pj/inference/early_exits) that lets no sample leave yet. Throws `InputError` where the node has no reals to offer.
void add_exit(NetworkEditor& editor, std::size_t node, const ExitHeads& rule);

/// The network as it is trained with its heads: its only output has a row of scores for each head, and for the end
/// where the trunk learns, too. The loss is the mean over the rows.
Network with_rows_for_exits(const Network& network, const ExitHeads& rule);
/// The examples with a class for each of these rows.
Examples with_classes_for_rows(Examples examples, std::int64_t rows);
/// Rules that hold still what is not a head's.
ParameterRules frozen_trunk(const Network& network);
/// The network with the parameters that another one with the same names has learned.
Network with_constants_of(Network network, const Network& learned);

/// The loosest thresholds with which at most a share `loss` of the examples' classes is lost against the network's end,
/// one exit after the other, by the samples that the earlier ones leave over.
Network with_thresholds(const Network& network, const Examples& held_out, const ExitHeads& rule, int threads);

}  // namespace pj
