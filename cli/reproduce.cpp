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
  if (!options.operands.empty() || !options.theme.empty() || !options.json.empty() || !options.csv.empty() ||
      !options.report.empty()) {
    throw InputError("--page writes the whole page; leave out the claims and all other options");
  }
  check_can_write(options.page);
  const std::string page = validation_page([&](const std::string& what) {
    console.interrupt.check();
    console.progress.show("computing " + what);
  });
  console.progress.clear();
  write_file(options.page, page);
}

}  // namespace

void run_reproduce(const Options& options, Console& console) {
  if (!options.page.empty()) {
    write_page(options, console);
    return;
  }
  std::vector<ClaimResult> results;
  for (const Claim& claim : load_claims(options.operands, options.theme)) {
    console.interrupt.check();
    console.progress.show("computing " + claim.id + ", " + claim.claim);
    results.push_back(check_claim(claim));
  }
  console.progress.clear();
  write_files(
      options, [&] { return claims_json(results); }, [&] { return claims_csv(results); });
  console.out << claims_table(results);
  if (const std::size_t missed = count_of(results, Outcome::Missed); missed > 0) {
    console.out.flush();
    throw InputError(counted(static_cast<std::int64_t>(missed), "claim") + " missed");
  }
}

}  // namespace pj
