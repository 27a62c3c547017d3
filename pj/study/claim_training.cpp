#include <array>
#include <cmath>

#include "pj/base/text.hpp"
#include "pj/study/claim_computations.hpp"
#include "pj/study/row_named.hpp"
#include "pj/training/gradient_check.hpp"
#include "pj/training/parallel_model.hpp"
#include "pj/training/recurrent_cell.hpp"
#include "pj/training/tape.hpp"
#include "pj/training/training_cost.hpp"

namespace pj {

namespace {

struct CostCount {
  const char* name;
  std::int64_t (*of)(const TrainingCost& cost);
};

constexpr std::array cost_counts{
    CostCount{"forward", [](const TrainingCost& cost) { return cost.forward_macs; }},
    CostCount{"weight gradients", [](const TrainingCost& cost) { return cost.weight_gradient_macs; }},
    CostCount{"input gradients", [](const TrainingCost& cost) { return cost.input_gradient_macs; }},
    CostCount{"stored activations", [](const TrainingCost& cost) { return cost.stored_numbers; }},
    CostCount{"activations of a run", [](const TrainingCost& cost) { return cost.run_numbers; }},
};

struct SplitCount {
  const char* name;
  double (*of)(const ModelSplit& split);
};

constexpr double bytes_a_number = 4.0;

constexpr std::array split_counts{
    SplitCount{"weights", [](const ModelSplit& split) { return static_cast<double>(split.weights); }},
    SplitCount{"macs", [](const ModelSplit& split) { return static_cast<double>(split.macs); }},
    SplitCount{"cut activations", [](const ModelSplit& split) { return static_cast<double>(split.cut_activations); }},
    // Half the products take as long as the exchange at so many bytes a product.
    SplitCount{"bytes a MAC to break even",
               [](const ModelSplit& split) {
                 return bytes_a_number * static_cast<double>(split.cut_activations) / static_cast<double>(split.macs);
               }},
};

std::uint64_t seed_of(const YamlNode& with) {
  const YamlNode* seed = with.find("seed");
  return seed == nullptr ? 1 : static_cast<std::uint64_t>(seed->integer("seed", 0, most_claimed));
}

Loss loss_of(const YamlNode& with) {
  const YamlNode* loss = with.find("loss");
  return loss == nullptr ? Loss::CrossEntropy : parse_loss(loss->text("loss"));
}

}  // namespace

double gradient_error_claim(const YamlNode& with) {
  return gradient_error(claimed_network(with.at("of"), 3), loss_of(with), seed_of(with));
}

double gradient_ratio_claim(const YamlNode& with) {
  return gradient_ratio(claimed_network(with.at("of"), 8), seed_of(with));
}

double forward_difference_claim(const YamlNode& with) {
  return forward_difference(claimed_network(with.at("of"), 2), seed_of(with));
}

double training_count(const YamlNode& with) {
  const auto& row = row_named(cost_counts, with.at("count"), "count", "count");
  return static_cast<double>(row.of(training_cost(claimed_network(with.at("of")))));
}

double split_count(const YamlNode& with) {
  const auto& row = row_named(split_counts, with.at("count"), "count", "count");
  return row.of(split_in_two(claimed_network(with.at("of"))));
}

double parallel_speed_up(const YamlNode& with) {
  const Network network = claimed_network(with.at("of"));
  const auto parameters = static_cast<double>(find_parameters(network).learned);
  const YamlNode* server = with.find("server");
  const DataParallel job{.step = Seconds{with.at("step").number("step")},
                         .bytes = static_cast<std::int64_t>(bytes_a_number * parameters),
                         .bandwidth = with.at("bandwidth").number("bandwidth"),
                         .has_server = server != nullptr && server->boolean("server")};
  return speed_up(job, with.at("workers").integer("workers", 1, most_claimed));
}

/// The state of a plain recurrent cell of one unit after the steps x.
double recurrent_state(const YamlNode& with) {
  std::vector<double> x;
  for (const YamlNode& step : with.at("x").sequence("x")) {
    x.push_back(step.number("x"));
  }
  const auto cell =
      make_cell<double>(Recurrent{.cell = Recurrent::Cell::Rnn, .hidden = 1}, {.T = std::ssize(x), .I = 1, .H = 1});
  cell->x.assign(x.begin(), x.end());
  std::array<double, 1> w{with.at("input_weight").number("input_weight")};
  std::array<double, 1> r{with.at("recurrent_weight").number("recurrent_weight")};
  cell->forward({w, r, {}});
  return cell->h.back();
}

/// The mean of ones behind a dropout while training.
double dropped_mean(const YamlNode& with) {
  NetworkBuilder builder("dropout");
  const ValueId x = builder.input("x", {64, 4096});
  const ValueId y =
      builder.add_one("dropout", Dropout{.ratio = static_cast<float>(with.at("ratio").number("ratio"))}, {x});
  const Network network = builder.finish({y});
  const ParameterList none;
  Tape<float> tape({network, none, {}, {}, y});
  std::ranges::fill(tape.input(0).numbers, 1.0F);
  tape.forward({.seed = 7});
  double sum = 0.0;
  for (const float number : tape.end().numbers) {
    sum += static_cast<double>(number);
  }
  return sum / static_cast<double>(tape.end().numbers.size());
}

}  // namespace pj
