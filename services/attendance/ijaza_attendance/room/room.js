/** The room of a session, live: who is inside, who is not here yet, who is absent. */

import { h } from "../../kiosk/dom.js";
import { Stream } from "./stream.js";
import { TEXTS } from "./texts.js";

const LISTS = ["inside", "late", "absent", "left", "excused", "expected"];
const ALWAYS = new Set(["inside", "late", "absent"]);
const KEPT = "room-language";

const find = (selector) => document.querySelector(selector);

let language = preferred();
let room = null;
let line = "connecting";
const people = new Map();
const rows = new Map();

function preferred() {
  try {
    const kept = localStorage.getItem(KEPT);
    if (kept in TEXTS) return kept;
  } catch {
    // A browser that keeps nothing goes by its own language each time.
  }
  return navigator.languages.some((each) => each.startsWith("ar")) ? "ar" : "en";
}

const t = (key, time = "") => TEXTS[language][key].replace("{time}", time);

// Western digits in Arabic too: they are the ones printed on the badges.
const written = (options, at) =>
  new Intl.DateTimeFormat(language === "ar" ? "ar-EG-u-nu-latn" : "en-GB", {
    ...options,
    timeZone: room.timezone,
  }).format(new Date(at));

const clock = (at) => written({ hour: "2-digit", minute: "2-digit" }, at);
const day = (at) => written({ weekday: "long", day: "numeric", month: "long" }, at);

/** Both names, the one in the language that is spoken first. */
function namesOf(person) {
  const names = [
    { lang: "en", dir: "ltr", text: person.name_en },
    { lang: "ar", dir: "rtl", text: person.name_ar },
  ].filter((each) => each.text);
  return language === "ar" ? names.reverse() : names;
}

function row(person) {
  const names = namesOf(person);
  const since = person.since && clock(person.since);
  return h(
    "li",
    { "data-participant": person.participant, "data-number": person.number },
    h("span", { class: "number" }, h("span", { class: "unseen" }, `${t("number")} `), person.number || "–"),
    h(
      "span",
      { class: "what" },
      names.length
        ? names.map(({ lang, dir, text }) => h("bdi", { lang, dir }, text))
        : h("span", {}, t("noName")),
    ),
    h(
      "span",
      { class: "then" },
      since && h("time", { datetime: person.since }, t(person.status === "inside" ? "since" : "leftAt", since)),
      person.arrived_late && h("span", { class: "tag came" }, t("cameLate")),
    ),
  );
}

/** Where somebody stands in a list: by number, then by id, as the server orders them. */
const before = (one, other) =>
  one.number - other.number || (one.participant < other.participant ? -1 : 1);

function place(person) {
  rows.get(person.participant)?.remove();
  const made = row(person);
  rows.set(person.participant, made);
  const list = find(`#${person.status} ol`);
  let [low, high] = [0, list.children.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = people.get(list.children[middle].dataset.participant);
    if (before(there, person) < 0) low = middle + 1;
    else high = middle;
  }
  list.insertBefore(made, list.children[low] ?? null);
}

function count() {
  for (const status of LISTS) {
    const number = room.counts[status];
    find(`#count-${status}`).textContent = number;
    find(`#fact-${status}`).hidden = !number && !ALWAYS.has(status);
    find(`#${status}`).hidden = !number && !ALWAYS.has(status);
    find(`#${status} .nobody`).hidden = number > 0;
  }
}

function bar() {
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  find("#language").textContent = t("language");
  find("#language").lang = language === "ar" ? "en" : "ar";
  find("#live").textContent = t(line);
  find("#live").className = `pill ${line}`;
  const title = room ? room.title[language] || room.title.en || room.title.ar : "";
  document.title = title ? `${t("room")} · ${title}` : t("room");
  find("#title").textContent = title || t("room");
  find("#when").textContent = room
    ? `${room.session} · ${day(room.start)} · ${clock(room.start)}–${clock(room.end)}`
    : "";
}

function banner() {
  const said = line === "lost" && room ? t("old", clock(room.at)) : room?.cancelled ? t("cancelled") : "";
  find("#banner").hidden = !said;
  find("#banner").textContent = said;
}

/** Everything anew: a snapshot came, or another language is spoken. */
function draw() {
  bar();
  banner();
  if (!room) return;
  rows.clear();
  const lists = new Map(LISTS.map((status) => [status, h("ol", { class: "people" })]));
  for (const person of people.values()) {
    const made = row(person);
    rows.set(person.participant, made);
    lists.get(person.status).append(made);
  }
  find("#screen").replaceChildren(
    h(
      "ul",
      { class: "counts" },
      LISTS.map((status) =>
        h(
          "li",
          { id: `fact-${status}`, "data-status": status },
          h("a", { href: `#${status}` }, h("strong", { id: `count-${status}` }), h("span", {}, t(status))),
        ),
      ),
    ),
    h(
      "div",
      { class: "lists" },
      LISTS.map((status) =>
        h(
          "section",
          { id: status, "data-status": status, "aria-labelledby": `head-${status}` },
          h("h2", { id: `head-${status}` }, t(status)),
          lists.get(status),
          h("p", { class: "nobody" }, t("nobody")),
        ),
      ),
    ),
  );
  count();
}

function told(news) {
  room = { ...room, at: news.at, counts: news.counts };
}

function say(now) {
  if (line === now) return;
  line = now;
  bar();
  banner();
}

find("#language").addEventListener("click", () => {
  language = language === "ar" ? "en" : "ar";
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // It is spoken until the page is closed.
  }
  draw();
});

draw();

new Stream(`${location.pathname}/events`, {
  snapshot(whole) {
    room = whole;
    people.clear();
    for (const person of whole.people) people.set(person.participant, person);
    draw();
  },
  change(news) {
    told(news);
    people.set(news.person.participant, news.person);
    place(news.person);
    count();
  },
  gone(news) {
    told(news);
    people.delete(news.participant);
    rows.get(news.participant)?.remove();
    rows.delete(news.participant);
    count();
  },
  live: () => say("live"),
  lost: () => say("lost"),
});
