#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "pj/data/image.hpp"
#include "pj/network/network.hpp"

namespace pj {

/// What a sample holds: a picture, or numbers in the order in which a network takes them.
using SampleData = std::variant<Image, Constant>;

/// Things to classify, each with the classes that are right for it.
struct DataSet {
  std::string name;
  std::vector<std::vector<std::int64_t>> labels;  ///< of each sample at least one
  std::function<SampleData(std::size_t)> sample;  ///< reads one; throws `InputError` where its file is damaged

  std::size_t size() const { return labels.size(); }
};

/// How files that do not say so themselves keep their numbers.
struct DataSetOptions {
  NumberFormat records = NumberFormat::fixed(8, false);  ///< the elements of plain records
};

/// Opens a data set: an IDX file of images (its labels lie beside it, `images-idx3` being `labels-idx1`), a file of
/// CIFAR-10 records, a .csv file with the class in the last column, a folder with a folder of images for each class or
/// with a `labels.csv` or `labels.tsv` of files and classes, or `DATA,LABELS`: two files, where DATA may also be .npy
/// or plain records. Files may be packed with gzip. Throws `InputError` where there is none or it is damaged.
DataSet load_data_set(const std::string& path, const DataSetOptions& options = {});

/// The readers of each kind, from bytes; `file` names the source.
DataSet parse_cifar10(std::string bytes, const std::string& file);
DataSet parse_number_table(const std::string& text, const std::string& file);
DataSet load_image_folder(const std::string& folder);
/// The label of each sample from an IDX file of one axis, or from the last column of a .csv or text file.
std::vector<std::vector<std::int64_t>> parse_labels(const std::string& bytes, const std::string& file);

}  // namespace pj
