/** Screens on which nothing can be scanned, each with what to do about it. */

import { h, icon, show } from "../dom.js";
import { t } from "../texts.js";

/** `kind`: other, revoked, insecure, storage. `actions`: [label, what it does], the first the main one. */
export function showBlocked(kind, actions = [], more = null) {
  show(
    "blocked",
    h(
      "div",
      { class: "sheet", "data-kind": kind },
      h("div", { class: `sign ${kind === "other" ? "calm" : "stop"}` }, icon(kind === "other" ? "people" : "refused")),
      h("h1", {}, t(`blocked.${kind}.title`)),
      h("p", { class: "lead" }, t(`blocked.${kind}.lead`)),
      more && h("p", { class: "more" }, more),
      actions.map(([label, act], index) =>
        h("button", { class: index === 0 ? "primary large" : "plain large", onclick: act }, label),
      ),
    ),
  );
}

export function showWaiting() {
  show(
    "waiting",
    h(
      "div",
      { class: "sheet" },
      h("div", { class: "sign calm" }, icon("waiting")),
      h("h1", {}, t("wait.title")),
      h("p", { class: "lead" }, t("wait.lead")),
    ),
  );
}
