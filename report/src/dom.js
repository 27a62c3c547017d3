// Elements. Every text becomes a text node, so that no name in a result is ever taken for markup.

const svgNames = new Set(["svg", "path", "line", "g", "rect", "circle", "text", "polygon", "title"]);

/** element("p", { class: "note" }, "text", child, …); attributes that are functions are listeners: onclick. */
export function element(name, attributes = {}, ...children) {
  const made = svgNames.has(name)
    ? document.createElementNS("http://www.w3.org/2000/svg", name)
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (typeof value === "function") made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

let last = 0;

/** A name that no other element of the page has. */
export function freshId(stem) {
  last += 1;
  return `${stem}-${last}`;
}

/** A part of the page with a heading. */
export function section(title, ...children) {
  const id = freshId("section");
  return element("section", { "aria-labelledby": id }, element("h2", { id }, title), ...children);
}

/** A choice between a few: radio buttons that look like one switch. `choices` are [value, title]. */
export function choice(label, choices, onchange) {
  const name = freshId("choice");
  const inputs = choices.map(([value, title], i) => {
    const id = freshId(name);
    const input = element("input", {
      type: "radio",
      name,
      id,
      value,
      checked: i === 0,
      onchange: () => onchange(value),
    });
    return [input, element("label", { for: id }, title)];
  });
  return element("fieldset", { class: "choice" }, element("legend", { class: "unseen" }, label), inputs.flat());
}

/** A list to select one of many from. `choices` are [value, title]. */
export function selection(label, choices, onchange) {
  const id = freshId("select");
  const list = element("select", { id, onchange: (event) => onchange(event.target.value) });
  list.append(...choices.map(([value, title]) => element("option", { value }, title)));
  return element("div", { class: "field" }, element("label", { for: id }, label), list);
}

/** Terms with their values. */
export function facts(pairs) {
  const known = pairs.filter(([, value]) => value !== undefined && value !== null && value !== "");
  return element(
    "dl",
    { class: "facts" },
    known.map(([term, value]) => element("div", {}, element("dt", {}, term), element("dd", {}, value))),
  );
}
