#include "pj/execution/execute.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/execution/rules.hpp"

namespace pj {

Tensors compute(const If& layer, const Arguments& given) {
  const bool holds = numbers_of<std::int64_t>(given[0]).front() != 0;
  return run_plainly(holds ? *layer.then_branch : *layer.else_branch, given.operands.subspan(1));
}

}  // namespace pj
