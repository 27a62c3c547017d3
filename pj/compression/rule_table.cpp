#include "pj/compression/rule_table.hpp"

#include <array>

namespace pj {

namespace {

constexpr std::int64_t most_entries = 65536;
constexpr std::int64_t most_group = 1024;
constexpr std::int64_t most_block = 4096;

constexpr std::array scales{Word{"searched", FixedPoint::Scale::Searched}, Word{"max", FixedPoint::Scale::Max},
                            Word{"power_of_two", FixedPoint::Scale::PowerOfTwo}};

FixedPoint::Scale scale_of(const Parameters& given, bool has_default_max) {
  return has_default_max && !given.text("scale") ? FixedPoint::Scale::Max : given.word("scale", scales);
}

Approximation read_fixed_point(const Parameters& given) {
  FixedPoint rule{.bits = given.integer("bits", 8, 1, 32), .scale = scale_of(given, true)};
  rule.per_channel = given.flag("per_channel");
  rule.affine = given.flag("affine");
  if (rule.affine && rule.scale != FixedPoint::Scale::Max) {
    throw InputError("affine codes have the scale max; leave one of both out");
  }
  return rule;
}

Approximation read_dynamic(const Parameters& given) {
  return FixedPoint{.bits = given.integer("bits", 8, 1, 32), .scale = FixedPoint::Scale::Searched};
}

Approximation read_activations(const Parameters& given) {
  constexpr std::array tensors{Word{"inputs", false}, Word{"all", true}};
  return ActivationFixedPoint{.bits = given.integer("bits", 8, 2, 16),
                              .scale = given.word("scale", scales),
                              .all_tensors = given.word("tensors", tensors)};
}

Approximation read_folding(const Parameters&) {
  return Folding{};
}

Approximation read_binary(const Parameters& given) {
  constexpr std::array rules{Word{"bwn", Signs::Rule::Bwn}, Word{"binaryconnect", Signs::Rule::BinaryConnect},
                             Word{"xnor", Signs::Rule::Xnor}, Word{"bnn", Signs::Rule::Bnn}};
  return Signs{.rule = given.word("rule", rules)};
}

Approximation read_ternary(const Parameters& given) {
  constexpr std::array rules{Word{"twn", Signs::Rule::Twn}, Word{"ttq", Signs::Rule::Ttq}};
  return Signs{.rule = given.word("rule", rules), .threshold = given.number("threshold", 0.0, 0.0, 10.0)};
}

Approximation read_log2(const Parameters& given) {
  return PowersOfTwo{.bits = given.integer("bits", 4, 2, 8)};
}

Approximation read_inq(const Parameters& given) {
  return PowersOfTwo{.rule = PowersOfTwo::Rule::Inq,
                     .bits = given.integer("bits", 5, 2, 8),
                     .portion = given.number("portion", 1.0, 0.0, 1.0)};
}

Approximation read_codebook(const Parameters& given) {
  constexpr std::array starts{Word{"linear", Codebook::Start::Linear}, Word{"density", Codebook::Start::Density},
                              Word{"random", Codebook::Start::Random}};
  return Codebook{.entries = given.integer("entries", 16, 2, most_entries),
                  .start = given.word("start", starts),
                  .seed = static_cast<std::uint64_t>(given.integer("seed", 1, 0, 1 << 30))};
}

Approximation read_lloyd_max(const Parameters& given) {
  return Codebook{.entries = given.integer("levels", 16, 2, most_entries), .start = Codebook::Start::Density};
}

Approximation read_hashed(const Parameters& given) {
  return TiedWeights{.rule = TiedWeights::Rule::Hashed,
                     .ratio = given.number("ratio", 8.0, 1.0, 1e6),
                     .seed = static_cast<std::uint64_t>(given.integer("seed", 1, 0, 1 << 30))};
}

Approximation read_circulant(const Parameters& given) {
  return TiedWeights{.rule = TiedWeights::Rule::Circulant, .block = given.integer("block", 8, 2, most_block)};
}

Approximation read_float(const Parameters& given) {
  const NumberFormat format = given.read("format", "bfloat16", [](const std::string& text) {
    const NumberFormat read = parse_format(text);
    const bool fits = read.kind == NumberFormat::Kind::Float && read.bits <= 16 && read.exponent <= 8 &&
                      read.exponent >= 2 && read.bits > read.exponent + 1 && read.is_signed;
    if (!fits) {
      throw InputError("'" + text +
                       "' is no signed float of at most 16 bits with an exponent of 2 to 8 and a mantissa; " +
                       "give bfloat16, float16, float8e4m3 or the like");
    }
    return read;
  });
  return ShortFloat{format};
}

Storage storage_of(const Parameters& given, const char* key, const char* otherwise) {
  return given.read(key, otherwise, [](const std::string& text) {
    const Storage storage = parse_storage(text);
    if (storage.density != 1.0 || storage.kind == Storage::Kind::Implied) {
      throw InputError("the density of '" + text + "' follows from the weights; leave it out");
    }
    return storage;
  });
}

Approximation read_prune(const Parameters& given) {
  return Pruning{.density = given.number("density", 0.5, 0.0, 1.0),
                 .global = given.flag("global"),
                 .storage = storage_of(given, "storage", "bitmask")};
}

Approximation read_n_of_m(const Parameters& given) {
  Pruning rule{.rule = Pruning::Rule::NOfM, .n = given.integer("n", 2, 1, most_group)};
  rule.m = given.integer("m", 4, 2, most_group);
  if (rule.n >= rule.m) {
    throw InputError("n is " + std::to_string(rule.n) + " of m = " + std::to_string(rule.m) +
                     ", which prunes nothing; give an n below m");
  }
  rule.storage = storage_of(given, "storage", "bitmask");
  return rule;
}

Approximation read_prune_groups(const Parameters& given) {
  Pruning rule{.rule = Pruning::Rule::Groups, .density = given.number("density", 0.5, 0.0, 1.0)};
  rule.m = given.integer("size", 8, 2, most_group);
  rule.storage.group = rule.m;
  return rule;
}

Approximation read_prune_by_energy(const Parameters& given) {
  return EnergyPruning{.energy = given.number("energy", 0.5, 0.0, 1.0),
                       .storage = storage_of(given, "storage", "bitmask")};
}

Approximation read_prune_filters(const Parameters& given) {
  return StructuredPruning{.keep = given.number("keep", 0.5, 0.0, 1.0)};
}

Approximation read_prune_channels(const Parameters& given) {
  return StructuredPruning{.what = StructuredPruning::What::Channels, .keep = given.number("keep", 0.5, 0.0, 1.0)};
}

constexpr std::int64_t most_rank = 1 << 16;

Approximation read_svd(const Parameters& given) {
  return LowRank{.rank = given.integer("rank", 0, 1, most_rank), .share = given.number("share", 0.9, 0.0, 1.0)};
}

Approximation read_separable(const Parameters& given) {
  return LowRank{.rule = LowRank::Rule::Separable,
                 .rank = given.integer("rank", 0, 1, most_rank),
                 .share = given.number("share", 0.9, 0.0, 1.0)};
}

Approximation read_depthwise(const Parameters& given) {
  return LowRank{.rule = LowRank::Rule::Depthwise, .rank = given.integer("multiplier", 1, 1, most_rank)};
}

Approximation read_tucker(const Parameters& given) {
  return LowRank{.rule = LowRank::Rule::Tucker,
                 .inputs = given.integer("inputs", 0, 1, most_rank),
                 .outputs = given.integer("outputs", 0, 1, most_rank),
                 .share = given.number("share", 0.9, 0.0, 1.0)};
}

Approximation read_cp(const Parameters& given) {
  return LowRank{.rule = LowRank::Rule::Cp,
                 .rank = given.integer("rank", 16, 1, most_rank),
                 .rounds = given.integer("rounds", 50, 1, 100'000),
                 .seed = static_cast<std::uint64_t>(given.integer("seed", 1, 0, 1 << 30))};
}

Approximation read_stacked(const Parameters& given) {
  return LowRank{.rule = LowRank::Rule::Stacked,
                 .rank = given.integer("channels", 0, 1, most_rank),
                 .rounds = given.integer("rounds", 50, 1, 100'000),
                 .seed = static_cast<std::uint64_t>(given.integer("seed", 1, 0, 1 << 30))};
}

Approximation tabulated(const Parameters& given, ActivationTable::Rule rule, int segments) {
  ActivationTable table{.rule = rule, .segments = given.integer("segments", segments, 1, most_entries)};
  table.low = given.number("low", table.low, -1e6, 1e6);
  table.high = given.number("high", table.high, -1e6, 1e6);
  if (table.low >= table.high) {
    throw InputError("low is not below high; give a range of inputs, as low: -8, high: 8");
  }
  return table;
}

Approximation read_lines(const Parameters& given) {
  return tabulated(given, ActivationTable::Rule::Lines, 16);
}

Approximation read_table(const Parameters& given) {
  return tabulated(given, ActivationTable::Rule::Values, 256);
}

Approximation read_plan(const Parameters&) {
  return ActivationTable{.rule = ActivationTable::Rule::Plan};
}

Approximation read_exits(const Parameters& given) {
  constexpr std::array criteria{Word{"entropy", ExitHeads::Criterion::Entropy},
                                Word{"confidence", ExitHeads::Criterion::Confidence}};
  constexpr std::array trunks{Word{"frozen", false}, Word{"trained", true}};
  return ExitHeads{.criterion = given.word("criterion", criteria),
                   .trains_trunk = given.word("trunk", trunks),
                   .hidden = given.integer("hidden", 0, 1, 1 << 16),
                   .loss = given.number("loss", 0.0, 0.0, 1.0)};
}

Approximation read_store(const Parameters& given) {
  return StoreAs{storage_of(given, "as", "dense")};
}

Approximation read_huffman(const Parameters&) {
  return HuffmanCoding{};
}

const std::array rows{
    RuleRow{"fixed_point",
            {"bits", "scale", "per_channel", "affine"},
            read_fixed_point,
            "bits 8, scale max|power_of_two|searched, per_channel, affine",
            "uniform fixed point"},
    RuleRow{"dynamic_fixed_point", {"bits"}, read_dynamic, "bits 8", "fixed point with a searched fraction"},
    RuleRow{"activations",
            {"bits", "scale", "tensors"},
            read_activations,
            "bits 8, scale searched|max|power_of_two, tensors inputs|all",
            "the layers' inputs in fixed point, by what data show; needs --data"},
    RuleRow{"fold", {}, read_folding, "", "batch normalisation becomes part of the layer before it"},
    RuleRow{"binary", {"rule"}, read_binary, "rule bwn|binaryconnect|xnor|bnn", "weights of one bit"},
    RuleRow{
        "ternary", {"rule", "threshold"}, read_ternary, "rule twn|ttq, threshold 0.75|0.05", "weights of −1, 0 and +1"},
    RuleRow{"log2", {"bits"}, read_log2, "bits 4", "powers of two, by the nearest exponent"},
    RuleRow{"inq", {"bits", "portion"}, read_inq, "bits 5, portion 1", "powers of two, by the nearest number"},
    RuleRow{"codebook",
            {"entries", "start", "seed"},
            read_codebook,
            "entries 16, start linear|density|random, seed 1",
            "k-means with a table of shared weights"},
    RuleRow{"lloyd_max", {"levels"}, read_lloyd_max, "levels 16", "the quantiser of least squared error"},
    RuleRow{"hashed", {"ratio", "seed"}, read_hashed, "ratio 8, seed 1", "weights shared by a hash of their places"},
    RuleRow{"circulant", {"block"}, read_circulant, "block 8", "block-circulant matrices"},
    RuleRow{"float", {"format"}, read_float, "format bfloat16", "short floating-point numbers"},
    RuleRow{"prune",
            {"density", "global", "storage"},
            read_prune,
            "density 0.5, global, storage bitmask",
            "the smallest weights become zero"},
    RuleRow{"prune_n_of_m",
            {"n", "m", "storage"},
            read_n_of_m,
            "n 2, m 4, storage bitmask",
            "n of every m weights of a filter are left"},
    RuleRow{"prune_by_energy",
            {"energy", "storage"},
            read_prune_by_energy,
            "energy 0.5 of that without zeros, storage bitmask",
            "zeros where they save most energy for their error; needs --on and --data"},
    RuleRow{"prune_groups",
            {"density", "size"},
            read_prune_groups,
            "density 0.5, size 8",
            "weights become zero in groups of a filter"},
    RuleRow{"prune_filters",
            {"keep"},
            read_prune_filters,
            "keep 0.5",
            "the weakest filters are left out, and all that belongs to them"},
    RuleRow{"prune_channels",
            {"keep"},
            read_prune_channels,
            "keep 0.5",
            "the weakest input channels are left out, likewise"},
    RuleRow{"svd",
            {"rank", "share"},
            read_svd,
            "rank, or share 0.9 of the squared singular values",
            "fully connected layers as two"},
    RuleRow{"separable", {"rank", "share"}, read_separable, "rank, or share 0.9", "N×N convolutions as N×1 and 1×N"},
    RuleRow{"depthwise_pointwise",
            {"multiplier"},
            read_depthwise,
            "multiplier 1",
            "convolutions as depthwise and 1×1 ones"},
    RuleRow{"tucker",
            {"inputs", "outputs", "share"},
            read_tucker,
            "inputs and outputs, or share 0.9",
            "convolutions as 1×1, a smaller one, and 1×1"},
    RuleRow{"cp",
            {"rank", "rounds", "seed"},
            read_cp,
            "rank 16, rounds 50, seed 1",
            "convolutions as 1×1, N×1, 1×N, and 1×1"},
    RuleRow{"stacked",
            {"channels", "rounds", "seed"},
            read_stacked,
            "channels the fewer of both sides, rounds 50, seed 1",
            "5×5 convolutions as two of 3×3"},
    RuleRow{"piecewise_linear",
            {"segments", "low", "high"},
            read_lines,
            "segments 16, low -8, high 8",
            "activation functions as straight lines"},
    RuleRow{"table",
            {"segments", "low", "high"},
            read_table,
            "segments 256, low -8, high 8",
            "activation functions as tables"},
    RuleRow{"plan", {}, read_plan, "", "sigmoids as four lines with powers of two for slopes"},
    RuleRow{"exits",
            {"criterion", "trunk", "hidden", "loss"},
            read_exits,
            "criterion entropy|confidence, trunk frozen|trained, hidden 0, loss 0",
            "heads behind layers, at which easy samples leave; needs fine_tune"},
    RuleRow{"store", {"as"}, read_store, "as dense", "the storage of the weights, as run-length5 or csr4 huffman"},
    RuleRow{"huffman", {}, read_huffman, "", "stored weights and indices in Huffman codes"},
};

}  // namespace

std::span<const RuleRow> rule_rows() {
  return rows;
}

}  // namespace pj
