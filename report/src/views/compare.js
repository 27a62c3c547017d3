// Networks on several machines, side by side.
import { chart } from "../chart.js";
import { choice, element, section, selection } from "../dom.js";
import { colour, greatest, length, texts } from "../encoding.js";
import { energy, percent, prefixOf, significant } from "../format.js";
import { metric, metricText } from "../metrics.js";
import { table } from "../table.js";
import { seriesVariable } from "../theme.js";

const first = ["energy_pJ", "latency_s", "edp_Js", "power_W", "area_mm2", "utilisation", "off_chip_accesses"];

/** A row for each machine, in their order. */
const machineAxis = {
  field: "machine",
  type: "nominal",
  sort: null,
  title: null,
  axis: { domain: false, ticks: false, labelPadding: 8 },
};

/** The energies of a machine by level, and what is left for its compute units. */
function partsOf(machine) {
  const levels = Object.entries(machine.energy_pJ);
  const rest = machine.metrics.energy_pJ - levels.reduce((sum, [, value]) => sum + value, 0);
  return [...levels, ["compute", Math.max(0, rest)]].map(([name, value], order) => ({ name, value, order }));
}

/** Machines name their levels as they like: those of one name have one colour, in the order in which they come. */
function levelNames(machines) {
  const names = new Set(machines.flatMap((machine) => Object.keys(machine.energy_pJ)));
  return [...names, "compute"].filter((name) =>
    machines.some((machine) => partsOf(machine).some((part) => part.name === name && part.value > 0)),
  );
}

function energySpec(network) {
  return (theme, width) => {
    const { machines } = network;
    const names = levelNames(machines);
    const [factor, prefix] = prefixOf(greatest(machines.map((machine) => machine.metrics.energy_pJ)) * 1e-12);
    const values = machines.flatMap((machine) =>
      partsOf(machine)
        .filter((part) => part.value > 0)
        .map((part) => ({
          machine: machine.accelerator,
          part: part.name,
          order: part.order,
          value: (part.value * 1e-12) / factor,
          energy: energy(part.value),
          share: percent(part.value / machine.metrics.energy_pJ),
          all: energy(machine.metrics.energy_pJ),
        })),
    );
    const variables = names.map((name, i) => seriesVariable(i, name === "compute"));
    return {
      data: { values },
      mark: { type: "bar", stroke: theme.paper, strokeWidth: 0.5 },
      height: { step: 34 },
      encoding: {
        y: machineAxis,
        x: { ...length("value", `energy (${prefix}J)`, width), stack: "zero" },
        color: colour("part", names, variables, null, width),
        order: { field: "order" },
        tooltip: texts(["machine", "part", "energy", "share", ["all", "in all"]]),
      },
    };
  };
}

function metricSpec(network, key) {
  return (theme, width) => {
    const one = metric(key);
    const known = network.machines.filter((machine) => typeof machine.metrics[key] === "number");
    const hasPrefix = one.unit !== "%" && one.unit !== "mm²";
    const [factor, prefix] = hasPrefix
      ? prefixOf(greatest(known.map((machine) => machine.metrics[key])) * one.factor)
      : [one.unit === "%" ? 0.01 : 1, ""];
    const best = network.best[key];
    const values = known.map((machine) => ({
      machine: machine.accelerator,
      value: (machine.metrics[key] * one.factor) / factor,
      text: metricText(one, machine.metrics[key]),
      best: network.machines.indexOf(machine) === best ? "best" : "other",
    }));
    return {
      data: { values },
      height: { step: 34 },
      mark: "bar",
      encoding: {
        y: machineAxis,
        x: length("value", `${one.title}${prefix + one.unit ? ` (${prefix}${one.unit})` : ""}`, width),
        color: { condition: { test: "datum.best === 'best'", value: theme.series[0] }, value: theme.compute },
        tooltip: texts(["machine", ["text", one.title]]),
      },
    };
  };
}

/** A row a metric, a column a machine; the best is marked, and the ratio to the first machine stands beside it. */
function metricTable(network) {
  const keys = Object.keys(network.machines[0].metrics);
  const rows = [...first, ...keys.filter((key) => !first.includes(key))];
  const isSame = (key) => new Set(network.machines.map((machine) => machine.metrics[key])).size === 1;
  const cell = (machine, place) => (key) => {
    const ratio = machine.ratios[key];
    const text = metricText(metric(key), machine.metrics[key]);
    const name = network.best[key] === place && !isSame(key) ? element("strong", {}, `${text} *`) : text;
    return element(
      "span",
      {},
      name,
      place === network.first || typeof ratio !== "number"
        ? ""
        : element("span", { class: "unit" }, ` ×${significant(ratio)}`),
    );
  };
  return table({
    caption: `Metrics of Sze et al. 2017, section VIII. *: the best. ×: to ${network.machines[network.first].accelerator}`,
    rows,
    columns: [
      { title: "metric", value: (key) => metric(key).title },
      ...network.machines.map((machine, place) => ({
        title: machine.accelerator,
        numeric: true,
        value: (key) => machine.metrics[key],
        text: cell(machine, place),
      })),
    ],
  });
}

function scenarioTable(network, scenarios) {
  const isOver = ({ at_least: low, at_most: high }, value) =>
    typeof value === "number" && ((low !== null && value < low) || (high !== null && value > high));
  const said = (machine, { name, limits }) => {
    if (machine.violates[name].length === 0) return "within its limits";
    const over = limits.filter(({ key, ...limit }) => isOver(limit, machine.metrics[key]));
    return `not: ${over.map(({ key }) => `${metric(key).title} ${metricText(metric(key), machine.metrics[key])}`).join(", ")}`;
  };
  return table({
    caption: "Scenarios",
    rows: scenarios,
    columns: [
      { title: "scenario", value: (row) => row.name, text: (row) => element("span", { title: row.title }, row.name) },
      {
        title: "limits",
        value: (row) =>
          row.limits
            .map((limit) =>
              [
                limit.at_least === null
                  ? null
                  : `${metric(limit.key).title} at least ${metricText(metric(limit.key), limit.at_least)}`,
                limit.at_most === null
                  ? null
                  : `${metric(limit.key).title} at most ${metricText(metric(limit.key), limit.at_most)}`,
              ]
                .filter(Boolean)
                .join(", "),
            )
            .join("; "),
      },
      ...network.machines.map((machine) => ({ title: machine.accelerator, value: (row) => said(machine, row) })),
    ],
  });
}

function networkParts(network, scenarios) {
  let key = "energy_pJ";
  const label = () => `${metric(key).title} of ${network.machines.length} machines`;
  const figure = chart({
    caption: "Machine by machine",
    label: label(),
    spec: (...where) => (key === "energy_pJ" ? energySpec(network) : metricSpec(network, key))(...where),
    controls: [
      selection(
        "Metric",
        Object.keys(network.machines[0].metrics).map((each) => [each, metric(each).title]),
        (value) => {
          key = value;
          figure.redraw(label());
        },
      ),
    ],
  });
  return [
    section("Side by side", figure),
    section("Metrics", metricTable(network)),
    scenarios.length ? section("Scenarios", scenarioTable(network, scenarios)) : null,
  ];
}

export function compare(results) {
  const { networks, scenarios } = results;
  const place = element("div");
  const fill = (index) => place.replaceChildren(...networkParts(networks[index], scenarios).filter(Boolean));
  fill(0);
  const names = networks.map(({ network, batch }) => (batch > 1 ? `${network}, batches of ${batch}` : network));
  const { machines } = networks[0];
  return {
    verb: "compare",
    title: `${networks.length === 1 ? names[0] : "Networks"} on ${machines.map((machine) => machine.accelerator).join(", ")}`,
    subtitle: `${machines.length} machines, each with its best mappings`,
    parts: [
      networks.length > 1
        ? element(
            "div",
            { class: "controls" },
            choice(
              "Network",
              names.map((name, i) => [i, name]),
              fill,
            ),
          )
        : null,
      place,
      section(
        "The machines",
        table({
          caption: "What is compared",
          rows: machines,
          columns: [
            { title: "machine", value: (row) => row.accelerator },
            { title: "title", value: (row) => row.title },
            { title: "technology (nm)", unit: "", value: (row) => row.technology_nm },
            { title: "bits", unit: "", value: (row) => row.precision_bits },
            {
              title: "mappings",
              value: (row) => (row.proved ? "proved to be the best" : `at most ${percent(row.gap)} above the least`),
            },
          ],
        }),
      ),
    ],
  };
}
