// A network run over a data set: what it gets right, what it confuses, and the numbers that flowed through it.
import { chart } from "../chart.js";
import { element, facts, section, selection } from "../dom.js";
import { greatest, length, texts } from "../encoding.js";
import { layerAxis } from "../energy.js";
import { counted, grouped, percent, significant } from "../format.js";
import { table } from "../table.js";

/** More classes than this make squares that nobody can see. */
const mostSquares = 60;
const mostPairs = 20;

const shareText = ({ share, standard_error }) => `${percent(share, 4)} ± ${significant(100 * standard_error, 2)} %`;

function classesOf({ confusion, labels }) {
  const name = (index) => labels[index] || String(index);
  return confusion
    .map((found, index) => {
      const samples = found.reduce((a, b) => a + b, 0);
      return { index, name: name(index), samples, right: found[index], share: samples ? found[index] / samples : null };
    })
    .filter((row) => row.samples > 0);
}

/** Each right class with each class that was found for it. */
function pairsOf(results, classes) {
  const { confusion, labels } = results;
  return classes.flatMap(({ index, name, samples }) =>
    confusion[index].flatMap((count, found) =>
      count === 0
        ? []
        : [{ is: index, name, found, as: labels[found] || String(found), count, share: count / samples }],
    ),
  );
}

function squares(pairs, classes) {
  const names = classes.map(({ name }) => name);
  const side = (field, title) => ({
    field,
    type: "nominal",
    sort: names,
    scale: { domain: names, paddingInner: 0.06 },
    axis: { title, domain: false, ticks: false, labelAngle: field === "as" && classes.length > 12 ? -90 : 0 },
  });
  const shown = pairs.filter(({ as }) => names.includes(as)).map((pair) => ({ ...pair, text: percent(pair.share) }));
  return (theme, width) => ({
    marks: shown.length,
    height: Math.min(Math.max(width * 0.6, 220), 24 * classes.length + 40),
    data: { values: shown },
    mark: { type: "rect", tooltip: true },
    encoding: {
      x: side("as", "taken for"),
      y: side("name", "is"),
      color: {
        field: "share",
        type: "quantitative",
        scale: { domain: [0, 1], range: [theme.rule, theme.series[0]], type: "sqrt" },
        legend: { title: "share of the class", format: "%", orient: "top", gradientLength: Math.min(width / 2, 200) },
      },
      tooltip: texts([
        ["name", "is"],
        ["as", "taken for"],
        ["count", "samples"],
        ["text", "share"],
      ]),
    },
  });
}

function confusions(results) {
  const classes = classesOf(results);
  const pairs = pairsOf(results, classes);
  const wrong = pairs.filter(({ is, found }) => is !== found).sort((a, b) => b.count - a.count);
  const columns = [
    { title: "is", value: ({ name }) => name },
    { title: "taken for", value: ({ as }) => as },
    { title: "samples", numeric: true, value: ({ count }) => count, text: ({ count }) => grouped(count) },
    { title: "of the class", numeric: true, value: ({ share }) => share, text: ({ share }) => percent(share) },
  ];
  const figure = chart({
    caption: "What each class is taken for",
    label: `The classes of ${counted(results.samples, "sample")} and what they were taken for`,
    spec: squares(pairs, classes),
    data: { columns, rows: pairs },
  });
  return section(
    "Classes",
    classes.length <= mostSquares ? figure : null,
    wrong.length
      ? table({ caption: "Taken for another class, most often first", columns, rows: wrong.slice(0, mostPairs) })
      : element("p", {}, "No sample was taken for another class."),
    table({
      caption: "Each class",
      rows: classes,
      columns: [
        { title: "class", value: ({ name }) => name },
        { title: "samples", numeric: true, value: ({ samples }) => samples, text: ({ samples }) => grouped(samples) },
        { title: "right", numeric: true, value: ({ right }) => right, text: ({ right }) => grouped(right) },
        { title: "share", numeric: true, value: ({ share }) => share, text: ({ share }) => percent(share) },
      ],
    }),
  );
}

/** Layers with the zeros of what they read, of their weights and of their result. */
function flowing({ nodes, layers, tensors }) {
  const of = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return nodes.map((layer) => ({
    ...layer,
    read: of.get(layer.input)?.zeros,
    kept: layers[layer.name]?.Weight === undefined ? undefined : 1 - layers[layer.name].Weight,
    result: of.get(layer.output),
  }));
}

/** What rectifiers leave; where there are none, what any layer does. */
function zerosOf(all) {
  const rectifiers = all.filter(({ weights }) => weights === undefined);
  const rows = rectifiers.length ? rectifiers : all;
  const axis = layerAxis(rows.map((row) => ({ ...row, title: row.name })));
  const values = rows.map((row, index) => ({
    layer: index,
    end: index + 1,
    name: row.name,
    kind: row.kind,
    value: 100 * row.result.zeros,
    text: percent(row.result.zeros),
  }));
  return (theme, width) => ({
    marks: rows.length,
    data: { values },
    mark: { type: "bar", color: theme.series[0], binSpacing: rows.length > 200 ? 0 : 1 },
    ...axis.size,
    encoding: {
      [axis.across]: axis.band,
      ...axis.end,
      [axis.along]: { ...length("value", "zeros in the result (%)", width), scale: { domain: [0, 100] } },
      tooltip: texts(["name", "kind", ["text", "zeros"]]),
    },
  });
}

/** The share of a tensor's numbers in each of 64 equal parts of its range; zeros are left out. */
function histogram(tensor) {
  const parts = 64;
  const { least, greatest } = tensor;
  const width = (greatest - least) / parts;
  const shares = new Array(parts).fill(0);
  for (const [from, to, count] of tensor.histogram ?? []) {
    const low = Math.max(Math.min(from, to), least);
    const high = Math.min(Math.max(from, to), greatest);
    if (from === to || !(width > 0)) continue;
    const first = Math.min(parts - 1, Math.floor((low - least) / width));
    const last = Math.min(parts - 1, Math.floor((high - least) / width));
    for (let part = first; part <= last; part += 1) {
      const inside = Math.min(high, least + (part + 1) * width) - Math.max(low, least + part * width);
      shares[part] += ((high > low ? inside / (high - low) : 1) * count) / tensor.count;
    }
  }
  const values = shares.map((share, part) => ({
    low: least + part * width,
    high: least + (part + 1) * width,
    share: 100 * share,
    text: percent(share),
  }));
  return (theme, room) => ({
    marks: parts,
    height: 240,
    data: { values },
    mark: { type: "bar", color: theme.series[0], binSpacing: 0 },
    encoding: {
      x: { field: "low", type: "quantitative", bin: { binned: true }, axis: { title: "value", tickCount: 8 } },
      x2: { field: "high" },
      y: length("share", "of all numbers (%)", room),
      tooltip: texts(["low", "high", ["text", "share of all"]]),
    },
  });
}

function histogramOf(rows) {
  let chosen = rows.at(-1);
  const label = () =>
    `Values of ${chosen.name} other than 0: ${percent(chosen.result.zeros)} are zero, the rest lies between ` +
    `${significant(chosen.result.least)} and ${significant(chosen.result.greatest)}`;
  const figure = chart({
    caption: "Values of a layer's result",
    label: label(),
    spec: (...where) => histogram(chosen.result)(...where),
    data: () => ({
      columns: [
        { title: "from", numeric: true, value: ([low]) => low, text: ([low]) => significant(low) },
        { title: "to", numeric: true, value: ([, high]) => high, text: ([, high]) => significant(high) },
        { title: "numbers", numeric: true, value: ([, , count]) => count, text: ([, , count]) => grouped(count) },
      ],
      rows: chosen.result.histogram ?? [],
    }),
    controls: [
      selection("Layer", rows.map((row, index) => [String(index), row.name]).reverse(), (index) => {
        chosen = rows[Number(index)];
        figure.redraw(label());
      }),
    ],
  });
  return figure;
}

function observed(results) {
  const rows = flowing(results.observed).filter(({ result }) => result !== undefined);
  const share = (title, value) => ({
    title,
    numeric: true,
    value,
    text: (row) => (value(row) === undefined ? "–" : percent(value(row))),
  });
  const number = (title, value) => ({ title, numeric: true, value, text: (row) => significant(value(row)) });
  if (rows.length === 0) return null;
  return section(
    "What flows through",
    element("p", { class: "note" }, `${results.observed.source}.`),
    chart({
      caption: "Zeros, layer by layer",
      label: `The share of zeros in the results of ${counted(rows.length, "layer")}; the most are ${percent(
        greatest(rows.map(({ result }) => result.zeros)),
      )}`,
      spec: zerosOf(rows),
    }),
    histogramOf(rows),
    table({
      caption: "Layers that multiply, and rectifiers",
      rows,
      columns: [
        { title: "layer", value: ({ name }) => name },
        { title: "kind", value: ({ kind }) => kind },
        share("zeros in", ({ read }) => read),
        share("zero weights", ({ kept }) => kept),
        share("zeros out", ({ result }) => result.zeros),
        number("least", ({ result }) => result.least),
        number("greatest", ({ result }) => result.greatest),
        number("deviation", ({ result }) => result.deviation),
      ],
    }),
  );
}

export function run(results) {
  return {
    verb: "run",
    title: `${results.network} on ${results.data}`,
    subtitle: `${counted(results.samples, "sample")}, measured`,
    parts: [
      facts([
        ["Right", shareText(results.top1)],
        ["Among the best five", shareText(results.top5)],
        ["Samples", grouped(results.samples)],
        ["Classes", grouped(results.confusion.length)],
      ]),
      confusions(results),
      results.observed ? observed(results) : null,
    ],
  };
}
