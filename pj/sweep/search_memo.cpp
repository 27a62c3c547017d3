#include "pj/sweep/search_memo.hpp"

#include "pj/base/hash.hpp"

namespace pj {

namespace {

// Some 500 B each: 32 MB.
constexpr std::size_t most_outcomes = 1 << 16;

/// 128 bits: of a million keys two meet with a chance of 10^-27.
std::string short_key(const std::string& key) {
  return hash_of(key) + hash_of("another " + key);
}

}  // namespace

SearchOutcome SearchMemo::find(const std::string& key, const std::function<SearchOutcome()>& search) {
  std::promise<SearchOutcome> promise;
  std::shared_future<SearchOutcome> known;
  {
    const std::lock_guard lock(mutex_);
    if (outcomes_.size() >= most_outcomes) {
      outcomes_.clear();
    }
    const auto [place, is_new] = outcomes_.try_emplace(short_key(key));
    if (is_new) {
      place->second = promise.get_future().share();
    } else {
      known = place->second;
    }
  }
  if (known.valid()) {
    return known.get();
  }
  try {
    SearchOutcome outcome = search();
    promise.set_value(outcome);
    return outcome;
  } catch (...) {
    promise.set_exception(std::current_exception());
    throw;
  }
}

}  // namespace pj
