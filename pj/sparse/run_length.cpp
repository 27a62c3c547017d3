#include "pj/sparse/run_length.hpp"

#include "pj/base/error.hpp"

namespace pj {

namespace {

void check_format(const SparseFormat& format, int value_bits) {
  ensure(format.kind == SparseFormat::Kind::RunLength && format.index_bits >= 1 && format.index_bits <= 32,
         "runs have 1 to 32 bits");
  ensure(value_bits >= 1 && value_bits <= 32, "numbers have 1 to 32 bits");
  ensure(format.word_bits == 0 || pairs_per_word(format, value_bits) > 0, "a word holds a pair");
}

/// Puts pairs into words, or one after the other where there are none.
class PairWriter {
 public:
  PairWriter(const SparseFormat& format, int value_bits)
      : format_(format), value_bits_(value_bits), in_a_word_(pairs_per_word(format, value_bits)) {}

  void add(std::uint64_t run, std::uint32_t value) {
    if (format_.word_bits > 0 && in_this_word_ == in_a_word_) {
      end_word(false);
    }
    stream_.append(run, format_.index_bits);
    stream_.append(value, value_bits_);
    ++in_this_word_;
  }

  BitStream finish() {
    if (format_.word_bits > 0 && in_this_word_ > 0) {
      end_word(true);
    }
    return std::move(stream_);
  }

 private:
  void end_word(bool is_last) {
    const int pair = format_.index_bits + value_bits_;
    for (; in_this_word_ < in_a_word_; ++in_this_word_) {
      stream_.append(0, format_.index_bits);
      stream_.append(0, value_bits_);
    }
    for (int spare = format_.word_bits - static_cast<int>(in_a_word_) * pair; spare > 0; --spare) {
      stream_.append(is_last ? 1 : 0, 1);
      is_last = false;  // only the first spare bit says it
    }
    in_this_word_ = 0;
  }

  const SparseFormat& format_;
  int value_bits_;
  std::int64_t in_a_word_;
  std::int64_t in_this_word_ = 0;
  BitStream stream_;
};

/// The bits behind the pairs of a word: the first must say whether the word is the last, the others are 0.
void check_spare_bits(BitReader& reader, int spare, bool is_last) {
  for (int i = 0; i < spare; ++i) {
    const bool wanted = i == 0 && is_last;
    if ((reader.take(1) != 0) != wanted) {
      throw InputError(is_last && i == 0 ? "the stream's last word is not marked as the last"
                       : i == 0          ? "a word is marked as the last before all numbers are there"
                                         : "a word has a bit set behind its pairs; these must be 0");
    }
  }
}

}  // namespace

BitStream encode_run_length(std::span<const std::uint32_t> values, const SparseFormat& format, int value_bits) {
  check_format(format, value_bits);
  PairWriter writer(format, value_bits);
  const std::uint64_t longest = (std::uint64_t{1} << format.index_bits) - 1;
  std::uint64_t run = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] == 0 && run < longest && i + 1 < values.size()) {
      ++run;
      continue;
    }
    writer.add(run, values[i]);
    run = 0;
  }
  return writer.finish();
}

std::vector<std::uint32_t> decode_run_length(const BitStream& stream, std::int64_t count, const SparseFormat& format,
                                             int value_bits) {
  check_format(format, value_bits);
  check(stream);
  BitReader reader(stream);
  std::vector<std::uint32_t> values;
  const int pair = format.index_bits + value_bits;
  const std::int64_t in_a_word = pairs_per_word(format, value_bits);
  const auto missing = [&] { return count - static_cast<std::int64_t>(values.size()); };
  for (std::int64_t in_this_word = 0; missing() > 0 || (in_this_word > 0 && format.word_bits > 0);) {
    const auto run = static_cast<std::int64_t>(reader.take(format.index_bits));
    const auto value = static_cast<std::uint32_t>(reader.take(value_bits));
    if (missing() > 0 ? run >= missing() : run + value != 0) {
      throw InputError("a run leads behind the last of " + std::to_string(count) + " numbers; the stream is damaged");
    }
    if (missing() > 0) {
      values.insert(values.end(), static_cast<std::size_t>(run), 0);
      values.push_back(value);
    }
    if (++in_this_word == in_a_word && format.word_bits > 0) {
      check_spare_bits(reader, format.word_bits - static_cast<int>(in_a_word) * pair, missing() == 0);
      in_this_word = 0;
    }
  }
  if (reader.left() > 0) {
    throw InputError("the stream has " + std::to_string(reader.left()) + " bits behind the last of " +
                     std::to_string(count) + " numbers");
  }
  return values;
}

}  // namespace pj
