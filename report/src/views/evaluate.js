// A network on an accelerator.
import { element, facts, section, selection } from "../dom.js";
import { energySection } from "../energy.js";
import { bytes, counted, energy, grouped, percent, scaled, time } from "../format.js";
import { inputsSection } from "../inputs.js";
import { metric, metricText } from "../metrics.js";
import { bandwidth, named, stageEnergy, stageVariable, timeOf } from "../model.js";
import { nest } from "../nest.js";
import { rooflineSection } from "../roofline.js";
import { table } from "../table.js";
import { timeSection } from "../time.js";

/** How sure the mappings are. */
export function proof({ proved, gap }) {
  if (proved) return "proved to be the best";
  return gap === null
    ? "the best found; how far from the least is not known"
    : `at most ${percent(gap)} above the least`;
}

function keyFacts(results) {
  return facts([
    ["Time", time(results.time_s)],
    ["Multiply-accumulates", grouped(results.macs)],
    ["Energy for each", scaled((results.energy_pJ * 1e-12) / results.macs, "J")],
    ["Rate", scaled(results.macs / results.time_s, "MAC/s")],
    ["Power", scaled((results.energy_pJ * 1e-12) / results.time_s, "W")],
    ["Mappings", proof(results)],
  ]);
}

function layerTable(layers, machine, onselect) {
  const total = (key) => layers.reduce((all, layer) => all + layer[key], 0);
  const outermost = machine.stages[0].name;
  const all = { title: "all", macs: total("macs"), energy_pJ: total("energy_pJ"), cycles: total("cycles") };
  return table({
    caption: `${counted(layers.length, "layer")}. Choose one to see its loop nest.`,
    rows: layers,
    total: all,
    onselect,
    columns: [
      { title: "layer", value: (row) => row.title },
      { title: "kind", value: (row) => row.kind ?? "" },
      { title: "MACs", unit: "", value: (row) => row.macs, text: (row) => grouped(row.macs), numeric: true },
      { title: "energy", unit: "J", value: (row) => row.energy_pJ * 1e-12 },
      { title: "for each MAC", unit: "J", value: (row) => (row.energy_pJ * 1e-12) / row.macs },
      { title: "time", unit: "s", value: (row) => row.cycles / machine.clock_Hz },
      { title: "bound by", value: (row) => (row.stages ? timeOf(row, machine).bound : "") },
      {
        title: "in use",
        unit: "%",
        value: (row) => row.utilisation ?? "",
        text: (row) => (row.stages ? percent(row.utilisation) : ""),
        numeric: true,
      },
      {
        title: `${outermost} share`,
        numeric: true,
        value: (row) => (row.stages ? stageEnergy(row.stages[0]) / row.energy_pJ : null),
        text: (row) => (row.stages ? percent(stageEnergy(row.stages[0]) / row.energy_pJ) : ""),
      },
    ],
  });
}

function nestPart(layers, machine) {
  const place = element("div", { class: "chosen", "aria-live": "polite" });
  const show = (layer) =>
    place.replaceChildren(
      element("h3", {}, layer.title),
      element("p", { class: "einsum" }, layer.einsum),
      element(
        "p",
        {},
        `${energy(layer.energy_pJ)} in ${time(layer.cycles / machine.clock_Hz)}, bound by ${timeOf(layer, machine).bound}; the mapping is ${proof(layer.certificate)}.`,
      ),
      nest(layer, machine),
    );
  const list = selection(
    "Layer",
    layers.map((layer) => [layer.index, layer.title]),
    (value) => show(layers[value]),
  );
  show(layers[0]);
  return {
    parts: section("Loop nests", list, place),
    choose: (layer) => {
      show(layer);
      list.querySelector("select").value = String(layer.index);
    },
  };
}

export function machineSection(machine, costs = {}) {
  const levels = machine.stages.filter((stage) => stage.kind === "level");
  const origins = Object.entries(costs);
  const rate = (level) =>
    bandwidth(level) === null ? "without limit" : scaled((bandwidth(level) / 8) * machine.clock_Hz, "B/s");
  return section(
    "The machine",
    element("p", {}, machine.title),
    table({
      caption: `${counted(machine.units, `${machine.compute} unit`)} at ${scaled(machine.clock_Hz, "Hz")}`,
      rows: levels,
      columns: [
        { title: "level", value: (row) => row.name },
        { title: "instances", unit: "", value: (row) => row.instances },
        {
          title: "capacity of each",
          numeric: true,
          value: (row) => row.capacity_bits,
          text: (row) =>
            row.partition_bits
              ? Object.entries(row.partition_bits)
                  .map(([name, bits]) => `${name} ${bytes(bits)}`)
                  .join(", ")
              : bytes(row.capacity_bits),
        },
        { title: "bandwidth of all", numeric: true, value: bandwidth, text: rate },
      ],
    }),
    origins.length === 0
      ? null
      : table({
          caption: "Costs that the machine's file leaves to estimates",
          rows: origins,
          columns: [
            { title: "cost", value: ([name]) => name },
            { title: "origin", value: ([, { origin }]) => origin },
            { title: "rule", value: ([, { rule }]) => rule },
          ],
        }),
  );
}

export function evaluate(results) {
  const { machine } = results;
  const layers = named(results.layers);
  const nests = nestPart(layers, machine);
  return {
    verb: "evaluate",
    title: `${results.network} on ${results.accelerator}`,
    subtitle: machine.title,
    parts: [
      keyFacts(results),
      energySection(layers, machine),
      results.per_input ? inputsSection(results.per_input) : null,
      timeSection(layers, machine),
      rooflineSection(results.roofline, machine.stages[0].name, (name) => stageVariable(machine, name)),
      section("Layers", layerTable(layers, machine, nests.choose)),
      nests.parts,
      results.metrics ? metricsSection(results.metrics) : null,
      machineSection(machine, results.costs),
    ],
  };
}

function metricsSection(metrics) {
  return section(
    "Metrics",
    table({
      caption: "The metrics of Sze et al. 2017, section VIII",
      rows: Object.keys(metrics),
      columns: [
        { title: "metric", value: (key) => metric(key).title },
        {
          title: "value",
          numeric: true,
          value: (key) => metrics[key],
          text: (key) => metricText(metric(key), metrics[key]),
        },
      ],
    }),
  );
}
