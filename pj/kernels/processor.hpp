#pragma once

#include <string>
#include <vector>

#include "pj/kernels/byte_kernels.hpp"
#include "pj/kernels/half_kernels.hpp"
#include "pj/kernels/sparse_kernels.hpp"
#include "pj/kernels/vector_kernels.hpp"
#include "pj/kernels/word_kernels.hpp"

namespace pj {

/// The loops that this processor can run, those with the widest vectors first.
std::vector<const VectorKernels*> vector_kernels();

/// The same for words of low precision.
std::vector<const WordKernels*> word_kernels();

/// The same for whole-number layers.
std::vector<const ByteKernels*> byte_kernels();
/// The same for bfloat16.
std::vector<const HalfKernels*> half_kernels();
/// The same for sparse and structured weights.
std::vector<const SparseKernels*> sparse_kernels();

/// The processor's name for itself, or "unknown".
std::string processor_name();

}  // namespace pj
