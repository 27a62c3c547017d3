#include "pj/compression/stored_bits.hpp"

#include <algorithm>
#include <cstring>
#include <set>

#include "pj/base/error.hpp"
#include "pj/network/constant_sources.hpp"
#include "pj/network/elements.hpp"
#include "pj/sparse/compressed_matrix.hpp"
#include "pj/sparse/huffman.hpp"
#include "pj/sparse/run_length.hpp"

namespace pj {

namespace {

constexpr int most_encoded_bits = 32;
constexpr int pointer_bits = 32;
constexpr int exponent_bits = 8;  // of the largest power of two of a table
constexpr int implied_bits = 64;  // a block size or ratio, and a seed

/// The elements of a constant that are stored, each with the zeros before it where the storage has such runs.
struct Entries {
  std::vector<std::uint32_t> values;
  std::vector<std::uint32_t> runs;
  std::vector<bool> mask;            ///< Bitmask
  std::vector<std::int64_t> starts;  ///< Csr, Csc
};

bool has_runs(const Storage& storage) {
  return storage.kind == Storage::Kind::RunLength || storage.kind == Storage::Kind::Csr ||
         storage.kind == Storage::Kind::Csc;
}

/// Elements as bit patterns of the format's width; −1 of binary numbers is 0.
std::vector<std::uint32_t> patterns_of(const Constant& constant) {
  std::vector<std::uint32_t> patterns;
  if (constant.format.kind == NumberFormat::Kind::Float) {
    const auto width = static_cast<std::size_t>(stored_bytes(constant.format));
    patterns.resize(constant.bytes.size() / width);
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      std::memcpy(&patterns[i], constant.bytes.data() + i * width, width);
    }
    return patterns;
  }
  const std::uint64_t mask = (std::uint64_t{1} << constant.format.bits) - 1;
  const bool is_binary = constant.format.kind == NumberFormat::Kind::Binary;
  for (const std::int64_t number : whole_numbers(constant)) {
    patterns.push_back(is_binary ? (number > 0 ? 1U : 0U)
                                 : static_cast<std::uint32_t>(static_cast<std::uint64_t>(number) & mask));
  }
  return patterns;
}

Constant constant_from(const std::vector<std::uint32_t>& patterns, const Value& like) {
  if (like.format.kind == NumberFormat::Kind::Float) {
    const auto width = static_cast<std::size_t>(stored_bytes(like.format));
    Constant constant{like.format, like.shape, std::vector<std::byte>(patterns.size() * width)};
    for (std::size_t i = 0; i < patterns.size(); ++i) {
      std::memcpy(constant.bytes.data() + i * width, &patterns[i], width);
    }
    return constant;
  }
  const bool is_binary = like.format.kind == NumberFormat::Kind::Binary;
  const int unused = 64 - like.format.bits;
  std::vector<std::int64_t> numbers;
  for (const std::uint32_t pattern : patterns) {
    const auto extended = static_cast<std::int64_t>(std::uint64_t{pattern} << unused) >> unused;
    numbers.push_back(is_binary               ? (pattern != 0 ? 1 : -1)
                      : like.format.is_signed ? extended
                                              : static_cast<std::int64_t>(pattern));
  }
  return constant_of(like.format, like.shape, std::span(numbers));
}

SparseFormat codec_of(const Value& constant) {
  const Storage& storage = constant.storage;
  if (storage.index_bits < 1 || storage.index_bits > most_encoded_bits) {
    throw InputError("the constant '" + constant.name + "' is stored as " + to_string(storage) +
                     "; runs have 1 to 32 bits");
  }
  const auto kind = storage.kind == Storage::Kind::RunLength ? SparseFormat::Kind::RunLength
                    : storage.kind == Storage::Kind::Csc     ? SparseFormat::Kind::Csc
                                                             : SparseFormat::Kind::Csr;
  return {.kind = kind, .index_bits = storage.index_bits, .pointer_bits = pointer_bits};
}

MatrixShape rows_of(const Sizes& shape) {
  const std::int64_t rows = shape.empty() ? 1 : shape.front();
  return {rows, rows == 0 ? 0 : element_count(shape) / rows};
}

Entries runs_of(const std::vector<std::uint32_t>& patterns, const SparseFormat& codec, int value_bits) {
  const BitStream stream = encode_run_length(patterns, codec, value_bits);
  BitReader reader(stream);
  Entries entries;
  while (reader.left() > 0) {
    entries.runs.push_back(static_cast<std::uint32_t>(reader.take(codec.index_bits)));
    entries.values.push_back(static_cast<std::uint32_t>(reader.take(value_bits)));
  }
  return entries;
}

Entries lines_of(const std::vector<std::uint32_t>& patterns, const Value& constant) {
  const std::vector<std::int64_t> wide(patterns.begin(), patterns.end());
  CompressedMatrix matrix = compress(wide, rows_of(constant.shape), codec_of(constant));
  Entries entries;
  entries.values.assign(matrix.values.begin(), matrix.values.end());
  entries.runs.assign(matrix.runs.begin(), matrix.runs.end());
  entries.starts = std::move(matrix.starts);
  return entries;
}

/// A group of elements is stored where one of them is not zero.
Entries masked(const std::vector<std::uint32_t>& patterns, std::size_t group) {
  Entries entries;
  for (std::size_t first = 0; first < patterns.size(); first += group) {
    const auto begin = patterns.begin() + static_cast<std::ptrdiff_t>(first);
    const auto end = patterns.begin() + static_cast<std::ptrdiff_t>(std::min(first + group, patterns.size()));
    entries.mask.push_back(std::any_of(begin, end, [](std::uint32_t pattern) { return pattern != 0; }));
    if (entries.mask.back()) {
      entries.values.insert(entries.values.end(), begin, end);
    }
  }
  return entries;
}

Entries entries_of(const Value& constant) {
  const std::vector<std::uint32_t> patterns = patterns_of(*constant.data);
  Entries entries;
  switch (constant.storage.kind) {
    case Storage::Kind::Bitmask:
      return masked(patterns, static_cast<std::size_t>(constant.storage.group));
    case Storage::Kind::RunLength:
      return runs_of(patterns, codec_of(constant), constant.format.bits);
    case Storage::Kind::Csr:
    case Storage::Kind::Csc:
      return lines_of(patterns, constant);
    default:
      entries.values = patterns;
      return entries;
  }
}

/// How values or runs are written: in a Huffman code, or as they are.
struct Writer {
  const HuffmanCode* code;
  int bits;

  void write(std::uint32_t number, BitStream& stream) const {
    if (code != nullptr) {
      code->write(number, stream);
    } else {
      stream.append(number, bits);
    }
  }
  std::uint32_t read(BitReader& reader) const {
    return code != nullptr ? code->read(reader) : static_cast<std::uint32_t>(reader.take(bits));
  }
};

/// The codes of a stream: none where it has no Huffman codes.
struct Codes {
  HuffmanCode values, runs;

  Writer of_values(const Value& constant) const {
    return {constant.storage.huffman ? &values : nullptr, constant.format.bits};
  }
  Writer of_runs(const Value& constant) const {
    return {constant.storage.huffman ? &runs : nullptr, constant.storage.index_bits};
  }
};

/// Writes a stream and counts its parts.
struct Encoder {
  BitStream stream;
  StoredBits bits;

  void write_tables(const Value& constant, const Codes& codes) {
    if (constant.storage.huffman) {
      codes.values.write_table(constant.format.bits, stream);
      if (has_runs(constant.storage)) {
        codes.runs.write_table(constant.storage.index_bits, stream);
      }
    }
    bits.tables = stream.bits;
  }

  void write(const Value& constant, const Entries& entries) {
    const Codes codes{HuffmanCode(entries.values), HuffmanCode(entries.runs)};
    write_tables(constant, codes);
    for (const bool is_there : entries.mask) {
      stream.append(is_there ? 1 : 0, 1);
    }
    for (const std::int64_t start : entries.starts) {
      stream.append(static_cast<std::uint64_t>(start), pointer_bits);
    }
    for (std::size_t i = 0; i < entries.values.size(); ++i) {
      if (!entries.runs.empty()) {
        codes.of_runs(constant).write(entries.runs[i], stream);
      }
      const std::int64_t before = stream.bits;
      codes.of_values(constant).write(entries.values[i], stream);
      bits.values += stream.bits - before;
    }
    bits.indices = stream.bits - bits.values - bits.tables;
  }
};

bool is_encoded(const Value& constant) {
  return constant.data != nullptr && constant.format.bits <= most_encoded_bits &&
         constant.storage.kind != Storage::Kind::Implied && constant.format.kind != NumberFormat::Kind::Text;
}

Encoder encoded(const Value& constant) {
  ensure(is_encoded(constant), "elements that are known, of at most 32 bits, are encoded");
  Encoder encoder;
  encoder.write(constant, entries_of(constant));
  return encoder;
}

std::vector<std::uint32_t> masked_patterns(BitReader& reader, std::size_t count, std::size_t group,
                                           const Writer& values) {
  std::vector<bool> mask;
  for (std::size_t i = 0; i < count; i += group) {
    mask.push_back(reader.take(1) != 0);
  }
  std::vector<std::uint32_t> patterns;
  for (std::size_t i = 0; i < count; ++i) {
    patterns.push_back(mask[i / group] ? values.read(reader) : 0);
  }
  return patterns;
}

std::vector<std::uint32_t> run_patterns(BitReader& reader, std::size_t count, const Value& like, const Codes& codes) {
  BitStream plain;
  while (reader.left() > 0) {
    plain.append(codes.of_runs(like).read(reader), like.storage.index_bits);
    plain.append(codes.of_values(like).read(reader), like.format.bits);
  }
  return decode_run_length(plain, static_cast<std::int64_t>(count), codec_of(like), like.format.bits);
}

std::vector<std::uint32_t> line_patterns(BitReader& reader, const Value& like, const Codes& codes) {
  CompressedMatrix matrix{.by_columns = like.storage.kind == Storage::Kind::Csc, .shape = rows_of(like.shape)};
  matrix.index_bits = like.storage.index_bits;
  for (std::int64_t line = 0; line <= matrix.lines(); ++line) {
    matrix.starts.push_back(static_cast<std::int64_t>(reader.take(pointer_bits)));
  }
  while (reader.left() > 0) {
    matrix.runs.push_back(codes.of_runs(like).read(reader));
    matrix.values.push_back(codes.of_values(like).read(reader));
  }
  const auto wide = decompress(matrix);
  return {wide.begin(), wide.end()};
}

/// The constants that a value is decoded from.
void gather_constants(const Network& network, ValueId value, std::set<ValueId>& found) {
  if (value == no_value || network.values[value].is_constant) {
    if (value != no_value) {
      found.insert(value);
    }
    return;
  }
  for (const Node& node : network.nodes) {
    if (std::ranges::find(node.outputs, value) != node.outputs.end()) {
      for (const ValueId input : node.inputs) {
        gather_constants(network, input, found);
      }
    }
  }
}

/// Tables in which codes of powers of two look up what they stand for.
std::set<ValueId> power_tables(const Network& network) {
  std::set<ValueId> tables;
  for (const Node& node : network.nodes) {
    if (!std::holds_alternative<Gather>(node.layer)) {
      continue;
    }
    std::set<ValueId> codes;
    gather_constants(network, node.inputs[1], codes);
    if (codes.size() == 1 && network.values[*codes.begin()].format.kind == NumberFormat::Kind::Log2) {
      tables.insert(node.inputs[0]);
    }
  }
  return tables;
}

StoredBits sum_over(const Network& network, const std::set<ValueId>& constants) {
  const std::set<ValueId> powers = power_tables(network);
  StoredBits sum;
  for (const ValueId id : constants) {
    sum += powers.contains(id) ? StoredBits{.values = exponent_bits} : stored_bits(network.values[id]);
  }
  return sum;
}

}  // namespace

StoredBits& StoredBits::operator+=(const StoredBits& other) {
  values += other.values;
  indices += other.indices;
  tables += other.tables;
  return *this;
}

BitStream encode(const Value& constant) {
  return encoded(constant).stream;
}

Constant decode(const BitStream& stream, const Value& like) {
  BitReader reader(stream);
  Codes codes;
  if (like.storage.huffman) {
    codes.values = HuffmanCode::read_table(like.format.bits, reader);
    codes.runs = has_runs(like.storage) ? HuffmanCode::read_table(like.storage.index_bits, reader) : HuffmanCode();
  }
  const auto count = static_cast<std::size_t>(element_count(like.shape));
  switch (like.storage.kind) {
    case Storage::Kind::Bitmask:
      return constant_from(
          masked_patterns(reader, count, static_cast<std::size_t>(like.storage.group), codes.of_values(like)), like);
    case Storage::Kind::RunLength:
      return constant_from(run_patterns(reader, count, like, codes), like);
    case Storage::Kind::Csr:
    case Storage::Kind::Csc:
      return constant_from(line_patterns(reader, like, codes), like);
    default:
      break;
  }
  std::vector<std::uint32_t> patterns;
  for (std::size_t i = 0; i < count; ++i) {
    patterns.push_back(codes.of_values(like).read(reader));
  }
  return constant_from(patterns, like);
}

StoredBits stored_bits(const Value& constant) {
  if (constant.storage.kind == Storage::Kind::Implied) {
    return {.values = implied_bits};
  }
  if (!is_encoded(constant)) {
    return {.values = element_count(constant.shape) * constant.format.bits};
  }
  const bool is_plain =
      constant.storage.kind == Storage::Kind::Dense || constant.storage.kind == Storage::Kind::CodebookIndex;
  return is_plain && !constant.storage.huffman
             ? StoredBits{.values = element_count(constant.shape) * constant.format.bits}  // no need to write it out
             : encoded(constant).bits;
}

StoredBits stored_bits(const Network& network) {
  std::set<ValueId> constants;
  for (const Node& node : network.nodes) {
    for (const ValueId id : node.inputs) {
      if (id != no_value && network.values[id].is_constant) {
        constants.insert(id);
      }
    }
  }
  return sum_over(network, constants);
}

StoredBits stored_bits(const Network& network, std::size_t node) {
  std::set<ValueId> constants;
  const ConstantSources sources = constant_sources(network);
  for (const ValueId id : network.nodes.at(node).inputs) {
    if (id != no_value && sources[id] != nullptr) {
      gather_constants(network, id, constants);
    }
  }
  return sum_over(network, constants);
}

}  // namespace pj
