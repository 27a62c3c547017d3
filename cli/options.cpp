#include "cli/options.hpp"

#include <algorithm>
#include <array>

#include "pj/base/error.hpp"
#include "pj/base/text.hpp"

namespace pj {

namespace {

constexpr std::int64_t most_threads = 256;
constexpr std::int64_t largest_batch = 1 << 20;
constexpr std::int64_t most_elements = 1 << 20;
constexpr std::int64_t most_pixels_a_side = 1 << 16;
constexpr std::int64_t most_samples = std::int64_t{1} << 40;
constexpr double most_percent = 100.0;
constexpr double most_sparsity = 99.9;
constexpr std::int64_t most_points = 1'000'000;
constexpr std::int64_t most_epochs = 1'000'000;
constexpr std::int64_t most_seeds = std::int64_t{1} << 62;
constexpr std::int64_t most_runs = 1000;
constexpr double largest_rate = 1e3;
constexpr double largest_norm = 1e9;
constexpr double tiny = 1e-300;         // so that 0 is above the least
constexpr double longest_search = 1e6;  // seconds: some 12 days

const std::array rows{
    OptionRow{"--json", "FILE", "also write every number to this file (docs/json.md)", &Options::json},
    OptionRow{"--csv", "FILE", "also write the table to this file", &Options::csv},
    OptionRow{"--report", "FILE.html", "also draw it all on a page of its own for the browser (docs/reports.md)",
              &Options::report},
    OptionRow{"--threads", "N", "threads to use; 0, the default: one per core",
              IntegerMember{&Options::threads, 0, most_threads}},
    OptionRow{"--batch", "N", "inputs at a time; the default is 1, of train 64",
              IntegerMember{&Options::batch, 1, largest_batch}},
    OptionRow{"--input-shape", "NAME=SIZES", "shape of an ONNX input, as data=1,3,224,224; may be repeated",
              &Options::input_shapes},
    OptionRow{"--weights", "FORMAT",
              "number format of all constants, as int8, binary or float16, not the network's own", &Options::weights},
    OptionRow{"--activations", "FORMAT", "number format of all that depends on the inputs", &Options::activations},
    OptionRow{"--ert", "FILE", "use the numbers of this table of Accelergy (ERT, ART) or CSV; may be repeated",
              &Options::reference_tables},
    OptionRow{"--technology", "FILE", "use the costs of this file in the form of technologies/; may be repeated",
              &Options::technologies},
    OptionRow{"--densities", "FILE",
              "shares of non-zeros by layer and tensor: a name, .yaml or --observe file (docs/sparsity.md)",
              &Options::densities},
    OptionRow{"--bits", "N", "of one number; the default is 16", IntegerMember{&Options::bits, 1, 32}},
    OptionRow{"--on", "ACCELERATOR",
              "an accelerator's name or .yaml file; the default is eyeriss (compress: none; cpu: measured here); "
              "compare: several",
              &Options::on},
    OptionRow{"--objective", "GOAL", "what is to be least: energy (the default), delay or edp; compress: or bits",
              &Options::objective},
    OptionRow{"--mapping", "FILE", "price this loop nest, ours or Timeloop's, instead of searching one",
              &Options::mapping},
    OptionRow{"--timeloop", "PREFIX", "also write PREFIX.problem.yaml and PREFIX.mapping.yaml for Timeloop",
              &Options::timeloop},
    OptionRow{"--timeloop-version", "V", "0.3 or 0.4, the default", &Options::timeloop_version},
    OptionRow{"--perfect-factors", "", "cut indices into equal tiles only", &Options::perfect_factors},
    OptionRow{"--time-limit", "SECONDS",
              "stop each layer's search (bench: all measuring, compress: its search) then, and say what was reached",
              DecimalMember{&Options::time_limit, 0.0, longest_search}},
    OptionRow{"--no-cache", "", "neither read nor keep results in $XDG_CACHE_HOME/picojoule or ~/.cache/picojoule",
              &Options::no_cache},
    OptionRow{"--verify", "", "execute the loop nest, and price every mapping where they are few, and compare",
              &Options::verify},
    OptionRow{"--pareto", "", "instead: every best trade of energy for cycles", &Options::pareto},
    OptionRow{
        "--explain", "",
        "also search what each constraint costs, which capacity binds, and the runner-up; run: say how each layer "
        "is computed, without --input also the plan's steps with their times",
        &Options::explain},
    OptionRow{"--set", "STAGE.KEY=VALUE",
              "set a value of the machine file anew, as array.columns=32 or clock=1 GHz; may be repeated",
              &Options::settings},
    OptionRow{"--elements", "N", "the machines with so many elements, and --batch; without it all of the figures",
              IntegerMember{&Options::elements, 1, most_elements}},
    OptionRow{"--unrestricted", "", "also the least energy without the dataflow's constraints", &Options::unrestricted},
    OptionRow{"--within", "PERCENT",
              "also the energy-delay products of mappings with so much more energy at most, as 1",
              DecimalMember{&Options::within, 0.0, most_percent}},
    OptionRow{"--theme", "A", "only the claims whose id begins with this", &Options::theme},
    OptionRow{"--page", "FILE", "instead: write the page that holds the results (docs/validation.md, docs/onnx.md)",
              &Options::page},
    OptionRow{"--scenario", "NAMES", "flag what breaks the limits of embedded, cloud or a .yaml file (docs/compare.md)",
              &Options::scenario},
    OptionRow{"--sort", "METRIC", "the best of this first, as power (docs/metrics.md)", &Options::sort},
    OptionRow{"--results", "FILE", "the file of results, from which a run goes on; STUDY.jsonl here is the default",
              &Options::results},
    OptionRow{"--points-limit", "N", "the most points that a study may have; the default is 100,000",
              IntegerMember{&Options::points_limit, 1, most_points}},
    OptionRow{"--layers", "NAMES", "only these layers, as conv1,conv3", &Options::layers},
    OptionRow{
        "--numbers", "FORMAT",
        "bench: of the weights: float32 (the default), bfloat16, int8, int4, log4, codebook16, codebook4, ternary, "
        "binary; run: integers (the default where layers are quantised) or reals",
        &Options::numbers},
    OptionRow{"--sparsity", "PERCENT", "instead: sparse and structured weights that leave out so many of all, as 90",
              DecimalMember{&Options::sparsity, 0.0, most_sparsity}},
    OptionRow{"--input", "[NAME=]FILE", "a picture, .npy, .pb, IDX or a number; FILE#3 is element 3; may be repeated",
              &Options::inputs},
    OptionRow{"--output", "[NAME=]FILE", "write an output to this .npy or .pb file; may be repeated",
              &Options::outputs},
    OptionRow{"--state", "INPUT=OUTPUT",
              "the input takes this output of the call before, zeros at first; may be repeated", &Options::states},
    OptionRow{"--labels", "FILE", "names of the classes, one a line: show the five best", &Options::labels},
    OptionRow{"--resize", "PIXELS", "scale pictures until their shorter side is this long",
              IntegerMember{&Options::resize, 1, most_pixels_a_side}},
    OptionRow{"--squares", "", "scale both sides to --resize, whatever the proportions", &Options::squares},
    OptionRow{"--crop", "PIXELS", "keep the middle of so many rows and columns",
              IntegerMember{&Options::crop, 1, most_pixels_a_side}},
    OptionRow{"--channels", "ORDER", "of the network's colours: rgb (the default) or bgr", &Options::channels},
    OptionRow{"--range", "RANGE", "what bytes become: 0..1 (the default for real inputs) or 0..255", &Options::range},
    OptionRow{"--mean", "NUMBERS", "subtract this, or a number for each channel as 0.485,0.456,0.406", &Options::mean},
    OptionRow{"--std", "NUMBERS", "then divide by this, or by a number for each channel", &Options::deviation},
    OptionRow{"--accuracy", "DATASET",
              "classify a data set: IDX, CIFAR-10, .csv, image folder or DATA,LABELS (docs/run.md)",
              &Options::accuracy},
    OptionRow{"--samples", "N", "only the first so many of the data set",
              IntegerMember{&Options::samples, 1, most_samples}},
    OptionRow{"--records", "FORMAT", "number format of plain records in DATA,LABELS; the default is uint8",
              &Options::records},
    OptionRow{"--rules", "FILE", "the approximations, in YAML (docs/compression.md)", &Options::rules},
    OptionRow{"--max-drop", "PERCENT",
              "search the least --objective on --on that loses at most so many percent of the samples, as 1",
              DecimalMember{&Options::max_drop, 0.0, most_percent}},
    OptionRow{"--hold-out", "PERCENT",
              "measure on so many percent of --data, and calibrate, train and search on the rest",
              DecimalMember{&Options::hold_out, 0.0, most_percent}},
    OptionRow{"--dialect", "NAME", "how --out says fixed point: qdq (the default), qcdq or qonnx (docs/compression.md)",
              &Options::dialect},
    OptionRow{"--front", "", "show every best trade of accuracy for --objective that the search found",
              &Options::front},
    OptionRow{"--per-input", "DATASET", "also run a data set, and show the energy of each input by its own zeros",
              &Options::per_input},
    OptionRow{"--observe", "FILE", "also write what flows through the layers, for evaluate --densities",
              &Options::observe},
    OptionRow{
        "--data", "DATASET",
        "what to learn, and (compress) to measure on: fashion-mnist, a folder, or any other file (docs/training.md)",
        &Options::data},
    OptionRow{"--test", "DATASET", "what to measure on after each epoch; the default is the data set's own",
              &Options::test},
    OptionRow{"--epochs", "N", "how often all samples are learned from; the default is 1",
              IntegerMember{&Options::epochs, 0, most_epochs}},
    OptionRow{"--optimizer", "NAME", "adam (the default) or sgd", &Options::optimizer},
    OptionRow{"--rate", "RATE", "of learning; the default is 0.001 for adam and 0.01 for sgd",
              DecimalMember{&Options::rate, 0.0, largest_rate}},
    OptionRow{"--momentum", "SHARE", "of sgd; the default is 0.9", DecimalMember{&Options::momentum, -tiny, 1.0}},
    OptionRow{"--weight-decay", "RATE", "by which weights shrink; the default is 0",
              DecimalMember{&Options::weight_decay, -tiny, 1.0}},
    OptionRow{"--schedule", "NAME", "of the rate: constant (the default), cosine, step or step:EPOCHS:FACTOR",
              &Options::schedule},
    OptionRow{"--warm-up", "EPOCHS", "in which the rate grows to its own",
              DecimalMember{&Options::warm_up, -tiny, 1e6}},
    OptionRow{"--loss", "NAME", "cross-entropy (the default), mse, bce or kl", &Options::loss},
    OptionRow{"--augment", "CHANGES", "of pictures, at random: shift:PIXELS, crop:PIXELS, flip, with commas",
              &Options::augment},
    OptionRow{"--initializer", "NAME", "of weights without elements: kaiming (the default) or xavier",
              &Options::initializer},
    OptionRow{"--clip", "NORM", "the largest norm of a gradient", DecimalMember{&Options::clip, 0.0, largest_norm}},
    OptionRow{"--seed", "N", "of all chance; the default is 1", IntegerMember{&Options::seed, 0, most_seeds}},
    OptionRow{"--seeds", "N", "once for each of so many seeds, with means and standard errors (docs/compression.md)",
              IntegerMember{&Options::seeds, 1, most_runs}},
    OptionRow{"--out", "MODEL.onnx", "write the network to this file", &Options::out},
    OptionRow{"--checkpoint", "FILE", "keep the state here; the default is MODEL.onnx.checkpoint",
              &Options::checkpoint},
    OptionRow{"--server", "", "with mpirun: the first process makes the steps and hands the weights on",
              &Options::server},
    OptionRow{"--model-parallel", "", "with mpirun: the processes share the channels of every layer, not the batches",
              &Options::model_parallel},
    OptionRow{"--resume", "", "go on from the checkpoint", &Options::resume},
    OptionRow{"--plan", "BY", "how algorithms are chosen: model, the default; measure, whose times are kept; or plain",
              &Options::plan},
    OptionRow{"--memory", "HOW", "usual, the default; or least: layers behind each other compute strips of their maps",
              &Options::memory},
};

std::int64_t integer(const OptionRow& row, const IntegerMember& range, const std::string& text) {
  const std::int64_t number = parse_integer(text, row.name);
  if (number < range.low || number > range.high) {
    throw InputError(std::string(row.name) + " must be from " + grouped(range.low) + " to " + grouped(range.high) +
                     ", not " + text);
  }
  return number;
}

double decimal(const OptionRow& row, const DecimalMember& range, const std::string& text) {
  const double number = parse_decimal(text, row.name);
  if (!(number > range.low) || number > range.high) {
    throw InputError(std::string(row.name) + " must be above " + significant(range.low) + " and at most " +
                     significant(range.high) + ", not " + text);
  }
  return number;
}

}  // namespace

std::span<const OptionRow> option_rows() {
  return rows;
}

const OptionRow& option_row(const std::string& name) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const OptionRow& r) { return r.name == name; });
  ensure(row != rows.end(), "a verb names only options of the table");
  return *row;
}

void set_option(Options& options, const OptionRow& row, const std::vector<std::string>& values) {
  if (const auto* texts = std::get_if<std::vector<std::string> Options::*>(&row.member)) {
    options.** texts = values;
    return;
  }
  if (values.size() > 1) {
    throw InputError(std::string(row.name) + " is given " + std::to_string(values.size()) + " times; give it once");
  }
  if (const auto* flag = std::get_if<bool Options::*>(&row.member)) {
    options.** flag = true;
  } else if (const auto* text = std::get_if<std::string Options::*>(&row.member)) {
    if (values.front().empty()) {
      throw InputError(std::string(row.name) + " is given nothing; give " + row.value + ", or leave it out");
    }
    options.** text = values.front();
  } else if (const auto* range = std::get_if<IntegerMember>(&row.member)) {
    options.*range->member = integer(row, *range, values.front());
  } else if (const auto* numbers = std::get_if<DecimalMember>(&row.member)) {
    options.*numbers->member = decimal(row, *numbers, values.front());
  }
}

}  // namespace pj
