#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pj/base/units.hpp"
#include "pj/kernels/algorithms.hpp"

namespace pj {

/// What the candidates compute with: the weights' format, and inputs to match (docs/kernels.md).
enum class Numbers { Float32, Bfloat16, Int8, Int4, Log4, Codebook16, Codebook4, Ternary, Binary };

/// As `NumberFormat` writes it; throws `InputError` with those that are measured.
Numbers parse_numbers(const std::string& name);

/// What became of one algorithm on one convolution.
struct CandidateTime {
  std::string name, source;
  Verdict verdict = Verdict::yes();  ///< whether it can run the shape
  OperationCount operations;
  std::int64_t weight_bytes = 0;  ///< as they are kept, without what fills up blocks
  double error_bound = 0.0;       ///< as in `ConvAlgorithm`; 0: exact
  Seconds median;                 ///< processor time of a run
  std::int64_t rounds = 0;        ///< 1: the first run took so much longer than the best one that it was the last
  double error = 0.0;             ///< of some outputs in the Euclidean norm, over the norm of the exact ones
};

/// All algorithms on one convolution, measured in turn in the same rounds.
struct ConvTimes {
  ConvShape shape;
  std::vector<CandidateTime> candidates;
  double peak = 0.0;  ///< operations a second of independent multiply-adds, the median of the same rounds

  /// The fastest of those that ran.
  const CandidateTime& winner() const;
  /// The row with this name, if it ran.
  const CandidateTime* find(const std::string& name) const;
};

struct MeasureOptions {
  Numbers numbers = Numbers::Float32;
  double density = 1.0;  ///< the share of weights that sparse ones keep; 1: dense rows
  int rounds = 9;
  std::function<bool()> stop;  ///< asked before every run; empty: never
};

/// Runs every algorithm for such numbers, or for such a density in float32, but the plain twin, on random ones, one
/// thread; beside low precision and sparse weights the dense product in float32, oneDNN's and ours.
/// Throws `Interrupted` where it is to stop.
ConvTimes measure(const ConvShape& shape, const MeasureOptions& options);

/// Whether the convolution is small enough for the memory that measuring takes.
Verdict can_measure(const ConvShape& shape);

/// The processor time of this process.
Seconds processor_time();

/// Floating-point operations a second of one core now: independent multiply-adds in registers.
double peak_now();

/// What times were measured with.
struct Machine {
  std::string processor, instructions, openblas, onednn, fftw;
};
Machine this_machine();

}  // namespace pj
