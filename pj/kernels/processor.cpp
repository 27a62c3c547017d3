#include "pj/kernels/processor.hpp"

#include <fstream>

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

}  // namespace

std::vector<const VectorKernels*> vector_kernels() {
  std::vector<const VectorKernels*> kernels;
  if (has_avx512() && avx512_kernels() != nullptr) {
    kernels.push_back(avx512_kernels());
  }
  if (has_avx2() && avx2_kernels() != nullptr) {
    kernels.push_back(avx2_kernels());
  }
  kernels.push_back(portable_kernels());
  return kernels;
}

std::vector<const WordKernels*> word_kernels() {
  std::vector<const WordKernels*> kernels;
  if (has_bf16() && bf16_word_kernels() != nullptr) {
    kernels.push_back(bf16_word_kernels());
  }
  if (has_vnni() && vnni_word_kernels() != nullptr) {
    kernels.push_back(vnni_word_kernels());
  }
  if (has_avx2() && avx2_word_kernels() != nullptr) {
    kernels.push_back(avx2_word_kernels());
  }
  kernels.push_back(portable_word_kernels());
  return kernels;
}

std::vector<const ByteKernels*> byte_kernels() {
  std::vector<const ByteKernels*> kernels;
  if (has_vnni() && vnni_byte_kernels() != nullptr) {
    kernels.push_back(vnni_byte_kernels());
  }
  if (has_avx2() && avx2_byte_kernels() != nullptr) {
    kernels.push_back(avx2_byte_kernels());
  }
  kernels.push_back(portable_byte_kernels());
  return kernels;
}

std::vector<const SparseKernels*> sparse_kernels() {
  std::vector<const SparseKernels*> kernels;
  if (has_avx512() && avx512_sparse_kernels() != nullptr) {
    kernels.push_back(avx512_sparse_kernels());
  }
  if (has_avx2() && avx2_sparse_kernels() != nullptr) {
    kernels.push_back(avx2_sparse_kernels());
  }
  kernels.push_back(portable_sparse_kernels());
  return kernels;
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
