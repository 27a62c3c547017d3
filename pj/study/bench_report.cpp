#include "pj/study/bench_report.hpp"

#include <array>
#include <cstdio>

#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr auto peer = "oneDNN";

std::string names_text(const std::vector<std::string>& names) {
  return names.front() + (names.size() == 1 ? "" : " and " + std::to_string(names.size() - 1) + " more");
}

/// `2.31×`: how much longer oneDNN's direct convolution takes.
std::string ratio_text(const ConvTimes& times) {
  const CandidateTime* row = times.find(peer);
  return row == nullptr ? "" : significant(row->median / times.winner().median) + "×";
}

/// Two operations for each MAC, whatever the algorithm does.
double operations_a_second(const ConvShape& shape, Seconds time) {
  return 2.0 * static_cast<double>(shape.macs()) / time.value;
}

/// `3.1e-06`.
std::string error_text(double error) {
  if (error == 0.0) {
    return "0";
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1e", error);
  return text.data();
}

std::string machine_text(const NetworkBench& bench) {
  const Machine& machine = bench.machine;
  return "Processor time on one thread of " + machine.processor + " with " + machine.instructions +
         ", medians of rounds in which the algorithms take turns with the loop\nthat measures the peak of "
         "float32.\noneDNN " +
         machine.onednn + ", OpenBLAS " + machine.openblas + ", FFTW " + machine.fftw +
         ". GFLOP/s count two operations for each MAC, so that fewer operations can exceed the peak.\n";
}

std::string totals_text(const NetworkBench& bench) {
  const Seconds best = bench.total("");
  const Seconds theirs = bench.total(peer);
  std::string text;
  if (!bench.layers.empty()) {
    text = "In all " + scaled(best.value, "s") + "; with " + peer + " throughout " + scaled(theirs.value, "s") + ", " +
           significant(theirs / best) + " times as long.\n";
  }
  if (bench.unmeasured > 0) {
    text += "Stopped: " + counted(static_cast<std::int64_t>(bench.unmeasured), "shape") + " not measured.\n";
  }
  for (const std::string& reason : bench.left_out) {
    text += "Left out: " + reason + ".\n";
  }
  return text;
}

}  // namespace

std::string bench_table(const NetworkBench& bench) {
  Table table({"layer", "shape", "MACs (M)", "fastest", "time", "to oneDNN", "GFLOP/s", "of peak", "error"});
  table.left(1);
  table.left(3);
  for (const LayerBench& layer : bench.layers) {
    const CandidateTime& best = layer.times.winner();
    const double rate = operations_a_second(layer.times.shape, best.median);
    table.add({names_text(layer.names), to_string(layer.times.shape),
               significant(1e-6 * static_cast<double>(layer.times.shape.macs()), 4), best.name,
               scaled(best.median.value, "s"), ratio_text(layer.times), significant(rate * 1e-9),
               significant(100.0 * rate / layer.times.peak) + " %", error_text(best.error)});
  }
  const std::string heading = bench.network + " on this processor\n\n";
  return heading + (bench.layers.empty() ? "" : table.text() + "\n") + totals_text(bench) + machine_text(bench);
}

std::string bench_csv(const NetworkBench& bench) {
  std::string text =
      "layers,shape,macs,algorithm,seconds,rounds,error,error_bound,multiplications,constant_multiplications,additions,"
      "weight_bytes,why_not\n";
  for (const LayerBench& layer : bench.layers) {
    const ConvShape& shape = layer.times.shape;
    for (const CandidateTime& row : layer.times.candidates) {
      std::vector<std::string> fields{join(layer.names, " "), to_string(shape), std::to_string(shape.macs()), row.name};
      if (row.verdict) {
        const OperationCount& count = row.operations;
        fields.insert(fields.end(),
                      {exact(row.median.value), std::to_string(row.rounds), exact(row.error), exact(row.error_bound),
                       std::to_string(count.multiplications), std::to_string(count.constant_multiplications),
                       std::to_string(count.additions), std::to_string(row.weight_bytes), ""});
      } else {
        fields.insert(fields.end(), {"", "", "", "", "", "", "", "", row.verdict.reason()});
      }
      text += csv_line(fields) + "\n";
    }
  }
  return text;
}

}  // namespace pj
