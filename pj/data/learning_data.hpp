#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pj/data/data_set.hpp"

namespace pj {

/// What there is to learn from: samples with their classes or a text, and what it is measured on, where that is apart.
struct LearningData {
  std::string name;
  std::optional<DataSet> train, test;
  std::string text;  ///< instead of samples
};

/// Opens what `--data` names. A folder holds IDX files named as those of MNIST (train-images…, t10k-images…), binary
/// files of CIFAR-10 (data_batch…, test_batch…), or folders `train` and `test` of images; any other path is a text
/// (.txt, .txt.gz) or what `load_data_set` opens. A name that is no path is a folder in one of `folders`. Throws
/// `InputError` that says where it looked.
LearningData open_learning_data(const std::string& name, const std::vector<std::string>& folders,
                                const DataSetOptions& options = {});

}  // namespace pj
