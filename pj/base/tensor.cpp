#include "pj/base/tensor.hpp"

#include <sys/mman.h>

#include <new>

namespace pj {

namespace {

constexpr std::size_t huge_page = std::size_t{1} << 21;  // of x86-64 and AArch64

/// From two huge pages on what is rounded up to whole ones does not matter.
std::align_val_t alignment_for(std::size_t bytes) {
  return std::align_val_t{bytes >= 2 * huge_page ? huge_page : 64};
}

}  // namespace

void* allocate_aligned(std::size_t bytes) {
  void* const memory = ::operator new(bytes, alignment_for(bytes));
  if (bytes >= 2 * huge_page) {
    ::madvise(memory, bytes, MADV_HUGEPAGE);  // advice: where it is not taken all stays as it was
  }
  return memory;
}

void free_aligned(void* memory, std::size_t bytes) {
  ::operator delete(memory, alignment_for(bytes));
}

}  // namespace pj
