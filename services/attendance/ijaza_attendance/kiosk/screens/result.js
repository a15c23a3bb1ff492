/** The answer to a scan: who, in or out, or why not; by colour, picture, words, sound and touch. */

import { h, icon } from "../dom.js";
import { clockTime, namesOf, t, titled } from "../texts.js";

const STAYS = { in: 2_600, out: 2_600, repeat: 2_200, undone: 2_200, refused: 6_000, unrecorded: 0 };

const names = (person) =>
  namesOf(person).map(({ lang, dir, text }) => h("p", { class: "name", lang, dir }, text));

function words({ kind, code, direction, full }) {
  if (kind === "refused") return { reason: t(`code.${code}`), advice: t(`code.${code}.do`) };
  if (kind === "unrecorded")
    return { advice: t(full ? "result.unrecorded.full" : "result.unrecorded.note") };
  if (kind === "repeat") return { reason: t(`result.repeat.${direction}`) };
  if (kind === "undone") return { advice: t("result.undone.note") };
  return {};
}

function details({ person, session, scan, since }) {
  const at = scan?.at ?? since;
  return [
    person?.number > 0 && h("span", { class: "number" }, `${t("result.number")} ${person.number}`),
    session && h("span", {}, titled(session.title) || session.session),
    at && h("time", {}, clockTime(at)),
  ];
}

export class ResultScreen {
  #timer = 0;
  #sound;
  #undo;
  #closed;
  #before = null;

  constructor({ sound, undo, closed }) {
    this.#sound = sound;
    this.#undo = undo;
    this.#closed = closed;
  }

  /** Show a result at once. `begun` is when the pass was presented, on `performance.now`'s clock. */
  show(result, begun) {
    const { kind } = result;
    const { reason, advice } = words(result);
    const place = document.querySelector("#result");
    if (!document.body.dataset.result) this.#before = document.activeElement;
    // What lies under an answer is neither pressed nor tabbed to.
    this.#cover(true);
    const undoable = kind === "in" || kind === "out";
    place.replaceChildren(
      h(
        "section",
        { class: `result ${kind}`, "data-kind": kind, "data-code": result.code, "data-scan": result.scan?.scan_id },
        h(
          "div",
          { class: "head" },
          h("div", { class: "sign" }, icon(kind === "repeat" ? result.direction : kind)),
          h("h1", { class: "verb" }, t(`result.${kind}`)),
        ),
        reason && h("p", { class: "reason" }, reason),
        result.person && h("div", { class: "names" }, names(result.person)),
        advice && h("p", { class: "advice" }, advice),
        h("p", { class: "details" }, details(result)),
        h(
          "div",
          { class: "row" },
          undoable && h("button", { class: "onresult", id: "undo-now", onclick: () => this.#undo() }, icon("undone"), t("scan.undo")),
          h("button", { class: "onresult", id: "next", onclick: () => this.close() }, t("result.next")),
        ),
      ),
    );
    document.body.dataset.result = kind;
    const said = [t(`result.${kind}`), result.person && namesOf(result.person)[0]?.text, reason, advice];
    document.querySelector("#spoken").textContent = said.filter(Boolean).join(". ");
    this.#sound.play(kind);
    this.#measure(begun);
    clearTimeout(this.#timer);
    if (STAYS[kind]) this.#timer = setTimeout(() => this.close(), STAYS[kind]);
  }

  #cover(covered) {
    for (const under of document.querySelectorAll("#screen, #news")) under.inert = covered;
  }

  /** From the presentation to the frame that shows the result: what the bench reads. */
  #measure(begun) {
    requestAnimationFrame(() => {
      if (performance.getEntriesByName("scan").length >= 1000) performance.clearMeasures("scan");
      performance.measure("scan", { start: begun, end: performance.now() });
    });
  }

  close() {
    this.clear();
    if (this.#before?.isConnected) this.#before.focus({ preventScroll: true });
    this.#closed();
  }

  /** Take the answer away without going on: the door has ended. */
  clear() {
    clearTimeout(this.#timer);
    document.querySelector("#result").replaceChildren();
    this.#cover(false);
    delete document.body.dataset.result;
  }
}
