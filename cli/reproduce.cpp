#include "cli/output.hpp"
#include "cli/verbs.hpp"
#include "pj/base/error.hpp"
#include "pj/base/text.hpp"
#include "pj/study/claims_report.hpp"

namespace pj {

void run_reproduce(const Options& options, Console& console) {
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
