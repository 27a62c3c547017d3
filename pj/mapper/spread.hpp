#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "pj/mapper/partial_nest.hpp"
#include "pj/mapper/space.hpp"

namespace pj {

/// The ways to spread the indices over the copies behind one fanout. All that a count knows of them is how many copies
/// each index has in use; along which axes these lie is left to `loops`.
class Spreads {
 public:
  Spreads(const Workload& workload, const Fanout& fanout, Factors& factors, bool perfect);

  /// Every number of copies of each index that can pay, where `left` says how many tiles of each are left inside.
  const std::vector<Copies>& all(const std::vector<std::int64_t>& left);

  /// Can these copies of an index pay where so many tiles are left, and none lie idle for the whole nest?
  bool pays(std::size_t index, std::int64_t copies, std::int64_t tiles) const;

  /// The loops that lay the copies out along the axes, or nothing where they have no room.
  std::optional<std::vector<Loop>> loops(const Copies& copies, const std::vector<std::int64_t>& left) const;

 private:
  using Room = std::vector<std::int64_t>;  ///< along each axis

  std::vector<std::int64_t> counts(std::size_t index, std::int64_t tiles) const;
  const std::vector<Room>& layouts(std::size_t index, std::int64_t copies, std::int64_t tiles) const;
  void lay_out(std::size_t index, std::size_t axis, std::int64_t copies, std::int64_t tiles, std::int64_t left,
               Room& taken, std::vector<Room>& found) const;
  void extend(std::size_t index, const std::vector<std::int64_t>& left, const std::vector<Room>& rooms, Copies& copies);
  bool place(std::size_t index, const Copies& copies, const std::vector<std::int64_t>& left, const Room& room,
             std::vector<Loop>& loops) const;
  std::int64_t most_copies(std::size_t index) const;

  const Workload& workload_;
  const Fanout& fanout_;
  Factors& factors_;
  bool perfect_;
  std::vector<bool> any_;  ///< by index: numbers of copies that leave equally many tiles can differ in cost
  std::map<std::vector<std::int64_t>, std::vector<Copies>> known_;
  std::vector<Copies>* found_ = nullptr;
  mutable std::map<std::pair<std::size_t, std::pair<std::int64_t, std::int64_t>>, std::vector<Room>> layouts_;
};

}  // namespace pj
