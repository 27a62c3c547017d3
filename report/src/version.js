// One version of a network beside the original: energy by level, and bits, density and energy of its layers.
import { chart } from "./chart.js";
import { choice, element } from "./dom.js";
import { colour, greatest, length, texts } from "./encoding.js";
import { layerAxis } from "./energy.js";
import { bytes, energy, grouped, percent, prefixOf, significant } from "./format.js";
import { stageVariable } from "./model.js";
import { table } from "./table.js";

/** The costs of a layer; one that was taken apart has those of its parts. */
function costOf(layers, name, key) {
  return layers
    .filter(({ layer }) => layer === name || layer.startsWith(`${name}/`))
    .reduce((sum, layer) => sum + layer[key], 0);
}

export const bitsOf = ({ bits, weights }) => (bits === null ? null : weights > 0 ? bits / weights : 0);

/** A row for each layer that has a choice: before and after. */
function layersOf(results, version) {
  return results.layers.map((title, index) => ({
    title,
    index,
    before: results.forms[index],
    after: results.options[index][version.choices[index]],
    choice: results.choices[version.choices[index]],
    energyBefore: version.layers ? costOf(results.original.layers, title, "energy_pJ") : null,
    energy: version.layers ? costOf(version.layers, title, "energy_pJ") : null,
  }));
}

/** Energies by part of the machine, over all layers. */
function partsOf(results, version) {
  return results.parts.map((name, i) => ({
    name,
    value: version.layers.reduce((sum, { parts_pJ: parts }) => sum + parts[i], 0),
  }));
}

function levelRows(results, version) {
  return [
    ["original", results.original],
    [version.title, version],
  ].map(([title, one]) => ({ title, total: one.energy_pJ, parts: partsOf(results, one) }));
}

function levelSpec(results, rows) {
  const used = results.parts.filter((_, i) => rows.some(({ parts }) => parts[i].value > 0));
  const variables = used.map((name) => stageVariable(results.machine, name));
  const [factor, prefix] = prefixOf(greatest(rows.map(({ total }) => total)) * 1e-12);
  const values = rows.flatMap(({ title, total, parts }) =>
    parts
      .filter(({ value }) => value > 0)
      .map(({ name, value }, order) => ({
        title,
        part: name,
        order,
        value: (value * 1e-12) / factor,
        energy: energy(value),
        share: percent(value / total),
        all: energy(total),
      })),
  );
  return (theme, width) => ({
    data: { values },
    mark: { type: "bar", stroke: theme.paper, strokeWidth: 0.5 },
    height: { step: 40 },
    encoding: {
      y: {
        field: "title",
        type: "nominal",
        sort: null,
        title: null,
        axis: { domain: false, ticks: false, labelPadding: 8 },
      },
      x: { ...length("value", `energy an input (${prefix}J)`, width), stack: "zero" },
      color: colour("part", used, variables, null, width),
      order: { field: "order" },
      tooltip: texts([["title", "network"], ["part", "level"], "energy", "share", ["all", "in all"]]),
    },
  });
}

function levelChart(results, version) {
  const rows = levelRows(results, version);
  const column = (name, i) => ({ title: name, unit: "J", value: (row) => row.parts[i].value * 1e-12 });
  return chart({
    caption: "Energy by level, before and after",
    label: `Energy by level of the original and of network ${version.title}`,
    spec: levelSpec(results, rows),
    data: {
      columns: [
        { title: "network", value: (row) => row.title },
        { title: "energy", unit: "J", value: (row) => row.total * 1e-12 },
        ...results.parts.map(column),
      ],
      rows,
    },
  });
}

const measures = {
  bits: {
    title: "Bits a weight",
    axis: "stored bits a weight",
    of: (row) => [bitsOf(row.before), bitsOf(row.after)],
    text: (value) => significant(value),
  },
  density: {
    title: "Density",
    axis: "weights that are not zero",
    format: "%",
    of: (row) => [row.before.density, row.after.density],
    text: (value) => percent(value),
  },
  stored: {
    title: "Size",
    axis: "stored (bit)",
    of: (row) => [row.before.bits, row.after.bits],
    text: bytes,
  },
  energy: {
    title: "Energy",
    axis: "energy an input (pJ)",
    of: (row) => [row.energyBefore, row.energy],
    text: energy,
  },
};

function layerSpec(layers, measure) {
  const values = layers.flatMap((row) =>
    ["before", "after"]
      .map((which, i) => ({ which, value: measure.of(row)[i] }))
      .filter(({ value }) => typeof value === "number")
      .map(({ which, value }) => ({
        layer: row.index,
        name: row.title,
        choice: row.choice,
        which,
        value,
        text: measure.text(value),
      })),
  );
  return (theme, width) => {
    const axis = layerAxis(layers);
    const isBand = axis.across === "y";
    return {
      marks: values.length,
      data: { values },
      mark: isBand ? "bar" : { type: "tick", thickness: 2 },
      ...(isBand ? { height: { ...axis.size.height, for: "position" } } : axis.size),
      encoding: {
        [axis.across]: isBand ? axis.band : { ...axis.band, bin: undefined },
        [axis.along]: {
          ...length("value", measure.axis, width, measure.format ? { format: measure.format } : { format: "~s" }),
          stack: null,
        },
        ...(isBand ? { yOffset: { field: "which", sort: ["before", "after"] } } : {}),
        color: {
          field: "which",
          type: "nominal",
          scale: { domain: ["before", "after"], range: [theme.compute, theme.series[0]] },
          legend: { title: null, orient: "top" },
        },
        tooltip: texts([["name", "layer"], ["which", "network"], ["text", measure.title.toLowerCase()], "choice"]),
      },
    };
  };
}

/** Layers with what is known of them before and after: bits, weights and density, and energies where `hasEnergy`. */
export function layerChart(layers, hasEnergy) {
  const known = Object.entries(measures).filter(([key]) => key !== "energy" || hasEnergy);
  let key = "bits";
  const label = () => `${measures[key].title} of each layer, before and after`;
  const figure = chart({
    caption: "Layers, before and after",
    label: label(),
    spec: (...where) => layerSpec(layers, measures[key])(...where),
    controls: [
      choice(
        "Measure",
        known.map(([name, { title }]) => [name, title]),
        (value) => {
          key = value;
          figure.redraw(label());
        },
      ),
    ],
  });
  return figure;
}

function layerTable(version, layers) {
  const hasEnergy = Boolean(version.layers);
  return table({
    caption: `Network ${version.title}: what each layer became`,
    rows: layers,
    columns: [
      { title: "layer", value: (row) => row.title },
      { title: "format", value: (row) => row.after.format },
      { title: "weights", numeric: true, value: (row) => row.after.weights, text: (row) => grouped(row.after.weights) },
      { title: "bits a weight", unit: "", value: (row) => bitsOf(row.after) },
      { title: "density", unit: "%", value: (row) => row.after.density },
      { title: "stored", numeric: true, value: (row) => row.after.bits, text: (row) => bytes(row.after.bits) },
      ...(hasEnergy
        ? [
            { title: "energy", unit: "J", value: (row) => row.energy * 1e-12 },
            { title: "before", unit: "J", value: (row) => row.energyBefore * 1e-12 },
          ]
        : []),
      {
        title: "alone loses (points)",
        numeric: true,
        value: (row) => row.after.lost,
        text: (row) => (row.after.lost === null ? "not measured" : significant(100 * row.after.lost)),
      },
      { title: "choice", value: (row) => row.choice },
    ],
  });
}

/** All that is shown of one network of the front. */
export function networkParts(results, version) {
  const layers = layersOf(results, version);
  return [
    element("h3", {}, `Network ${version.title}`),
    ...(version.layers ? [levelChart(results, version)] : []),
    layerChart(layers, Boolean(version.layers)),
    layerTable(version, layers),
  ];
}
