#include "pj/mapping/window.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <set>

#include "pj/base/arithmetic.hpp"

namespace pj {

namespace {

/// A run of elements of one index.
struct Run {
  std::int64_t start = 0, size = 0;

  bool operator==(const Run&) const = default;
};

/// One kind of move along one index: the runs that the merged iterations want, what each of them held before
/// (nothing at a fresh start), and how many moves are of this kind. Runs start at the first one wanted.
struct Move {
  std::vector<Run> wanted, held;
  std::int64_t times = 1;
};

/// Collects the moves of one index.
class MoveCollector {
 public:
  MoveCollector(const TileSequence& sequence, std::size_t index, std::int64_t size)
      : extent_(sequence.extents[index]), size_(size) {
    for (const OuterLoop& loop : sequence.loops) {
      if (loop.index == index && loop.pass != Pass::Once) {
        loops_.push_back(loop);
        merged_reach_ += is_each(loop) ? 0 : (loop.factor - 1) * loop.step;
      }
    }
  }

  std::vector<Move> moves() {
    each(0, size_, -1, 1);
    return std::move(moves_);
  }

 private:
  static bool is_each(const OuterLoop& loop) { return loop.pass == Pass::Each; }

  /// Fixes the iterations that count one by one; `rest` is what is left of the index, `shift` how far the sliding loop
  /// moved (−1: a fresh start), and so many `times` it is the same.
  void each(std::size_t loop, std::int64_t rest, std::int64_t shift, std::int64_t times) {
    while (loop < loops_.size() && !is_each(loops_[loop])) {
      ++loop;
    }
    if (loop == loops_.size()) {
      Move move{{}, {}, times};
      merged(0, 0, rest, shift, move);
      add(std::move(move));
      return;
    }
    const auto& [index, factor, step, pass, slides] = loops_[loop];
    // All iterations are alike in which neither this loop's nor any merged tile is cut short.
    const std::int64_t whole = rest < step + merged_reach_ ? 0 : (rest - step - merged_reach_) / step + 1;
    for (std::int64_t k = 0; k < factor && k * step < rest;) {
      const std::int64_t alike = k == 0 && slides ? 1 : std::max<std::int64_t>(1, std::min(factor, whole) - k);
      each(loop + 1, rest - k * step, slides && k > 0 ? step : shift, times * alike);
      k += alike;
    }
  }

  void merged(std::size_t loop, std::int64_t start, std::int64_t rest, std::int64_t shift, Move& move) const {
    while (loop < loops_.size() && is_each(loops_[loop])) {
      ++loop;
    }
    if (loop == loops_.size()) {
      move.wanted.push_back({start, std::min(extent_, rest - start)});
      if (shift > 0) {
        move.held.push_back({start - shift, extent_});
      }
      return;
    }
    for (std::int64_t k = 0; k < loops_[loop].factor && start + k * loops_[loop].step < rest; ++k) {
      merged(loop + 1, start + k * loops_[loop].step, rest, shift, move);
    }
  }

  void add(Move move) {
    const auto known = std::find_if(moves_.begin(), moves_.end(), [&](const Move& other) {
      return other.wanted == move.wanted && other.held == move.held;
    });
    if (known == moves_.end()) {
      moves_.push_back(std::move(move));
    } else {
      known->times += move.times;
    }
  }

  std::int64_t extent_, size_;
  std::int64_t merged_reach_ = 0;  ///< how far the merged iterations lie apart at most
  std::vector<OuterLoop> loops_;
  std::vector<Move> moves_;
};

/// The positions that sums of the terms' runs reach, relative to `low`.
using Positions = std::vector<bool>;

struct Frame {
  std::int64_t low = 0, high = 0;  ///< every position of a move is in [low, high]
};

Positions positions(const Axis& axis, const std::vector<Run>& runs, const Frame& frame, bool box) {
  Positions reached(static_cast<std::size_t>(frame.high - frame.low + 1));
  std::int64_t start = 0;
  std::int64_t span = 0;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    start += axis[i].coefficient * runs[i].start;
    span += axis[i].coefficient * (runs[i].size - 1);
  }
  const auto first = reached.begin() + (start - frame.low);
  if (box) {
    std::fill(first, first + span + 1, true);
    return reached;
  }
  *first = true;
  std::int64_t filled = 0;
  for (std::size_t i = 0; i < axis.size(); ++i) {  // adds one index after the other: a Minkowski sum
    const std::int64_t reach = axis[i].coefficient * (runs[i].size - 1);
    for (std::int64_t at = filled; at >= 0; --at) {
      if (first[at]) {
        for (std::int64_t k = 1; k < runs[i].size; ++k) {
          first[at + k * axis[i].coefficient] = true;
        }
      }
    }
    filled += reach;
  }
  return reached;
}

/// Every way to take one merged run from each term.
template <class Visit>
void for_each_combination(const std::vector<const Move*>& moves, std::vector<std::size_t>& choice, const Visit& visit) {
  if (choice.size() == moves.size()) {
    visit();
    return;
  }
  for (std::size_t i = 0; i < moves[choice.size()]->wanted.size(); ++i) {
    choice.push_back(i);
    for_each_combination(moves, choice, visit);
    choice.pop_back();
  }
}

Frame frame_of(const Axis& axis, const std::vector<const Move*>& moves) {
  Frame frame;
  for (std::size_t i = 0; i < axis.size(); ++i) {
    std::int64_t low = 0;
    std::int64_t high = 0;
    for (const auto* runs : {&moves[i]->wanted, &moves[i]->held}) {
      for (const Run& run : *runs) {
        low = std::min(low, run.start);
        high = std::max(high, run.start + run.size - 1);
      }
    }
    frame.low += axis[i].coefficient * low;
    frame.high += axis[i].coefficient * high;
  }
  return frame;
}

/// The sums of two runs, or the span of all sums. For two indices with the coprime coefficients a, c there are
/// p·r − max(0, p−c)·max(0, r−a): of all sums that are equal, i·a + j·c = (i+c)·a + (j−a)·c, one counts.
std::int64_t sums(std::int64_t a, std::int64_t p, std::int64_t c, std::int64_t r, bool boxes) {
  if (boxes) {
    return a * (p - 1) + c * (r - 1) + 1;
  }
  const std::int64_t common = a == 1 || c == 1 ? 1 : std::gcd(a, c);
  return p * r - std::max<std::int64_t>(0, p - c / common) * std::max<std::int64_t>(0, r - a / common);
}

/// `size_of` where two indices move one tile: the sums of both runs together without those of the tile before.
std::optional<std::int64_t> size_of_one(const Axis& axis, const std::vector<const Move*>& moves, bool boxes) {
  const bool one_each = std::all_of(moves.begin(), moves.end(), [](const Move* m) { return m->wanted.size() == 1; });
  if (moves.size() != 2 || !one_each || (!moves[0]->held.empty() && !moves[1]->held.empty())) {
    return std::nullopt;
  }
  const std::size_t first = moves[1]->held.empty() ? 0 : 1;
  const Move& sliding = *moves[first];
  const std::int64_t a = axis[first].coefficient;
  const std::int64_t c = axis[1 - first].coefficient;
  const std::int64_t p = sliding.wanted[0].size;
  const std::int64_t r = moves[1 - first]->wanted[0].size;
  if (sliding.held.empty()) {
    return sums(a, p, c, r, boxes);
  }
  const std::int64_t shift = sliding.wanted[0].start - sliding.held[0].start;
  const std::int64_t before = sliding.held[0].size;
  if (boxes) {
    const std::int64_t end = sums(a, p, c, r, true);
    return end - std::max<std::int64_t>(0, std::min(end, sums(a, before, c, r, true) - a * shift));
  }
  if (shift > before) {
    return std::nullopt;
  }
  return sums(a, std::max(shift + p, before), c, r, false) - sums(a, before, c, r, false);
}

/// The positions that one move brings in.
std::int64_t size_of(const Axis& axis, const std::vector<const Move*>& moves, bool boxes, bool distinct) {
  if (const auto size = size_of_one(axis, moves, boxes)) {
    return *size;
  }
  const Frame frame = frame_of(axis, moves);
  const bool slides = std::any_of(moves.begin(), moves.end(), [](const Move* move) { return !move->held.empty(); });
  std::set<Positions> seen;
  Positions all(static_cast<std::size_t>(frame.high - frame.low + 1));
  std::vector<std::size_t> choice;
  for_each_combination(moves, choice, [&] {
    std::vector<Run> wanted;
    std::vector<Run> held;
    for (std::size_t i = 0; i < moves.size(); ++i) {
      wanted.push_back(moves[i]->wanted[choice[i]]);
      held.push_back(moves[i]->held.empty() ? wanted.back() : moves[i]->held[choice[i]]);
    }
    Positions fresh = positions(axis, wanted, frame, boxes);
    if (slides) {
      const Positions before = positions(axis, held, frame, boxes);
      std::transform(fresh.begin(), fresh.end(), before.begin(), fresh.begin(), [](bool a, bool b) { return a && !b; });
    }
    if (distinct) {
      seen.insert(std::move(fresh));
    } else {
      std::transform(all.begin(), all.end(), fresh.begin(), all.begin(), [](bool a, bool b) { return a || b; });
    }
  });
  std::int64_t count = std::count(all.begin(), all.end(), true);
  for (const Positions& part : seen) {
    count += std::count(part.begin(), part.end(), true);
  }
  return count;
}

}  // namespace

std::int64_t window_size(const Workload& workload, const Axis& axis, const std::vector<std::int64_t>& extents,
                         bool boxes) {
  std::int64_t span = 1;
  std::array<std::pair<std::int64_t, std::int64_t>, 2> varying{{{1, 1}, {1, 1}}};  // coefficient, extent
  std::size_t count = 0;
  for (const Term& term : axis) {
    const std::int64_t extent = std::min(extents[term.index], workload.indices[term.index].size);
    span += term.coefficient * (extent - 1);
    if (extent > 1 && count++ < varying.size()) {
      varying[count - 1] = {term.coefficient, extent};
    }
  }
  if (boxes) {
    return span;
  }
  if (count > varying.size()) {
    return window_words(workload, axis, {extents, {}}, boxes);
  }
  return sums(varying[0].first, varying[0].second, varying[1].first, varying[1].second, false);
}

std::int64_t window_words(const Workload& workload, const Axis& axis, const TileSequence& sequence, bool boxes) {
  const bool distinct = std::any_of(sequence.loops.begin(), sequence.loops.end(),
                                    [](const OuterLoop& loop) { return loop.pass == Pass::Distinct; });
  std::vector<std::vector<Move>> moves;
  for (const Term& term : axis) {
    moves.push_back(MoveCollector(sequence, term.index, workload.indices[term.index].size).moves());
  }
  std::int64_t count = 0;
  std::vector<const Move*> chosen;
  const auto visit = [&](const auto& self, std::int64_t times) -> void {
    if (chosen.size() == axis.size()) {
      count += times * size_of(axis, chosen, boxes, distinct);
      return;
    }
    for (const Move& move : moves[chosen.size()]) {
      chosen.push_back(&move);
      self(self, times * move.times);
      chosen.pop_back();
    }
  };
  visit(visit, 1);
  return count;
}

}  // namespace pj
