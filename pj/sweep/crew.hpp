#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace pj {

/// A message of one process to another.
struct CrewMessage {
  int from = 0;
  std::string text;
};

/// The processes that work on one study or training, numbered from 0, as `mpirun` starts them. One thread at a time may
/// call it.
class Crew {
 public:
  Crew() = default;
  virtual ~Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  virtual int rank() const = 0;
  virtual int size() const = 0;
  virtual void send(int to, const std::string& text) = 0;
  /// The next message of any other process, if one is there.
  virtual std::optional<CrewMessage> poll() = 0;

  /// Replaces the numbers of every process by the sums over all; all processes must call it together.
  virtual void add(std::span<float> numbers) = 0;
  virtual void add(std::span<double> numbers) = 0;
  /// Replaces the numbers of every process by those of process 0.
  virtual void spread(std::span<float> numbers) = 0;
};

/// The next message, waited for without keeping a core busy.
CrewMessage receive(Crew& crew);

/// The crew that this process was started in by `mpirun`, through the plugin in the file `library`, which alone needs
/// MPI. Throws `InputError` where it cannot be loaded.
std::unique_ptr<Crew> join_crew(const std::string& library);

/// What the plugin offers under the name `pj_make_crew`.
using MakeCrew = Crew* (*)();

}  // namespace pj
