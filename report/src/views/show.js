// A network, before any hardware is known.
import { chart } from "../chart.js";
import { choice, facts, section } from "../dom.js";
import { layerAxis } from "../energy.js";
import { counted, grouped, prefixOf, scaled } from "../format.js";
import { named } from "../model.js";
import { table } from "../table.js";

const measures = { macs: "multiply-accumulates", weights: "weights", activations: "activations" };

function chartOf(layers) {
  const state = { key: "macs" };
  const spec = (theme, width) => {
    const { key } = state;
    const some = layers.filter((layer) => layer[key] > 0).map((layer, index) => ({ ...layer, index }));
    const [factor, prefix] = prefixOf(Math.max(...some.map((layer) => layer[key])));
    const axis = layerAxis(some);
    return {
      marks: some.length,
      data: { values: some.map((layer) => ({ layer: layer.index, end: layer.index + 1, name: layer.title, kind: layer.kind,
        value: layer[key] / factor, text: grouped(layer[key]) })) },
      mark: { type: "bar", color: theme.series[0] },
      ...axis.size,
      encoding: {
        [axis.across]: axis.band, ...axis.end,
        [axis.along]: { field: "value", type: "quantitative",
          axis: { title: `${measures[key]}${prefix ? ` (${prefix})` : ""}`, domain: false, ticks: false, format: "~g", tickCount: width < 500 ? 4 : 8 } },
        tooltip: [{ field: "name" }, { field: "kind" }, { field: "text", title: measures[key] }],
      },
    };
  };
  const label = () => `The ${measures[state.key]} of each layer that has some`;
  const figure = chart({
    caption: "Layer by layer", label: label(), spec,
    data: () => ({ columns: [{ title: "layer", value: (row) => row.title },
      { title: measures[state.key], numeric: true, value: (row) => row[state.key], text: (row) => grouped(row[state.key]) }],
    rows: layers.filter((layer) => layer[state.key] > 0) }),
    controls: [choice("Count", [["macs", "MACs"], ["weights", "Weights"], ["activations", "Activations"]], (value) => {
      state.key = value;
      figure.redraw(label());
    })],
  });
  return figure;
}

const shape = (sizes) => (sizes === null ? "–" : sizes.length ? sizes.join(" × ") : "scalar");
const whole = (title, key) => ({ title, numeric: true, value: (row) => row[key], text: (row) => (row[key] ? grouped(row[key]) : "") });

export function show(results) {
  const layers = named(results.layers);
  const { totals } = results;
  const ports = (list) => list.map((port) => `${port.name} ${shape(port.shape)} (${port.format})`).join("; ");
  return {
    verb: "show",
    title: results.network,
    subtitle: `${ports(results.inputs)} to ${ports(results.outputs)}`,
    parts: [
      facts([["Multiply-accumulates", scaled(totals.macs, "")], ["Weights", scaled(totals.weights, "")],
        ["Parameters", scaled(totals.parameters, "")], ["Activations", scaled(totals.activations, "")],
        ["Operations", scaled(totals.operations, "")], ["Layers", grouped(layers.length)]]),
      section("Where the work is", chartOf(layers)),
      section("Layers", table({
        caption: counted(layers.length, "layer"), rows: layers,
        columns: [{ title: "layer", value: (row) => row.title }, { title: "kind", value: (row) => row.kind },
          { title: "result", numeric: true, value: (row) => row.activations, text: (row) => row.outputs.map(shape).join("; ") },
          { title: "filter", numeric: true, value: (row) => row.shape.R * row.shape.S,
            text: (row) => (row.weights && row.shape.R ? `${row.shape.R} × ${row.shape.S}` : "") },
          whole("weights", "weights"), whole("MACs", "macs"), whole("activations", "activations")],
      })),
    ],
  };
}
