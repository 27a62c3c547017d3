#include <algorithm>
#include <bit>
#include <limits>

#include "pj/mapper/bound.hpp"

namespace pj {

void Bounder::set_front(std::size_t stage, const SupplyFront* front) {
  fronts_[stage] = front;
  passing_at_[stage] = front == nullptr ? std::vector<std::size_t>{} : passing(stage);
  passing_ = 0;
  for (const auto& tensors : passing_at_) {
    for (const std::size_t tensor : tensors) {
      passing_ |= 1U << tensor;
    }
  }
}

void Bounder::forget_shares() {
  for (auto& shares : shares_) {
    shares.clear();
  }
}

std::vector<std::size_t> Bounder::passing(std::size_t stage) const {
  // A bounding box around holes is no lower bound of what the tiles inside it want.
  std::vector<std::size_t> passing;
  std::uint32_t rest = keeps_[stage - 1] & ~keeps_[stage] & ~boxes_with_holes_;
  rest &= accelerator_.conventions.free_handoff ? ~(1U << workload_.output()) : ~0U;
  for (; rest != 0 && passing.size() < Supply::most_passing; rest &= rest - 1) {
    passing.push_back(static_cast<std::size_t>(std::countr_zero(rest)));
  }
  return passing;
}

bool Bounder::passes_unkept(std::size_t stage) const {
  std::uint32_t kept_inside = 0;
  for (std::size_t inner = stage + 1; inner < accelerator_.stages.size() && copies_outside_[inner] == 1 &&
                                      std::holds_alternative<Level>(accelerator_.stages[inner]);
       ++inner) {
    kept_inside |= keeps_[inner];
  }
  const auto tensors = passing(stage);
  return std::none_of(tensors.begin(), tensors.end(),
                      [&](std::size_t tensor) { return (kept_inside >> tensor & 1U) != 0; });
}

double Bounder::most_inside(std::size_t stage, std::size_t tensor, double chosen) const {
  double most = chosen;
  for (std::size_t inner = stage + 1; inner < nest_.first_stage() && copies_outside_[inner] == 1; ++inner) {
    const auto* level = std::get_if<Level>(&accelerator_.stages[inner]);
    if (level == nullptr || (keeps_[inner] >> tensor & 1U) == 0) {
      continue;
    }
    const bool adds_nothing = inner + 1 == nest_.first_stage() && level->loops && level->loops->empty();
    most = std::max(most, adds_nothing ? held_words(tensor) : capacity_words(*level, tensor));
  }
  return most;
}

/// The energy of the tensors together with the supplies of the levels outside the first so many `stages`, and of the
/// `tiles` of the one behind them.
double Bounder::total(const std::vector<Parts>& tensors, std::size_t stages, const SupplyFront* tiles) {
  double sum = compute_energy_;
  for (const Parts& tensor : tensors) {
    sum += tensor.done + tensor.open;
  }
  const auto add = [&](const SupplyFront& front, std::size_t stage, const std::vector<std::size_t>& passing) {
    Share share;
    double open = 0.0;
    for (std::size_t i = 0; i < passing.size(); ++i) {
      const Parts& passes = tensors[passing[i]];
      share.passing[i] = {passes.open, most_inside(stage, passing[i], passes.holds)};
      open += passes.open;
    }
    share.least = front.passes ? front.least(share.passing) : front.least({}) + open;
    share.adds = share.least - open;
    sum += share.adds;
    return share;
  };
  for (std::size_t stage = 0; stage < stages; ++stage) {
    if (fronts_[stage] != nullptr) {
      shares_[stage].push_back(add(*fronts_[stage], stage, passing_at_[stage]));
    }
  }
  if (tiles != nullptr) {
    add(*tiles, stages, tile_passing_);
  }
  for (std::size_t stage = 0; stage < stages; ++stage) {
    if (fronts_[stage] != nullptr) {
      shares_[stage].back().rest = sum - shares_[stage].back().least;
    }
  }
  return sum;
}

/// A tensor that passes the stage may be kept by a level further in, whose own supply brings in the same words.
double Bounder::least_without_front(std::size_t stage) {
  std::uint32_t passes = 0;
  for (const std::size_t tensor : passing_at_[stage]) {
    passes |= 1U << tensor;
  }
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < shares_[stage].size(); ++i) {
    Share& share = shares_[stage][i];
    share.apart = share.rest;
    for (std::size_t inner = stage + 1; inner < shares_.size(); ++inner) {
      if (fronts_[inner] != nullptr && i < shares_[inner].size() && (keeps_[inner] & passes) != 0) {
        share.apart -= shares_[inner][i].adds;
      }
    }
    least = std::min(least, share.apart);
  }
  return least;
}

bool Bounder::reaches(std::size_t stage, const Supply& supply, double limit) const {
  return std::any_of(shares_[stage].begin(), shares_[stage].end(),
                     [&](const Share& share) { return share.apart + supply.least(share.passing) < limit; });
}

}  // namespace pj
