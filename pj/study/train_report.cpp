#include "pj/study/train_report.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "pj/base/sample_mean.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr double hundred = 100.0;

std::string chars_of(double number, std::chars_format format, int digits) {
  std::array<char, 64> buffer{};
  return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, format, digits).ptr};
}

/// With so many decimals; what is too large for a column gets an exponent.
std::string fixed(double number, int decimals) {
  constexpr double most = 1e6;
  return std::abs(number) < most ? chars_of(number, std::chars_format::fixed, decimals)
                                 : chars_of(number, std::chars_format::scientific, 3);
}

std::string right_share(double number) {
  return fixed(hundred * number, 2) + " %";
}

std::string aligned(const std::vector<std::string>& cells) {
  constexpr std::size_t width = 13;
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t wide = i == 0 ? 5 : width;
    const std::size_t own = display_width(cells[i]);
    line += std::string(own < wide ? wide - own : 1, ' ') + cells[i];
  }
  return line + "\n";
}

std::vector<std::string> columns(const TrainReport& report) {
  std::vector<std::string> names{"epoch", "rate", "loss"};
  if (report.classifies) {
    names.emplace_back("right");
  }
  if (!report.test.empty()) {
    names.emplace_back("test loss");
    if (report.classifies) {
      names.emplace_back("test right");
    }
  }
  names.emplace_back("time");
  return names;
}

}  // namespace

std::string train_heading(const TrainReport& report) {
  const std::string line = aligned(columns(report));
  std::string rule;
  for (std::size_t i = 1; i < line.size(); ++i) {
    rule += "─";
  }
  return line + rule + "\n";
}

std::string train_line(const TrainReport& report, const EpochRow& row) {
  std::vector<std::string> cells{std::to_string(row.epoch), significant(row.rate), fixed(row.loss, 5)};
  if (report.classifies) {
    cells.push_back(right_share(row.accuracy));
  }
  if (!report.test.empty()) {
    cells.push_back(row.test_loss ? fixed(*row.test_loss, 5) : "");
    if (report.classifies) {
      cells.push_back(row.test_accuracy ? right_share(*row.test_accuracy) : "");
    }
  }
  cells.push_back(scaled(row.seconds, "s"));
  return aligned(cells);
}

std::string train_summary(const TrainReport& report) {
  const TrainingCost& cost = report.cost;
  std::string text;
  if (!report.rows.empty() && report.classifies && report.rows.back().test_accuracy && report.test_rows > 0) {
    const double p = *report.rows.back().test_accuracy;
    const double error = std::sqrt(p * (1.0 - p) / static_cast<double>(report.test_rows));
    text += report.network + " on " + report.test + ": " + right_share(p) + " ± " + significant(hundred * error, 2) +
            " % of " + grouped(report.test_rows) + " right\n";
  }
  text += "A sample takes " + magnitude(static_cast<double>(cost.macs())) + " MACs to learn from (" +
          grouped(cost.forward_macs) + " forward) and " + grouped(cost.stored_numbers) + " stored activations (" +
          grouped(cost.run_numbers) + " to run)\n";
  return text;
}

std::string seeds_summary(const std::vector<double>& shares) {
  const SampleMean found = sample_mean(shares);
  return counted(std::ssize(shares), "seed") + ": " + right_share(found.mean) + " ± " +
         significant(hundred * found.error, 2) + " % right, mean and standard error\n";
}

std::string train_csv(const TrainReport& report) {
  const auto optional = [](const std::optional<double>& number) { return number ? exact(*number) : std::string(); };
  std::string csv = "epoch,rate,loss,accuracy,test_loss,test_accuracy,seconds\n";
  for (const EpochRow& row : report.rows) {
    const std::vector<std::string> fields{
        std::to_string(row.epoch), exact(row.rate),
        exact(row.loss),           report.classifies ? exact(row.accuracy) : "",
        optional(row.test_loss),   report.classifies ? optional(row.test_accuracy) : "",
        exact(row.seconds)};
    csv += csv_line(fields) + "\n";
  }
  return csv;
}

}  // namespace pj
