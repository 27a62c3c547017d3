// What each input of a data set costs: a histogram, and the quantiles.
import { chart } from "./chart.js";
import { choice, element, section } from "./dom.js";
import { length, texts } from "./encoding.js";
import { counted, energy, grouped, percent, prefixOf, time } from "./format.js";
import { table } from "./table.js";

const measures = {
  energy_pJ: { title: "Energy", unit: "J", factor: 1e-12, text: energy },
  time_s: { title: "Time", unit: "s", factor: 1, text: time },
};

/** Bars from `low` to `high`; where all inputs cost the same, one about that. */
function bars({ histogram }, { factor, text }, scale) {
  return histogram.map(([low, high, count]) => {
    const half = high > low ? 0 : (low || 1) * 0.01;
    return {
      low: ((low - half) * factor) / scale,
      high: ((high + half) * factor) / scale,
      count,
      range: high > low ? `${text(low)} to ${text(high)}` : text(low),
    };
  });
}

function histogramSpec(distribution, measure) {
  const [scale, prefix] = prefixOf(distribution.greatest * measure.factor);
  const title = `${measure.title.toLowerCase()} of an input (${prefix}${measure.unit})`;
  const mean = [{ mean: (distribution.mean * measure.factor) / scale, text: measure.text(distribution.mean) }];
  return (theme, width) => ({
    height: 240,
    layer: [
      {
        data: { values: bars(distribution, measure, scale) },
        mark: { type: "bar", color: theme.series[0], stroke: theme.paper, strokeWidth: 0.5 },
        encoding: {
          x: { ...length("low", title, width), scale: { zero: false }, bin: "binned" },
          x2: { field: "high" },
          y: { field: "count", type: "quantitative", axis: { title: "inputs", tickMinStep: 1 } },
          tooltip: texts(["range", ["count", "inputs"]]),
        },
      },
      {
        data: { values: mean },
        mark: { type: "rule", color: theme.series[5], strokeWidth: 2 },
        encoding: {
          x: { field: "mean", type: "quantitative" },
          tooltip: texts([["text", "mean"]]),
        },
      },
    ],
  });
}

function quantileTable(inputs) {
  const { quantiles } = inputs.energy_pJ;
  return table({
    caption: `Of ${counted(inputs.samples, "input")}`,
    rows: Object.keys(measures),
    columns: [
      { title: "of an input", value: (key) => measures[key].title.toLowerCase() },
      ...["mean", "deviation", "least"].map((name) => ({
        title: name,
        numeric: true,
        value: (key) => inputs[key][name],
        text: (key) => measures[key].text(inputs[key][name]),
      })),
      ...quantiles.map(({ share }, i) => ({
        title: share === 0.5 ? "median" : percent(share, 1),
        numeric: true,
        value: (key) => inputs[key].quantiles[i].value,
        text: (key) => measures[key].text(inputs[key].quantiles[i].value),
      })),
      {
        title: "greatest",
        numeric: true,
        value: (key) => inputs[key].greatest,
        text: (key) => measures[key].text(inputs[key].greatest),
      },
    ],
  });
}

export function inputsSection(inputs) {
  let key = "energy_pJ";
  const label = () => `${measures[key].title} of ${grouped(inputs.samples)} inputs, from the least to the greatest`;
  const figure = chart({
    caption: "How many inputs cost so much; the line is the mean",
    label: label(),
    spec: (...where) => histogramSpec(inputs[key], measures[key])(...where),
    controls: [
      choice(
        "Measure",
        Object.entries(measures).map(([name, { title }]) => [name, title]),
        (value) => {
          key = value;
          figure.redraw(label());
        },
      ),
    ],
  });
  return section(
    "Input by input",
    element(
      "p",
      {},
      `By the zeros that each of ${counted(inputs.samples, "sample")} of ${inputs.data} makes, under the mappings that are best for their mean.`,
    ),
    figure,
    quantileTable(inputs),
  );
}
