/** Elements without markup in strings: text is always text. */

const SVG = "http://www.w3.org/2000/svg";

/** An element: `on*` are listeners, other properties attributes; false and null leave one out. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((each) => each !== null && each !== undefined && each !== false));
  return element;
}

const ICONS = {
  in: "M4 12h11M11 7l5 5-5 5M14 3h5v18h-5",
  out: "M15 12H4M8 7l-5 5 5 5M14 3h5v18h-5",
  refused: "M6 6l12 12M18 6L6 18",
  unrecorded: "M12 3v11M12 19v.5",
  repeat: "M5 12.5l4.5 4.5L19 7",
  undone: "M9 5L4 10l5 5M4 10h10a6 6 0 010 12h-3",
  menu: "M4 6h16M4 12h16M4 18h16",
  search: "M10.5 4a6.5 6.5 0 110 13 6.5 6.5 0 010-13zM15.5 15.5L21 21",
  back: "M15 5l-7 7 7 7",
  cloud: "M7 18h10a4 4 0 00.6-7.95A6 6 0 006 9.2 4.5 4.5 0 007 18z",
  offline: "M9.5 18H17a4 4 0 002.6-7M7.8 8A4.6 4.6 0 006 9.2 4.5 4.5 0 006.5 18M10.3 6.4A6 6 0 0117.6 10M3 3l18 18",
  waiting: "M12 4v10M8 10l4 4 4-4M5 19h14",
  people: "M9 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5a3.5 3.5 0 010 6M17.5 14.3c2.3.7 3.5 2.6 3.5 5.7",
  close: "M6 6l12 12M18 6L6 18",
};

/** A picture in the line of the text; turned around in right-to-left where it points somewhere. */
export function icon(name) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("class", `icon icon-${name}`);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  picture.append(path);
  return picture;
}

/** Show one screen: nothing of the one before stays. What comes first takes the focus, or the heading. */
export function show(name, ...children) {
  document.body.dataset.screen = name;
  const screen = document.querySelector("#screen");
  screen.replaceChildren(...children);
  const first = screen.querySelector("[data-first]") ?? screen.querySelector("h1");
  if (first && !first.matches("input, button")) first.tabIndex = -1;
  first?.focus({ preventScroll: true });
}
