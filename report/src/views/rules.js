// Rules that a network was approximated by, once or with several seeds: what was lost, what is stored, layer by layer.
import { chart } from "../chart.js";
import { facts, section } from "../dom.js";
import { bytes, counted, energy, grouped, percent, significant } from "../format.js";
import { table } from "../table.js";
import { bitsOf, layerChart } from "../version.js";
import { points, ratio, shortened } from "./compress.js";

function meanOf(numbers) {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  const error = numbers.length > 1 ? Math.sqrt(squares / (numbers.length - 1) / numbers.length) : 0;
  return { mean, error };
}

const changeOf = ({ before, after }) => `${before} → ${after}`;

function accuracyFacts(runs) {
  if (!runs[0].accuracy) return [];
  const over = (which) => meanOf(runs.map(({ accuracy }) => accuracy[which].top1));
  const text = (which) => {
    const { mean, error } = over(which);
    const shown = runs.length > 1 ? error : runs[0].accuracy[which].standard_error;
    return `${percent(mean, 4)} ± ${significant(100 * shown, 2)}`;
  };
  const lost = meanOf(runs.map(({ accuracy }) => accuracy.after.top1 - accuracy.before.top1));
  const error = runs.length > 1 ? ` ± ${significant(100 * lost.error, 2)}` : "";
  return [
    ["Accuracy", changeOf({ before: text("before"), after: text("after") })],
    ["Points", points(lost.mean) + error],
  ];
}

/** MACs of a sample, fewer where some leave early. */
function macsOf({ macs, exits }) {
  if (!exits) return macs;
  const samples = exits.reduce((sum, exit) => sum + exit.samples, 0);
  return { ...macs, after: exits.reduce((sum, exit) => sum + exit.samples * exit.macs, 0) / samples };
}

function keyFacts(runs) {
  const [{ stored_bits: stored, energy_pJ: joules, weights, accelerator }] = runs;
  const macs = macsOf(runs[0]);
  const bits = { before: stored.before.all, after: stored.after.all };
  const change = (what, text) =>
    `${changeOf({ before: text(what.before), after: text(what.after) })}, ${ratio(what.before, what.after)}`;
  const first = runs.length > 1 ? " (first seed)" : "";
  return facts([
    ...accuracyFacts(runs),
    [`Stored${first}`, change(bits, bytes)],
    [`Weights${first}`, weights.before === weights.after ? grouped(weights.after) : change(weights, grouped)],
    [
      `MACs${first}`,
      macs.before === macs.after ? grouped(macs.after) : change(macs, (count) => grouped(Math.round(count))),
    ],
    joules ? [`Energy on ${accelerator}${first}`, change(joules, energy)] : ["Energy", ""],
  ]);
}

const states = ["before", "after"];

/** Each run as a point, and their means with the standard errors. */
function accuracyChart(runs, columns) {
  const values = runs.flatMap(({ seed, accuracy }) =>
    states.map((which) => ({ which, seed, value: 100 * accuracy[which].top1, text: percent(accuracy[which].top1, 4) })),
  );
  const means = states.map((which) => {
    const { mean, error } = meanOf(values.filter((row) => row.which === which).map(({ value }) => value));
    const text = `${significant(mean, 4)} ± ${significant(error, 2)} %`;
    return { which, mean, low: mean - error, high: mean + error, text };
  });
  const y = { field: "which", type: "nominal", sort: states, axis: { title: null, domain: false, ticks: false } };
  const along = (field) => ({ field, type: "quantitative", scale: { zero: false }, axis: { title: "right (%)" } });
  return chart({
    caption: "Accuracy with each seed, and the mean with its standard error",
    label: `Accuracy before and after with ${counted(runs.length, "seed")}`,
    data: { rows: runs, columns },
    spec: (theme) => ({
      marks: values.length + 2 * means.length,
      height: { step: 56 },
      layer: [
        {
          data: { values: means },
          mark: { type: "rule", strokeWidth: 5, color: theme.rule },
          encoding: { y, x: along("low"), x2: { field: "high" } },
        },
        {
          data: { values: means },
          mark: { type: "tick", thickness: 3, size: 26, color: theme.ink },
          encoding: {
            y,
            x: along("mean"),
            tooltip: [
              { field: "which", title: "mean" },
              { field: "text", title: "right" },
            ],
          },
        },
        {
          data: { values },
          mark: { type: "point", filled: true, size: 70, color: theme.series[0] },
          encoding: {
            y,
            x: along("value"),
            tooltip: [
              { field: "which", title: "network" },
              { field: "seed", title: "seed" },
              { field: "text", title: "right" },
            ],
          },
        },
      ],
    }),
  });
}

const number = (title, value, text = significant) => ({
  title,
  numeric: true,
  value,
  text: (row) => (typeof value(row) === "number" ? text(value(row)) : "–"),
});

function runsSection(runs) {
  const columns = [
    { title: "network", value: (run) => shortened(run.network) },
    number("seed", (run) => run.seed, grouped),
    number(
      "before",
      (run) => run.accuracy?.before.top1,
      (share) => percent(share, 4),
    ),
    number(
      "after",
      (run) => run.accuracy?.after.top1,
      (share) => percent(share, 4),
    ),
    number("points", (run) => (run.accuracy ? run.accuracy.after.top1 - run.accuracy.before.top1 : null), points),
    number(
      "stored less",
      (run) => run.stored_bits.ratio,
      (ratio) => `${significant(ratio)}×`,
    ),
    number(
      "MACs less",
      (run) => macsOf(run).before / macsOf(run).after,
      (ratio) => `${significant(ratio)}×`,
    ),
  ];
  return section(
    "Seeds",
    runs[0].accuracy ? accuracyChart(runs, columns) : null,
    table({ caption: "Every run", rows: runs, columns }),
  );
}

const signalToNoise = ({ relative_squared_error: error }) => (error > 0 ? -10 * Math.log10(error) : null);

function layersSection({ layers }, title) {
  const rows = layers.map((layer, index) => ({
    ...layer,
    title: layer.layer,
    index,
    before: { bits: layer.bits_before, weights: layer.weights, density: null },
    after: layer,
    choice: layer.rules.join("; "),
  }));
  return section(
    title,
    layerChart(rows, false),
    table({
      caption: "What each layer became",
      rows,
      columns: [
        { title: "layer", value: (row) => row.title },
        { title: "format", value: (row) => row.format },
        { title: "stored as", value: (row) => row.storage.replace(/ density [\d.e-]+/, "") },
        number("weights", (row) => row.weights, grouped),
        number("density", (row) => row.density, percent),
        number("bits a weight", (row) => bitsOf(row.after)),
        number("stored", (row) => row.bits, bytes),
        number("before", (row) => row.bits_before, bytes),
        number("signal to noise (dB)", signalToNoise),
        { title: "rules", value: (row) => row.choice },
      ],
    }),
  );
}

function exitsSection({ exits }) {
  const samples = exits.reduce((sum, exit) => sum + exit.samples, 0);
  return section(
    "Where samples leave",
    table({
      caption: "Every exit",
      rows: exits,
      columns: [
        { title: "exit", value: (row) => row.exit },
        number("samples", (row) => row.samples, grouped),
        number("of all", (row) => row.samples / samples, percent),
        number("MACs", (row) => row.macs, grouped),
      ],
    }),
  );
}

export function rules(results) {
  const runs = results.runs ?? [results];
  const [first] = runs;
  const networks = new Set(runs.map(({ network }) => network)).size;
  return {
    verb: "compress",
    title: `${shortened(first.network)}${networks > 1 ? ` and ${networks - 1} more` : ""} by ${first.rules}`,
    subtitle: first.data ? `measured on ${shortened(first.data)}` : "",
    parts: [
      keyFacts(runs),
      runs.length > 1 ? runsSection(runs) : null,
      layersSection(first, runs.length > 1 ? "Layers of the first run" : "Layers"),
      first.exits ? exitsSection(first) : null,
    ],
  };
}
