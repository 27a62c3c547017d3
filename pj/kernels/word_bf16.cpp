// Compiled for processors with AVX-512 BF16; nothing here may run before it is known to be there.

#include "pj/kernels/word_dots.hpp"

#ifdef __AVX512BF16__
#include "pj/kernels/word_512.hpp"
#endif

namespace pj {

#ifdef __AVX512BF16__

namespace {

struct Target : Words512<Target> {
  static constexpr int rows = 12;

  static Floats bfloat16(Floats sum, std::uint32_t x, Vector w) {
    return _mm512_dpbf16_ps(sum, reinterpret_cast<__m512bh>(broadcast(x)), reinterpret_cast<__m512bh>(w));
  }
};

}  // namespace

const WordKernels* bf16_word_kernels() {
  static const WordKernels kernels{.name = "AVX-512 BF16", .bfloat16 = word_product<Target, DotBfloat16>};
  return &kernels;
}

#else

const WordKernels* bf16_word_kernels() {
  return nullptr;
}

#endif

}  // namespace pj
