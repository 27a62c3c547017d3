#include "pj/sparse/sparse_format.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

#include "pj/base/error.hpp"

namespace pj {

namespace {

struct KindName {
  SparseFormat::Kind kind;
  const char* name;
  bool has_index;
};

constexpr std::array kind_names{
    KindName{SparseFormat::Kind::Dense, "dense", false},
    KindName{SparseFormat::Kind::Bitmask, "bitmask", false},
    KindName{SparseFormat::Kind::RunLength, "run-length", true},
    KindName{SparseFormat::Kind::Csr, "csr", true},
    KindName{SparseFormat::Kind::Csc, "csc", true},
};

constexpr int most_word_bits = 4096;
constexpr int most_pointer_bits = 64;

const KindName& name_of(SparseFormat::Kind kind) {
  for (const KindName& row : kind_names) {
    if (row.kind == kind) {
      return row;
    }
  }
  throw std::logic_error("every kind of format has a name");
}

bool take(std::string_view& text, std::string_view word) {
  const bool is_there = text.starts_with(word);
  text.remove_prefix(is_there ? word.size() : 0);
  return is_there;
}

std::optional<int> take_bits(std::string_view& text, int most) {
  int bits = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), bits);
  if (fault != std::errc() || bits < 1 || bits > most) {
    return std::nullopt;
  }
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return bits;
}

/// What stands behind the kind; nothing where it is not understood.
std::optional<SparseFormat> parse_numbers(const KindName& row, std::string_view text) {
  SparseFormat format{.kind = row.kind};
  if (row.has_index) {
    const auto bits = take_bits(text, most_index_bits);
    if (!bits) {
      return std::nullopt;
    }
    format.index_bits = *bits;
  }
  const bool is_runs = row.kind == SparseFormat::Kind::RunLength;
  if (row.has_index && take(text, is_runs ? " in words of " : " with pointers of ")) {
    const auto bits = take_bits(text, is_runs ? most_word_bits : most_pointer_bits);
    if (!bits) {
      return std::nullopt;
    }
    (is_runs ? format.word_bits : format.pointer_bits) = *bits;
  }
  return text.empty() ? std::optional(format) : std::nullopt;
}

/// ln q, where q = z^B is the probability of B zeros.
double log_of_run(double density, int index_bits) {
  return std::ldexp(std::log1p(-density), index_bits);
}

/// The largest k for which kB elements are fewer than all.
double whole_runs(std::int64_t elements, int index_bits) {
  return std::floor(std::ldexp(static_cast<double>(elements - 1), -index_bits));
}

}  // namespace

std::string to_string(const SparseFormat& format) {
  const KindName& row = name_of(format.kind);
  std::string text = row.name;
  text += row.has_index ? std::to_string(format.index_bits) : "";
  text += format.word_bits > 0 ? " in words of " + std::to_string(format.word_bits) : "";
  const bool is_matrix = format.kind == SparseFormat::Kind::Csr || format.kind == SparseFormat::Kind::Csc;
  const bool is_usual = format.pointer_bits == SparseFormat{}.pointer_bits;
  return is_matrix && !is_usual ? text + " with pointers of " + std::to_string(format.pointer_bits) : text;
}

SparseFormat parse_sparse_format(std::string_view text) {
  for (const KindName& row : kind_names) {
    std::string_view rest = text;
    const auto format = take(rest, row.name) ? parse_numbers(row, rest) : std::nullopt;
    if (format) {
      return *format;
    }
  }
  throw InputError("unknown storage format '" + std::string(text) +
                   "'; write dense, bitmask, run-length5, 'run-length5 in words of 64', csr8, csc4 or 'csc4 with " +
                   "pointers of 16'");
}

std::int64_t pairs_per_word(const SparseFormat& format, int value_bits) {
  return format.word_bits / (format.index_bits + value_bits);
}

/// Summed by parts, which loses no digits however rare non-zeros are: with q = z^B and K the last k,
/// d / (1 − q) · (n − B q (1 − q^K) / (1 − q) − q^(K+1) (n − KB)).
double expected_entries(std::int64_t elements, double density, int index_bits) {
  const auto n = static_cast<double>(elements);
  if (density <= 0.0 || density >= 1.0 || elements == 0) {
    return density <= 0.0 ? 0.0 : n;
  }
  const double run = std::ldexp(1.0, index_bits);
  const double log_q = log_of_run(density, index_bits);
  const double most = whole_runs(elements, index_bits);
  const double between = run * std::exp(log_q) * std::expm1(most * log_q) / std::expm1(log_q);
  const double last = std::exp((most + 1.0) * log_q) * (n - most * run);
  return -density / std::expm1(log_q) * (n - between - last);
}

double expected_pairs(std::int64_t elements, double density, int index_bits) {
  if (density >= 1.0 || elements == 0) {
    return static_cast<double>(elements);
  }
  const double begun_runs = whole_runs(elements, index_bits) + 1.0;
  if (density <= 0.0) {
    return begun_runs;
  }
  const double log_q = log_of_run(density, index_bits);
  return expected_entries(elements, density, index_bits) +
         (1.0 - density) * std::expm1(begun_runs * log_q) / std::expm1(log_q);
}

double expected_bits(const SparseFormat& format, int value_bits, double density, const MatrixShape& shape) {
  const auto elements = static_cast<double>(shape.elements());
  const double entry = format.index_bits + value_bits;
  const auto by_lines = [&](std::int64_t lines, std::int64_t length) {
    return static_cast<double>(lines) * expected_entries(length, density, format.index_bits) * entry +
           static_cast<double>(lines + 1) * format.pointer_bits;
  };
  switch (format.kind) {
    case SparseFormat::Kind::Dense:
      return elements * value_bits;
    case SparseFormat::Kind::Bitmask:
      return elements * (1.0 + density * value_bits);
    case SparseFormat::Kind::RunLength: {
      const auto in_a_word = static_cast<double>(pairs_per_word(format, value_bits));
      const double pair = format.word_bits == 0 ? entry
                          : in_a_word == 0.0    ? std::numeric_limits<double>::infinity()
                                                : format.word_bits / in_a_word;
      return expected_pairs(shape.elements(), density, format.index_bits) * pair;
    }
    case SparseFormat::Kind::Csr:
      return by_lines(shape.rows, shape.columns);
    case SparseFormat::Kind::Csc:
      return by_lines(shape.columns, shape.rows);
  }
  return elements * value_bits;
}

double expected_bits_per_element(const SparseFormat& format, int value_bits, double density, const MatrixShape& shape) {
  return expected_bits(format, value_bits, density, shape) / static_cast<double>(shape.elements());
}

double break_even_density(const SparseFormat& format, int value_bits, const MatrixShape& shape) {
  const auto saves = [&](double density) {
    return expected_bits_per_element(format, value_bits, density, shape) < value_bits;
  };
  if (saves(1.0) || !saves(0.0)) {
    return saves(1.0) ? 1.0 : 0.0;
  }
  // More non-zeros never take fewer bits, so that halving finds the place.
  double low = 0.0;
  double high = 1.0;
  constexpr int halvings = 50;
  for (int i = 0; i < halvings; ++i) {
    const double middle = 0.5 * (low + high);
    (saves(middle) ? low : high) = middle;
  }
  return low;
}

}  // namespace pj
