#include "pj/kernels/fftw_plan.hpp"

#include <fftw3.h>
#include <mutex>

#include "pj/base/error.hpp"

namespace pj {

namespace {

std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

FftwPlan fftw_plan(const std::function<fftwf_plan_s*()>& make) {
  const std::lock_guard lock(planner());
  fftwf_plan plan = make();
  ensure(plan != nullptr, "FFTW plans every size");
  return {plan, [](fftwf_plan made) {
            const std::lock_guard destroying(planner());
            fftwf_destroy_plan(made);
          }};
}

}  // namespace pj
