/** The language that is spoken: its words, and times and numbers as it writes them. */

import { ar } from "./texts.ar.js";
import { en } from "./texts.en.js";

const LANGUAGES = { en, ar };

let language = "en";

/** Which language to begin with: the one chosen here before, otherwise the browser's. */
export const preferred = (kept) =>
  kept ?? (navigator.languages?.some((each) => each.startsWith("ar")) ? "ar" : "en");

export function speak(chosen) {
  language = chosen in LANGUAGES ? chosen : "en";
  document.documentElement.lang = language;
  document.documentElement.dir = language === "ar" ? "rtl" : "ltr";
  document.title = t("app.name");
}

export const spoken = () => language;

export const other = () => (language === "ar" ? "en" : "ar");

export function t(key, n = "") {
  return LANGUAGES[language][key].replace("{n}", String(n));
}

// Western digits in Arabic too: they are the ones printed on the badges.
const locale = () => (language === "ar" ? "ar-EG-u-nu-latn" : "en-GB");

export const clockTime = (ms) =>
  new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(ms);

export const day = (ms) =>
  new Intl.DateTimeFormat(locale(), { weekday: "long", day: "numeric", month: "long" }).format(ms);

/** A day with two times of it. */
export const span = (from, until) =>
  new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    day: "numeric",
    month: "long",
    hour: "2-digit",
    minute: "2-digit",
  }).formatRange(from, until);

const UNITS = [["day", 86_400], ["hour", 3_600], ["minute", 60], ["second", 1]];

/** A length of time in its one or two largest units, each in the form that its number asks for. */
export function duration(ms) {
  let rest = Math.round(Math.abs(ms) / 1000);
  const parts = [];
  for (const [unit, seconds] of UNITS) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(counted(count, unit));
    else if (parts.length > 0) break;
  }
  const list = new Intl.ListFormat(locale(), { style: "long", type: "unit" });
  return list.format(parts.slice(0, 2));
}

const counted = (count, unit) =>
  new Intl.NumberFormat(locale(), { style: "unit", unit, unitDisplay: "long" }).format(count);

/** A text in both languages, the one that is spoken first; `{en, ar}` or a plain string. */
export const titled = (title) =>
  typeof title === "object" && title !== null ? title[language] || title.en || title.ar || "" : (title ?? "");

/** Both names of somebody with their languages, the one that is spoken first, empty ones left out. */
export function namesOf({ name_en: inEnglish, name_ar: inArabic }) {
  const names = [
    { lang: "en", dir: "ltr", text: inEnglish },
    { lang: "ar", dir: "rtl", text: inArabic },
  ].filter((each) => each.text);
  return language === "ar" ? names.reverse() : names;
}
