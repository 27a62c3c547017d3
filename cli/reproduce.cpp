#include "cli/cache.hpp"
#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/files.hpp"
#include "pj/base/text.hpp"
#include "pj/study/claims_report.hpp"
#include "pj/study/validation.hpp"

namespace pj {

namespace {

void write_page(const Options& options, Console& console) {
  if (!options.operands.empty() || !options.json.empty() || !options.csv.empty() || !options.report.empty()) {
    throw InputError(
        "--page writes the whole page, or the section of --theme L (chips) or G (dataflows); leave out the "
        "claims and all other options");
  }
  check_can_write(options.page);
  const MappingCache cache(cache_folder(options));
  const auto progress = [&](const std::string& what) {
    console.interrupt.check();
    console.progress.show("computing " + what);
  };
  const std::string page = validation_page({.progress = progress, .theme = options.theme, .cache = &cache});
  console.progress.clear();
  write_file(options.page, page);
  warn_of_fault(cache, console);
}

}  // namespace

void run_reproduce(const Options& options, Console& console) {
  if (!options.page.empty()) {
    write_page(options, console);
    return;
  }
  std::vector<ClaimResult> results;
  const MappingCache shared("");  // claims are computed anew, but each mapping is searched once
  const ClaimMeans means{.cache = &shared, .data_folders = data_folders()};
  for (const Claim& claim : load_claims(options.operands, options.theme)) {
    console.interrupt.check();
    console.progress.show("computing " + claim.id + ", " + claim.claim);
    results.push_back(check_claim(claim, means));
  }
  console.progress.clear();
  write_files(
      options, [&] { return claims_json(results); }, [&] { return claims_csv(results); });
  console.out << claims_table(results);
  for (const ClaimResult& result : results) {
    if (!result.missing.empty()) {
      console.out << "Not computed: " << result.claim.id << ", " << result.claim.claim << ": " << result.missing
                  << "\n";
    }
  }
  if (const std::size_t missed = count_of(results, Outcome::Missed); missed > 0) {
    console.out.flush();
    throw InputError(counted(static_cast<std::int64_t>(missed), "claim") + " missed");
  }
}

}  // namespace pj
