#include "pj/mapper/partial_nest.hpp"

#include <algorithm>
#include <bit>
#include <limits>

#include "pj/base/arithmetic.hpp"
#include "pj/mapping/window.hpp"

namespace pj {

namespace {

constexpr std::size_t outside_slides = PartialNest::most_stages + 1;

std::uint32_t bit(std::size_t index) {
  return std::uint32_t{1} << index;
}

}  // namespace

PartialNest::PartialNest(const Workload& workload, const Accelerator& accelerator, std::size_t inner)
    : workload_(workload),
      accelerator_(accelerator),
      boxes_(accelerator.conventions.halo == Conventions::Halo::InnermostOnly),
      resident_(!boxes_),
      first_(inner) {
  for (const Operand& tensor : workload.tensors) {
    shapes_.push_back(shape_of(tensor));
  }
  for (std::size_t i = 0; i < workload.indices.size(); ++i) {
    size_[i] = left_[i] = workload.indices[i].size;
    extent_[i] = 1;
  }
  for (std::size_t s = 0; s < accelerator.stages.size(); ++s) {
    in_time_[s] = std::holds_alternative<Level>(accelerator.stages[s]);
    factor_[s].fill(1);
    step_[s].fill(1);
  }
}

PartialNest::TensorShape PartialNest::shape_of(const Operand& tensor) const {
  const auto& latches = accelerator_.compute.latches;
  TensorShape shape;
  shape.latched = std::find(latches.begin(), latches.end(), tensor.name) != latches.end();
  for (const Axis& axis : tensor.axes) {
    std::uint32_t indices = 0;
    std::size_t varying = 0;
    bool holes = false;
    std::int64_t size = 1;
    for (const Term& term : axis) {
      const std::int64_t elements = workload_.indices[term.index].size;
      indices |= bit(term.index);
      varying += elements > 1 ? 1 : 0;
      holes = holes || (elements > 1 && term.coefficient > 1);
      size *= elements;
    }
    shape.relevant |= indices;
    if (varying > 1 || (boxes_ && holes)) {
      shape.windows.push_back(axis);
      shape.sliding |= indices;
    } else {
      shape.plain *= size;
    }
  }
  for (std::size_t i = 0; i < workload_.indices.size(); ++i) {
    const bool matters = (shape.relevant & bit(i)) == 0 || (shape.sliding & bit(i)) != 0;
    shape.counted |= matters && workload_.indices[i].size > 1 ? bit(i) : 0;
  }
  return shape;
}

void PartialNest::add_loops(const Way& way, Fingerprint& key) const {
  key.add(first_);
  for (std::size_t stage = first_; stage < way.to; ++stage) {
    if (way.stays[stage] != 0) {
      key.add(std::uint64_t{way.stays[stage]} << 8 | stage);
    }
  }
  for (std::uint32_t rest = shapes_[way.tensor].counted; rest != 0; rest &= rest - 1) {
    key.add(chain_[first_][static_cast<std::size_t>(std::countr_zero(rest))]);
  }
}

void PartialNest::push(const StageMapping& stage) {
  --first_;
  auto& factor = factor_[first_];
  factor.fill(1);
  for (const Loop& loop : stage.loops) {
    factor[loop.index] *= loop.factor;
  }
  loops_[first_] = 0;
  for (auto loop = stage.loops.rbegin(); in_time_[first_] && loop != stage.loops.rend(); ++loop) {
    order_[first_][loops_[first_]++] = loop->index;
  }
  for (std::size_t i = 0; i < workload_.indices.size(); ++i) {
    step_[first_][i] = extent_[i];
    chain_[first_][i] = chain_[first_ + 1][i];
    if (factor[i] > 1) {
      chain_[first_][i].add((static_cast<std::uint64_t>(first_) << 56) ^ static_cast<std::uint64_t>(factor[i]));
      extent_[i] *= factor[i];
      left_[i] = ceil_div(size_[i], extent_[i]);
    }
  }
}

void PartialNest::pop() {
  for (std::size_t i = 0; i < workload_.indices.size(); ++i) {
    if (factor_[first_][i] > 1) {
      extent_[i] = step_[first_][i];
      left_[i] = ceil_div(size_[i], extent_[i]);
    }
  }
  ++first_;
}

PartialNest::Way PartialNest::way(std::size_t tensor, std::size_t to, std::size_t outermost) const {
  const TensorShape& shape = shapes_[tensor];
  Way result{.tensor = tensor, .to = to};
  const std::size_t compute = accelerator_.stages.size();
  if (to == compute && !shape.latched) {
    return result;
  }
  bool any = false;
  for (std::size_t stage = to; stage-- > outermost;) {
    for (std::size_t i = 0; i < loops_[stage]; ++i) {
      const std::size_t index = order_[stage][i];
      if ((shape.relevant & bit(index)) != 0) {
        result.slide_stage = resident_ || !any ? stage : most_stages;
        result.slide_index = index;
        return result;
      }
      result.stays[stage] |= bit(index);
      any = true;
    }
  }
  result.open = true;
  return result;
}

std::int64_t PartialNest::moved(const Way& way, std::size_t apart, const Outside& outside, bool shared) {
  if (way.least) {
    return touched(way, apart, false);
  }
  const bool stays = first_ > 0 && way.open && outside.kind <= Outside::Kind::Stays;
  const bool least = (first_ > 0 && shared) || stays;
  Passes passes{.once = way.stays,
                .rest = first_ > 0 && shared ? Pass::Union : Pass::Each,
                .rest_stays = stays,
                .slide_stage = way.slide_stage,
                .slide_index = way.slide_index};
  for (std::size_t stage = first_; stage < way.to; ++stage) {
    if (!in_time_[stage]) {
      const Pass pass = stage < apart ? Pass::Each : shared_pass(stage, way.tensor);
      // The least of a sum over unknown loops: what several of them want may be the same.
      passes.space[stage] = least && pass == Pass::Distinct ? Pass::Union : pass;
    }
  }
  if (stays && !shared && (resident_ || outside.kind == Outside::Kind::Least)) {
    return least_sliding(way, passes);
  }
  if (way.open && !least && outside.kind == Outside::Kind::Slides) {
    passes.slide_stage = outside_slides;
    passes.slide_index = outside.index;
  }
  return count(way.tensor, way.to, passes);
}

/// Of the loops outside that move a tile, the innermost may slide it.
std::int64_t PartialNest::least_sliding(const Way& way, Passes& passes) {
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  for (std::uint32_t rest = shapes_[way.tensor].sliding; rest != 0; rest &= rest - 1) {
    const auto index = static_cast<std::size_t>(std::countr_zero(rest));
    if (left_[index] > 1) {
      passes.slide_stage = outside_slides;
      passes.slide_index = index;
      least = std::min(least, count(way.tensor, way.to, passes));
    }
  }
  return least < std::numeric_limits<std::int64_t>::max() ? least : count(way.tensor, way.to, passes);
}

std::int64_t PartialNest::touched(const Way& way, std::size_t apart, bool apart_outside) {
  Passes passes{.time = Pass::Union, .rest = apart_outside ? Pass::Each : Pass::Union};
  for (std::size_t stage = first_; stage < way.to; ++stage) {
    passes.space[stage] = stage < apart ? Pass::Each : Pass::Union;
  }
  return count(way.tensor, way.to, passes);
}

std::int64_t PartialNest::steps(std::size_t index) const {
  Passes passes;
  passes.space.fill(Pass::Once);
  return places(index, accelerator_.stages.size(), passes, passes.rest);
}

std::int64_t PartialNest::steps() const {
  std::int64_t product = 1;
  for (std::size_t i = 0; i < workload_.indices.size(); ++i) {
    product *= steps(i);
  }
  return product;
}

std::int64_t PartialNest::iterations(const Way& way, std::size_t index) const {
  Passes passes{.once = way.stays};
  for (std::size_t stage = first_; stage < way.to; ++stage) {
    passes.space[stage] = in_time_[stage] ? Pass::Each : shared_pass(stage, way.tensor);
  }
  return places(index, way.to, passes, passes.rest);
}

std::int64_t PartialNest::count(std::size_t tensor, std::size_t to, const Passes& passes) {
  const TensorShape& shape = shapes_[tensor];
  std::int64_t product = shape.plain;
  for (std::size_t i = 0; i < workload_.indices.size(); ++i) {
    if ((shape.relevant & bit(i)) == 0 && size_[i] > 1) {
      product *= places(i, to, passes, passes.rest_stays ? Pass::Union : passes.rest);
    }
  }
  for (std::size_t w = 0; w < shape.windows.size(); ++w) {
    product *= window(tensor, w, to, passes);
  }
  return product;
}

/// The iterations that count of the loops over an index outside a tile. Along the way of the last iterations, the
/// only ragged ones, every loop adds its full iterations times all that run inside them.
std::int64_t PartialNest::places(std::size_t index, std::size_t to, const Passes& passes, Pass outside) const {
  const auto once = [&](std::size_t stage) {
    return in_time_[stage] ? passes.time != Pass::Each || (passes.once[stage] & bit(index)) != 0
                           : passes.space[stage] != Pass::Each;
  };
  std::int64_t inside = 1;  // iterations inside one full iteration of the loops outside the chosen part
  for (std::size_t stage = first_; stage < to; ++stage) {
    inside *= once(stage) ? 1 : factor_[stage][index];
  }
  std::int64_t rest = size_[index];
  std::int64_t total = 0;
  if (left_[index] > 1) {
    const std::int64_t tiles = outside == Pass::Each ? left_[index] : 1;
    total += (tiles - 1) * inside;
    rest = std::min(extent_[index], rest - (tiles - 1) * extent_[index]);
  }
  for (std::size_t stage = first_; stage < to; ++stage) {
    const std::int64_t factor = factor_[stage][index];
    if (factor == 1) {
      continue;
    }
    const std::int64_t step = step_[stage][index];
    if (once(stage)) {
      rest = std::min(rest, step);
      continue;
    }
    inside /= factor;
    const std::int64_t tiles = rest >= factor * step ? factor : ceil_div(rest, step);
    total += (tiles - 1) * inside;
    rest = std::min(step, rest - (tiles - 1) * step);
  }
  return total + 1;
}

std::int64_t PartialNest::window(std::size_t tensor, std::size_t axis, std::size_t to, const Passes& passes) {
  const Axis& terms = shapes_[tensor].windows[axis];
  // The loops over its indices move the tensor, so that none of them is among those that leave it in place.
  Fingerprint key;
  std::uint64_t merging = 0;
  for (std::size_t stage = first_; stage < to; ++stage) {
    merging = merging << 2 | static_cast<std::uint64_t>(in_time_[stage] ? passes.time : passes.space[stage]);
  }
  key.add(merging << 32 | tensor << 28 | axis << 24 | to << 20 | passes.slide_stage << 16 | passes.slide_index << 8 |
          first_ << 4 | static_cast<std::uint64_t>(passes.rest));
  for (const Term& term : terms) {
    key.add(chain_[first_][term.index]);
  }
  const auto [words, is_new] = windows_.find_or_add(key);
  if (is_new) {
    words = window_words(workload_, terms, window_loops(terms, to, passes), boxes_);
  }
  return words;
}

TileSequence PartialNest::window_loops(const Axis& terms, std::size_t to, const Passes& passes) const {
  TileSequence sequence{std::vector<std::int64_t>(workload_.indices.size(), 1), {}};
  for (const Term& term : terms) {
    const std::size_t i = term.index;
    const auto slides = [&](std::size_t stage) { return passes.slide_stage == stage && passes.slide_index == i; };
    sequence.extents[i] = to == accelerator_.stages.size() ? 1 : step_[to][i] * factor_[to][i];
    sequence.loops.push_back({i, left_[i], extent_[i], passes.rest, slides(outside_slides)});
    for (std::size_t stage = first_; stage < to; ++stage) {
      const Pass pass = in_time_[stage] ? passes.time : passes.space[stage];
      sequence.loops.push_back({i, factor_[stage][i], step_[stage][i], pass, slides(stage)});
    }
  }
  return sequence;
}

/// How the copies behind a fanout share the words of a tensor.
Pass PartialNest::shared_pass(std::size_t stage, std::size_t tensor) const {
  const auto& fanout = std::get<Fanout>(accelerator_.stages[stage]);
  const bool shares = workload_.is_output(tensor) ? fanout.reduction : fanout.multicast;
  return !shares ? Pass::Each : boxes_ ? Pass::Distinct : Pass::Union;
}

}  // namespace pj
