/** What happened to the session of this door, said above the door until somebody has read it. */

import { h } from "./dom.js";
import { span, spoken, t, titled } from "./texts.js";

let shown = "";

/** `news` is {kind, session, title, from, until} or null. It takes no focus, and nothing waits for it. */
export function showNews(news, { close, choose }) {
  const words = news ? `${JSON.stringify(news)}${spoken()}` : "";
  if (words === shown) return;
  shown = words;
  document.querySelector("#news").replaceChildren(...(news ? [notice(news, { close, choose })] : []));
}

function notice({ kind, session, title, from, until }, { close, choose }) {
  const ended = kind === "cancelled" || kind === "gone";
  return h(
    "div",
    { class: "news", "data-kind": kind },
    h(
      "p",
      {},
      h("strong", {}, t(`news.${kind}`)),
      " ",
      h("span", {}, titled(title) || session, from && ` · ${span(from, until)}`),
    ),
    ended && h("button", { class: "plain", id: "news-choose", onclick: choose }, t("super.session")),
    h("button", { class: "plain", id: "news-close", onclick: close }, t("news.close")),
  );
}
