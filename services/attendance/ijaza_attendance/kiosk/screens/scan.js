/** The door itself: camera, direction, the last scan, and a way to find somebody. */

import { h, icon, show } from "../dom.js";
import { clockTime, namesOf, t } from "../texts.js";

function directions(current, choose) {
  const buttons = ["auto", "in", "out"].map((each) =>
    h(
      "button",
      { class: "choice", "data-direction": each, "aria-pressed": String(each === current), onclick: () => select(each) },
      each !== "auto" && icon(each),
      t(`dir.${each}`),
    ),
  );
  const select = (chosen) => {
    for (const each of buttons) each.setAttribute("aria-pressed", String(each.dataset.direction === chosen));
    choose(chosen);
  };
  return h("div", { class: "choices", role: "group", "aria-label": t("scan.direction") }, buttons);
}

export class ScanScreen {
  #actions;
  #parts = null;

  /** `actions`: chooseDirection, find, undo, startCamera(video). */
  constructor(actions) {
    this.#actions = actions;
  }

  show({ direction }) {
    const { chooseDirection, find, undo, startCamera } = this.#actions;
    const video = h("video", { playsinline: true, muted: true, "aria-hidden": "true" });
    video.muted = true;
    const parts = {
      hint: h("p", { class: "hint" }),
      typing: h("p", { class: "typing", "aria-hidden": "true" }),
      last: h("div", { class: "last" }),
      inside: h("strong", { class: "count" }),
      nocamera: h(
        "div",
        { class: "nocamera", hidden: true },
        h("strong", {}, t("scan.nocamera")),
        h("span", {}, t("scan.nocamera.note")),
        h("button", { class: "plain", onclick: () => this.#start(video) }, t("scan.camera.on")),
      ),
    };
    this.#parts = parts;
    this.#undo = undo;
    show(
      "scan",
      h(
        "div",
        { class: "door" },
        h(
          "section",
          { class: "eye", "aria-label": t("scan.title") },
          video,
          h("div", { class: "frame", "aria-hidden": "true" }),
          parts.nocamera,
        ),
        h(
          "section",
          { class: "side" },
          h("h1", {}, t("scan.title")),
          parts.hint,
          parts.typing,
          directions(direction, chooseDirection),
          h("button", { class: "plain large", id: "open-find", onclick: find }, icon("search"), t("scan.find")),
          parts.last,
          h("p", { class: "inside" }, icon("people"), parts.inside, h("span", {}, t("scan.inside"))),
        ),
      ),
    );
    this.#startCamera = startCamera;
    this.#start(video);
  }

  #undo;
  #startCamera;

  async #start(video) {
    const { nocamera } = this.#parts;
    try {
      await this.#startCamera(video);
      nocamera.hidden = true;
    } catch {
      nocamera.hidden = false;
    }
  }

  typing(text) {
    if (!this.#parts) return;
    this.#parts.typing.textContent = text;
  }

  /** What has changed since: the last scan that can be undone, how many are inside, if any session is. */
  update({ last, inside, closed }) {
    if (!this.#parts) return;
    const { hint } = this.#parts;
    hint.classList.toggle("warn", closed);
    hint.textContent = t(closed ? "code.no-session-now.do" : "scan.hint");
    this.#parts.inside.textContent = String(inside);
    if (!last) return this.#parts.last.replaceChildren();
    const [name] = namesOf(last.person);
    this.#parts.last.replaceChildren(
      h(
        "div",
        { class: `lastscan ${last.kind}` },
        icon(last.kind),
        h(
          "span",
          { class: "what" },
          h("strong", { lang: name?.lang, dir: "auto" }, name?.text ?? last.person.number),
          h("span", {}, `${t(`dir.${last.kind}`)} · ${clockTime(last.scan.at)}`),
        ),
        h("button", { class: "plain", id: "undo", onclick: this.#undo }, icon("undone"), t("scan.undo")),
      ),
    );
  }
}
