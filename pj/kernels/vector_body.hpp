#pragma once

#include "pj/kernels/vector_depthwise.hpp"
#include "pj/kernels/vector_functions.hpp"
#include "pj/kernels/vector_pool.hpp"
#include "pj/kernels/vector_product.hpp"
#include "pj/kernels/vector_streamed.hpp"
#include "pj/kernels/vector_windows.hpp"
#include "pj/kernels/vector_winograd.hpp"

namespace pj {

/// The table of this instruction set.
template <class Target>
const VectorKernels* kernels_for(const char* name) {
  static constexpr WinogradKernels winograd[] = {
      {2, 3, winograd_input<Target, 2, 3>, winograd_output<Target, 2, 3>},
      {4, 3, winograd_input<Target, 4, 3>, winograd_output<Target, 4, 3>},
      {6, 3, winograd_input<Target, 6, 3>, winograd_output<Target, 6, 3>},
      {2, 5, winograd_input<Target, 2, 5>, winograd_output<Target, 2, 5>},
      {4, 5, winograd_input<Target, 4, 5>, winograd_output<Target, 4, 5>},
  };
  static const VectorKernels kernels{name,
                                     Target::columns * Target::lanes,
                                     Target::rows,
                                     blocked_product<Target>,
                                     winograd,
                                     sizeof(winograd) / sizeof(winograd[0]),
                                     depthwise_block<Target>,
                                     window_product<Target>,
                                     streamed_product<Target>,
                                     pool_block<Target>,
                                     response_block<Target>,
                                     function_range<Target>,
                                     multiply_adds<Target>};
  return &kernels;
}

}  // namespace pj
