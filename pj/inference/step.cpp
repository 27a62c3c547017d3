#include "pj/inference/step.hpp"

namespace pj {

TensorForm planar_form(const Network& network, ValueId value) {
  return {value, Layout::Planar, network.values[value].format};
}

Shape<4> map_shape(const Sizes& shape) {
  switch (shape.size()) {
    case 2:
      return {shape[0], shape[1], 1, 1};
    case 3:
      return {shape[0], shape[1], 1, shape[2]};
    case 4:
      return {shape[0], shape[1], shape[2], shape[3]};
    default:
      return {1, 1, 1, element_count(shape)};
  }
}

std::int64_t form_bytes(const Network& network, const TensorForm& form) {
  return layout_size(map_shape(network.values[form.value].shape), form.layout) * stored_bytes(form.format);
}

bool same_in_memory(const Shape<4>& shape, Layout a, Layout b) {
  const bool is_one_element = shape[2] * shape[3] == 1;
  return a == b || (is_one_element && layout_size(shape, a) == layout_size(shape, b));
}

}  // namespace pj
