#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"

namespace pj {

/// Memory at the start of a cache line; much of it in huge pages, where the system has them: weights that are read from
/// end to end come nearly twice as fast, as fewer addresses have to be translated. Given back with the same size.
void* allocate_aligned(std::size_t bytes);
void free_aligned(void* memory, std::size_t bytes);

/// Allocates at the start of a cache line, where the widest vectors may be loaded aligned.
template <class T>
struct CacheAligned {
  using value_type = T;

  CacheAligned() = default;
  template <class U>
  explicit CacheAligned(const CacheAligned<U>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(allocate_aligned(count * sizeof(T))); }
  void deallocate(T* memory, std::size_t count) { free_aligned(memory, count * sizeof(T)); }

  bool operator==(const CacheAligned&) const = default;
};

/// Numbers that kernels work on, aligned to cache lines.
template <class T>
using Buffer = std::vector<T, CacheAligned<T>>;

/// A shape with a fixed number of axes.
template <std::size_t Rank>
using Shape = std::array<std::int64_t, Rank>;

/// The product of the sizes, none of which may be negative.
template <std::size_t Rank>
std::int64_t element_count(const Shape<Rank>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    const auto product = checked_product(count, size);
    ensure(size >= 0 && product.has_value(), "a tensor has sizes that are not negative and a count that fits 64 bits");
    count = *product;
  }
  return count;
}

/// Elements of somebody else, row-major and without gaps, found by their indices: `input(n, c, h, w)`. A view of
/// numbers converts to one of constant numbers. It checks its size once, and no index.
template <class T, std::size_t Rank>
class TensorView {
 public:
  TensorView() = default;
  TensorView(std::span<T> elements, const Shape<Rank>& shape) : elements_(elements), shape_(shape) {
    ensure(static_cast<std::int64_t>(elements.size()) == element_count(shape),
           "a view has as many elements as its shape");
  }
  template <class U>
    requires std::same_as<const U, T>
  TensorView(TensorView<U, Rank> other)  // NOLINT(google-explicit-constructor): as spans convert
      : elements_(other.elements()), shape_(other.shape()) {}

  template <std::integral... Indices>
    requires(sizeof...(Indices) == Rank)
  T& operator()(Indices... indices) const {
    std::int64_t offset = 0;
    std::size_t axis = 0;
    ((offset = offset * shape_[axis++] + static_cast<std::int64_t>(indices)), ...);
    return elements_[static_cast<std::size_t>(offset)];
  }

  /// All elements in the order of memory.
  std::span<T> elements() const { return elements_; }
  const Shape<Rank>& shape() const { return shape_; }
  std::int64_t size(std::size_t axis) const { return shape_[axis]; }

 private:
  std::span<T> elements_;
  Shape<Rank> shape_{};
};

/// A tensor that owns its elements, which start as zeros.
template <class T, std::size_t Rank>
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const Shape<Rank>& shape)
      : elements_(static_cast<std::size_t>(element_count(shape))), shape_(shape) {}

  template <std::integral... Indices>
  T& operator()(Indices... indices) {
    return view()(indices...);
  }
  template <std::integral... Indices>
  const T& operator()(Indices... indices) const {
    return view()(indices...);
  }

  TensorView<T, Rank> view() { return {std::span<T>(elements_), shape_}; }
  TensorView<const T, Rank> view() const { return {std::span<const T>(elements_), shape_}; }
  std::span<T> elements() { return elements_; }
  std::span<const T> elements() const { return elements_; }
  const Shape<Rank>& shape() const { return shape_; }
  std::int64_t size(std::size_t axis) const { return shape_[axis]; }

  bool operator==(const Tensor&) const = default;

 private:
  Buffer<T> elements_;
  Shape<Rank> shape_{};
};

}  // namespace pj
