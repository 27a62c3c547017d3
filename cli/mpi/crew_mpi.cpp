#include <mpi.h>

#include <limits>

#include "pj/sweep/crew.hpp"

namespace pj {

namespace {

/// A crew over MPI. A fault of MPI ends all processes, as MPI's own handler does.
class MpiCrew : public Crew {
 public:
  MpiCrew() {
    int provided = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &provided);
    if (provided < MPI_THREAD_SERIALIZED) {
      MPI_Abort(MPI_COMM_WORLD, 1);
    }
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~MpiCrew() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  void send(int to, const std::string& text) override {
    MPI_Send(text.data(), static_cast<int>(text.size()), MPI_CHAR, to, 0, MPI_COMM_WORLD);
  }

  std::optional<CrewMessage> poll() override {
    int is_there = 0;
    MPI_Status status;
    MPI_Iprobe(MPI_ANY_SOURCE, 0, MPI_COMM_WORLD, &is_there, &status);
    if (is_there == 0) {
      return std::nullopt;
    }
    int size = 0;
    MPI_Get_count(&status, MPI_CHAR, &size);
    CrewMessage message{status.MPI_SOURCE, std::string(static_cast<std::size_t>(size), '\0')};
    MPI_Recv(message.text.data(), size, MPI_CHAR, message.from, 0, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    return message;
  }

  void add(std::span<float> numbers) override { add(numbers, MPI_FLOAT); }
  void add(std::span<double> numbers) override { add(numbers, MPI_DOUBLE); }
  void spread(std::span<float> numbers) override {
    MPI_Bcast(numbers.data(), count_of(numbers.size()), MPI_FLOAT, 0, MPI_COMM_WORLD);
  }

 private:
  static int count_of(std::size_t size) {
    if (size > std::numeric_limits<int>::max()) {
      MPI_Abort(MPI_COMM_WORLD, 1);  // MPI counts in 32 bits
    }
    return static_cast<int>(size);
  }
  template <class Number>
  static void add(std::span<Number> numbers, MPI_Datatype type) {
    MPI_Allreduce(MPI_IN_PLACE, numbers.data(), count_of(numbers.size()), type, MPI_SUM, MPI_COMM_WORLD);
  }

  int rank_ = 0, size_ = 1;
};

}  // namespace

}  // namespace pj

extern "C" pj::Crew* pj_make_crew() {
  return new pj::MpiCrew;
}
