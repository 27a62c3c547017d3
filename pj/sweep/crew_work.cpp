#include "pj/sweep/crew_work.hpp"

#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "pj/base/error.hpp"
#include "pj/base/interrupt.hpp"
#include "pj/base/parallel.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

// What the others say: that they are `ready` or what is wrong (`fault`); `next`, with the line of the point before; and
// at last `bye`, or `fault`. Each `ready` is answered with `go` or `stop`, each `next` with a point's number or `stop`.
constexpr const char* stop = "stop";

bool takes_word(std::string& text, const std::string& word) {
  if (!text.starts_with(word + " ")) {
    return false;
  }
  text.erase(0, word.size() + 1);
  return true;
}

/// The work of the first process while others ask for parts of it.
class Leader {
 public:
  Leader(Crew& crew, const std::vector<std::int64_t>& points, const ComputeLine& compute, const KeepLine& keep)
      : crew_(crew), points_(points), compute_(compute), keep_(keep) {}

  void run(int threads) {
    {
      const std::jthread own([&] { compute_own(threads); });
      for (int others = crew_.size() - 1; others > 0;) {
        others -= answer(receive(crew_)) ? 1 : 0;
      }
    }
    if (fault_) {
      std::rethrow_exception(fault_);
    }
  }

 private:
  void compute_own(int threads) {
    try {
      parallel_for(static_cast<std::size_t>(threads), threads, [&](std::size_t) {
        while (!stopped_) {
          const std::size_t i = next_++;
          if (i >= points_.size()) {
            return;
          }
          keep_(points_[i], compute_(points_[i]));
        }
      });
    } catch (...) {
      stop_for(std::current_exception());
    }
  }

  /// Was it the last message of that process?
  bool answer(CrewMessage message) {
    if (message.text == "bye") {
      return true;
    }
    if (takes_word(message.text, "fault")) {
      stop_for(std::make_exception_ptr(
          InputError("process " + std::to_string(message.from) + " of the run: " + message.text)));
      return true;
    }
    if (takes_word(message.text, "next") && !message.text.empty()) {
      keep_line(message.text);
    }
    const std::size_t i = stopped_ ? points_.size() : next_++;
    crew_.send(message.from, i < points_.size() ? std::to_string(points_[i]) : stop);
    return false;
  }

  /// The number of a point, a blank and its line.
  void keep_line(const std::string& text) {
    try {
      const std::size_t blank = text.find(' ');
      keep_(parse_integer(text.substr(0, blank), "the point"), text.substr(blank + 1));
    } catch (...) {
      stop_for(std::current_exception());
    }
  }

  void stop_for(std::exception_ptr fault) {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    fault_ = fault_ ? fault_ : std::move(fault);
  }

  Crew& crew_;
  const std::vector<std::int64_t>& points_;
  const ComputeLine& compute_;
  const KeepLine& keep_;
  std::atomic<std::size_t> next_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;  // of `fault_`
  std::exception_ptr fault_;
};

}  // namespace

void agree(Crew& crew, const std::string& state, const std::string& fault) {
  if (crew.rank() != 0) {
    crew.send(0, fault.empty() ? "ready " + state : "fault " + fault);
    if (receive(crew).text == stop) {
      throw InputError("");  // the first process says why
    }
    return;
  }
  std::string first_fault = fault;
  for (int others = crew.size() - 1; others > 0; --others) {
    CrewMessage message = receive(crew);
    const std::string who = "process " + std::to_string(message.from) + " of the run: ";
    if (!first_fault.empty()) {
      continue;
    }
    if (takes_word(message.text, "fault")) {
      first_fault = who + message.text;
    } else if (takes_word(message.text, "ready") && message.text != state) {
      first_fault = who +
                    "reads another study, machine or network than process 0, or is another picojoule; give all "
                    "machines the same files";
    }
  }
  for (int other = 1; other < crew.size(); ++other) {
    crew.send(other, first_fault.empty() ? "go" : stop);
  }
  if (!first_fault.empty()) {
    throw InputError(first_fault);
  }
}

void lead(Crew& crew, const std::vector<std::int64_t>& points, int threads, const ComputeLine& compute,
          const KeepLine& keep) {
  Leader(crew, points, compute, keep).run(threads);
}

void follow(Crew& crew, int threads, const ComputeLine& compute) {
  std::mutex mutex;
  std::atomic<bool> stopped{false};
  const auto ask = [&](const std::string& line) {
    const std::lock_guard lock(mutex);
    crew.send(0, "next " + line);
    return receive(crew).text;
  };
  try {
    parallel_for(static_cast<std::size_t>(threads), threads, [&](std::size_t) {
      try {
        std::string line;
        while (!stopped) {
          const std::string point = ask(line);
          if (point == stop) {
            return;
          }
          line = point + " " + compute(parse_integer(point, "the point"));
        }
      } catch (...) {
        stopped = true;
        throw;
      }
    });
  } catch (const Interrupted&) {
    crew.send(0, "bye");
    throw;
  } catch (const std::exception& fault) {
    crew.send(0, std::string("fault ") + fault.what());
    throw InputError("");
  }
  crew.send(0, "bye");
}

}  // namespace pj
