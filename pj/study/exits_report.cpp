#include "pj/study/exits_report.hpp"

#include "pj/base/text.hpp"
#include "pj/inference/early_exits.hpp"

namespace pj {

double ExitUse::mean_macs() const {
  double samples = 0.0;
  double macs = 0.0;
  for (const Row& row : rows) {
    samples += static_cast<double>(row.samples);
    macs += static_cast<double>(row.samples) * static_cast<double>(row.macs);
  }
  return samples == 0.0 ? 0.0 : macs / samples;
}

ExitUse exit_use(const Network& network, std::span<const std::size_t> taken) {
  const std::vector<EarlyExit> exits = early_exits(network);
  ExitUse use;
  if (exits.empty()) {
    return use;
  }
  const std::vector<std::int64_t> samples = samples_by_exit(exits.size(), taken);
  const std::vector<std::int64_t> macs = macs_by_exit(network);
  for (std::size_t i = 0; i <= exits.size(); ++i) {
    use.rows.push_back({i < exits.size() ? exits[i].name : "the end", samples[i], macs[i]});
  }
  return use;
}

std::string exits_table(const ExitUse& use) {
  if (use.rows.empty()) {
    return "";
  }
  std::int64_t all = 0;
  for (const ExitUse::Row& row : use.rows) {
    all += row.samples;
  }
  Table table({"leaves at", "samples", "share", "MACs"});
  for (const ExitUse::Row& row : use.rows) {
    const double share = all == 0 ? 0.0 : static_cast<double>(row.samples) / static_cast<double>(all);
    table.add({row.name, grouped(row.samples), percent(share), grouped(row.macs)});
  }
  const auto whole = static_cast<double>(use.rows.back().macs);
  return table.text() + "\nMACs of a sample: " + significant(use.mean_macs(), 4) + " in the mean, " +
         significant(whole / use.mean_macs()) + "× less than to the end\n";
}

}  // namespace pj
