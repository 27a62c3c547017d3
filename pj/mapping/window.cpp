#include "pj/mapping/window.hpp"

#include <algorithm>
#include <array>
#include <numeric>
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
      }
    }
  }

  std::vector<Move> moves() {
    each(0, 0, -1);
    return std::move(moves_);
  }

 private:
  static bool is_each(const OuterLoop& loop) { return loop.pass == Pass::Each; }

  /// Fixes the iterations that count one by one; `shift` is how far the sliding loop moved (−1: a fresh start).
  void each(std::size_t loop, std::int64_t start, std::int64_t shift) {
    while (loop < loops_.size() && !is_each(loops_[loop])) {
      ++loop;
    }
    if (loop == loops_.size()) {
      Move move;
      merged(0, start, shift, move);
      add(std::move(move), start);
      return;
    }
    for (std::int64_t k = 0; k < loops_[loop].factor && start + k * loops_[loop].step < size_; ++k) {
      each(loop + 1, start + k * loops_[loop].step, loops_[loop].slides && k > 0 ? loops_[loop].step : shift);
    }
  }

  void merged(std::size_t loop, std::int64_t start, std::int64_t shift, Move& move) const {
    while (loop < loops_.size() && is_each(loops_[loop])) {
      ++loop;
    }
    if (loop == loops_.size()) {
      move.wanted.push_back({start, std::min(extent_, size_ - start)});
      if (shift > 0) {
        move.held.push_back({start - shift, extent_});
      }
      return;
    }
    for (std::int64_t k = 0; k < loops_[loop].factor && start + k * loops_[loop].step < size_; ++k) {
      merged(loop + 1, start + k * loops_[loop].step, shift, move);
    }
  }

  void add(Move move, std::int64_t start) {
    for (auto* runs : {&move.wanted, &move.held}) {
      for (Run& run : *runs) {
        run.start -= start;
      }
    }
    const auto known = std::find_if(moves_.begin(), moves_.end(), [&](const Move& other) {
      return other.wanted == move.wanted && other.held == move.held;
    });
    if (known == moves_.end()) {
      moves_.push_back(std::move(move));
    } else {
      ++known->times;
    }
  }

  std::int64_t extent_, size_;
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

/// The positions that one move brings in.
std::int64_t size_of(const Axis& axis, const std::vector<const Move*>& moves, bool boxes, bool distinct) {
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
  const auto [a, p] = varying[0];
  const auto [c, r] = varying[1];
  const std::int64_t common = std::gcd(a, c);
  return p * r - std::max<std::int64_t>(0, p - c / common) * std::max<std::int64_t>(0, r - a / common);
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
