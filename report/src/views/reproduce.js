// Claims of publications beside what is computed here.
import { chart } from "../chart.js";
import { element, facts, freshId, section } from "../dom.js";
import { counted, grouped, percent, significant } from "../format.js";
import { table } from "../table.js";

const colours = { reproduced: "--series-3", missed: "--series-6", proxy: "--series-2", compared: "--series-1", cited: "--compute" };
const quantity = (value, unit) => (value === null ? "–" : `${significant(value, 5)}${unit ? ` ${unit}` : ""}`);

/** Ours over published: 1 is equal. */
function ratioChart(claims) {
  const points = claims.filter((claim) => claim.ours !== null && claim.published > 0 && claim.ours > 0)
    .map((claim, i) => ({ i, ratio: claim.ours / claim.published, verdict: claim.verdict, title: `${claim.id} ${claim.subject}`,
      claim: claim.claim, published: quantity(claim.published, claim.unit), ours: quantity(claim.ours, claim.unit) }));
  if (points.length < 2) return null;
  const spec = (theme) => {
    const verdicts = Object.keys(colours).filter((verdict) => points.some((point) => point.verdict === verdict));
    const style = getComputedStyle(document.documentElement);
    const y = { field: "ratio", type: "quantitative", scale: { type: "log", nice: true }, axis: { title: "ours ÷ published", format: "~g", tickCount: 6 } };
    return {
      marks: points.length, height: 300,
      layer: [
        { data: { values: [{ ratio: 1 }] }, mark: { type: "rule", color: theme.soft }, encoding: { y } },
        { data: { values: points },
          mark: { type: "point", filled: true, size: 36, opacity: 0.8 },
          encoding: { x: { field: "i", type: "quantitative", axis: { title: "claims, in order", grid: false, labels: false, ticks: false }, scale: { nice: false } }, y,
            color: { field: "verdict", type: "nominal", title: null, legend: { orient: "top" },
              scale: { domain: verdicts, range: verdicts.map((verdict) => style.getPropertyValue(colours[verdict]).trim()) } },
            tooltip: ["title", "claim", "published", "ours", "verdict"].map((field) => ({ field, title: field })) } },
      ],
    };
  };
  return section("Ours beside what was published", chart({
    caption: "Each claim's value here over the published one", label: `${points.length} claims: ours over published, on a logarithmic axis`, spec,
  }));
}

/** Boxes to tick for each verdict that there is, and a field to search in. */
function filters(claims, counts, onchange) {
  const wanted = new Set(Object.keys(counts));
  let words = "";
  const change = () => onchange(claims.filter((claim) => wanted.has(claim.verdict) &&
    [claim.id, claim.subject, claim.claim, claim.source].join(" ").toLowerCase().includes(words)));
  const boxes = Object.entries(counts).filter(([, count]) => count > 0).map(([verdict, count]) => {
    const id = freshId("verdict");
    return element("span", { class: "tick" },
      element("input", { type: "checkbox", id, checked: true, value: verdict, onchange: (event) => {
        if (event.target.checked) wanted.add(verdict);
        else wanted.delete(verdict);
        change();
      } }), element("label", { for: id }, element("span", { class: "swatch", style: `--colour: var(${colours[verdict]})` }), `${verdict} (${grouped(count)})`));
  });
  const id = freshId("search");
  return element("div", { class: "controls" },
    element("fieldset", { class: "ticks" }, element("legend", { class: "unseen" }, "Verdicts to show"), boxes),
    element("div", { class: "field" }, element("label", { for: id }, "Search"),
      element("input", { id, type: "search", oninput: (event) => { words = event.target.value.toLowerCase(); change(); } })));
}

const relation = { equal: "", "at least": "≥ ", "at most": "≤ " };

export function reproduce({ claims, counts }) {
  const said = element("p", { class: "note", "aria-live": "polite" });
  const list = table({
    caption: "Claims", rows: claims,
    columns: [{ title: "row", value: (row) => row.id },
      { title: "subject", value: (row) => row.subject },
      { title: "claim", value: (row) => row.claim, text: (row) => element("span", { title: row.note || null }, row.claim) },
      { title: "published", numeric: true, value: (row) => row.published, text: (row) => relation[row.relation] + quantity(row.published, row.unit) },
      { title: "ours", numeric: true, value: (row) => row.ours, text: (row) => quantity(row.ours, row.unit) },
      { title: "off by", numeric: true, value: (row) => (row.deviation === null ? null : Math.abs(row.deviation)),
        text: (row) => (row.deviation === null ? "–" : percent(row.deviation, 2)) },
      { title: "verdict", value: (row) => row.verdict, swatch: (row) => `var(${colours[row.verdict]})` },
      { title: "source", value: (row) => row.source }],
  });
  const shown = (left) => {
    said.textContent = left.length === claims.length ? counted(claims.length, "claim")
      : `${grouped(left.length)} of ${counted(claims.length, "claim")}`;
    list.show(left);
  };
  shown(claims);
  return {
    verb: "reproduce",
    title: "Published claims, computed again",
    subtitle: `${grouped(counts.reproduced ?? 0)} of ${counted(claims.length, "claim")} reproduced, ${grouped(counts.missed ?? 0)} missed`,
    parts: [facts(Object.entries(counts).map(([verdict, count]) => [verdict, grouped(count)])),
      ratioChart(claims), section("Claims", filters(claims, counts, shown), said, list)],
  };
}
