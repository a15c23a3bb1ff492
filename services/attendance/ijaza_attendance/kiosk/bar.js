/** The line at the top of every screen: which session, is the network there, what is not sent. */

import { h, icon } from "./dom.js";
import { showNews } from "./news.js";
import { clockTime, t } from "./texts.js";

let shown = "";

export function hideBar() {
  document.querySelector("#bar").hidden = true;
  showNews(null, {});
  shown = "";
}

/** `online` is null until the server was asked once. It is drawn anew only when a word changes. */
export function showBar({ title, label, online, unsent, now, full, openMenu }) {
  const banner = document.querySelector("#banner");
  if (banner.hidden === full) {
    banner.hidden = !full;
    banner.textContent = full ? t("banner.full") : "";
  }
  const state = online === null ? "connecting" : online ? "online" : "offline";
  const words = [title, label, state, unsent, clockTime(now), document.documentElement.lang].join("|");
  const bar = document.querySelector("#bar");
  bar.hidden = false;
  if (words === shown) return;
  shown = words;
  const hadFocus = bar.contains(document.activeElement);
  const menu = h("button", { class: "onbar square", id: "menu", "aria-label": t("status.menu"), onclick: openMenu }, icon("menu"));
  bar.replaceChildren(
    h("div", { class: "where" }, h("strong", {}, title), h("span", {}, label)),
    h(
      "div",
      { class: "state" },
      h("span", { class: `pill ${state}`, id: "network" }, icon(state === "offline" ? "offline" : "cloud"), h("span", { class: "word" }, t(`status.${state}`))),
      h(
        "span",
        { class: `pill ${unsent ? "unsent" : "sent"}`, id: "unsent", "data-count": unsent },
        icon(unsent ? "waiting" : "repeat"),
        h("span", {}, unsent ? t("status.unsent", unsent) : t("status.sent")),
      ),
      h("time", { class: "now" }, clockTime(now)),
      menu,
    ),
  );
  if (hadFocus) menu.focus();
}
