// Where the energy goes: in all as one bar, and layer by layer.
import { chart } from "./chart.js";
import { choice, element, section } from "./dom.js";
import { colour, greatest, length, texts } from "./encoding.js";
import { energy, percent, prefixOf } from "./format.js";
import { energyParts } from "./model.js";

/** From so many layers on they stand side by side without their names. */
export const manyLayers = 48;

/** One bar over the whole width, and what its parts are. */
function wholeBar({ parts, total }) {
  const share = (part) => part.energy / total;
  const bar = element(
    "div",
    { class: "whole", "aria-hidden": "true" },
    parts.map((part) =>
      element(
        "div",
        { style: `flex-grow: ${share(part)}; --colour: var(${part.variable})` },
        share(part) > 0.09 ? element("span", {}, percent(share(part))) : "",
      ),
    ),
  );
  const list = element(
    "dl",
    { class: "parts" },
    parts.map((part) =>
      element(
        "div",
        { style: `--colour: var(${part.variable})` },
        element("dt", {}, part.name),
        element("dd", {}, energy(part.energy)),
        element("dd", {}, percent(share(part))),
      ),
    ),
  );
  return [bar, list];
}

/** Data of the stacked bars: one value for each layer and part. */
function values({ parts, rows }, factor, isShare) {
  return rows.flatMap(({ layer, energies }) =>
    parts.map((part, p) => {
      const whole = isShare ? layer.energy_pJ : factor;
      return {
        layer: layer.index,
        end: layer.index + 1,
        name: layer.title,
        part: part.name,
        order: p,
        value: whole > 0 ? energies[p] / whole : 0,
        energy: energy(energies[p]),
        share: layer.energy_pJ > 0 ? percent(energies[p] / layer.energy_pJ) : "",
        all: energy(layer.energy_pJ),
      };
    }),
  );
}

/** The band of a layer: horizontal with its name, or a thin column where there are many. */
export function layerAxis(layers) {
  if (layers.length > manyLayers) {
    return {
      across: "x",
      along: "y",
      band: {
        field: "layer",
        type: "quantitative",
        scale: { domain: [0, layers.length], nice: false, zero: false },
        axis: { title: "layer, in the network's order", grid: false, format: "d" },
        bin: "binned",
      },
      size: { height: 300 },
      end: { x2: { field: "end" } },
    };
  }
  const names = layers.map((layer) => layer.title);
  return {
    across: "y",
    along: "x",
    band: {
      field: "layer",
      type: "ordinal",
      sort: null,
      title: null,
      axis: { domain: false, ticks: false, labelExpr: `${JSON.stringify(names)}[datum.value]`, labelPadding: 8 },
    },
    size: { height: { step: layers.length > 24 ? 18 : 26 } },
    end: {},
  };
}

function energySpec(state, layers) {
  return (theme, width) => {
    const data = energyParts(layers, state.machine, state.split);
    const isShare = state.measure === "share";
    const [factor, prefix] = prefixOf(greatest(layers.map((layer) => layer.energy_pJ)) * 1e-12);
    const title = isShare ? "share of the layer's energy" : `energy (${prefix}J)`;
    const along = { ...length("value", title, width, isShare ? { format: "%" } : {}), stack: "zero" };
    const axis = layerAxis(layers);
    const names = data.parts.map((part) => part.name);
    const variables = data.parts.map((part) => part.variable);
    return {
      marks: layers.length * names.length,
      data: { values: values(data, factor * 1e12, isShare) },
      mark: { type: "bar", stroke: layers.length > manyLayers ? null : theme.paper, strokeWidth: 0.5, binSpacing: 0 },
      ...axis.size,
      encoding: {
        [axis.across]: axis.band,
        ...axis.end,
        [axis.along]: isShare ? { ...along, scale: { domain: [0, 1] } } : along,
        color: colour("part", names, variables, null, width),
        order: { field: "order" },
        tooltip: texts([["name", "layer"], ["part", state.split], "energy", "share", ["all", "layer in all"]]),
      },
    };
  };
}

/** The table behind the chart: a row for each layer, a column for each part. */
function energyTable(state, layers) {
  const { parts, rows } = energyParts(layers, state.machine, state.split);
  return {
    columns: [
      { title: "layer", value: (row) => row.layer.title },
      { title: "energy", unit: "J", value: (row) => row.layer.energy_pJ * 1e-12 },
      ...parts.map((part, p) => ({ title: part.name, unit: "J", value: (row) => row.energies[p] * 1e-12 })),
    ],
    rows,
  };
}

/** The section, with its two switches: by level or tensor, as energy or share. */
export function energySection(layers, machine, { perLayer = true } = {}) {
  const state = { machine, split: "level", measure: "energy" };
  const whole = element("div", { class: "hero" });
  const label = () => `Energy of each layer, stacked by ${state.split}`;
  const fill = () => whole.replaceChildren(...wholeBar(energyParts(layers, machine, state.split)));
  const change = (key, value) => {
    state[key] = value;
    fill();
    figure.redraw(label());
  };
  const measures = Object.entries({ energy: "Energy", share: "Share" });
  const splits = Object.entries({ level: "By level", tensor: "By tensor" });
  const figure = chart({
    caption: "Energy of each layer",
    label: label(),
    spec: energySpec(state, layers),
    data: () => energyTable(state, layers),
    controls: [choice("Measure", measures, (value) => change("measure", value))],
  });
  fill();
  const total = layers.reduce((all, layer) => all + layer.energy_pJ, 0);
  const split = choice("Split the energy by", splits, (value) => change("split", value));
  const lead = element("div", { class: "lead" }, element("p", { class: "big" }, energy(total)), split);
  return section("Where the energy goes", lead, whole, perLayer ? figure : null);
}
