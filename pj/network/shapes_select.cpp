#include <algorithm>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

Sizes part(const Sizes& sizes, std::size_t begin, std::size_t end) {
  return {sizes.begin() + static_cast<std::ptrdiff_t>(begin), sizes.begin() + static_cast<std::ptrdiff_t>(end)};
}

Sizes joined(Sizes sizes, const Sizes& more) {
  sizes.insert(sizes.end(), more.begin(), more.end());
  return sizes;
}

/// Indices element by element: as many axes as the data, none longer but the one that is picked along.
void check_element_indices(const Sizes& data, const Sizes& indices, std::int64_t axis) {
  const std::size_t along = axis_index(axis, data.size());
  bool fits = data.size() == indices.size();
  for (std::size_t i = 0; fits && i < data.size(); ++i) {
    fits = i == along || indices[i] <= data[i];
  }
  if (!fits) {
    throw InputError("its indices are " + shape_text(indices) + " and its data " + shape_text(data) +
                     "; the indices need as many axes, none longer but axis " + std::to_string(along));
  }
}

/// The data axes that are left when the last axis of the indices names an element each.
Sizes rest_of(const Sizes& data, const Sizes& indices, std::size_t batch_axes) {
  const bool has_axes = !indices.empty() && batch_axes < indices.size() && batch_axes < data.size();
  const std::int64_t depth = has_axes ? indices.back() : 0;
  if (depth < 1 || depth > static_cast<std::int64_t>(data.size() - batch_axes) ||
      part(data, 0, batch_axes) != part(indices, 0, batch_axes)) {
    throw InputError("its indices are " + shape_text(indices) + " and its data " + shape_text(data) +
                     "; the last axis of the indices must be 1 to the number of data axes");
  }
  return part(data, batch_axes + static_cast<std::size_t>(depth), data.size());
}

std::size_t batch_axes(const Gather& layer) {
  if (layer.batch_axes < 0 || layer.batch_axes > 64) {
    throw InputError(std::to_string(layer.batch_axes) + " batch axes; give 0 or the number that both operands share");
  }
  return static_cast<std::size_t>(layer.batch_axes);
}

Sizes gathered(const Gather& layer, const Sizes& data, const Sizes& indices) {
  switch (layer.kind) {
    case Gather::Kind::Slices: {
      const std::size_t axis = axis_index(layer.axis, data.size());
      return joined(joined(part(data, 0, axis), indices), part(data, axis + 1, data.size()));
    }
    case Gather::Kind::Elements:
      check_element_indices(data, indices, layer.axis);
      return indices;
    case Gather::Kind::Nd:
      break;
  }
  const Sizes rest = rest_of(data, indices, batch_axes(layer));
  return joined(part(indices, 0, indices.size() - 1), rest);
}

}  // namespace

TensorTypes infer_types(const Gather& layer, const Operands& operands) {
  operands.require(2, {"data", "indices"});
  operands.require_indices(1);
  return {{gathered(layer, operands.shape(0), operands.shape(1)), operands.format(0)}};
}

TensorTypes infer_types(const Scatter& layer, const Operands& operands) {
  operands.require(3, {"data", "indices", "updates"});
  operands.require_indices(1);
  const Sizes& data = operands.shape(0);
  const Sizes& indices = operands.shape(1);
  if (layer.kind == Scatter::Kind::Elements) {
    check_element_indices(data, indices, layer.axis);
    operands.require_shape(2, "updates", indices);
  } else {
    const Sizes rest = rest_of(data, indices, 0);
    operands.require_shape(2, "updates", joined(part(indices, 0, indices.size() - 1), rest));
  }
  return {{data, operands.format(0)}};
}

TensorTypes infer_types(const Reduce& layer, const Operands& operands) {
  operands.require(1, {"input"});
  const bool finds = layer.kind == Reduce::Kind::ArgMax || layer.kind == Reduce::Kind::ArgMin;
  if (finds && layer.axes.size() != 1) {
    throw InputError("it names " + counted(std::ssize(layer.axes), "axis", "axes") + "; " + kind_name(layer) +
                     " works along exactly one");
  }
  Sizes output = operands.shape(0);
  std::vector<std::size_t> axes = axis_indices(layer.axes, output.size());
  for (std::size_t i = output.size(); i-- > 0;) {
    const bool folded = axes.empty() || std::find(axes.begin(), axes.end(), i) != axes.end();
    if (folded && layer.keep_axes) {
      output[i] = 1;
    } else if (folded) {
      output.erase(output.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return {{output, finds ? NumberFormat::fixed(64) : operands.format(0)}};
}

}  // namespace pj
