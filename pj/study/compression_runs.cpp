#include "pj/study/compression_runs.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "pj/base/sample_mean.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr double a_whole = 100.0;  // percent

double right_before(const CompressionRun& run) {
  return a_whole * run.report.before->share(run.report.before->top1);
}

double right_after(const CompressionRun& run) {
  return a_whole * run.report.after->share(run.report.after->top1);
}

/// A column that is a number, and how it is written.
struct RunColumn {
  const char* name;
  double (*of)(const CompressionRun&);
  bool is_signed = false;
};

std::string two_digits(double number) {
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, 2);
  return {text.data(), end.ptr};
}

std::vector<RunColumn> columns_of(const std::vector<CompressionRun>& runs) {
  std::vector<RunColumn> columns;
  const CompressionReport& first = runs.front().report;
  if (first.before && first.after) {
    columns.push_back({"before %", right_before});
    columns.push_back({"after %", right_after});
    columns.push_back({"points", [](const CompressionRun& run) { return right_after(run) - right_before(run); }, true});
  }
  columns.push_back({"stored less", [](const CompressionRun& run) { return run.report.summary.ratio(); }});
  columns.push_back({"MACs less", [](const CompressionRun& run) {
                       const double macs = run.report.exits.rows.empty() ? static_cast<double>(run.report.summary.macs)
                                                                         : run.report.exits.mean_macs();
                       return static_cast<double>(run.report.summary.macs_before) / macs;
                     }});
  if (first.energy_before && first.energy) {
    columns.push_back(
        {"energy less", [](const CompressionRun& run) { return *run.report.energy_before / *run.report.energy; }});
  }
  return columns;
}

std::string written(const RunColumn& column, double number) {
  const std::string text = two_digits(std::abs(number));
  const bool is_nought = text.find_first_not_of("0.") == std::string::npos;
  const std::string sign = number < 0.0 ? "−" : column.is_signed ? "+" : "";
  return (is_nought ? "" : sign) + text;
}

SampleMean mean_over(const std::vector<CompressionRun>& runs, const RunColumn& column) {
  std::vector<double> numbers;
  for (const CompressionRun& run : runs) {
    numbers.push_back(column.of(run));
  }
  return sample_mean(numbers);
}

}  // namespace

std::string compression_runs_table(const std::vector<CompressionRun>& runs) {
  const std::vector<RunColumn> columns = columns_of(runs);
  std::vector<std::string> heading{"network", "seed"};
  for (const RunColumn& column : columns) {
    heading.emplace_back(column.name);
  }
  Table table(heading);
  for (const CompressionRun& run : runs) {
    std::vector<std::string> cells{run.report.network, std::to_string(run.seed)};
    for (const RunColumn& column : columns) {
      cells.push_back(written(column, column.of(run)));
    }
    table.add(cells);
  }
  std::vector<std::string> means{"mean", ""};
  std::vector<std::string> errors{"standard error", ""};
  for (const RunColumn& column : columns) {
    const SampleMean found = mean_over(runs, column);
    means.push_back(written(column, found.mean));
    errors.push_back(two_digits(found.error));
  }
  table.rule();
  table.add(means);
  table.add(errors);
  return table.text();
}

std::string compression_runs_csv(const std::vector<CompressionRun>& runs) {
  const std::vector<RunColumn> columns = columns_of(runs);
  std::vector<std::string> heading{"network", "seed"};
  for (const RunColumn& column : columns) {
    heading.emplace_back(column.name);
  }
  std::string text = csv_line(heading) + "\n";
  for (const CompressionRun& run : runs) {
    std::vector<std::string> cells{run.report.network, std::to_string(run.seed)};
    for (const RunColumn& column : columns) {
      cells.push_back(exact(column.of(run)));
    }
    text += csv_line(cells) + "\n";
  }
  return text;
}

}  // namespace pj
