#include <doctest/doctest.h>

#include <cmath>
#include <numbers>

#include "pj/base/files.hpp"
#include "pj/data/bytes.hpp"
#include "pj/data/npy.hpp"
#include "pj/execution/numbers.hpp"
#include "pj/inference/calls.hpp"
#include "tests/support/onnx_cases.hpp"

namespace pj {

namespace {

/// The samples of a mono WAV file of 16 bits, from −1 to 1.
std::vector<double> sound(const std::string& name) {
  const std::string bytes = read_file(in_shared("data/audio/" + name), 1 << 24);
  std::vector<double> samples;
  for (std::size_t at = bytes.find("data") + 8; at + 1 < bytes.size(); at += 2) {
    samples.push_back(static_cast<double>(static_cast<std::int16_t>(little_endian_16(bytes, at))) / 32768.0);
  }
  return samples;
}

std::string written(const TemporaryFolder& folder, const Sizes& shape, const std::vector<double>& numbers) {
  return folder.file("input.npy", npy_bytes(tensor_of({shape, NumberFormat::float32()}, numbers)));
}

constexpr std::size_t hop = 256;
constexpr std::size_t window = 512;
constexpr std::size_t bins = window / 2 + 1;

double root_of_hann(std::size_t i) {
  return std::sin(std::numbers::pi * static_cast<double>(i) / static_cast<double>(window));
}

double angle(std::size_t i, std::size_t k) {
  return 2.0 * std::numbers::pi * static_cast<double>(i * k % window) / static_cast<double>(window);
}

/// The spectrum of frame t, real and imaginary parts in turn. Frames reach half a window to both sides of their middle.
void append_spectrum(const std::vector<double>& samples, std::size_t t, std::vector<double>& spectra) {
  for (std::size_t k = 0; k < bins; ++k) {
    double real = 0.0;
    double imaginary = 0.0;
    for (std::size_t i = 0; i < window; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(t * hop + i) - static_cast<std::ptrdiff_t>(window / 2);
      const double x = root_of_hann(i) * samples[static_cast<std::size_t>(std::abs(at))];  // mirrored at the start
      real += x * std::cos(angle(i, k));
      imaginary -= x * std::sin(angle(i, k));
    }
    spectra.insert(spectra.end(), {real, imaginary});
  }
}

/// Adds the sound of a spectrum to the frame's place; the squares of the windows of both frames add up to one.
void add_sound(std::span<const double> spectrum, std::size_t t, std::vector<double>& samples) {
  for (std::size_t i = 0; i < window; ++i) {
    double sum = 0.0;
    for (std::size_t k = 0; k < bins; ++k) {
      const double twice = k == 0 || k == bins - 1 ? 1.0 : 2.0;
      sum += twice * (spectrum[2 * k] * std::cos(angle(i, k)) - spectrum[2 * k + 1] * std::sin(angle(i, k)));
    }
    const std::size_t at = t * hop + i;
    if (at >= window / 2 && at - window / 2 < samples.size()) {
      samples[at - window / 2] += root_of_hann(i) * sum / static_cast<double>(window);
    }
  }
}

/// The signal's power against that of what differs, in decibels.
double signal_to_noise(const std::vector<double>& found, const std::vector<double>& expected, std::size_t count) {
  double signal = 0.0;
  double noise = 0.0;
  for (std::size_t i = 0; i < count; ++i) {
    signal += expected[i] * expected[i];
    noise += (found[i] - expected[i]) * (found[i] - expected[i]);
  }
  return 10.0 * std::log10(signal / noise);
}

}  // namespace

TEST_CASE("a voice detector that carries its state from call to call finds the published probabilities") {
  if (!shared_is_there("the voice detector and its sound")) {
    return;
  }
  const std::string model = in_shared("models/silero-vad-16k-op15/model.onnx");
  // The README of the model: the probabilities of the first 20 chunks.
  const std::vector<double> published{0.2083, 0.8179, 0.8912, 0.9964, 0.9992, 0.9999, 0.9999, 0.9998, 0.9994, 0.9999,
                                      0.9998, 0.9989, 0.9999, 1.0000, 0.9999, 1.0000, 0.9997, 0.9993, 0.9997, 1.0000};
  constexpr std::size_t context = 64;
  constexpr std::size_t chunk = 512;
  std::vector<double> samples(context, 0.0);
  const std::vector<double> speech = sound("speech_16k_60s.wav");
  samples.insert(samples.end(), speech.begin(), speech.end());
  std::vector<double> calls;
  for (std::size_t i = 0; i < published.size(); ++i) {
    const auto begin = samples.begin() + static_cast<std::ptrdiff_t>(i * chunk);
    calls.insert(calls.end(), begin, begin + context + chunk);
  }
  const TemporaryFolder folder;
  const std::string file = written(folder, {std::ssize(published), 1, context + chunk}, calls);
  const Plan plan(import_onnx(model, options_for(model, true)));
  const RunResult result = run_calls(plan, {{"input=" + file, "sr=16000"}, {"state=stateN"}, {}});
  const auto found = numbers_of<double>(result.outputs.front());
  REQUIRE(found.size() == published.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(std::abs(found[i] - published[i]) <= 0.5e-4);
  }
}

TEST_CASE("a speech enhancer that carries three states gives the published sound") {
  if (!shared_is_there("the speech enhancer and its sound")) {
    return;
  }
  constexpr std::size_t frames = 60;
  const std::vector<double> noisy = sound("speech_noisy.wav");
  const std::vector<double> published = sound("speech_enhanced_reference.wav");
  std::vector<double> spectra;
  for (std::size_t t = 0; t < frames; ++t) {
    append_spectrum(noisy, t, spectra);
  }
  const TemporaryFolder folder;
  const std::string file = written(folder, {frames, 1, bins, 1, 2}, spectra);
  const Plan plan(import_onnx(in_shared("models/gtcrn-simple/model.onnx")));
  const RunResult result = run_calls(
      plan, {{file}, {"conv_cache=conv_cache_out", "tra_cache=tra_cache_out", "inter_cache=inter_cache_out"}, {}});
  const auto enhanced = numbers_of<double>(result.outputs.front());
  std::vector<double> found(frames * hop, 0.0);
  for (std::size_t t = 0; t < frames; ++t) {
    add_sound(std::span(enhanced).subspan(t * bins * 2, bins * 2), t, found);
  }
  // The README of the model says 58.8 dB; the published sound was rounded to 16 bits.
  const double decibels = signal_to_noise(found, published, (frames - 1) * hop);
  CAPTURE(signal_to_noise(noisy, published, (frames - 1) * hop));
  CHECK(decibels > 50.0);
}

}  // namespace pj
