#include "pj/sparse/huffman.hpp"

#include <algorithm>
#include <map>
#include <queue>

#include "pj/base/error.hpp"

namespace pj {

namespace {

/// A tree under construction: its symbols, and how often they stand in the text.
struct Tree {
  std::int64_t count = 0;
  std::uint32_t first = 0;  // the least symbol decides between equal counts, so that the code is always the same
  std::vector<std::size_t> leaves;
};

struct Later {
  bool operator()(const Tree& a, const Tree& b) const {
    return a.count != b.count ? a.count > b.count : a.first > b.first;
  }
};

Tree joined(Tree a, const Tree& b) {
  a.count += b.count;
  a.first = std::min(a.first, b.first);
  a.leaves.insert(a.leaves.end(), b.leaves.begin(), b.leaves.end());
  return a;
}

}  // namespace

HuffmanCode::HuffmanCode(std::span<const std::uint32_t> symbols) {
  std::map<std::uint32_t, std::int64_t> counts;
  for (const std::uint32_t symbol : symbols) {
    ++counts[symbol];
  }
  std::priority_queue<Tree, std::vector<Tree>, Later> trees;
  for (const auto& [symbol, count] : counts) {
    trees.push({count, symbol, {entries_.size()}});
    entries_.push_back({symbol, counts.size() == 1 ? 1 : 0, 0});
  }
  while (trees.size() > 1) {
    const Tree least = trees.top();
    trees.pop();
    const Tree next = trees.top();
    trees.pop();
    for (const Tree* tree : {&least, &next}) {
      for (const std::size_t leaf : tree->leaves) {
        ++entries_[leaf].length;
      }
    }
    trees.push(joined(least, next));
  }
  assign_codes();
}

void HuffmanCode::assign_codes() {
  std::ranges::sort(entries_, [](const Entry& a, const Entry& b) {
    return a.length != b.length ? a.length < b.length : a.symbol < b.symbol;
  });
  std::uint64_t code = 0;
  int length = entries_.empty() ? 0 : entries_.front().length;
  for (Entry& entry : entries_) {
    code <<= entry.length - length;
    length = entry.length;
    entry.code = code++;
  }
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    places_[entries_[i].symbol] = i;
  }
}

void HuffmanCode::write(std::uint32_t symbol, BitStream& stream) const {
  const auto place = places_.find(symbol);
  ensure(place != places_.end(), "a code has all symbols of the text that it was made for");
  const Entry& entry = entries_[place->second];
  for (int bit = entry.length - 1; bit >= 0; --bit) {
    stream.append(entry.code >> bit & 1U, 1);  // the first bit of a code first
  }
}

std::uint32_t HuffmanCode::read(BitReader& reader) const {
  std::uint64_t code = 0;
  int length = 0;
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    for (; length < entry->length; ++length) {
      code = code << 1U | reader.take(1);
    }
    const auto end = std::ranges::upper_bound(entry, entries_.end(), length, {}, &Entry::length);
    if (code >= entry->code && code - entry->code < static_cast<std::uint64_t>(end - entry)) {
      return (entry + static_cast<std::ptrdiff_t>(code - entry->code))->symbol;
    }
    entry = end;
  }
  throw InputError("the stream has bits that are no Huffman code; it is damaged");
}

void HuffmanCode::write_table(int symbol_bits, BitStream& stream) const {
  stream.append(entries_.size(), symbol_bits + 1);
  for (const Entry& entry : entries_) {
    stream.append(entry.symbol, symbol_bits);
    stream.append(static_cast<std::uint64_t>(entry.length), length_bits);
  }
}

HuffmanCode HuffmanCode::read_table(int symbol_bits, BitReader& reader) {
  HuffmanCode code;
  const std::uint64_t count = reader.take(symbol_bits + 1);
  for (std::uint64_t i = 0; i < count; ++i) {  // ends with the stream, however large the count
    const auto symbol = static_cast<std::uint32_t>(reader.take(symbol_bits));
    code.entries_.push_back({symbol, static_cast<int>(reader.take(length_bits)), 0});
  }
  code.assign_codes();
  return code;
}

}  // namespace pj
