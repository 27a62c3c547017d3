#include "pj/base/team.hpp"

#include <algorithm>

namespace pj {

namespace {

constexpr int watched_loads = 2000;  // before a thread sleeps: some ten microseconds

/// Returns when `value` is no longer `old`.
std::uint32_t wait_for_change(const std::atomic<std::uint32_t>& value, std::uint32_t old) {
  for (int i = 0; i < watched_loads; ++i) {
    if (const std::uint32_t now = value.load(std::memory_order_acquire); now != old) {
      return now;
    }
  }
  value.wait(old, std::memory_order_acquire);
  return value.load(std::memory_order_acquire);
}

}  // namespace

Team::Team(int size) : faults_(static_cast<std::size_t>(std::max(size, 1))) {
  for (int member = 1; member < this->size(); ++member) {
    followers_.emplace_back([this, member] { follow(member); });
  }
}

Team::~Team() {
  work_ = nullptr;
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
}

void Team::work_as(int member) {
  try {
    (*work_)(member);
  } catch (...) {
    faults_[static_cast<std::size_t>(member)] = std::current_exception();
  }
}

void Team::follow(int member) {
  for (std::uint32_t round = wait_for_change(round_, 0); work_ != nullptr; round = wait_for_change(round_, round)) {
    work_as(member);
    if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      busy_.notify_one();
    }
  }
}

void Team::run(const std::function<void(int)>& work) {
  work_ = &work;
  busy_.store(static_cast<std::uint32_t>(size() - 1), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
  work_as(0);
  for (std::uint32_t busy = busy_.load(std::memory_order_acquire); busy != 0;) {
    busy = wait_for_change(busy_, busy);
  }
  for (std::exception_ptr& fault : faults_) {
    if (fault) {
      const std::exception_ptr first = fault;
      std::ranges::fill(faults_, nullptr);
      std::rethrow_exception(first);
    }
  }
}

}  // namespace pj
