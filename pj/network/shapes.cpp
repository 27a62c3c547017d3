#include "pj/network/shapes.hpp"

#include <algorithm>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/network/shape_rules.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_elements = std::int64_t{1} << 62;
constexpr std::size_t most_axes = 64;

void fill(Sizes& sizes, std::size_t count, std::int64_t value) {
  if (sizes.empty()) {
    sizes.assign(count, value);
  }
}

template <class Window>
void fill_window(Window& layer, std::size_t axes) {
  fill(layer.stride, axes, 1);
  fill(layer.dilation, axes, 1);
  fill(layer.pad_begin, axes, 0);
  fill(layer.pad_end, axes, 0);
}

}  // namespace

std::vector<TensorType> infer(const Layer& layer, std::span<const Value* const> operands) {
  TensorTypes types = std::visit([&](const auto& kind) { return infer_types(kind, Operands(operands)); }, layer);
  for (const TensorType& type : types) {
    check_shape(type.shape);
  }
  return types;
}

Layer completed(Layer layer, std::size_t spatial_axes) {
  if (auto* convolution = std::get_if<Convolution>(&layer)) {
    fill_window(*convolution, spatial_axes);
    if (convolution->transposed) {
      fill(convolution->output_padding, spatial_axes, 0);
    }
  }
  if (auto* pooling = std::get_if<Pooling>(&layer)) {
    fill_window(*pooling, spatial_axes);
  }
  return layer;
}

void check_shape(const Sizes& shape) {
  if (shape.size() > most_axes) {
    throw InputError("a tensor of " + counted(std::ssize(shape), "axis", "axes") + "; at most 64 are possible");
  }
  const bool in_range =
      std::all_of(shape.begin(), shape.end(), [](std::int64_t size) { return size <= most_elements; });
  if (!in_range || element_count(shape) > most_elements) {
    throw InputError("the shape " + shape_text(shape) + " has more than 2^62 elements; use sizes that fit a memory");
  }
}

Sizes broadcast(const Sizes& a, const Sizes& b) {
  Sizes shape(std::max(a.size(), b.size()));
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::int64_t in_a = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t in_b = i < b.size() ? b[b.size() - 1 - i] : 1;
    if (in_a != in_b && in_a != 1 && in_b != 1) {
      throw InputError("the shapes " + shape_text(a) + " and " + shape_text(b) +
                       " do not go together: " + std::to_string(in_a) + " against " + std::to_string(in_b) +
                       "; axes, counted from the last, must be equal or 1");
    }
    shape[shape.size() - 1 - i] = in_a == 1 ? in_b : in_a;
  }
  return shape;
}

std::size_t axis_index(std::int64_t axis, std::size_t rank) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes) {
    throw InputError("axis " + std::to_string(axis) + " of a tensor with " + counted(axes, "axis", "axes") +
                     "; the first is 0, the last -1");
  }
  return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
}

std::vector<std::size_t> axis_indices(const Sizes& axes, std::size_t rank) {
  std::vector<std::size_t> indices;
  for (const std::int64_t axis : axes) {
    indices.push_back(axis_index(axis, rank));
    if (std::count(indices.begin(), indices.end(), indices.back()) > 1) {
      throw InputError("axis " + std::to_string(axis) + " is named twice; name each axis once");
    }
  }
  return indices;
}

std::int64_t size_sum(std::int64_t a, std::int64_t b) {
  const auto sum = checked_sum(a, b);
  if (!sum) {
    throw InputError("a size of " + std::to_string(a) + " + " + std::to_string(b) +
                     " does not fit 64 bits; use sizes that fit a memory");
  }
  return *sum;
}

std::int64_t size_product(std::int64_t a, std::int64_t b) {
  const auto product = checked_product(a, b);
  if (!product) {
    throw InputError("a size of " + std::to_string(a) + " · " + std::to_string(b) +
                     " does not fit 64 bits; use sizes that fit a memory");
  }
  return *product;
}

void Operands::require(std::size_t needed, std::initializer_list<std::string_view> names) const {
  std::string list;
  for (std::size_t i = 0; i < names.size(); ++i) {
    list += (i == 0 ? "" : ", ") + std::string(i >= needed ? "optional " : "") + std::string(names.begin()[i]);
  }
  if (count() < needed || count() > names.size()) {
    throw InputError("it has " + counted(std::ssize(values_), "operand") + "; it takes: " + list);
  }
  for (std::size_t i = 0; i < needed; ++i) {
    if (!has(i)) {
      throw InputError("its operand '" + std::string(names.begin()[i]) + "' is left out; it takes: " + list);
    }
  }
}

void Operands::require_all() const {
  for (std::size_t i = 0; i < std::max<std::size_t>(count(), 1); ++i) {
    if (!has(i)) {
      throw InputError("its operand " + std::to_string(i) + " is left out; give one or more operands");
    }
  }
}

void Operands::require_shape(std::size_t i, std::string_view name, const Sizes& expected) const {
  if (has(i) && shape(i) != expected) {
    throw InputError("its operand '" + std::string(name) + "' is " + shape_text(shape(i)) + "; it must be " +
                     shape_text(expected));
  }
}

void Operands::require_stretchable(std::size_t i, std::string_view name, const Sizes& target) const {
  if (has(i) && broadcast(shape(i), target) != target) {
    throw InputError("its operand '" + std::string(name) + "' is " + shape_text(shape(i)) + "; it must stretch to " +
                     shape_text(target));
  }
}

void Operands::require_indices(std::size_t i) const {
  const NumberFormat& kept = format(i);
  if (kept.kind != NumberFormat::Kind::Fixed || kept.fraction != 0) {
    throw InputError("its indices are " + to_string(kept) + "; they must be whole numbers as int64");
  }
}

}  // namespace pj
