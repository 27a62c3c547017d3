#include "pj/study/formats_report.hpp"

#include <nlohmann/json.hpp>

#include "pj/base/text.hpp"
#include "pj/study/json_text.hpp"

namespace pj {

namespace {

std::vector<std::string> names_of(const FormatComparison& comparison) {
  std::vector<std::string> names;
  for (const SparseFormat& format : comparison.formats) {
    names.push_back(to_string(format));
  }
  return names;
}

double break_even(const FormatComparison& comparison, std::size_t format) {
  return break_even_density(comparison.formats[format], comparison.value_bits, comparison.shape);
}

}  // namespace

double FormatComparison::bits(std::size_t format, double density) const {
  return expected_bits_per_element(formats[format], value_bits, density, shape);
}

std::size_t FormatComparison::best(double density) const {
  std::size_t best = 0;
  for (std::size_t i = 1; i < formats.size(); ++i) {
    best = bits(i, density) < bits(best, density) ? i : best;
  }
  return best;
}

FormatComparison compare_formats(int value_bits) {
  FormatComparison comparison{.value_bits = value_bits,
                              .shape = {512, 4608},
                              .formats = {},
                              .densities = {1.0, 0.9, 0.75, 0.5, 0.35, 0.25, 0.1, 0.05, 0.02, 0.01}};
  for (const char* text : {"dense", "bitmask", "run-length4", "run-length5 in words of 64", "csc4", "csr13"}) {
    comparison.formats.push_back(parse_sparse_format(text));
  }
  return comparison;
}

std::string formats_table(const FormatComparison& comparison) {
  const std::vector<std::string> names = names_of(comparison);
  std::vector<std::string> header{"non-zero"};
  header.insert(header.end(), names.begin(), names.end());
  header.emplace_back("best");
  Table table(header);
  table.left(header.size() - 1);
  for (const double density : comparison.densities) {
    std::vector<std::string> row{percent(density)};
    for (std::size_t i = 0; i < names.size(); ++i) {
      row.push_back(significant(comparison.bits(i, density)));
    }
    row.push_back(names[comparison.best(density)]);
    table.add(row);
  }
  table.rule();
  std::vector<std::string> saves{"saves up to"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    saves.push_back(i == 0 ? "" : significant(100.0 * break_even(comparison, i)) + " %");
  }
  saves.emplace_back();
  table.add(saves);
  return table.text() + "\nExpected bits for a number of " + std::to_string(comparison.value_bits) +
         " bits with its share of masks, runs and pointers, in a matrix of\n" + grouped(comparison.shape.rows) + " × " +
         grouped(comparison.shape.columns) + " whose zeros are independent of each other.\n";
}

std::string formats_csv(const FormatComparison& comparison) {
  std::vector<std::string> header = names_of(comparison);
  header.insert(header.begin(), "density");
  std::string text = csv_line(header) + "\n";
  for (const double density : comparison.densities) {
    std::vector<std::string> row{exact(density)};
    for (std::size_t i = 0; i < comparison.formats.size(); ++i) {
      row.push_back(exact(comparison.bits(i, density)));
    }
    text += csv_line(row) + "\n";
  }
  return text;
}

std::string formats_json(const FormatComparison& comparison) {
  using Json = nlohmann::ordered_json;
  Json json{{"value_bits", comparison.value_bits},
            {"rows", comparison.shape.rows},
            {"columns", comparison.shape.columns},
            {"formats", Json::array()}};
  const std::vector<std::string> names = names_of(comparison);
  for (std::size_t i = 0; i < names.size(); ++i) {
    Json format{{"format", names[i]}, {"saves_up_to_density", break_even(comparison, i)}, {"bits", Json::array()}};
    for (const double density : comparison.densities) {
      format["bits"].push_back({{"density", density}, {"bits_per_number", comparison.bits(i, density)}});
    }
    json["formats"].push_back(format);
  }
  return json_text(json);
}

}  // namespace pj
