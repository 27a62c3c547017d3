#include "pj/mapper/spread.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"

namespace pj {

namespace {

/// Lists of copies can be long: only so many are kept.
constexpr std::size_t most_known = 64;

/// Is the index in an axis with a sum, so that several of its elements can meet in one of the tensor?
bool is_summed(const Operand& tensor, std::size_t index) {
  return std::any_of(tensor.axes.begin(), tensor.axes.end(), [&](const Axis& axis) {
    return axis.size() > 1 &&
           std::any_of(axis.begin(), axis.end(), [&](const Term& term) { return term.index == index; });
  });
}

}  // namespace

Spreads::Spreads(const Workload& workload, const Fanout& fanout, Factors& factors, bool perfect)
    : workload_(workload), fanout_(fanout), factors_(factors), perfect_(perfect) {
  for (std::size_t index = 0; index < workload.indices.size(); ++index) {
    const std::string& name = workload.indices[index].name;
    const auto axes = std::count_if(fanout.axes.begin(), fanout.axes.end(),
                                    [&](const FanoutAxis& axis) { return admits(axis.indices, name); });
    // Copies that reduce an output each begin a sum of their own, and what begins need not be fetched; and where an
    // index may lie along several axes, a number that can be laid out may be larger than the smallest that would do.
    const bool reduces = !workload.tensors.back().depends_on(index) || is_summed(workload.tensors.back(), index);
    any_.push_back(!perfect && (reduces || (axes > 1 && !fanout.one_axis)));
  }
}

std::int64_t Spreads::most_copies(std::size_t index) const {
  std::int64_t most = 1;
  for (const FanoutAxis& axis : fanout_.axes) {
    if (admits(axis.indices, workload_.indices[index].name)) {
      most = fanout_.one_axis ? std::max(most, axis.size) : most * axis.size;
    }
  }
  return most;
}

bool Spreads::pays(std::size_t index, std::int64_t copies, std::int64_t tiles) const {
  if (copies == 1 || any_[index]) {
    return copies <= tiles;
  }
  const auto& factors = factors_.of(index, tiles);
  return std::binary_search(factors.begin(), factors.end(), copies);
}

/// The numbers of copies that pay for any number of tiles that a level inside can leave of `tiles`.
std::vector<std::int64_t> Spreads::counts(std::size_t index, std::int64_t tiles) const {
  std::vector<std::int64_t> result;
  const std::int64_t most = std::min(most_copies(index), tiles);
  const std::vector<std::int64_t> inside = factors_.of(index, tiles);
  for (std::int64_t copies = 1; copies <= most; ++copies) {
    const auto pays_here = [&](std::int64_t factor) { return pays(index, copies, ceil_div(tiles, factor)); };
    if (std::any_of(inside.begin(), inside.end(), pays_here)) {
      result.push_back(copies);
    }
  }
  return result;
}

const std::vector<Copies>& Spreads::all(const std::vector<std::int64_t>& left) {
  if (known_.size() == most_known) {
    known_.clear();
  }
  const auto [known, is_new] = known_.try_emplace(left);
  if (is_new) {
    found_ = &known->second;
    Copies copies;
    copies.fill(1);
    extend(0, left, {Room(fanout_.axes.size(), 1)}, copies);
  }
  return known->second;
}

/// Spreads the indices from `index` on; `rooms` are the ways in which those before it can have taken the axes.
void Spreads::extend(std::size_t index, const std::vector<std::int64_t>& left, const std::vector<Room>& rooms,
                     Copies& copies) {
  if (index == left.size()) {
    found_->push_back(copies);
    return;
  }
  for (const std::int64_t count : counts(index, left[index])) {
    std::vector<Room> next;
    for (const Room& layout : layouts(index, count, perfect_ ? 0 : count)) {
      for (Room room : rooms) {
        bool fits = true;
        for (std::size_t axis = 0; axis < room.size(); ++axis) {
          room[axis] *= layout[axis];
          fits = fits && room[axis] <= fanout_.axes[axis].size;
        }
        const auto covers = [&](const Room& other) {
          return std::equal(other.begin(), other.end(), room.begin(), std::less_equal<>());
        };
        if (fits && std::none_of(next.begin(), next.end(), covers)) {
          next.push_back(room);
        }
      }
    }
    if (!next.empty()) {
      copies[index] = count;
      extend(index + 1, left, next, copies);
    }
  }
  copies[index] = 1;
}

/// All factors along the axes that have so many copies in use: their product is this number, or (where `tiles` are
/// as many) it is larger and none of the loops has an idle iteration too many.
const std::vector<Spreads::Room>& Spreads::layouts(std::size_t index, std::int64_t copies, std::int64_t tiles) const {
  const auto [known, is_new] = layouts_.try_emplace({index, {copies, tiles}});
  if (is_new) {
    Room taken(fanout_.axes.size(), 1);
    lay_out(index, fanout_.axes.size(), copies, tiles, copies, taken, known->second);
  }
  return known->second;
}

void Spreads::lay_out(std::size_t index, std::size_t axis, std::int64_t copies, std::int64_t tiles, std::int64_t left,
                      Room& taken, std::vector<Room>& found) const {
  if (left == 1) {
    found.push_back(taken);
    return;
  }
  if (axis == 0) {
    return;
  }
  const bool taken_elsewhere = fanout_.one_axis && left < copies;
  const bool admitted = admits(fanout_.axes[axis - 1].indices, workload_.indices[index].name);
  const std::int64_t most = admitted && !taken_elsewhere ? std::min(fanout_.axes[axis - 1].size, left) : 1;
  for (std::int64_t factor = 1; factor <= most; ++factor) {
    if (left % factor == 0 || copies == tiles) {
      taken[axis - 1] = factor;
      lay_out(index, axis - 1, copies, tiles, ceil_div(left, factor), taken, found);
    }
  }
  taken[axis - 1] = 1;
}

std::optional<std::vector<Loop>> Spreads::loops(const Copies& copies, const std::vector<std::int64_t>& left) const {
  std::vector<Loop> result;
  if (!place(0, copies, left, Room(fanout_.axes.size(), 1), result)) {
    return std::nullopt;
  }
  std::stable_sort(result.begin(), result.end(), [](const Loop& a, const Loop& b) { return a.axis < b.axis; });
  return result;
}

bool Spreads::place(std::size_t index, const Copies& copies, const std::vector<std::int64_t>& left, const Room& room,
                    std::vector<Loop>& loops) const {
  if (index == left.size()) {
    return true;
  }
  for (const Room& layout : layouts(index, copies[index],
                                    perfect_                       ? 0
                                    : left[index] == copies[index] ? copies[index]
                                                                   : 0)) {
    Room next = room;
    const std::size_t before = loops.size();
    bool fits = true;
    for (std::size_t axis = 0; axis < room.size(); ++axis) {
      next[axis] *= layout[axis];
      fits = fits && next[axis] <= fanout_.axes[axis].size;
      if (layout[axis] > 1) {
        loops.push_back({index, layout[axis], static_cast<int>(axis)});
      }
    }
    if (fits && place(index + 1, copies, left, next, loops)) {
      return true;
    }
    loops.resize(before);
  }
  return false;
}

}  // namespace pj
