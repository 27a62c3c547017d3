// Claims of publications beside what is computed here.
import { chart } from "../chart.js";
import { element, facts, freshId, section } from "../dom.js";
import { colour, greatest, least, texts, ticks } from "../encoding.js";
import { counted, grouped, percent, significant } from "../format.js";
import { table } from "../table.js";

const variables = {
  reproduced: "--series-3",
  missed: "--series-6",
  proxy: "--series-2",
  compared: "--series-1",
  cited: "--compute",
};
const relation = { equal: "", "at least": "≥ ", "at most": "≤ " };
/** Five digits, and none that say nothing: published values are round. */
const digits = (value) =>
  Number.isInteger(value) ? grouped(value) : significant(value, 5).replace(/(\.\d*?)0+$/, "$1");
const quantity = (value, unit) => (value === null ? "–" : `${digits(value)}${unit ? ` ${unit}` : ""}`);

/** Claims that have a value on both sides, ours over the published one: 1 is equal. */
function ratios(claims) {
  const both = claims.filter((claim) => claim.ours !== null && claim.published > 0 && claim.ours > 0);
  return both.map((claim, place) => ({
    place,
    ratio: claim.ours / claim.published,
    verdict: claim.verdict,
    title: `${claim.id} ${claim.subject}`,
    claim: claim.claim,
    published: relation[claim.relation] + quantity(claim.published, claim.unit),
    ours: quantity(claim.ours, claim.unit),
  }));
}

function ratioSpec(points) {
  const verdicts = Object.keys(variables).filter((verdict) => points.some((point) => point.verdict === verdict));
  const shares = points.flatMap((point) => [point.ratio / 10, point.ratio * 10]);
  const axis = { title: "claims, in order", grid: false, labels: false, ticks: false };
  const x = { field: "place", type: "quantitative", axis, scale: { nice: false } };
  const y = {
    field: "ratio",
    type: "quantitative",
    scale: { type: "log" },
    axis: {
      title: "ours ÷ published",
      format: ",~r",
      values: ticks(1e-6, 1e6).filter((tick) => tick >= least(shares) && tick <= greatest(shares)),
    },
  };
  const color = () =>
    colour(
      "verdict",
      verdicts,
      verdicts.map((verdict) => variables[verdict]),
    );
  return (theme) => ({
    marks: points.length,
    height: 260,
    layer: [
      { data: { values: [{ ratio: 1 }] }, mark: { type: "rule", color: theme.soft }, encoding: { y } },
      {
        data: { values: points },
        mark: { type: "point", filled: true, size: 36, opacity: 0.8 },
        encoding: { x, y, color: color(), tooltip: texts(["title", "claim", "published", "ours", "verdict"]) },
      },
    ],
  });
}

function ratioSection(claims) {
  const points = ratios(claims);
  if (points.length < 2) return null;
  const caption = "Each claim's value here over the published one";
  const label = `${points.length} claims: ours over published, on a logarithmic axis`;
  return section("Ours beside what was published", chart({ caption, label, spec: ratioSpec(points) }));
}

/** Boxes to tick for each verdict that there is, and a field to search in. */
function filters(claims, counts, onchange) {
  const wanted = new Set(Object.keys(counts));
  let words = "";
  const change = () =>
    onchange(
      claims.filter(
        (claim) =>
          wanted.has(claim.verdict) &&
          [claim.id, claim.subject, claim.claim, claim.source].join(" ").toLowerCase().includes(words),
      ),
    );
  const boxes = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([verdict, count]) => {
      const id = freshId("verdict");
      return element(
        "span",
        { class: "tick" },
        element("input", {
          type: "checkbox",
          id,
          checked: true,
          value: verdict,
          onchange: (event) => {
            if (event.target.checked) wanted.add(verdict);
            else wanted.delete(verdict);
            change();
          },
        }),
        element(
          "label",
          { for: id },
          element("span", { class: "swatch", style: `--colour: var(${variables[verdict]})` }),
          `${verdict} (${grouped(count)})`,
        ),
      );
    });
  const id = freshId("search");
  return element(
    "div",
    { class: "controls" },
    element("fieldset", { class: "ticks" }, element("legend", { class: "unseen" }, "Verdicts to show"), boxes),
    element(
      "div",
      { class: "field" },
      element("label", { for: id }, "Search"),
      element("input", {
        id,
        type: "search",
        oninput: (event) => {
          words = event.target.value.toLowerCase();
          change();
        },
      }),
    ),
  );
}

export function reproduce({ claims, counts }) {
  const said = element("p", { class: "note", "aria-live": "polite" });
  const list = table({
    caption: "Claims",
    rows: claims,
    columns: [
      { title: "row", value: (row) => row.id },
      { title: "subject", value: (row) => row.subject },
      {
        title: "claim",
        value: (row) => row.claim,
        text: (row) => element("span", { title: row.note || null }, row.claim),
      },
      {
        title: "published",
        numeric: true,
        value: (row) => row.published,
        text: (row) => relation[row.relation] + quantity(row.published, row.unit),
      },
      { title: "ours", numeric: true, value: (row) => row.ours, text: (row) => quantity(row.ours, row.unit) },
      {
        title: "off by",
        numeric: true,
        value: (row) => (row.deviation === null ? null : Math.abs(row.deviation)),
        text: (row) => (row.deviation === null ? "–" : percent(row.deviation, 2)),
      },
      { title: "verdict", value: (row) => row.verdict, swatch: (row) => `var(${variables[row.verdict]})` },
      { title: "source", value: (row) => row.source },
    ],
  });
  const shown = (left) => {
    said.textContent =
      left.length === claims.length
        ? counted(claims.length, "claim")
        : `${grouped(left.length)} of ${counted(claims.length, "claim")}`;
    list.show(left);
  };
  shown(claims);
  return {
    verb: "reproduce",
    title: "Published claims, computed again",
    subtitle: `${grouped(counts.reproduced ?? 0)} of ${counted(claims.length, "claim")} reproduced, ${grouped(counts.missed ?? 0)} missed`,
    parts: [
      facts(Object.entries(counts).map(([verdict, count]) => [verdict, grouped(count)])),
      ratioSection(claims),
      section("Claims", filters(claims, counts, shown), said, list),
    ],
  };
}
