/** What the person in charge of the door asks: who is inside, is all sent, is the clock right. */

import { h, icon, show } from "../dom.js";
import { clockTime, day, duration, namesOf, other, t } from "../texts.js";

/** An offset that is not worth a word, in ms. */
const RIGHT = 2_000;

const fact = (name, value, { note, bad, id } = {}) =>
  h(
    "div",
    { class: `fact ${bad ? "bad" : ""}`, id },
    h("dt", {}, name),
    h("dd", {}, h("strong", {}, value), note && h("span", {}, note)),
  );

function clockFact({ offset }) {
  if (offset === null) return fact(t("super.offset"), t("super.offset.unknown"), { bad: true, id: "clock" });
  if (Math.abs(offset) < RIGHT) return fact(t("super.offset"), t("super.offset.right"), { id: "clock" });
  const way = offset < 0 ? "fast" : "slow";
  const value = t(`super.offset.${way}`, duration(offset));
  return fact(t("super.offset"), value, { note: t("super.offset.corrected"), bad: true, id: "clock" });
}

function facts({ inside, unsynced, sync, clock, storage, ready, uncounted }) {
  const { own, carried } = unsynced;
  const last = sync.lastSync ? `${day(sync.lastSync)} · ${clockTime(sync.lastSync)}` : t("super.never");
  return h(
    "dl",
    { class: "facts" },
    fact(t("super.inside"), String(inside.length), { id: "inside" }),
    fact(t("super.unsynced"), String(own + carried), {
      id: "unsynced",
      note: carried ? t("super.carried", carried) : uncounted ? t("super.uncounted", uncounted) : null,
    }),
    fact(t("super.lastsync"), last, { note: sync.online === false ? t("status.offline") : null, id: "lastsync" }),
    clockFact(clock),
    fact(t("super.storage"), t(storage.persisted ? "super.storage.kept" : "super.storage.loose"), {
      note: t("super.storage.used", storage.percent),
      bad: storage.percent > 80,
      id: "storage",
    }),
    fact(t("super.ready"), t(ready ? "super.yes" : "super.notyet"), { bad: !ready, id: "ready" }),
  );
}

function people(inside) {
  if (inside.length === 0) return h("p", { class: "lead" }, t("super.nobody"));
  return h(
    "ol",
    { class: "insiders" },
    inside.map(({ person, since }) =>
      h(
        "li",
        {},
        h("span", { class: "number" }, person.number),
        h("span", { class: "what" }, namesOf(person).map(({ lang, text }) => h("span", { lang, dir: "auto" }, text))),
        h("time", {}, clockTime(since)),
      ),
    ),
  );
}

function importButton(take, say) {
  const file = h("input", { type: "file", accept: "application/json,.json", class: "unseen", id: "import-file", tabindex: "-1", "aria-label": t("super.import") });
  file.addEventListener("change", async () => {
    try {
      say(t("super.imported", await take(await file.files[0].text())));
    } catch {
      say(t("super.notaqueue"));
    }
    file.value = "";
  });
  return [file, h("button", { class: "plain", onclick: () => file.click() }, t("super.import"))];
}

/** `facts`: what to show; `actions`: back, sync, session, exportQueue, importQueue, language, sound, camera, update, enrol. */
export function showSupervisor(known, actions) {
  const message = h("p", { class: "message", role: "status" });
  const say = (text) => (message.textContent = text);
  const button = (label, act, kind = "plain") => h("button", { class: kind, onclick: act }, label);
  show(
    "supervisor",
    h(
      "div",
      { class: "page" },
      h(
        "div",
        { class: "row spread" },
        h("h1", {}, t("super.title")),
        h("button", { class: "primary", id: "back", onclick: actions.back }, icon("back"), t("super.back")),
      ),
      h("p", { class: "lead" }, `${t("super.device")}: ${known.label}`),
      known.sync.trouble && h("p", { class: "alarm", role: "alert" }, t("super.trouble", known.sync.trouble)),
      facts(known),
      h("h2", {}, t("super.actions")),
      h(
        "div",
        { class: "actions" },
        button(t("super.sync"), actions.sync),
        button(t("super.session"), actions.session),
        h("button", { class: "plain", id: "export", onclick: async () => say(await actions.exportQueue()) }, t("super.export")),
        importButton(actions.importQueue, say),
        h("button", { class: "plain", id: "language", lang: other(), onclick: actions.language }, t("lang.other")),
        h("button", { class: "plain", id: "sound", "aria-pressed": String(known.sound), onclick: actions.sound }, t(known.sound ? "super.sound.on" : "super.sound.off")),
        button(t("super.camera"), actions.camera),
        button(t("super.enrol"), actions.enrol),
        known.newVersion && button(t("super.update"), actions.update, "primary"),
      ),
      message,
      h("h2", {}, t("super.people")),
      people(known.inside),
    ),
  );
}
