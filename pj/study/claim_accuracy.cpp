#include <algorithm>
#include <numeric>

#include "pj/base/random.hpp"
#include "pj/base/text.hpp"
#include "pj/inference/accuracy.hpp"
#include "pj/study/claim_computations.hpp"

namespace pj {

namespace {

/// Random scores, a line a sample with the right class behind them: that of sample i has the rank i mod classes.
std::string scripted_scores(std::int64_t samples, std::int64_t classes) {
  Rng rng(claim_seed);
  std::vector<std::int64_t> scores(static_cast<std::size_t>(classes));
  std::iota(scores.begin(), scores.end(), -classes / 2);
  std::string table;
  for (std::int64_t i = 0; i < samples; ++i) {
    for (std::int64_t last = classes - 1; last > 0; --last) {
      std::swap(scores[static_cast<std::size_t>(last)], scores[static_cast<std::size_t>(rng.between(0, last))]);
    }
    const std::int64_t right_score = classes - 1 - classes / 2 - i % classes;
    for (const std::int64_t score : scores) {
      table += std::to_string(score) + ",";
    }
    table += std::to_string(std::ranges::find(scores, right_score) - scores.begin()) + "\n";
  }
  return table;
}

}  // namespace

double scripted_accuracy(const YamlNode& with) {
  const std::int64_t classes = with.at("classes").integer("classes", 5, 1000);
  const std::int64_t samples = with.at("samples").integer("samples", 1, 100'000);
  const std::int64_t best = with.at("best").integer("best", 1, 5);
  if (best != 1 && best != 5) {
    throw InputError(with.at("best").position(), "the right class is counted among the best 1 or 5");
  }
  NetworkBuilder builder("scores");
  const ValueId scores = builder.input("scores", {1, classes});
  const Plan plan(builder.finish({builder.add_one("same", Activation{.kind = Activation::Kind::Identity}, {scores})}));
  const DataSet data = parse_number_table(scripted_scores(samples, classes), "scripted scores");
  const Accuracy accuracy = measure_accuracy(plan, data, {.threads = 1}).accuracy;
  return 100.0 * accuracy.share(best == 1 ? accuracy.top1 : accuracy.top5);
}

}  // namespace pj
