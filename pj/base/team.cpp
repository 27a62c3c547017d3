#include "pj/base/team.hpp"

#include <algorithm>

#include "pj/base/waiting.hpp"

namespace pj {

Team::Team(int size) : members_(static_cast<std::size_t>(std::max(size, 1))) {
  for (std::size_t member = 1; member < members_.size(); ++member) {
    followers_.emplace_back([this, member] { follow(member); });
  }
}

Team::~Team() {
  ended_ = true;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
}

void Team::work_as(std::size_t member) {
  try {
    (*work_)(static_cast<int>(member));
  } catch (...) {
    members_[member].fault = std::current_exception();
  }
}

void Team::follow(std::size_t member) {
  std::atomic<std::uint32_t>& place = members_[member].place;
  std::uint32_t round = 0;
  while (true) {
    round = wait_for_change(round_, round);
    if (ended_) {
      return;
    }
    if (std::uint32_t expected = Offered; place.compare_exchange_strong(expected, Working)) {
      work_as(member);
      place.store(Idle, std::memory_order_release);
      place.notify_all();
    }
  }
}

void Team::run(const std::function<void(int)>& work) {
  work_ = &work;
  for (Member& member : std::span(members_).subspan(1)) {
    member.place.store(Offered, std::memory_order_release);
  }
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  work_as(0);
  for (Member& member : std::span(members_).subspan(1)) {
    if (std::uint32_t expected = Offered; !member.place.compare_exchange_strong(expected, Idle)) {
      while (member.place.load(std::memory_order_acquire) == Working) {
        wait_for_change(member.place, Working);
      }
    }
  }
  rethrow_first();
}

void Team::rethrow_first() {
  std::exception_ptr first;
  for (Member& member : members_) {
    first = first ? first : member.fault;
    member.fault = nullptr;
  }
  if (first) {
    std::rethrow_exception(first);
  }
}

Stages::Stages(std::span<const std::int64_t> parts)
    : memory_(std::make_unique<Stage[]>(parts.size())), stages_(memory_.get(), parts.size()) {
  for (std::size_t i = 0; i < parts.size(); ++i) {
    stages_[i].parts = parts[i];
  }
}

void Stages::begin() {
  failed_.store(false, std::memory_order_relaxed);
  for (Stage& stage : stages_) {
    stage.next.store(0, std::memory_order_relaxed);
    stage.left.store(static_cast<std::uint32_t>(stage.parts), std::memory_order_relaxed);
  }
}

void Stages::compute_parts(std::size_t stage, int size, const Compute& compute) {
  Stage& s = stages_[stage];
  for (std::int64_t first = s.next.load(std::memory_order_relaxed); first < s.parts && !failed_;) {
    // Many parts at a time as long as there are many: few calls, and all threads end together.
    const std::int64_t last = first + std::max<std::int64_t>(1, (s.parts - first) / (2 * std::int64_t{size}));
    if (!s.next.compare_exchange_weak(first, last, std::memory_order_relaxed)) {
      continue;
    }
    compute(stage, first, last);
    const auto count = static_cast<std::uint32_t>(last - first);
    if (s.left.fetch_sub(count, std::memory_order_acq_rel) == count) {
      s.left.notify_all();
    }
    first = s.next.load(std::memory_order_relaxed);
  }
}

void Stages::work(std::size_t first, std::size_t last, int size, const Compute& compute) {
  for (std::size_t stage = first; stage < last && !failed_; ++stage) {
    std::atomic<std::uint32_t>& left = stages_[stage].left;
    try {
      compute_parts(stage, size, compute);
    } catch (...) {
      failed_ = true;
      left.fetch_add(1U << 31U, std::memory_order_acq_rel);  // another value, for those who wait for one
      left.notify_all();
      throw;
    }
    for (std::uint32_t now = left.load(std::memory_order_acquire); now != 0 && !failed_;) {
      now = wait_for_change(left, now);
    }
  }
}

}  // namespace pj
