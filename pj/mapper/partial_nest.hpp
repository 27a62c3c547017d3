#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "pj/mapper/fingerprint.hpp"
#include "pj/mapping/count.hpp"
#include "pj/mapping/mapping.hpp"

namespace pj {

/// How many copies of each index a fanout has in use.
using Copies = std::array<std::int64_t, 16>;

/// The inner part of a loop nest while the mapper chooses it, from the compute units outwards, and the words that
/// it moves: the same counts as `traffic`, without its generality and allocations. What the loops outside the chosen
/// part will run through is known (`left`); how, is not.
class PartialNest {
 public:
  static constexpr std::size_t most_indices = std::tuple_size_v<Copies>;
  static constexpr std::size_t most_stages = 12;

  /// Nothing is chosen yet of the stages outside `inner`, and nothing is in those from it inwards.
  PartialNest(const Workload& workload, const Accelerator& accelerator, std::size_t inner);

  std::size_t first_stage() const { return first_; }
  std::int64_t left(std::size_t index) const { return left_[index]; }
  std::int64_t extent(std::size_t index) const { return extent_[index]; }

  /// Takes in the next stage outwards, or gives the outermost one back.
  void push(const StageMapping& stage);
  void pop();

  /// What the loops outside the chosen part do to a tile that all loops inside left in place.
  struct Outside {
    enum class Kind {
      Least,   ///< whatever moves the least
      Stays,   ///< the innermost of them leaves it in place
      Moves,   ///< the innermost of them moves it
      Slides,  ///< the innermost of them, over `index`, slides it
    };
    Kind kind = Kind::Moves;
    std::size_t index = 0;
  };

  /// The way of a tensor's tile at `to` (a stage, or the number of stages for the compute units).
  struct Way {
    std::size_t tensor = 0, to = 0;
    bool least = false;                              ///< count only what every copy must see once
    bool open = false;                               ///< all loops in time outside the tile leave it in place
    std::array<std::uint32_t, most_stages> stays{};  ///< by stage, the indices whose loops leave it in place
    std::size_t slide_stage = most_stages, slide_index = 0;
  };
  /// As the loops from the stage `outermost` inwards leave it.
  Way way(std::size_t tensor, std::size_t to, std::size_t outermost) const;
  /// The indices that the tensor depends on, and those of them along which a window of it slides, as bit masks.
  std::uint32_t relevant(std::size_t tensor) const { return shapes_[tensor].relevant; }
  std::uint32_t sliding(std::size_t tensor) const { return shapes_[tensor].sliding; }
  bool depends(std::size_t tensor, std::size_t index) const { return (relevant(tensor) >> index & 1U) != 0; }
  bool slides(std::size_t tensor, std::size_t index) const { return (sliding(tensor) >> index & 1U) != 0; }

  /// Adds all that distinguishes the counts of a way in this chosen part from those in others.
  void add_loops(const Way& way, Fingerprint& key) const;

  /// Words moved to the tiles: copies behind fanouts outside the stage `apart` count one by one. `shared`: copies
  /// outside the chosen part may share words.
  std::int64_t moved(const Way& way, std::size_t apart, const Outside& outside, bool shared);
  /// Different elements seen; `apart_outside`: copies outside the chosen part count one by one.
  std::int64_t touched(const Way& way, std::size_t apart, bool apart_outside);
  /// Steps of the chosen loops in time and of all loops outside.
  std::int64_t steps() const;
  /// The part of them that the loops over one index make.
  std::int64_t steps(std::size_t index) const;
  /// The moves that the loops over an index give a closed way's tile, where copies share what they can.
  std::int64_t iterations(const Way& way, std::size_t index) const;

  struct TensorShape {
    std::uint32_t relevant = 0;  ///< bit mask of its indices
    std::uint32_t sliding = 0;   ///< those of them in `windows`
    std::uint32_t counted = 0;   ///< the indices whose loops matter to a count: all but those of axes of their own
    std::vector<Axis> windows;   ///< axes with several indices of more than one element
    std::int64_t plain = 1;      ///< product of the sizes of all its other indices
    bool latched = false;
  };
  const TensorShape& shape(std::size_t tensor) const { return shapes_[tensor]; }

 private:
  struct Passes {
    std::array<std::uint32_t, most_stages> once{};  ///< by stage, the indices that count once
    std::array<Pass, most_stages> space{};          ///< by stage, of a fanout's loops
    Pass time = Pass::Each;
    Pass rest = Pass::Each;
    bool rest_stays = false;  ///< loops outside over indices that the tensor does not depend on leave it in place
    std::size_t slide_stage = most_stages, slide_index = 0;  ///< most_stages + 1: the loops outside slide
  };

  TensorShape shape_of(const Operand& tensor) const;
  std::int64_t least_sliding(const Way& way, Passes& passes);
  std::int64_t count(std::size_t tensor, std::size_t to, const Passes& passes);
  std::int64_t places(std::size_t index, std::size_t to, const Passes& passes, Pass outside) const;
  std::int64_t window(std::size_t tensor, std::size_t axis, std::size_t to, const Passes& passes);
  TileSequence window_loops(const Axis& terms, std::size_t to, const Passes& passes) const;
  Pass shared_pass(std::size_t stage, std::size_t tensor) const;

  const Workload& workload_;
  const Accelerator& accelerator_;
  bool boxes_, resident_;
  std::vector<TensorShape> shapes_;
  std::size_t first_;
  std::array<std::int64_t, most_indices> size_{}, left_{}, extent_{};
  std::array<std::array<std::int64_t, most_indices>, most_stages> factor_{}, step_{};
  std::array<std::array<std::size_t, most_indices>, most_stages> order_{};  ///< a level's indices, innermost first
  std::array<std::size_t, most_stages> loops_{};                            ///< and how many there are
  std::array<bool, most_stages> in_time_{};

  /// By stage and index: stands for the factors from that stage inwards.
  std::array<std::array<Fingerprint, most_indices>, most_stages + 1> chain_{};
  FingerprintTable<std::int64_t> windows_{1 << 20};
};

}  // namespace pj
