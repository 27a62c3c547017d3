#include "pj/network/network_yaml_kinds.hpp"

namespace pj {

std::vector<LayerKind> layer_kinds() {
  std::vector<LayerKind> all;
  for (const auto& part : {window_kinds(), product_kinds(), pointwise_kinds(), arrangement_kinds()}) {
    all.insert(all.end(), part.begin(), part.end());
  }
  return all;
}

}  // namespace pj
