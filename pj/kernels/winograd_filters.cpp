#include "pj/kernels/winograd_filters.hpp"

#include <algorithm>
#include <array>

#include "pj/kernels/panels.hpp"

namespace pj {

namespace {

constexpr int filter_lanes = 16;  // filters that are transformed at a time: neighbouring output channels
using FilterLanes = std::array<double, filter_lanes>;

/// G · filter · Gᵀ of some filters beside each other.
class FilterTransform {
 public:
  explicit FilterTransform(const CookToom& f) : n_(f.n()), r_(f.r) {
    for (int i = 0; i < n_; ++i) {
      for (int j = 0; j < r_; ++j) {
        at(G_, i, j) = static_cast<double>(f.G(i, j).numerator()) / static_cast<double>(f.G(i, j).denominator());
      }
    }
  }

  /// Element (i, j) of the filters.
  FilterLanes& filter(int i, int j) { return at(filter_, i, j); }

  void run() {
    for (int i = 0; i < n_; ++i) {
      for (int k = 0; k < r_; ++k) {
        at(half_, i, k) = {};
        for (int j = 0; j < r_; ++j) {
          add(at(half_, i, k), at(G_, i, j), at(filter_, j, k));
        }
      }
    }
    for (int i = 0; i < n_; ++i) {
      for (int j = 0; j < n_; ++j) {
        at(whole_, i, j) = {};
        for (int k = 0; k < r_; ++k) {
          add(at(whole_, i, j), at(G_, j, k), at(half_, i, k));
        }
      }
    }
  }

  /// The filters at a position of n×n.
  const FilterLanes& result(int i, int j) const { return whole_[static_cast<std::size_t>(i * most + j)]; }

 private:
  static constexpr int most = CookToom::most_outputs + CookToom::most_taps;
  template <class Entry>
  using Matrix = std::array<Entry, static_cast<std::size_t>(most* most)>;

  template <class Entry>
  static Entry& at(Matrix<Entry>& matrix, int i, int j) {
    return matrix[static_cast<std::size_t>(i * most + j)];
  }
  static void add(FilterLanes& sums, double factor, const FilterLanes& terms) {
    for (std::size_t lane = 0; lane < sums.size(); ++lane) {
      sums[lane] += factor * terms[lane];
    }
  }

  int n_, r_;
  Matrix<double> G_{};
  Matrix<FilterLanes> filter_{}, half_{}, whole_{};
};

/// Channel c of the filters of one group from output channel `first` on, in all positions.
void transform_lanes(FilterTransform& transform, const ConvShape& s, std::span<const float> filters, std::int64_t c,
                     std::int64_t first) {
  for (std::int64_t lane = 0; lane < filter_lanes; ++lane) {
    const std::int64_t m = first + lane;
    for (std::int64_t tap = 0; tap < s.R * s.S; ++tap) {
      const auto at = static_cast<std::size_t>((m * s.group_C() + c) * s.R * s.S + tap);
      transform.filter(static_cast<int>(tap / s.S), static_cast<int>(tap % s.S))[static_cast<std::size_t>(lane)] =
          m < s.group_M() ? static_cast<double>(filters[at]) : 0.0;
    }
  }
  transform.run();
}

}  // namespace

Buffer<float> transformed_filters(const ConvShape& s, std::span<const float> weights, const CookToom& f,
                                  std::int64_t panel) {
  const PanelShape shape{s.group_C(), s.group_M(), panel};
  const std::int64_t positions = std::int64_t{f.n()} * f.n();
  Buffer<float> packed(static_cast<std::size_t>(s.groups * positions * shape.numbers()));
  if (weights.empty()) {
    std::ranges::fill(packed, 0.5F);
    return packed;
  }
  FilterTransform transform(f);
  const std::int64_t group_weights = s.group_M() * s.group_C() * s.R * s.S;
  for (std::int64_t group = 0; group < s.groups; ++group) {
    float* const matrices = packed.data() + group * positions * shape.numbers();
    const auto filters =
        weights.subspan(static_cast<std::size_t>(group * group_weights), static_cast<std::size_t>(group_weights));
    for (std::int64_t c = 0; c < s.group_C(); ++c) {
      for (std::int64_t m = 0; m < s.group_M(); m += filter_lanes) {
        transform_lanes(transform, s, filters, c, m);
        float* place = matrices + shape.place(c, m);
        for (int position = 0; position < positions; ++position, place += shape.numbers()) {
          std::ranges::transform(transform.result(position / f.n(), position % f.n()), place,
                                 [](double number) { return static_cast<float>(number); });
        }
      }
    }
  }
  return packed;
}

}  // namespace pj
