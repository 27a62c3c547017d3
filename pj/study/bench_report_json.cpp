#include <nlohmann/json.hpp>

#include "pj/study/bench_report.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

using Json = nlohmann::ordered_json;

Json shape_json(const ConvShape& s) {
  return {{"N", s.N},
          {"C", s.C},
          {"M", s.M},
          {"H", s.H},
          {"W", s.W},
          {"R", s.R},
          {"S", s.S},
          {"P", s.P()},
          {"Q", s.Q()},
          {"stride_h", s.stride_h},
          {"stride_w", s.stride_w},
          {"pad_top", s.pad_top},
          {"pad_bottom", s.pad_bottom},
          {"pad_left", s.pad_left},
          {"pad_right", s.pad_right},
          {"dilation_h", s.dilation_h},
          {"dilation_w", s.dilation_w},
          {"groups", s.groups}};
}

Json candidate_json(const ConvShape& shape, const CandidateTime& row) {
  if (!row.verdict) {
    return {{"algorithm", row.name}, {"why_not", row.verdict.reason()}};
  }
  const OperationCount& count = row.operations;
  return {{"algorithm", row.name},
          {"source", row.source},
          {"seconds", row.median.value},
          {"rounds", row.rounds},
          {"gflops", 2e-9 * static_cast<double>(shape.macs()) / row.median.value},
          {"error", row.error},
          {"error_bound", row.error_bound},
          {"multiplications", count.multiplications},
          {"constant_multiplications", count.constant_multiplications},
          {"additions", count.additions},
          {"weight_bytes", row.weight_bytes}};
}

Json layer_json(const LayerBench& layer) {
  Json candidates = Json::array();
  for (const CandidateTime& row : layer.times.candidates) {
    candidates.push_back(candidate_json(layer.times.shape, row));
  }
  return {{"names", layer.names},
          {"shape", shape_json(layer.times.shape)},
          {"macs", layer.times.shape.macs()},
          {"peak_gflops", layer.times.peak * 1e-9},
          {"fastest", layer.times.winner().name},
          {"algorithms", candidates}};
}

}  // namespace

std::string bench_json(const NetworkBench& bench) {
  Json layers = Json::array();
  for (const LayerBench& layer : bench.layers) {
    layers.push_back(layer_json(layer));
  }
  const Machine& machine = bench.machine;
  return json_text({{"network", bench.network},
                    {"machine",
                     {{"processor", machine.processor},
                      {"instructions", machine.instructions},
                      {"onednn", machine.onednn},
                      {"openblas", machine.openblas},
                      {"fftw", machine.fftw}}},
                    {"layers", layers},
                    {"seconds", bench.total("").value},
                    {"seconds_with_onednn", bench.total("oneDNN").value},
                    {"unmeasured", bench.unmeasured},
                    {"left_out", bench.left_out}});
}

}  // namespace pj
