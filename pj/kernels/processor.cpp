#include "pj/kernels/processor.hpp"

#include <fstream>
#include <initializer_list>

#include "pj/base/text.hpp"

namespace pj {

namespace {

bool has_avx512() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#else
  return false;
#endif
}

bool has_vnni() {
#ifdef __x86_64__
  return has_avx512() && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vpopcntdq");
#else
  return false;
#endif
}

bool has_bf16() {
#ifdef __x86_64__
  return has_avx512() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool has_avx2() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
#else
  return false;
#endif
}

/// Loops for an instruction set; `kernels` is called only where the processor has it, and is null where they are not
/// built.
template <class Kernels>
struct Offer {
  bool has_instructions;
  const Kernels* (*kernels)();
};

/// Those that can run here, in the same order.
template <class Kernels>
std::vector<const Kernels*> usable(std::initializer_list<Offer<Kernels>> offers) {
  std::vector<const Kernels*> found;
  for (const Offer<Kernels>& offer : offers) {
    if (const Kernels* const kernels = offer.has_instructions ? offer.kernels() : nullptr) {
      found.push_back(kernels);
    }
  }
  return found;
}

}  // namespace

std::vector<const VectorKernels*> vector_kernels() {
  return usable<VectorKernels>({{has_avx512(), avx512_kernels}, {has_avx2(), avx2_kernels}, {true, portable_kernels}});
}

std::vector<const WordKernels*> word_kernels() {
  return usable<WordKernels>({{has_bf16(), bf16_word_kernels},
                              {has_vnni(), vnni_word_kernels},
                              {has_avx2(), avx2_word_kernels},
                              {true, portable_word_kernels}});
}

std::vector<const ByteKernels*> byte_kernels() {
  return usable<ByteKernels>(
      {{has_vnni(), vnni_byte_kernels}, {has_avx2(), avx2_byte_kernels}, {true, portable_byte_kernels}});
}

std::vector<const HalfKernels*> half_kernels() {
  return usable<HalfKernels>({{has_bf16(), bf16_half_kernels},
                              {has_avx512(), avx512_half_kernels},
                              {has_avx2(), avx2_half_kernels},
                              {true, portable_half_kernels}});
}

std::vector<const SparseKernels*> sparse_kernels() {
  return usable<SparseKernels>(
      {{has_avx512(), avx512_sparse_kernels}, {has_avx2(), avx2_sparse_kernels}, {true, portable_sparse_kernels}});
}

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) {
      return std::string(trimmed(line.substr(line.find(':') + 1)));
    }
  }
  return "unknown";
}

}  // namespace pj
