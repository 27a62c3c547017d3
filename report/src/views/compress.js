// A search for the cheapest version of a network: the front of accuracy against cost, and each network of it.
import { element, facts, section, selection } from "../dom.js";
import { bytes, counted, percent, significant } from "../format.js";
import { front } from "../front.js";
import { metric, metricText } from "../metrics.js";
import { networkParts } from "../version.js";
import { machineSection } from "./evaluate.js";

const costKeys = ["energy_pJ", "time_s", "edp_Js", "bits"];
/** A name without its folders, or with the last one where the file's own says nothing. */
export const shortened = (text) => text.replaceAll(/(?:[^\s,]*\/)?([^\s,/]+\/model\.onnx)|[^\s,]*\//g, "$1");

/** Percentage points with their sign. */
export const points = (share) => (share > 0 ? "+" : "") + significant(100 * share);

const withError = ({ accuracy, standard_error: error }) => `${percent(accuracy, 4)} ± ${significant(100 * error, 2)}`;

const less = (before, after) => (after > 0 ? `${significant(before / after)}×` : "–");

/** In words: 1.50× less, or more. */
export const ratio = (before, after) =>
  after > before ? `${significant(after / before)}× more` : `${less(before, after)} less`;

const costText = (key, value) => (key === "bits" ? bytes(value) : metricText(metric(key), value));

/** The points that no other beats in this cost and in accuracy. */
function frontOf(rows, key, accuracyOf) {
  const order = [...rows].sort((a, b) => a[key] - b[key] || accuracyOf(b) - accuracyOf(a));
  let most = -Infinity;
  return new Set(
    order.filter((row) => {
      const isBest = accuracyOf(row) > most;
      most = Math.max(most, accuracyOf(row));
      return isBest;
    }),
  );
}

/** Every network that was measured with what it is called; the original comes first. */
function rowsOf(results) {
  const name = (i, { tuned }) => `${i + 1}${tuned ? ", fine-tuned" : ""}${results.best === i ? " (best)" : ""}`;
  return [
    { ...results.original, title: "original", isOriginal: true },
    ...results.points.map((point, i) => ({ ...point, place: i, title: name(i, point), isBest: results.best === i })),
  ];
}

const accuracies = {
  search: { title: "accuracy", of: (row) => row },
  test: { title: "accuracy on the test", of: (row) => row.test },
};

function columnsOf(results, original, keys) {
  const drop = (of) => (row) => (of(row) ? of(row).accuracy - of(original).accuracy : null);
  const accuracyColumns = (title, of) => [
    {
      title,
      numeric: true,
      value: (row) => of(row)?.accuracy,
      text: (row) => (of(row) ? withError(of(row)) : "–"),
    },
    { title: "points", numeric: true, value: drop(of), text: (row) => (of(row) ? points(drop(of)(row)) : "–") },
  ];
  return [
    { title: "network", value: (row) => row.title },
    ...accuracyColumns("accuracy", accuracies.search.of),
    ...(original.test ? accuracyColumns("tested", accuracies.test.of) : []),
    ...keys.flatMap((key) => [
      {
        title: costTitle(key),
        numeric: true,
        value: (row) => row[key],
        text: (row) => costText(key, row[key]),
      },
      {
        title: "less",
        numeric: true,
        value: (row) => original[key] / row[key],
        text: (row) => less(original[key], row[key]),
      },
    ]),
    { title: "how", value: (row) => (row.isOriginal ? "" : row.found) },
  ];
}

const costTitle = (key) => (key === "bits" ? "stored" : metric(key).title);

function axisOf(key) {
  if (key === "bits") return { title: "stored", unit: "bit", value: (row) => row.bits };
  const { title, unit, factor } = metric(key);
  return { title, unit, value: (row) => row[key] * factor };
}

/** Which networks are shown: those that lose little, where there are some, those of the front, or all. */
function shownBy(rows, results, of, best) {
  const least = of(rows[0]).accuracy - Math.max(0.05, 5 * results.max_drop);
  const near = rows.filter((row) => row.isOriginal || (best.has(row) && of(row).accuracy >= least));
  const choices = {
    near: ["Near the budget", near],
    front: ["The front", rows.filter((row) => row.isOriginal || best.has(row))],
    all: ["All that were measured", rows],
  };
  if (near.length < 3) delete choices.near;
  return choices;
}

const goalKeys = { energy: "energy_pJ", delay: "time_s", edp: "edp_Js", bits: "bits" };

function linesOf(results, original, state) {
  const { of } = accuracies[state.y];
  const whole = [{ y: 100 * of(original).accuracy, title: "original" }];
  if (state.y === "test") return whole;
  return [...whole, { y: 100 * (of(original).accuracy - results.max_drop), title: "budget", isBelow: true }];
}

/** The chart of the networks along one cost, and their table. */
function explored(results, rows, keys, state, choose) {
  const original = rows[0];
  const { title, of } = accuracies[state.y];
  const known = rows.filter(of);
  const best = frontOf(known, state.x, (row) => of(row).accuracy);
  const shown = shownBy(known, results, of, best);
  const y = {
    title,
    unit: "%",
    isPlain: true,
    isMore: true,
    value: (row) => 100 * of(row).accuracy,
    error: (row) => 100 * of(row).standard_error,
  };
  return front({
    points: (shown[state.shown] ?? shown.front)[1],
    x: axisOf(state.x),
    y,
    columns: columnsOf(results, original, keys),
    isBest: (row) => best.has(row),
    lines: linesOf(results, original, state),
    tooltip: (row) => ({
      network: row.title,
      [title]: withError(of(row)),
      ...Object.fromEntries(keys.map((key) => [costTitle(key), costText(key, row[key])])),
      layers: row.isOriginal ? "before any rule" : row.found,
    }),
    onselect: choose,
    sort: { column: 1 + (original.test ? 4 : 2) + 2 * Math.max(0, keys.indexOf(state.x)), down: false },
  });
}

function explorer(results, rows, choose) {
  const original = rows[0];
  const keys = costKeys.filter((key) => typeof original[key] === "number");
  const goal = goalKeys[results.goal];
  const state = { x: keys.includes(goal) ? goal : keys[0], y: "search", shown: "near" };
  const place = element("div");
  const fill = () => place.replaceChildren(explored(results, rows, keys, state, choose));
  const set = (what) => (value) => {
    state[what] = value;
    fill();
  };
  fill();
  const axes = [state.x, ...keys.filter((key) => key !== state.x)].map((key) => [key, costTitle(key)]);
  const samples = { search: "what was searched on", test: "the test" };
  const kinds = Object.entries(shownBy(rows, results, (row) => row, new Set(rows.filter((row) => row.on_front))));
  return [
    element(
      "div",
      { class: "controls" },
      selection("Across", axes, set("x")),
      original.test ? selection("Accuracy on", Object.entries(samples), set("y")) : null,
      selection(
        "Networks",
        kinds.map(([kind, [title]]) => [kind, title]),
        set("shown"),
      ),
    ),
    place,
  ];
}

function keyFacts(results, rows) {
  const original = rows[0];
  const best = rows.find((row) => row.isBest);
  const change = (key) =>
    best && typeof original[key] === "number" ? `${costText(key, best[key])}, ${ratio(original[key], best[key])}` : "";
  return facts([
    ["Original", withError(original)],
    ["Best within the budget", best ? withError(best) : "none"],
    ["Best, tested", best?.test ? `${withError(best.test)} (original ${withError(original.test)})` : ""],
    ["Energy", change("energy_pJ")],
    ["Time", change("time_s")],
    ["Stored", change("bits")],
    ["Budget", `at most ${percent(results.max_drop)} of the samples`],
    ["Networks measured", counted(results.points.length, "version")],
    ["Ended early", results.stopped],
  ]);
}

/** The networks whose layers are in the JSON: those of the front, and the best. */
function chosenSection(results, rows) {
  const choosable = rows.filter((row) => !row.isOriginal && (row.on_front || row.isBest));
  if (choosable.length === 0) return { parts: null, choose: () => {} };
  const place = element("div", { class: "chosen", "aria-live": "polite" });
  const list = selection(
    "Network",
    choosable.map((row) => [row.place, `${row.title}: ${percent(row.accuracy, 4)}`]),
    (value) => show(choosable.find((row) => row.place === Number(value))),
  );
  const show = (row) => place.replaceChildren(...networkParts(results, row));
  const choose = (row) => {
    if (!choosable.includes(row)) return;
    list.querySelector("select").value = String(row.place);
    show(row);
  };
  choose(choosable.find((row) => row.isBest) ?? choosable[0]);
  return { parts: section("A network, layer by layer", list, place), choose };
}

export function compress(results) {
  const rows = rowsOf(results);
  const chosen = chosenSection(results, rows);
  const where = results.accelerator ?? "this processor";
  return {
    verb: "compress",
    title: `${shortened(results.network)} on ${where}`,
    subtitle: `${results.rules ? `${shortened(results.rules)}; ` : ""}searched on ${shortened(results.data)}${results.test ? `, tested on ${shortened(results.test)}` : ""}`,
    parts: [
      keyFacts(results, rows),
      section("Accuracy against cost", explorer(results, rows, chosen.choose)),
      chosen.parts,
      results.machine ? machineSection(results.machine) : null,
    ],
  };
}
