#include <algorithm>
#include <cmath>
#include <limits>

#include "pj/execution/numbers.hpp"
#include "pj/execution/places.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

namespace {

/// Sums of reals are kept in float64; whole numbers wrap around.
template <class Number>
using Sum = std::conditional_t<std::is_floating_point_v<Number>, double, Number>;

template <class Number>
Number greatest() {
  return std::is_floating_point_v<Number> ? std::numeric_limits<Number>::infinity()
                                          : std::numeric_limits<Number>::max();
}

template <class Number>
Number least() {
  return std::is_floating_point_v<Number> ? -std::numeric_limits<Number>::infinity()
                                          : std::numeric_limits<Number>::min();
}

/// What folding nothing gives.
template <class Number>
Sum<Number> beginning(Reduce::Kind kind) {
  switch (kind) {
    case Reduce::Kind::Max:
      return static_cast<Sum<Number>>(least<Number>());
    case Reduce::Kind::Min:
      return static_cast<Sum<Number>>(greatest<Number>());
    case Reduce::Kind::Prod:
      return 1;
    default:
      return 0;
  }
}

template <class Total>
Total wrapped_sum(Total a, Total b) {
  if constexpr (std::is_floating_point_v<Total>) {
    return a + b;
  } else {
    return static_cast<Total>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
  }
}

template <class Total>
Total wrapped_product(Total a, Total b) {
  if constexpr (std::is_floating_point_v<Total>) {
    return a * b;
  } else {
    return static_cast<Total>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
  }
}

template <class Total>
Total magnitude_of(Total x) {
  if constexpr (std::is_unsigned_v<Total>) {
    return x;
  } else if constexpr (std::is_floating_point_v<Total>) {
    return std::abs(x);
  } else {
    return x < 0 ? static_cast<Total>(0 - static_cast<std::uint64_t>(x)) : x;
  }
}

/// One more element folded into what there is; `shift` is the row's largest element (LogSumExp).
template <class Total>
Total folded_in(Reduce::Kind kind, Total total, Total x, Total shift) {
  switch (kind) {
    case Reduce::Kind::Prod:
      return wrapped_product(total, x);
    case Reduce::Kind::Max:
      return is_nan(x) || x > total ? x : total;  // NaN stays
    case Reduce::Kind::Min:
      return is_nan(x) || x < total ? x : total;
    case Reduce::Kind::L1:
      return wrapped_sum(total, magnitude_of(x));
    case Reduce::Kind::L2:
    case Reduce::Kind::SumSquare:
      return wrapped_sum(total, wrapped_product(x, x));
    case Reduce::Kind::LogSumExp:
      return wrapped_sum(total, static_cast<Total>(std::exp(static_cast<double>(x) - static_cast<double>(shift))));
    default:
      return wrapped_sum(total, x);
  }
}

template <class Total>
Total finished(Reduce::Kind kind, Total total, Total shift, std::int64_t count) {
  const auto real = static_cast<double>(total);
  switch (kind) {
    case Reduce::Kind::Mean:
      return count == 0 ? total / static_cast<Total>(1) : total / static_cast<Total>(count);
    case Reduce::Kind::L2:
      return static_cast<Total>(std::sqrt(real));
    case Reduce::Kind::LogSum:
      return static_cast<Total>(std::log(real));
    case Reduce::Kind::LogSumExp:
      return static_cast<Total>(std::log(real) + static_cast<double>(shift));
    default:
      return total;
  }
}

/// For each element of the operand, in order, the place in the result that it is folded into.
Sizes folded_strides(const Reduce& layer, const Sizes& shape) {
  const std::size_t rank = shape.size();
  std::vector<bool> folded(rank, layer.axes.empty());
  for (const std::int64_t axis : layer.axes) {
    folded[axis_index(axis, rank)] = true;
  }
  Sizes kept = shape;
  for (std::size_t i = 0; i < rank; ++i) {
    kept[i] = folded[i] ? 1 : shape[i];
  }
  Sizes strides = strides_of(kept);
  for (std::size_t i = 0; i < rank; ++i) {
    strides[i] = folded[i] ? 0 : strides[i];
  }
  return strides;
}

template <class Number>
std::vector<Sum<Number>> totals_of(Reduce::Kind kind, const Arguments& given, const Sizes& strides,
                                   const std::vector<Number>& numbers, const std::vector<Sum<Number>>& shifts) {
  std::vector<Sum<Number>> totals(static_cast<std::size_t>(element_count(given.result().shape)),
                                  beginning<Number>(kind));
  for_each_place(given.shape(0), strides, 0, [&](std::int64_t i, std::int64_t place) {
    const auto at = static_cast<std::size_t>(place);
    const auto x = static_cast<Sum<Number>>(numbers[static_cast<std::size_t>(i)]);
    totals[at] = folded_in(kind, totals[at], x, shifts.empty() ? Sum<Number>{} : shifts[at]);
  });
  return totals;
}

template <class Number>
Constant reduced(const Reduce& layer, const Arguments& given) {
  const auto numbers = numbers_of<Number>(given[0]);
  const Sizes strides = folded_strides(layer, given.shape(0));
  std::vector<Sum<Number>> shifts;
  if (layer.kind == Reduce::Kind::LogSumExp) {
    shifts = totals_of<Number>(Reduce::Kind::Max, given, strides, numbers, {});
    for (auto& shift : shifts) {  // an infinite one would make NaN of the difference
      shift = std::isfinite(static_cast<double>(shift)) ? shift : Sum<Number>{};
    }
  }
  const auto totals = totals_of(layer.kind, given, strides, numbers, shifts);
  const std::int64_t count = totals.empty() ? 0 : std::ssize(numbers) / std::ssize(totals);
  std::vector<Number> results;
  for (std::size_t i = 0; i < totals.size(); ++i) {
    results.push_back(
        static_cast<Number>(finished(layer.kind, totals[i], shifts.empty() ? Sum<Number>{} : shifts[i], count)));
  }
  return tensor_of(given.result(), results);
}

/// The index of the first (or last) largest element along the one axis.
template <class Number>
Constant found(const Reduce& layer, const Arguments& given) {
  const auto numbers = numbers_of<Number>(given[0]);
  const std::size_t axis = axis_index(layer.axes.front(), given.shape(0).size());
  const std::int64_t size = given.shape(0)[axis];
  const std::int64_t along = strides_of(given.shape(0))[axis];
  const Sizes strides = folded_strides(layer, given.shape(0));
  const auto results = static_cast<std::size_t>(element_count(given.result().shape));
  if (size == 0 && results > 0) {
    throw InputError("looks for the largest of no elements; its axis must have at least one");
  }
  std::vector<std::int64_t> best(results, -1);
  std::vector<Number> value(results, Number{});
  for_each_place(given.shape(0), strides, 0, [&](std::int64_t i, std::int64_t place) {
    const auto at = static_cast<std::size_t>(place);
    const Number x = numbers[static_cast<std::size_t>(i)];
    const bool is_better = layer.kind == Reduce::Kind::ArgMax ? x > value[at] : x < value[at];
    if (best[at] < 0 || is_better || (layer.last_index && x == value[at])) {
      best[at] = i / along % size;
      value[at] = x;
    }
  });
  return tensor_of(given.result(), best);
}

}  // namespace

Tensors compute(const Reduce& layer, const Arguments& given) {
  return in_number_type(given[0].format, [&](auto zero) -> Tensors {
    using Number = decltype(zero);
    const bool finds = layer.kind == Reduce::Kind::ArgMax || layer.kind == Reduce::Kind::ArgMin;
    return {finds ? found<Number>(layer, given) : reduced<Number>(layer, given)};
  });
}

}  // namespace pj
