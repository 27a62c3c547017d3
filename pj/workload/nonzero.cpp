#include "pj/workload/nonzero.hpp"

#include <algorithm>

#include "pj/base/error.hpp"

namespace pj {

namespace {

using Coordinates = std::vector<std::int64_t>;

/// Calls `visit` with every combination of the given indices, the others left as they are.
template <class Visit>
void for_each(const Workload& workload, const std::vector<std::size_t>& indices, Coordinates& at, const Visit& visit,
              std::size_t next = 0) {
  if (next == indices.size()) {
    visit();
    return;
  }
  std::int64_t& position = at[indices[next]];
  for (position = 0; position < workload.indices[indices[next]].size; ++position) {
    for_each(workload, indices, at, visit, next + 1);
  }
  position = 0;
}

bool is_nonzero(const Operand& tensor, const Mask& mask, const Coordinates& at) {
  std::int64_t element = 0;
  for (std::size_t axis = 0; axis < tensor.axes.size(); ++axis) {
    std::int64_t coordinate = 0;
    for (const Term& term : tensor.axes[axis]) {
      coordinate += term.coefficient * at[term.index];
    }
    element = element * mask.shape[axis] + coordinate;
  }
  return mask.is_nonzero[static_cast<std::size_t>(element)];
}

/// The indices on which the inputs depend as asked.
std::vector<std::size_t> indices_of(const Workload& workload, bool first, bool second) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < workload.indices.size(); ++i) {
    if (workload.tensors[0].depends_on(i) == first && workload.tensors[1].depends_on(i) == second) {
      chosen.push_back(i);
    }
  }
  return chosen;
}

void check_masks(const Workload& workload, const Mask& first, const Mask& second) {
  ensure(workload.tensors.size() == 3, "non-zero MACs are counted of two inputs");
  ensure(first.shape == operand_shape(workload, 0) && second.shape == operand_shape(workload, 1),
         "a mask has the shape of its operand");
}

}  // namespace

std::int64_t Mask::count() const {
  return std::count(is_nonzero.begin(), is_nonzero.end(), true);
}

std::vector<std::int64_t> operand_shape(const Workload& workload, std::size_t tensor) {
  std::vector<std::int64_t> shape;
  for (const Axis& axis : workload.tensors[tensor].axes) {
    std::int64_t size = 1;
    for (const Term& term : axis) {
      size += term.coefficient * (workload.indices[term.index].size - 1);
    }
    shape.push_back(size);
  }
  return shape;
}

std::int64_t nonzero_macs(const Workload& workload, const Mask& first, const Mask& second) {
  check_masks(workload, first, second);
  Coordinates at(workload.indices.size(), 0);
  const auto nonzeros = [&](std::size_t tensor, const Mask& mask, const std::vector<std::size_t>& own) {
    std::int64_t count = 0;
    for_each(workload, own, at, [&] { count += is_nonzero(workload.tensors[tensor], mask, at) ? 1 : 0; });
    return count;
  };
  const std::vector<std::size_t> only_first = indices_of(workload, true, false);
  const std::vector<std::size_t> only_second = indices_of(workload, false, true);
  std::int64_t total = 0;
  for_each(workload, indices_of(workload, true, true), at,
           [&] { total += nonzeros(0, first, only_first) * nonzeros(1, second, only_second); });
  for (const std::size_t index : indices_of(workload, false, false)) {
    total *= workload.indices[index].size;
  }
  return total;
}

double expected_nonzero_macs(const Workload& workload) {
  auto macs = static_cast<double>(workload.macs());
  for (std::size_t t = 0; t < workload.output(); ++t) {
    macs *= workload.tensors[t].density;
  }
  return macs;
}

MatrixShape matrix_shape(const Workload& workload, std::size_t tensor) {
  const std::vector<std::int64_t> sizes = operand_shape(workload, tensor);
  MatrixShape shape;
  bool leads = true;
  for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
    const Axis& terms = workload.tensors[tensor].axes[axis];
    leads = leads && axis + 1 < sizes.size() && terms.size() == 1 &&
            workload.tensors.back().depends_on(terms.front().index);
    (leads ? shape.rows : shape.columns) *= sizes[axis];
  }
  return shape;
}

std::int64_t walk_nonzero_macs(const Workload& workload, const Mask& first, const Mask& second) {
  check_masks(workload, first, second);
  Coordinates at(workload.indices.size(), 0);
  std::vector<std::size_t> all(workload.indices.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i] = i;
  }
  std::int64_t total = 0;
  for_each(workload, all, at, [&] {
    const bool counts = is_nonzero(workload.tensors[0], first, at) && is_nonzero(workload.tensors[1], second, at);
    total += counts ? 1 : 0;
  });
  return total;
}

}  // namespace pj
