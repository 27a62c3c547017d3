#include "pj/network/network.hpp"

#include "pj/base/arithmetic.hpp"
#include "pj/base/error.hpp"

namespace pj {

bool Value::operator==(const Value& other) const {
  const bool same_data = data == other.data || (data != nullptr && other.data != nullptr && *data == *other.data);
  return same_data && name == other.name && shape == other.shape && format == other.format &&
         storage == other.storage && is_constant == other.is_constant;
}

bool If::operator==(const If& other) const {
  const auto same = [](const auto& a, const auto& b) { return a == b || (a != nullptr && b != nullptr && *a == *b); };
  return same(then_branch, other.then_branch) && same(else_branch, other.else_branch);
}

std::int64_t element_count(const Sizes& shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    const auto product = size < 0 ? std::nullopt : checked_product(count, size);
    if (!product) {
      throw InputError("the shape " + shape_text(shape) + " has a negative size or more than 2^63 elements");
    }
    count = *product;
  }
  return count;
}

std::string shape_text(const Sizes& shape) {
  std::string text;
  for (const std::int64_t size : shape) {
    text += (text.empty() ? "" : "×") + std::to_string(size);
  }
  return text.empty() ? "scalar" : text;
}

}  // namespace pj
