// What hangs beside the pointer: the fields of Vega's tooltip object, as text only.
import { element } from "./dom.js";

let box = null;

export function tooltip(_view, event, _item, value) {
  box ??= document.body.appendChild(element("div", { class: "tooltip", "aria-hidden": "true" }));
  if (!value || typeof value !== "object") {
    box.hidden = true;
    return;
  }
  const [first, ...rest] = Object.entries(value);
  box.replaceChildren(
    element("strong", {}, String(first[1])),
    ...rest
      .filter(([, text]) => text !== "")
      .map(([term, text]) => element("div", {}, element("span", {}, term), element("span", {}, String(text)))),
  );
  box.hidden = false;
  const { width, height } = box.getBoundingClientRect();
  const left = Math.min(event.clientX + 14, document.documentElement.clientWidth - width - 8);
  const below = event.clientY + 18;
  const top = below + height > window.innerHeight ? event.clientY - height - 12 : below;
  box.style.left = `${Math.max(8, left)}px`;
  box.style.top = `${Math.max(8, top)}px`;
}
