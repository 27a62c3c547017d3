#pragma once

#include <string>
#include <utility>
#include <vector>

#include "pj/training/train.hpp"
#include "pj/training/training_cost.hpp"

namespace pj {

/// A training as it is reported.
struct TrainReport {
  std::string network, data, test;                            ///< test: empty where nothing is measured
  std::vector<std::pair<std::string, std::string>> settings;  ///< how it was trained
  std::vector<EpochRow> rows;
  std::int64_t parameters = 0;
  std::int64_t test_rows = 0;  ///< of which an accuracy is a share
  bool classifies = true;
  TrainingCost cost;  ///< of one sample
};

/// The columns of the table, and the line of one epoch, which can be printed as soon as it is there.
std::string train_heading(const TrainReport& report);
std::string train_line(const TrainReport& report, const EpochRow& row);

/// What stands below the table: the last epoch's accuracy with its standard error, and what the training costs.
std::string train_summary(const TrainReport& report);

std::string train_json(const TrainReport& report);
/// The mean of what trainings with several seeds had right, with its standard error.
std::string seeds_summary(const std::vector<double>& shares);
std::string train_csv(const TrainReport& report);

}  // namespace pj
