#include "pj/study/compression_report.hpp"

#include <algorithm>
#include <cmath>

#include "pj/base/arithmetic.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

/// The signal-to-noise ratio of the weights; nothing where no weight took the place of another.
std::string decibels(const std::optional<double>& error) {
  if (!error) {
    return "";
  }
  return *error == 0.0 ? "exact" : significant(-10.0 * std::log10(*error)) + " dB";
}

double bits_per_weight(const LayerSummary& row) {
  return static_cast<double>(row.bits) / static_cast<double>(std::max<std::int64_t>(1, row.weights));
}

std::string ratio_text(const LayerSummary& row) {
  return row.bits_before && row.bits > 0
             ? significant(static_cast<double>(*row.bits_before) / static_cast<double>(row.bits)) + "×"
             : "";
}

std::string storage_text(Storage storage) {
  storage.density = 1.0;  // has a column of its own
  return to_string(storage);
}

std::vector<std::string> fields_of(const LayerSummary& row) {
  return {row.layer,
          to_string(row.format),
          storage_text(row.storage),
          percent(row.storage.density),
          grouped(row.weights),
          significant(bits_per_weight(row)),
          stored_size(row.bits),
          ratio_text(row),
          decibels(row.error),
          join(row.rules, "; ")};
}

const std::vector<std::string> header{"layer",      "format", "stored as", "density", "weights",
                                      "bit/weight", "size",   "ratio",     "SNR",     "rules"};

std::string accuracy_text(const Accuracy& accuracy) {
  return significant(100.0 * accuracy.share(accuracy.top1), 4) + " % ± " +
         significant(100.0 * accuracy.standard_error(accuracy.top1), 2) + " %";
}

std::string accuracy_line(const CompressionReport& report) {
  if (!report.before || !report.after) {
    return "";
  }
  const double points = 100.0 * (report.after->share(report.after->top1) - report.before->share(report.before->top1));
  return "Accuracy on " + report.data + " (" + counted(report.after->samples, "sample") +
         "): " + accuracy_text(*report.before) + " → " + accuracy_text(*report.after) + ", " +
         (points < 0.0 ? "−" : "+") + significant(std::abs(points)) + " points\n";
}

std::string energy_line(const CompressionReport& report) {
  if (!report.energy_before || !report.energy) {
    return "";
  }
  return "Energy on " + report.accelerator + ": " + scaled(*report.energy_before * 1e-12, "J") + " → " +
         scaled(*report.energy * 1e-12, "J") + " an input, " + significant(*report.energy_before / *report.energy) +
         "× less\n";
}

/// What rules had to say about layers, also those without weights.
std::string remarks_of(const CompressionReport& report) {
  std::string text;
  for (const LayerChange& change : report.changes) {
    text += change.remark.empty() ? "" : change.layer + ", " + change.rule + ": " + change.remark + "\n";
  }
  return text.empty() ? text : text + "\n";
}

}  // namespace

std::string stored_size(std::int64_t bits) {
  constexpr std::int64_t kibibyte = 1024;
  const std::int64_t bytes = ceil_div(bits, std::int64_t{8});
  return bytes < 10 * kibibyte ? grouped(bytes) + " B"
                               : significant(static_cast<double>(bytes) / static_cast<double>(kibibyte)) + " KiB";
}

std::string compression_table(const CompressionReport& report) {
  Table table(header);
  for (const std::size_t column : {1U, 2U, 9U}) {
    table.left(column);
  }
  for (const LayerSummary& row : report.summary.layers) {
    table.add(fields_of(row));
  }
  const CompressionSummary& all = report.summary;
  std::string text = report.network + " by " + report.rules + "\n\n" + table.text() + "\n" + remarks_of(report);
  text += "Stored: " + stored_size(all.before.total()) + " → " + stored_size(all.after.total()) + ", " +
          significant(all.ratio()) + "× less (values " + stored_size(all.after.values) + ", indices " +
          stored_size(all.after.indices) + ", Huffman tables " + stored_size(all.after.tables) + ")\n";
  text += "Weights: " + grouped(all.weights_before) + " → " + grouped(all.weights) +
          "; MACs: " + grouped(all.macs_before) + " → " + grouped(all.macs) + "\n";
  text += accuracy_line(report) + energy_line(report);
  return report.exits.rows.empty() ? text : text + "\n" + exits_table(report.exits);
}

std::string compression_csv(const CompressionReport& report) {
  std::string text = csv_line(header) + "\n";
  for (const LayerSummary& row : report.summary.layers) {
    text += csv_line(fields_of(row)) + "\n";
  }
  return text;
}

}  // namespace pj
