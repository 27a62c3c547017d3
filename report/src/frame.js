// What every page has around its results: the title, what the numbers are, the switch of colours, and the data.
import { element } from "./dom.js";
import { scaled } from "./format.js";
import { startTheme, switchTheme, themeName } from "./theme.js";

/** Every machine of the results: one, those of a comparison, or what stands flat beside them. */
function machinesOf(results) {
  if (results.machine) return [results.machine];
  if (results.machines) return results.machines;
  if (results.technology_nm) return [results];
  return (results.networks ?? []).flatMap((network) => network.machines ?? []);
}

/** What a report must state (Sze et al. 2017, section VIII): technology, precision, measured or modelled. */
export function disclosure(results) {
  const machines = machinesOf(results);
  const all = (key) => [...new Set(machines.map((machine) => machine[key]).filter((value) => value !== undefined))];
  const words = machines.length
    ? [`${all("technology_nm").join(" and ")} nm`, `${all("precision_bits").join(" and ")}-bit arithmetic`]
    : [];
  const clocks = all("clock_Hz").map((clock) => scaled(clock, "Hz"));
  if (clocks.length) words.push(clocks.join(" and "));
  if (results.basis === "modelled") words.push("modelled, not measured");
  if (results.basis === "measured") words.push("times measured on this processor");
  return words;
}

function themeButton() {
  const title = () => (themeName() === "dark" ? "Light" : "Dark");
  const button = element(
    "button",
    {
      type: "button",
      class: "theme",
      onclick: () => {
        switchTheme();
        button.textContent = title();
      },
    },
    title(),
  );
  return button;
}

function download(text, name) {
  const link = element("a", {
    href: URL.createObjectURL(new Blob([text], { type: "application/json" })),
    download: name,
  });
  link.click();
  URL.revokeObjectURL(link.href);
}

/** Builds the page from what a view gives: { verb, title, subtitle, parts }. */
export function frame(results, text, { verb, title, subtitle, parts }) {
  startTheme();
  document.title = `${title} – Picojoule`;
  const stated = disclosure(results);
  document.getElementById("page").append(
    element(
      "header",
      { class: "top" },
      element("div", {}, element("p", { class: "eyebrow" }, `picojoule ${verb}`), themeButton()),
      element("h1", {}, title),
      subtitle ? element("p", { class: "subtitle" }, subtitle) : null,
      stated.length
        ? element(
            "p",
            { class: "stated" },
            stated.flatMap((word) => [element("span", {}, word), " "]),
          )
        : null,
    ),
    element("main", { id: "content" }, parts),
    element(
      "footer",
      {},
      element("p", {}, "Every number of this page stands in it as JSON; nothing is loaded from elsewhere."),
      element("button", { type: "button", onclick: () => download(text, "results.json") }, "Save the JSON"),
    ),
  );
}
