#pragma once

#include <functional>
#include <memory>

struct fftwf_plan_s;

namespace pj {

/// A plan of FFTW.
using FftwPlan = std::shared_ptr<fftwf_plan_s>;

/// What `make` plans. FFTW's planner keeps its knowledge in one place for all threads, which take turns here.
FftwPlan fftw_plan(const std::function<fftwf_plan_s*()>& make);

}  // namespace pj
